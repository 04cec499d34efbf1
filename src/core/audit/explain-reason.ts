/** The sentences about the rule that decided: what it checked, the results, and what followed. */

import { formatInstant } from '../instant.ts'
import { formatMoney } from '../money.ts'
import type { Reason } from '../rating/decision.ts'
import { callMinutes, cycleStart, minutesCovered } from '../rating/fair-use.ts'
import { uncoveredSeconds } from '../rating/price.ts'
import type { AccountSettings } from '../settings/settings.ts'
import { counted } from './counted.ts'
import { aiPrice, callPrice, itemPrice, messagePrice } from './explain-price.ts'
import type { Explained } from './explained.ts'
import { type LimitFacts, packageFacts, recordedLimit } from './recorded-package.ts'
import type { StoredUsage } from './recorded-usage.ts'

/** Returns the sentences about the rule that decided, and about the price if there is one. */
export function whyDecided(explained: Explained): string[] {
  const { stored } = explained
  const reason = stored.figures.reason
  switch (reason) {
    case 'not_answered':
      return ['Its duration is 0 seconds, so it was not answered and is free.']
    case 'emergency':
      return [`${stored.to ?? 'The destination'} is an emergency number of the catalog, and usage to one is free.`]
    case 'toll_free_inbound':
      return [...destination(stored), tollFree(stored), ...callPrice(explained)]
    case 'inbound_standard':
      return [...destination(stored), 'It is not toll-free, and other inbound calls are free.']
    case 'forwarded_leg':
      return [...destination(stored), 'A forwarded leg is charged whatever the package.', ...callPrice(explained)]
    case 'special_number': {
      const rule = `Calls to numbers of type ${stored.figures.toType} are charged whatever the package.`
      return [...destination(stored), rule, ...callPrice(explained)]
    }
    case 'no_package':
    case 'outside_package_countries':
    case 'caller_region_mismatch':
    case 'fair_use_exceeded':
      return [...destination(stored), ...coverage(explained, reason), ...callPrice(explained)]
    case 'in_package':
      return [...destination(stored), ...coverage(explained, reason)]
    case 'message':
      return [...destination(stored), ...messagePrice(explained)]
    case 'inbound_message':
      return [`Tariff ${explained.settings.tariff} has no price for inbound messages of this channel, so it is free.`]
    case 'no_usage':
      return ['Nothing was used (the quantity is 0), so it is free.']
    case 'conversation_intelligence':
    case 'voice_agent':
    case 'billed_on_invoice':
    case 'included_in_plan':
      return aiPrice(explained)
    case 'other_usage':
      return itemPrice(explained)
    case 'correction':
    case 'invoice_correction':
      return reversal(stored)
    case 'awaiting_event':
      return [`Event ${stored.corrects} was not known yet: the correction waits for it and voids it when it arrives.`]
    case 'corrected': {
      const by = stored.correctedBy === null ? 'A correction' : `Correction ${stored.correctedBy.eventId}`
      return [`${by} came before the event, so it was voided before any rating: no price, no minutes.`]
    }
    default:
      return [`The recorded reason is ${reason}, which no recorded usage should have.`]
  }
}

function destination({ to, figures: { toCountry, toType } }: StoredUsage): string[] {
  if (toType === null) return []
  const where = toCountry === null ? 'no known country' : `country ${toCountry}`
  return [`The destination${to === null ? '' : ` ${to}`} has ${where} and type ${toType}.`]
}

function tollFree({ type }: StoredUsage): string {
  return type === 'toll_free'
    ? 'It came on the toll-free topic: the account pays for it by the toll-free deck.'
    : 'It is an inbound call to a toll-free number: the account pays for it by the toll-free deck.'
}

/**
 * The sentences about the package, in the order of the rules: is there one, does it cover the call, are minutes left.
 */
function coverage({ stored, settings, catalog }: Explained, reason: Reason): string[] {
  const pack = packageFacts(stored, settings, catalog)
  if (pack === null) return ['No package was in force at the call, so it is charged.']
  const inForce = `Package ${pack.id} was in force, since ${formatInstant(pack.sinceMicros)}.`
  if (pack.region === null) return [inForce, 'The catalog does not have that package.']

  const { toCountry, fromCountry } = stored.figures
  const countries = `the package's countries (${pack.countries.join(', ')})`
  if (reason === 'outside_package_countries') {
    const which = toCountry === null ? 'A destination without a known country' : toCountry
    return [inForce, `${which} is not among ${countries}, so the call is charged.`]
  }
  const region = `region ${pack.region} (${pack.regionCountries.join(', ')})`
  const within = `${toCountry} is among ${countries}.`
  if (reason === 'caller_region_mismatch') {
    return [inForce, within, `${callerOf(stored)} is not in the package's ${region}, so the call is charged.`]
  }
  const caller = `The caller's country ${fromCountry} is in the package's ${region}.`
  return [inForce, within, caller, ...fairUse(stored, settings, recordedLimit(stored, settings, catalog))]
}

function callerOf(stored: StoredUsage): string {
  const { fromCountry } = stored.figures
  if (fromCountry !== null) return `The caller's country ${fromCountry}`
  return stored.from === null
    ? 'A caller who is withheld or of no known country'
    : `${stored.from}, of no known country,`
}

function fairUse(stored: StoredUsage, settings: AccountSettings, { limitMinutes, isOwnLimit }: LimitFacts): string[] {
  const minutes = callMinutes(stored.quantity)
  const takes = `The call takes ${counted(minutes, 'minute')} (${counted(stored.quantity, 'second')} rounded up)`
  const left = stored.figures.minutesLeft
  if (limitMinutes === null || left === null) return [`${takes}; no fair-use limit applies, so it is covered.`]
  const whose = isOwnLimit ? "the account's own" : "the package's"
  const cycle = cycleStart(settings.billingCycleAnchor, stored.occurredAtMicros)
  const rule = `The fair-use limit is ${counted(limitMinutes, 'minute')} a user and billing cycle, ${whose}; in the cycle from ${cycle} user ${stored.userId} had ${counted(left, 'minute')} left.`
  const covered = minutesCovered(minutes, left)
  if (covered === minutes) return [rule, `${takes}, so it is covered.`]
  if (covered === 0) return [rule, `${takes} and none was left, so all of it is charged.`]
  const rest = uncoveredSeconds(stored.quantity, covered)
  return [
    rule,
    `${takes}: the package covers the first ${counted(covered, 'minute')}, the remaining ${counted(rest, 'second')} are charged without the connection fee.`,
  ]
}

function reversal({ corrects, corrected, figures }: StoredUsage): string[] {
  if (corrected === null) return [`Event ${corrects} is no longer recorded.`]
  const { outcome, reason, amountMicros, coveredMinutes, currency } = corrected
  const amount = `${formatMoney(amountMicros)} ${currency}`
  const was = `Event ${corrects} was ${outcome} / ${reason}: ${amount} and ${counted(coveredMinutes, 'covered minute')}.`
  const where = outcome === 'invoiced' ? 'on the invoice; credit does not move' : 'to the credit'
  const returned = `It is corrected in full: ${formatMoney(amountMicros)} ${currency} is returned ${where}.`
  if (coveredMinutes === 0) return [was, returned]
  const cycle = figures.cycleStart === null ? 'their billing cycle' : `the billing cycle from ${figures.cycleStart}`
  return [was, returned, `Returned to the fair-use counter of ${cycle}: ${counted(coveredMinutes, 'minute')}.`]
}
