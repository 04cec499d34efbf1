/** Other metered items: a whole quantity at the tariff's price of the SKU. */
import type { OtherEvent } from '../usage/event.ts'
import type { RatingContext } from './context.ts'
import { type Decision, decision, rejected } from './decision.ts'
import { unitAmount } from './price.ts'

export function rateOther(event: OtherEvent, context: RatingContext): Decision {
  const { catalog, tariff, settings } = context
  if (event.quantity === 0) return decision('free', 'no_usage')
  const pricePerUnitMicros = tariff.other.get(event.sku)
  if (pricePerUnitMicros === undefined) {
    return rejected('no_rate', `tariff ${tariff.id} has no price for this SKU`, settings.currency)
  }
  return decision('charged', 'other_usage', {
    units: event.quantity,
    amountMicros: unitAmount(pricePerUnitMicros, event.quantity, catalog.rounding),
  })
}
