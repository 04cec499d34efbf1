/** Messages: fragments at a price each, by the channel's deck on `to`. */
import type { MessagePriceKey } from '../catalog/catalog.ts'
import type { MessageEvent } from '../usage/event.ts'
import { numberFacts } from '../usage/number.ts'
import type { RatingContext } from './context.ts'
import type { RatedDecision } from './decision.ts'
import { appliedRate, findRate } from './deck.ts'
import { charged, free, noRate } from './outcomes.ts'
import { unitAmount } from './price.ts'

export function rateMessage(event: MessageEvent, context: RatingContext): RatedDecision {
  const { catalog, tariff } = context
  if (event.direction === 'outbound' && catalog.emergencyNumbers.has(event.to)) return free(context, 'emergency')
  const priceKey: MessagePriceKey = event.direction === 'inbound' ? `${event.channel}_inbound` : event.channel
  const deck = tariff.messages.get(priceKey)
  if (deck === undefined && event.direction === 'inbound') return free(context, 'inbound_message')
  const rate = findRate(deck, event.to, event.occurredAtMicros)
  if (deck === undefined || rate === null) {
    return noRate(context, `tariff ${tariff.id} has no ${priceKey} price for this number`)
  }
  return charged(context, 'message', {
    units: event.fragments,
    amountMicros: unitAmount(rate.pricePerUnitMicros, event.fragments, catalog.rounding),
    rate: appliedRate(deck, rate),
    to: numberFacts(catalog, event.to),
    from: event.from === null ? null : numberFacts(catalog, event.from),
  })
}
