/**
 * Automatic top-up asks one question, always the same, whenever its answer may have changed (a debit, saved settings, the
 * end of a top-up, time): is the balance below the threshold, and may it be charged? It is asked of how things stand and not
 * of what just happened, so it cannot be missed: whoever asks next gets the same answer.
 */
import { formatDate, type InstantMicros, MICROS_PER_DAY, parseDate } from '../instant.ts'
import type { Micros } from '../money.ts'
import type { Ending, TopUp } from './machine.ts'
import type { AutoTopUpMemory } from './memory.ts'

export interface AutoTopUpSettings {
  readonly isOn: boolean
  /** Charged while the balance is *below* it. */
  readonly thresholdMicros: Micros
  readonly amountMicros: Micros
  /** The most that is charged in a month, UTC, by when it was attempted; null: no limit. */
  readonly monthlyCapMicros: Micros | null
}

export const MAX_ATTEMPTS_IN_24_HOURS = 5

/** For so long an automatic top-up waits for a payment by hand that would reach the threshold. */
export const WAIT_FOR_MANUAL_MICROS = 15 * 60_000_000

/**
 * A payment by hand that could not be prepared within this is over: whoever asked for it has gone away, or asked again, and
 * must not be charged hours later.
 */
export const MAX_MANUAL_WAIT_MICROS = 3_600_000_000

/** An automatic attempt that may have charged, or yet may: charging, unknown, processing, needs_action, succeeded. */
export interface CountedAttempt {
  readonly confirmedAtMicros: InstantMicros
  readonly amountMicros: Micros
}

/** A payment by hand that is not settled yet. */
export interface UnsettledManual {
  readonly amountMicros: Micros
  readonly requestedAtMicros: InstantMicros
}

export interface Standing {
  readonly balanceMicros: Micros
  readonly isClosed: boolean
  /** Null: never set up. */
  readonly settings: AutoTopUpSettings | null
  /** The account's method for automatic charges; null: none. */
  readonly methodId: string | null
  readonly memory: AutoTopUpMemory
  /** Since `countedSince` at least; the attempt that is judged is not among them. */
  readonly counted: readonly CountedAttempt[]
  readonly unsettledManual: readonly UnsettledManual[]
}

export type Judgement =
  | { readonly kind: 'charge'; readonly amountMicros: Micros; readonly methodId: string }
  | { readonly kind: 'wait'; readonly untilMicros: InstantMicros }
  /** `untilMicros`: when time alone changes the answer; null: a person must. */
  | { readonly kind: 'ended'; readonly ending: Ending; readonly untilMicros: InstantMicros | null }

/** Asked before each attempt, and again right before its payment is confirmed. */
export function judgeAttempt(standing: Standing, nowMicros: InstantMicros): Judgement {
  const { settings, balanceMicros, memory, methodId, counted } = standing
  if (standing.isClosed) return noLongerNeeded('account_closed')
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
 * What a judgement means for a payment that is prepared already, right before it is confirmed: it must be what would be
 * charged now. Otherwise it is canceled, and the next top-up has the amount and the card that are in force.
 */
export function judgePrepared(prepared: Pick<TopUp, 'amountMicros' | 'methodId'>, judgement: Judgement): Judgement {
  if (judgement.kind !== 'charge') return judgement
  const isSame = judgement.amountMicros === prepared.amountMicros && judgement.methodId === prepared.methodId
  return isSame ? judgement : noLongerNeeded('settings_changed')
}

function noLongerNeeded(reason: string): Judgement {
  return { kind: 'ended', ending: { state: 'no_longer_needed', reason }, untilMicros: null }
}

function skipped(reason: string, untilMicros: InstantMicros | null): Judgement {
  return { kind: 'ended', ending: { state: 'skipped', reason }, untilMicros }
}

/** Until when payments by hand are waited for; null: they do not reach the threshold, or have been waited for. */
function waitForManual(
  { balanceMicros, unsettledManual }: Standing,
  { thresholdMicros }: AutoTopUpSettings,
  nowMicros: InstantMicros,
): InstantMicros | null {
  const fresh = unsettledManual.filter(
    ({ requestedAtMicros }) => requestedAtMicros + WAIT_FOR_MANUAL_MICROS > nowMicros,
  )
  const sumMicros = fresh.reduce((sum, { amountMicros }) => sum + amountMicros, 0n)
  // The balance itself is below: so where it is reached, there is one at least.
  if (balanceMicros + sumMicros < thresholdMicros) return null
  return Math.min(...fresh.map(({ requestedAtMicros }) => requestedAtMicros)) + WAIT_FOR_MANUAL_MICROS
}

/**
 * What the batch compares a balance with: the threshold, or null while a debit would change nothing, because it is off,
 * closed, paused, without a method, waiting at a limit, or open already.
 */
export function armedBelowMicros(armed: {
  readonly isClosed: boolean
  readonly settings: AutoTopUpSettings | null
  readonly methodId: string | null
  readonly memory: AutoTopUpMemory
  readonly hasOpenAutomatic: boolean
  /** The instant that a limit is waited for; null: none is. */
  readonly waitsUntilMicros: InstantMicros | null
}): Micros | null {
  const { isClosed, settings, methodId, memory, hasOpenAutomatic, waitsUntilMicros } = armed
  const isHeld = isClosed || hasOpenAutomatic || methodId === null || memory.pause !== null || waitsUntilMicros !== null
  return settings?.isOn && !isHeld ? settings.thresholdMicros : null
}

/** Since when attempts matter to the limits: the month's beginning, or 24 hours ago where that is earlier. */
export function countedSince(nowMicros: InstantMicros): InstantMicros {
  return Math.min(monthStartMicros(nowMicros), nowMicros - MICROS_PER_DAY)
}

export interface CapUse {
  readonly spentMicros: Micros
  /** Another top-up of the amount would pass the cap. It is never made in part. */
  readonly isUsedUp: boolean
  /** At least 80 % is spent. */
  readonly isNearlyUsed: boolean
}

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

/** When the limit of attempts in 24 hours allows the next one; null: it does now. */
export function dayLimitUntil(counted: readonly CountedAttempt[], nowMicros: InstantMicros): InstantMicros | null {
  const lastDay = counted.filter(({ confirmedAtMicros }) => confirmedAtMicros > nowMicros - MICROS_PER_DAY)
  if (lastDay.length < MAX_ATTEMPTS_IN_24_HOURS) return null
  const newestFirst = lastDay.map(({ confirmedAtMicros }) => confirmedAtMicros).sort((a, b) => b - a)
  return newestFirst[MAX_ATTEMPTS_IN_24_HOURS - 1]! + MICROS_PER_DAY
}

/** 00:00 UTC of the first of the month that the instant falls in. */
export function monthStartMicros(nowMicros: InstantMicros): InstantMicros {
  return parseDate(`${formatDate(nowMicros).slice(0, 7)}-01`)!
}

/** 00:00 UTC of the first of the next month. */
export function nextMonthMicros(nowMicros: InstantMicros): InstantMicros {
  return monthStartMicros(monthStartMicros(nowMicros) + 32 * MICROS_PER_DAY)
}
