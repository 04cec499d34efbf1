/** Other metered items: a whole quantity times the tariff's price of the SKU. */
import type { OtherEvent } from '../usage/event.ts'
import type { RatingContext } from './context.ts'
import type { RatedDecision } from './decision.ts'
import { charged, free, noRate } from './outcomes.ts'
import { unitAmount } from './price.ts'

/** Prices other usage by its SKU. */
export function rateOther(event: OtherEvent, context: RatingContext): RatedDecision {
  const { catalog, tariff } = context
  if (event.quantity === 0) return free(context, 'no_usage')
  const pricePerUnitMicros = tariff.other.get(event.sku)
  if (pricePerUnitMicros === undefined) {
    return noRate(context, `tariff ${tariff.id} has no price for this SKU`)
  }
  return charged(context, 'other_usage', {
    units: event.quantity,
    amountMicros: unitAmount(pricePerUnitMicros, event.quantity, catalog.rounding),
  })
}
