/**
 * Prices a call. The first row that applies decides:
 *
 *    1  not answered                                             free / not_answered
 *    2  outbound to an emergency number                          free / emergency
 *    3  inbound to a toll-free number                            charged / toll_free_inbound
 *    4  other inbound                                            free / inbound_standard
 *    5  forwarded                                                charged / forwarded_leg
 *    6  to a premium, shared-cost or special number              charged / special_number
 *    7  no package at the time of the call                       charged / no_package
 *    8  destination outside the package's countries, or unknown  charged / outside_package_countries
 *    9  caller withheld or outside the package's region          charged / caller_region_mismatch
 *   10  no minute left                                           charged / fair_use_exceeded
 *   11  fewer minutes left than the call takes                   charged / fair_use_exceeded, for the rest
 *   12  otherwise                                                covered / in_package
 */
import type { CallEvent } from '../usage/event.ts'
import type { NumberFacts } from '../usage/number.ts'
import type { RatingContext } from './context.ts'
import { isCallerInRegion, packageIdAt } from './coverage.ts'
import type { Charged, ChargeReason, FairUseCount, RatedDecision, Rejected } from './decision.ts'
import { appliedRate } from './deck.ts'
import { callMinutes, counterKey, counterOf, fairUseLimit, minutesCovered } from './fair-use.ts'
import { charged, coveredByPackage, free, noRate } from './outcomes.ts'
import { billedSeconds, callAmount, hasConnectionFee, uncoveredSeconds } from './price.ts'
import { chargeTollFree } from './toll-free.ts'

/** Prices a call. Throws a TypeError for an outbound direct call without a user, which `usage/read.ts` refuses. */
export function rateCall(event: CallEvent, context: RatingContext): RatedDecision {
  const { catalog, settings, numbers } = context
  const at = event.occurredAtMicros
  if (event.durationSeconds === 0) return free(context, 'not_answered')
  if (event.direction === 'outbound' && numbers.isEmergency(catalog, event)) return free(context, 'emergency')

  const to = numbers.destination(catalog, event)
  if (event.direction === 'inbound') {
    return to.type === 'toll_free' ? chargeTollFree(event, context) : free(context, 'inbound_standard', to)
  }
  const ends = { to, from: numbers.caller(catalog, event) }
  if (event.leg === 'forwarded') return chargeOutbound(event, context, ends, 'forwarded_leg')
  if (to.type === 'premium' || to.type === 'shared_cost' || to.type === 'special') {
    return chargeOutbound(event, context, ends, 'special_number')
  }

  const packageId = packageIdAt(settings, at)
  if (packageId === null) return chargeOutbound(event, context, ends, 'no_package')
  const packageInForce = catalog.packages.get(packageId)
  if (packageInForce === undefined) {
    return noRate(context, `package ${packageId} is not in the catalog in force at the call`)
  }
  if (to.country === null || !packageInForce.countries.has(to.country)) {
    return chargeOutbound(event, context, ends, 'outside_package_countries')
  }
  if (!isCallerInRegion(catalog, packageInForce, ends.from?.country ?? null)) {
    return chargeOutbound(event, context, ends, 'caller_region_mismatch')
  }

  if (event.userId === null) throw new TypeError(`event ${event.eventId}: an outbound direct call without a user`)
  const counter = counterOf(settings, event.userId, at)
  const key = counterKey(counter)
  const limit = fairUseLimit(settings, packageInForce)
  const minutesLeft = limit === null ? null : Math.max(0, limit - (context.minutesUsed.get(key) ?? 0))
  const minutes = callMinutes(event.durationSeconds)
  const fairUse = { counter, key, minutesLeft }
  const coveredMinutes = minutesCovered(minutes, minutesLeft)
  if (coveredMinutes === minutes) {
    return coveredByPackage(context, { coveredMinutes, to: ends.to, from: ends.from, fairUse })
  }
  return chargeOutbound(event, context, ends, 'fair_use_exceeded', coveredMinutes, fairUse)
}

/** The numbering plan's facts about both numbers. `from` is null if the caller is withheld. */
interface Ends {
  readonly to: NumberFacts
  readonly from: NumberFacts | null
}

/**
 * Prices the call by the outbound deck for `to`. The package covers the first `coveredMinutes`; the seconds after them
 * are priced without the connection fee.
 */
function chargeOutbound(
  event: CallEvent,
  context: RatingContext,
  ends: Ends,
  reason: ChargeReason,
  coveredMinutes = 0,
  fairUse: FairUseCount | null = null,
): Charged | Rejected {
  const { catalog, tariff, numbers } = context
  const deck = tariff.outbound
  const rate = numbers.rate(deck, event)
  if (deck === null || rate === null) {
    return noRate(context, `tariff ${tariff.id} has no outbound price for this destination`)
  }
  const units = billedSeconds(uncoveredSeconds(event.durationSeconds, coveredMinutes), rate.increments)
  return charged(context, reason, {
    units,
    coveredMinutes,
    amountMicros: callAmount(rate, units, catalog.rounding, hasConnectionFee(coveredMinutes)),
    rate: appliedRate(deck, rate),
    to: ends.to,
    from: ends.from,
    fairUse,
  })
}
