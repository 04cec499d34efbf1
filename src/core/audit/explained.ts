/** What the sentences of an explanation draw on: a record with the versions that it names. */

import type { Catalog, Tariff } from '../catalog/catalog.ts'
import type { AccountSettings } from '../settings/settings.ts'
import type { StoredUsage } from './recorded-usage.ts'

export interface Explained {
  readonly stored: StoredUsage
  readonly settings: AccountSettings
  /** Null where none was asked. */
  readonly catalog: Catalog | null
  /** The account's, of that catalog. */
  readonly tariff: Tariff | undefined
}
