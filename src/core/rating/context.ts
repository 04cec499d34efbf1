/** Everything besides the event that its price may depend on. */
import type { Catalog, Tariff } from '../catalog/catalog.ts'
import type { AccountSettings } from '../settings/settings.ts'
import type { NumberLookup } from './number-lookup.ts'

export interface RatingContext {
  readonly catalog: Catalog
  readonly catalogVersion: number
  readonly tariff: Tariff
  readonly settings: AccountSettings
  /** Answers all questions about the event's phone numbers. */
  readonly numbers: NumberLookup
  /** Covered minutes counted so far, by `counterKey`. A counter that was never used is absent. */
  readonly minutesUsed: Pick<ReadonlyMap<string, number>, 'get'>
}
