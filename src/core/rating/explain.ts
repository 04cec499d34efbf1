/**
 * Why an event cost what it cost, as sentences in the order the rules are asked. The figures come from the recorded
 * versions of settings and catalog; whether they still lead to what was recorded is said at the end.
 */

import type { Catalog, Increments, MessagePriceKey, Rounding, Tariff } from '../catalog/catalog.ts'
import { formatInstant } from '../instant.ts'
import { formatMoney, type Micros } from '../money.ts'
import type { AccountSettings, BillingMode } from '../settings/settings.ts'
import { packageIdAt } from './coverage.ts'
import type { Reason } from './decision.ts'
import { callMinutes, cycleStart, fairUseLimit } from './fair-use.ts'
import { billedSeconds, roundedQuotient, unroundedQuotient } from './price.ts'
import {
  areNumbersCleared,
  type DecisionFigures,
  differingFigures,
  type Recomputed,
  recompute,
  type StoredUsage,
} from './recompute.ts'
import { recordedRow } from './recorded-price.ts'

export interface Explanation {
  readonly steps: readonly string[]
  readonly recomputed: Recomputed
  readonly same: boolean
  /** `Recomputed: the same`, or the figures that differ. */
  readonly verdict: string
}

/** `catalog` is the version recorded with the event, null where none was. */
export function explainDecision(stored: StoredUsage, settings: AccountSettings, catalog: Catalog | null): Explanation {
  const recomputed = recompute(stored, settings, catalog)
  const steps = [
    whatHappened(stored),
    ...clearedNumbers(stored),
    ...whichVersions(stored, settings, catalog),
    ...whyDecided({ stored, settings, catalog }),
    whatItCame(stored),
    ...movement(stored),
    ...laterCorrection(stored),
    ...laterRefusal(stored),
  ]
  const differing = recomputed.figures === null ? [] : differingFigures(stored.figures, recomputed.figures)
  const same = recomputed.figures !== null && differing.length === 0
  return { steps, recomputed, same, verdict: verdictOf(stored, recomputed, differing) }
}

/** What the sentences draw on. */
interface Explained {
  readonly stored: StoredUsage
  readonly settings: AccountSettings
  readonly catalog: Catalog | null
}

const CHANNELS = { sms: 'SMS', mms: 'MMS', whatsapp: 'WhatsApp message' } as const

function whatHappened(stored: StoredUsage): string {
  const { type, direction, leg, quantity, userId } = stored
  const at = formatInstant(stored.occurredAtMicros)
  const by = userId === null ? '' : ` by user ${userId}`
  const numbers = areNumbersCleared(stored) ? '' : ` from ${stored.from ?? 'a withheld number'} to ${stored.to}`
  switch (type) {
    case 'call':
      return `An ${direction} call (${leg} leg)${by}${numbers}, of ${counted(quantity, 'second')}, began ${at}.`
    case 'toll_free':
      return `An inbound toll-free call${numbers}, of ${counted(quantity, 'second')}, began ${at}.`
    case 'message': {
      const what = stored.channel === null ? 'message' : CHANNELS[stored.channel]
      return `An ${direction} ${what}${by}${numbers}, of ${counted(quantity, 'fragment')}, was sent ${at}.`
    }
    case 'conversation_intelligence':
      return `Conversation Intelligence analysed ${counted(quantity, 'second')} of interaction ${stored.interactionId}, begun ${at}.`
    case 'voice_agent':
      return `Voice agent ${stored.agentId ?? 'of unknown id'} was in use for ${counted(quantity, 'second')}, begun ${at}.`
    case 'other':
      return `Used at ${at}: ${counted(quantity, 'unit')} of SKU ${stored.sku ?? 'unknown'}.`
    case 'correction':
      return `A correction of event ${stored.corrects ?? 'unknown'}, dated ${at}.`
  }
}

function clearedNumbers(stored: StoredUsage): string[] {
  if (!areNumbersCleared(stored)) return []
  const kept = 'the recorded prefix, the country and type of the destination and the country of the caller'
  return [
    `The phone numbers were cleared after their retention: what follows uses ${kept}; whether a longer prefix or an emergency number applied can no longer be checked.`,
  ]
}

function whichVersions(stored: StoredUsage, settings: AccountSettings, catalog: Catalog | null): string[] {
  const own = `settings version ${stored.settingsVersion} of account ${stored.accountId}`
  if (catalog === null) return [`Decided by ${own}; no catalog was needed.`]
  const { tariff, currency } = settings
  return [`Rated by catalog version ${stored.catalogVersion} and ${own}: tariff ${tariff}, in ${currency}.`]
}

/** The rule that decided, with what it asked; the price behind it, where there is one. */
function whyDecided(explained: Explained): string[] {
  const { stored } = explained
  const reason = stored.figures.reason
  switch (reason) {
    case 'not_answered':
      return ['Its duration is 0 seconds, so it was not answered and is free.']
    case 'emergency':
      return [
        `${stored.to ?? 'The destination'} is an emergency number of the catalog, and usage that goes to one is free.`,
      ]
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
      return aiUsage(explained)
    case 'other_usage':
      return otherPrice(explained)
    case 'correction':
    case 'invoice_correction':
      return takenBack(stored)
    case 'awaiting_event':
      return [
        `Event ${stored.corrects} was not known yet: the correction was to wait for it, and to void it when it comes.`,
      ]
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

/** The package's part, asked in the order of the rules: is there one, does it reach the call, has it minutes left. */
function coverage({ stored, settings, catalog }: Explained, reason: Reason): string[] {
  const at = stored.occurredAtMicros
  const packageId = packageIdAt(settings, at)
  if (packageId === null) return ['No package was in force at the call, so it is charged.']
  const since = settings.packages.findLast((period) => period.fromMicros <= at)!
  const inForce = `Package ${packageId} was in force, since ${formatInstant(since.fromMicros)}.`
  const pack = catalog?.packages.get(packageId)
  if (catalog === null || pack === undefined) return [inForce, 'The catalog does not have that package.']

  const { toCountry, fromCountry } = stored.figures
  const countries = `the package's countries (${[...pack.countries].join(', ')})`
  if (reason === 'outside_package_countries') {
    const which = toCountry === null ? 'A destination without a known country' : toCountry
    return [inForce, `${which} is not among ${countries}, so the call is charged.`]
  }
  const region = `region ${pack.region} (${[...(catalog.regions.get(pack.region) ?? [])].join(', ')})`
  const within = `${toCountry} is among ${countries}.`
  if (reason === 'caller_region_mismatch') {
    return [inForce, within, `${callerOf(stored)} is not in the package's ${region}, so the call is charged.`]
  }
  const caller = `The caller's country ${fromCountry} is in the package's ${region}.`
  return [inForce, within, caller, ...fairUse(stored, settings, fairUseLimit(settings, pack))]
}

function callerOf(stored: StoredUsage): string {
  const { fromCountry } = stored.figures
  if (fromCountry !== null) return `The caller's country ${fromCountry}`
  return stored.from === null
    ? 'A caller who is withheld or of no known country'
    : `${stored.from}, of no known country,`
}

function fairUse(stored: StoredUsage, settings: AccountSettings, limit: number | null): string[] {
  const minutes = callMinutes(stored.quantity)
  const takes = `The call takes ${counted(minutes, 'minute')} (${counted(stored.quantity, 'second')} rounded up)`
  const left = stored.figures.minutesLeft
  if (limit === null || left === null) return [`${takes}; no fair-use limit applies, so it is covered.`]
  const whose = settings.fairUseMinutesPerUser === null ? "the package's" : "the account's own"
  const cycle = cycleStart(settings.billingCycleAnchor, stored.occurredAtMicros)
  const rule = `The fair-use limit is ${counted(limit, 'minute')} a user and billing cycle, ${whose}; in the cycle from ${cycle} user ${stored.userId} had ${counted(left, 'minute')} left.`
  if (left >= minutes) return [rule, `${takes}, so it is covered.`]
  if (left === 0) return [rule, `${takes} and none was left, so all of it is charged.`]
  const rest = stored.quantity - 60 * left
  return [
    rule,
    `${takes}: the package covers the first ${counted(left, 'minute')}, the remaining ${counted(rest, 'second')} are charged without the connection fee.`,
  ]
}

function callPrice({ stored, settings, catalog }: Explained): string[] {
  const { figures } = stored
  const tariff = catalog?.tariffs.get(settings.tariff)
  const deck = figures.reason === 'toll_free_inbound' ? tariff?.tollFree : tariff?.outbound
  const rate = recordedRow(deck, stored)
  if (catalog === null || rate === null) return [missingRow(stored)]
  // Minutes that are covered come off the front of the call, and the connection fee with them.
  const coveredMinutes = figures.reason === 'fair_use_exceeded' ? (figures.minutesLeft ?? 0) : 0
  const durationSeconds = stored.quantity - 60 * coveredMinutes
  if (durationSeconds <= 0) return ['The minutes recorded as left would have covered the whole call.']
  const billed = billedSeconds(durationSeconds, rate.increments)
  const feeMicros = coveredMinutes === 0 ? rate.connectionFeeMicros : 0n
  const { currency } = settings
  const price = `${formatMoney(rate.pricePerMinuteMicros)} ${currency} a minute`
  const fee = `connection fee ${formatMoney(rate.connectionFeeMicros)} ${currency}`
  return [
    `${matched(stored)}: ${price}, ${fee}, ${incrementsOf(rate.increments)}.`,
    billing(durationSeconds, billed, rate.increments),
    minuteSum(rate.pricePerMinuteMicros, billed, feeMicros, currency, catalog.rounding),
  ]
}

function messagePrice({ stored, settings, catalog }: Explained): string[] {
  const tariff = catalog?.tariffs.get(settings.tariff)
  const key: MessagePriceKey | null =
    stored.channel === null ? null : stored.direction === 'inbound' ? `${stored.channel}_inbound` : stored.channel
  const rate = recordedRow(key === null ? null : tariff?.messages.get(key), stored)
  if (catalog === null || rate === null) return [missingRow(stored)]
  const { currency } = settings
  return [
    `${matched(stored)}: ${formatMoney(rate.pricePerUnitMicros)} ${currency} a fragment.`,
    unitSum(rate.pricePerUnitMicros, stored.quantity, 'fragment', currency, catalog.rounding),
  ]
}

function otherPrice({ stored, settings, catalog }: Explained): string[] {
  const priceMicros = stored.sku === null ? undefined : catalog?.tariffs.get(settings.tariff)?.other.get(stored.sku)
  if (catalog === null || priceMicros === undefined) return ['The tariff has no price for this SKU.']
  const { currency } = settings
  return [
    `SKU ${stored.sku} costs ${formatMoney(priceMicros)} ${currency} a unit.`,
    unitSum(priceMicros, stored.quantity, 'unit', currency, catalog.rounding),
  ]
}

const BILLED_BY_MODE: Readonly<Record<BillingMode, string>> = {
  credit: 'it is charged to the credit',
  invoice: 'it is priced for the invoice and takes no credit',
  included: 'it is included in the plan: no price, and no minutes counted',
}

function aiUsage({ stored, settings, catalog }: Explained): string[] {
  const isAnalysis = stored.type === 'conversation_intelligence'
  const mode = isAnalysis ? settings.conversationIntelligence : settings.voiceAgent
  const what = isAnalysis ? 'Conversation Intelligence' : 'Voice Agents'
  const byMode = `The account's billing mode for ${what} is ${mode}: ${BILLED_BY_MODE[mode]}.`
  if (mode === 'included') return [byMode]
  const tariff: Tariff | undefined = catalog?.tariffs.get(settings.tariff)
  const price = isAnalysis ? tariff?.conversationIntelligence : tariff?.voiceAgent
  if (catalog === null || !price) return [byMode, `The tariff has no price for ${what}.`]
  const { pricePerMinuteMicros, increments } = price
  const { currency } = settings
  const billed = billedSeconds(stored.quantity, increments)
  return [
    byMode,
    `The tariff's price is ${formatMoney(pricePerMinuteMicros)} ${currency} a minute, ${incrementsOf(increments)}.`,
    billing(stored.quantity, billed, increments),
    minuteSum(pricePerMinuteMicros, billed, 0n, currency, catalog.rounding),
  ]
}

function takenBack({ corrects, corrected, figures }: StoredUsage): string[] {
  if (corrected === null) return [`Event ${corrects} is no longer recorded.`]
  const { outcome, reason, amountMicros, coveredMinutes, currency } = corrected
  const amount = `${formatMoney(amountMicros)} ${currency}`
  const was = `Event ${corrects} was ${outcome} / ${reason}: ${amount} and ${counted(coveredMinutes, 'covered minute')}.`
  const where = outcome === 'invoiced' ? 'on the invoice, where it was; credit does not move' : 'to the credit'
  const returned = `It is taken back whole: ${formatMoney(amountMicros)} ${currency} goes back ${where}.`
  if (coveredMinutes === 0) return [was, returned]
  const cycle = figures.cycleStart === null ? 'their billing cycle' : `the billing cycle from ${figures.cycleStart}`
  return [was, returned, `Given back to the fair-use counter of ${cycle}: ${counted(coveredMinutes, 'minute')}.`]
}

function whatItCame({ figures }: StoredUsage): string {
  const { outcome, reason, units, coveredMinutes, amountMicros, currency } = figures
  const amount = `${formatMoney(amountMicros)} ${currency ?? ''}`.trimEnd()
  return `Recorded: ${outcome} / ${reason}, ${amount}, ${counted(units, 'unit')} priced, ${counted(coveredMinutes, 'covered minute')}.`
}

function movement({ movement: moved, figures: { movedMicros, currency } }: StoredUsage): string[] {
  if (moved === null) return ['The credit did not move.']
  const { sequence, balanceBeforeMicros, balanceAfterMicros } = moved
  const verb = movedMicros < 0n ? 'took' : 'gave'
  const amount = formatMoney(movedMicros < 0n ? -movedMicros : movedMicros)
  const balance = `balance ${formatMoney(balanceBeforeMicros)} before, ${formatMoney(balanceAfterMicros)} after`
  return [`Movement ${sequence} ${verb} ${amount} ${currency}: ${balance}.`]
}

function laterCorrection({ correctedBy, figures }: StoredUsage): string[] {
  if (correctedBy === null || figures.outcome === 'voided') return []
  const { eventId, recordedAtMicros } = correctedBy
  const at = recordedAtMicros === null ? '' : `, recorded ${formatInstant(recordedAtMicros)}`
  return [`Correction ${eventId}${at}, has since taken it back whole.`]
}

function laterRefusal({ givenUp }: StoredUsage): string[] {
  if (givenUp === null) return []
  const since = formatInstant(givenUp.recordedAtMicros)
  return [
    `It waits no longer since ${since}: rejected / too_late, ${givenUp.detail}. Put back from the dead letters, it counts as new.`,
  ]
}

function verdictOf(stored: StoredUsage, recomputed: Recomputed, differing: readonly (keyof DecisionFigures)[]): string {
  if (recomputed.figures === null) return `Recomputed: not possible, ${recomputed.why}`
  if (differing.length === 0) return 'Recomputed: the same'
  const { figures } = recomputed
  const named = differing.map(
    (name) => `${fieldName(name)} (recorded ${shown(stored.figures[name])}, recomputed ${shown(figures[name])})`,
  )
  return `Recomputed: differs in ${named.join(', ')}`
}

/** Names of the figures as results and tables have them: `amount`, `covered_minutes`. */
export function fieldName(name: keyof DecisionFigures): string {
  return name.replace(/Micros$/, '').replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

function shown(value: DecisionFigures[keyof DecisionFigures]): string {
  if (value === null) return 'nothing'
  return typeof value === 'bigint' ? formatMoney(value) : String(value)
}

function missingRow({ figures: { deck, prefix } }: StoredUsage): string {
  return `The tariff has no price in force under prefix ${prefix ?? 'unknown'} of deck ${deck ?? 'unknown'}.`
}

function matched({ to, figures: { deck, prefix, destination: name } }: StoredUsage): string {
  return `In deck ${deck} the longest prefix of ${to ?? 'the destination'} was ${prefix}, ${name}`
}

function incrementsOf({ firstSeconds, nextSeconds }: Increments): string {
  return `increments of ${firstSeconds} and then ${nextSeconds} seconds`
}

function billing(durationSeconds: number, billed: number, { firstSeconds, nextSeconds }: Increments): string {
  const steps = (billed - firstSeconds) / nextSeconds
  const made = steps === 0 ? `the first ${firstSeconds}` : `${firstSeconds} and ${steps} times ${nextSeconds}`
  return `${counted(durationSeconds, 'second')} became ${counted(billed, 'billed second')}: ${made}.`
}

function minuteSum(priceMicros: Micros, billed: number, feeMicros: Micros, currency: string, rounding: Rounding) {
  const fee = feeMicros === 0n ? '' : `${formatMoney(feeMicros)} + `
  const sum = `${fee}${formatMoney(priceMicros)} x ${billed} / 60`
  return rounded(sum, feeMicros * 60n + priceMicros * BigInt(billed), 60n, currency, rounding)
}

function unitSum(priceMicros: Micros, units: number, unit: string, currency: string, rounding: Rounding) {
  const sum = `${counted(units, unit)} x ${formatMoney(priceMicros)}`
  return rounded(sum, priceMicros * BigInt(units), 1n, currency, rounding)
}

/** `sum` as written, exact, and rounded once: numerator and denominator are of micros. */
function rounded(sum: string, numerator: bigint, denominator: bigint, currency: string, rounding: Rounding): string {
  const amount = formatMoney(roundedQuotient(numerator, denominator, rounding))
  const how = `rounded ${rounding.mode} to ${counted(rounding.scale, 'digit')}`
  const { decimal, isExact } = unroundedQuotient(numerator, denominator)
  return `${sum} = ${decimal}${isExact ? '' : '...'} ${currency} exactly, ${how}: ${amount} ${currency}.`
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
