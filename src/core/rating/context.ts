/** All that the price of one event may depend on, besides the event. */
import type { Catalog, Tariff } from '../catalog/catalog.ts'
import type { AccountSettings } from '../settings/settings.ts'
import type { NumberLookup } from './number-lookup.ts'

export interface RatingContext {
  readonly catalog: Catalog
  readonly catalogVersion: number
  readonly tariff: Tariff
  readonly settings: AccountSettings
  /** Answers all questions about the event's numbers. */
  readonly numbers: NumberLookup
  /** Covered minutes counted so far, by `counterKey`; none for a counter never used. */
  readonly minutesUsed: Pick<ReadonlyMap<string, number>, 'get'>
}
