/** What an explanation is made from: a recorded event with the versions that it names. */

import type { Catalog, Tariff } from '../catalog/catalog.ts'
import type { AccountSettings } from '../settings/settings.ts'
import type { StoredUsage } from './recorded-usage.ts'

export interface Explained {
  readonly stored: StoredUsage
  readonly settings: AccountSettings
  /** Null if no catalog was used. */
  readonly catalog: Catalog | null
  /** The account's tariff in that catalog. */
  readonly tariff: Tariff | undefined
}
