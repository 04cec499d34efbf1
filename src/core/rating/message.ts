/** Messages: fragments times the price of the channel's deck for `to`. */
import type { MessagePriceKey } from '../catalog/catalog.ts'
import type { Channel, Direction, MessageEvent } from '../usage/event.ts'
import type { RatingContext } from './context.ts'
import type { RatedDecision } from './decision.ts'
import { appliedRate } from './deck.ts'
import { charged, free, noRate } from './outcomes.ts'
import { unitAmount } from './price.ts'

/** Prices a message. An inbound message without a price in the tariff is free. */
export function rateMessage(event: MessageEvent, context: RatingContext): RatedDecision {
  const { catalog, tariff, numbers } = context
  if (event.direction === 'outbound' && numbers.isEmergency(catalog, event)) return free(context, 'emergency')
  const priceKey = messagePriceKey(event.channel, event.direction)
  const deck = tariff.messages.get(priceKey)
  if (deck === undefined && event.direction === 'inbound') return free(context, 'inbound_message')
  const rate = numbers.rate(deck, event)
  if (deck === undefined || rate === null) {
    return noRate(context, `tariff ${tariff.id} has no ${priceKey} price for this number`)
  }
  return charged(context, 'message', {
    units: event.fragments,
    amountMicros: unitAmount(rate.pricePerUnitMicros, event.fragments, catalog.rounding),
    rate: appliedRate(deck, rate),
    to: numbers.destination(catalog, event),
    from: numbers.caller(catalog, event),
  })
}

/** Returns the tariff's key for the deck of a channel and direction. */
export function messagePriceKey(channel: Channel, direction: Direction): MessagePriceKey {
  return direction === 'inbound' ? `${channel}_inbound` : channel
}
