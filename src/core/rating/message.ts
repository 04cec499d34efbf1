/** Messages: fragments at a price each, by the channel's deck on `to`. */
import type { MessagePriceKey } from '../catalog/catalog.ts'
import type { MessageEvent } from '../usage/event.ts'
import { numberFacts } from '../usage/number.ts'
import type { RatingContext } from './context.ts'
import { type Decision, decision, rejected } from './decision.ts'
import { appliedRate, findRate } from './deck.ts'
import { unitAmount } from './price.ts'

export function rateMessage(event: MessageEvent, context: RatingContext): Decision {
  const { catalog, tariff, settings } = context
  if (event.direction === 'outbound' && catalog.emergencyNumbers.has(event.to)) return decision('free', 'emergency')
  const priceKey: MessagePriceKey = event.direction === 'inbound' ? `${event.channel}_inbound` : event.channel
  const deck = tariff.messages.get(priceKey)
  if (deck === undefined && event.direction === 'inbound') return decision('free', 'inbound_message')
  const rate = findRate(deck, event.to, event.occurredAtMicros)
  if (deck === undefined || rate === null) {
    return rejected('no_rate', `tariff ${tariff.id} has no ${priceKey} price for this number`, settings.currency)
  }
  return decision('charged', 'message', {
    units: event.fragments,
    amountMicros: unitAmount(rate.pricePerUnitMicros, event.fragments, catalog.rounding),
    rate: appliedRate(deck, rate),
    to: numberFacts(catalog, event.to),
    from: event.from === null ? null : numberFacts(catalog, event.from),
  })
}
