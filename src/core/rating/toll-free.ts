/** Inbound calls to a toll-free number: the account pays for them by the toll-free deck for `to`. */
import type { CallEvent, TollFreeEvent } from '../usage/event.ts'
import type { RatingContext } from './context.ts'
import type { Charged, RatedDecision, Rejected } from './decision.ts'
import { appliedRate } from './deck.ts'
import { charged, free, noRate } from './outcomes.ts'
import { billedSeconds, callAmount } from './price.ts'

/**
 * Prices an event of the toll-free topic: free if unanswered, else charged, whatever type the numbering plan gives
 * `to`.
 */
export function rateTollFree(event: TollFreeEvent, context: RatingContext): RatedDecision {
  return event.durationSeconds === 0 ? free(context, 'not_answered') : chargeTollFree(event, context)
}

/** Charges an answered call by the toll-free deck. */
export function chargeTollFree(event: TollFreeEvent | CallEvent, context: RatingContext): Charged | Rejected {
  const { catalog, tariff, numbers } = context
  const deck = tariff.tollFree
  const rate = numbers.rate(deck, event)
  if (deck === null || rate === null) {
    return noRate(context, `tariff ${tariff.id} has no toll-free price for this number`)
  }
  const units = billedSeconds(event.durationSeconds, rate.increments)
  return charged(context, 'toll_free_inbound', {
    units,
    amountMicros: callAmount(rate, units, catalog.rounding, true),
    rate: appliedRate(deck, rate),
    to: numbers.destination(catalog, event),
    from: numbers.caller(catalog, event),
  })
}
