/**
 * Automatic top-up always asks the same question, whenever the answer may have changed (a debit, saved settings, the
 * end of a top-up, time): is the balance below the threshold, and is a charge allowed? The answer depends on the
 * current state and not on what just happened. So no change can be missed: the next question has the same answer.
 */
import { formatDate, type InstantMicros, MICROS_PER_DAY, parseDate } from '../instant.ts'
import type { Micros } from '../money.ts'
import type { Ending, TopUp, TopUpTrigger } from './machine.ts'
import type { AutoTopUpMemory } from './memory.ts'

export interface AutoTopUpSettings {
  readonly isOn: boolean
  /** Charged while the balance is *below* it. */
  readonly thresholdMicros: Micros
  readonly amountMicros: Micros
  /** The most that is charged in a UTC month, by time of the attempt. Null if there is no limit. */
  readonly monthlyCapMicros: Micros | null
}

export const MAX_ATTEMPTS_IN_24_HOURS = 5

/** How long an automatic top-up waits for a manual payment that would reach the threshold. */
export const WAIT_FOR_MANUAL_MICROS = 15 * 60_000_000

/**
 * How long a manual payment may take until it is prepared. After that it is dropped: the person has left or tried
 * again, and must not be charged hours later.
 */
export const MAX_MANUAL_WAIT_MICROS = 3_600_000_000

/** An automatic attempt that charged or may still charge: charging, unknown, processing, needs_action, succeeded. */
export interface CountedAttempt {
  readonly confirmedAtMicros: InstantMicros
  readonly amountMicros: Micros
}

/** A manual payment that is not settled yet. */
export interface UnsettledManual {
  readonly amountMicros: Micros
  readonly requestedAtMicros: InstantMicros
}

/** What the judgement depends on. */
export interface Standing {
  readonly balanceMicros: Micros
  readonly isClosed: boolean
  /** Null if it was never set up. */
  readonly settings: AutoTopUpSettings | null
  /** The account's method for automatic charges. Null if there is none. */
  readonly methodId: string | null
  readonly memory: AutoTopUpMemory
  /** At least since `countedSince`. Does not contain the attempt that is judged. */
  readonly counted: readonly CountedAttempt[]
  readonly unsettledManual: readonly UnsettledManual[]
}

export type Judgement =
  | { readonly kind: 'charge'; readonly amountMicros: Micros; readonly methodId: string }
  | { readonly kind: 'wait'; readonly untilMicros: InstantMicros }
  /** `untilMicros`: when the answer changes by itself. Null if a person must change something. */
  | { readonly kind: 'unwanted'; readonly ending: Ending; readonly untilMicros: InstantMicros | null }

/**
 * Judges whether an automatic top-up may be charged now. Called before each attempt, and again right before its payment
 * is confirmed.
 */
export function judgeAttempt(standing: Standing, nowMicros: InstantMicros): Judgement {
  const { settings, balanceMicros, memory, methodId, counted } = standing
  if (standing.isClosed) return { kind: 'unwanted', ending: endingWhenClosed('automatic'), untilMicros: null }
  if (settings === null || !settings.isOn) return noLongerNeeded('turned_off')
  if (balanceMicros >= settings.thresholdMicros) return noLongerNeeded('balance_restored')
  if (memory.pause !== null) return skipped('paused', null)
  if (methodId === null) return skipped('no_method', null)
  const reaching = waitForManual(standing, settings, nowMicros)
  if (reaching !== null) return { kind: 'wait', untilMicros: reaching }
  if (capUse(settings, counted, nowMicros).isUsedUp) return skipped('monthly_cap', nextMonthMicros(nowMicros))
  const dayLimitUntilMicros = dayLimitUntil(counted, nowMicros)
  if (dayLimitUntilMicros !== null) return skipped('day_limit', dayLimitUntilMicros)
  return { kind: 'charge', amountMicros: settings.amountMicros, methodId }
}

/**
 * Judges whether a manual top-up may be charged now. A person wants it, so it is canceled only if something it needs is
 * missing.
 */
export function judgeManual(
  { methodId, amountMicros, requestedAtMicros }: Pick<TopUp, 'methodId' | 'amountMicros' | 'requestedAtMicros'>,
  { isClosed, isMethodRemoved }: { readonly isClosed: boolean; readonly isMethodRemoved: boolean },
  nowMicros: InstantMicros,
): Judgement {
  if (isClosed) return { kind: 'unwanted', ending: endingWhenClosed('manual'), untilMicros: null }
  if (nowMicros - requestedAtMicros > MAX_MANUAL_WAIT_MICROS) return canceled('provider_unavailable')
  if (methodId === null || isMethodRemoved) return canceled('no_method')
  return { kind: 'charge', amountMicros, methodId }
}

/** How a top-up ends because its account is closed. */
export function endingWhenClosed(trigger: TopUpTrigger): Ending {
  return { state: trigger === 'automatic' ? 'no_longer_needed' : 'canceled', reason: 'account_closed' }
}

/**
 * Applies a judgement to a prepared payment right before it is confirmed. Its amount and card must be those that would
 * be charged now. Otherwise it is canceled, and the next top-up has the current amount and card.
 */
export function judgePrepared(prepared: Pick<TopUp, 'amountMicros' | 'methodId'>, judgement: Judgement): Judgement {
  if (judgement.kind !== 'charge') return judgement
  const isSame = judgement.amountMicros === prepared.amountMicros && judgement.methodId === prepared.methodId
  return isSame ? judgement : noLongerNeeded('settings_changed')
}

function noLongerNeeded(reason: string): Judgement {
  return { kind: 'unwanted', ending: { state: 'no_longer_needed', reason }, untilMicros: null }
}

function canceled(reason: string): Judgement {
  return { kind: 'unwanted', ending: { state: 'canceled', reason }, untilMicros: null }
}

function skipped(reason: string, untilMicros: InstantMicros | null): Judgement {
  return { kind: 'unwanted', ending: { state: 'skipped', reason }, untilMicros }
}

/** Until when to wait for manual payments. Null if they do not reach the threshold, or if the wait is over. */
function waitForManual(
  { balanceMicros, unsettledManual }: Standing,
  { thresholdMicros }: AutoTopUpSettings,
  nowMicros: InstantMicros,
): InstantMicros | null {
  const fresh = unsettledManual.filter(
    ({ requestedAtMicros }) => requestedAtMicros + WAIT_FOR_MANUAL_MICROS > nowMicros,
  )
  const sumMicros = fresh.reduce((sum, { amountMicros }) => sum + amountMicros, 0n)
  // The balance alone is below the threshold. So if the sum reaches it, there is at least one manual payment.
  if (balanceMicros + sumMicros < thresholdMicros) return null
  return Math.min(...fresh.map(({ requestedAtMicros }) => requestedAtMicros)) + WAIT_FOR_MANUAL_MICROS
}

/**
 * Returns the threshold that a batch compares balances with. Null while a debit would change nothing: automatic top-up
 * is off, paused, without a method, waiting for a limit or already open, or the account is closed.
 */
export function armedBelowMicros(armed: {
  readonly isClosed: boolean
  readonly settings: AutoTopUpSettings | null
  readonly methodId: string | null
  readonly memory: AutoTopUpMemory
  readonly hasOpenAutomatic: boolean
  /** When the limit that it waits for allows a charge. Null if it waits for none. */
  readonly waitsUntilMicros: InstantMicros | null
}): Micros | null {
  const { isClosed, settings, methodId, memory, hasOpenAutomatic, waitsUntilMicros } = armed
  const isHeld = isClosed || hasOpenAutomatic || methodId === null || memory.pause !== null || waitsUntilMicros !== null
  return settings?.isOn && !isHeld ? settings.thresholdMicros : null
}

/**
 * Returns the time from which attempts count towards the limits: the start of the month, or 24 hours ago if that is
 * earlier.
 */
export function countedSince(nowMicros: InstantMicros): InstantMicros {
  return Math.min(monthStartMicros(nowMicros), nowMicros - MICROS_PER_DAY)
}

/** How much of the monthly cap is used. */
export interface CapUse {
  readonly spentMicros: Micros
  /** Another top-up would exceed the cap. A top-up is never made in part. */
  readonly isUsedUp: boolean
  /** At least 80 % is used. */
  readonly isNearlyUsed: boolean
}

/** Returns how much of the monthly cap the counted attempts use. */
export function capUse(
  { amountMicros, monthlyCapMicros }: Pick<AutoTopUpSettings, 'amountMicros' | 'monthlyCapMicros'>,
  counted: readonly CountedAttempt[],
  nowMicros: InstantMicros,
): CapUse {
  const month = monthStartMicros(nowMicros)
  const spentMicros = counted
    .filter(({ confirmedAtMicros }) => confirmedAtMicros >= month)
    .reduce((sum, one) => sum + one.amountMicros, 0n)
  if (monthlyCapMicros === null) return { spentMicros, isUsedUp: false, isNearlyUsed: false }
  return {
    spentMicros,
    isUsedUp: spentMicros + amountMicros > monthlyCapMicros,
    isNearlyUsed: spentMicros * 10n >= monthlyCapMicros * 8n,
  }
}

/** Returns when the limit of attempts in 24 hours allows the next one. Null if it does now. */
export function dayLimitUntil(counted: readonly CountedAttempt[], nowMicros: InstantMicros): InstantMicros | null {
  const lastDay = counted.filter(({ confirmedAtMicros }) => confirmedAtMicros > nowMicros - MICROS_PER_DAY)
  if (lastDay.length < MAX_ATTEMPTS_IN_24_HOURS) return null
  const newestFirst = lastDay.map(({ confirmedAtMicros }) => confirmedAtMicros).sort((a, b) => b - a)
  return newestFirst[MAX_ATTEMPTS_IN_24_HOURS - 1]! + MICROS_PER_DAY
}

/** Returns 00:00 UTC of the first day of the instant's month. */
export function monthStartMicros(nowMicros: InstantMicros): InstantMicros {
  return parseDate(`${formatDate(nowMicros).slice(0, 7)}-01`)!
}

/** Returns 00:00 UTC of the first day of the next month. */
export function nextMonthMicros(nowMicros: InstantMicros): InstantMicros {
  return monthStartMicros(monthStartMicros(nowMicros) + 32 * MICROS_PER_DAY)
}
