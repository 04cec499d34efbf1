/**
 * How long credit lasts at average usage, with suggestions for a threshold and amounts. These are figures and reasons;
 * they promise nothing, and nothing is charged by them.
 */
import { type Bounds, clamp } from '../bounds.ts'
import { type InstantMicros, MICROS_PER_DAY } from '../instant.ts'
import { MICROS_PER_UNIT, type Micros } from '../money.ts'
import {
  averageDaysMicros,
  averageUsage,
  ceilDiv,
  type DailyAverage,
  isUnusual,
  type NoAverageReason,
  type UsageHistory,
  usedOn,
  usualDayMicros,
} from './average.ts'

/** Longer forecasts would be more precise than the data allows. */
export const MAX_DAYS_LEFT = 90
/** The average days that a threshold should cover. */
const THRESHOLD_DAYS = 14
/** The average days that suggested amounts should last after paying what is owed. */
const AMOUNT_DAYS = [7, 30] as const
/** Suggestions are rounded up to a multiple of this. */
const STEP_MICROS = 5n * MICROS_PER_UNIT
const CENT_MICROS = MICROS_PER_UNIT / 100n

export type DaysLeft =
  /** Whole days from 0 to 90, rounded down. 0 means less than a day. */
  { readonly days: number } | { readonly reason: NoAverageReason | 'no_credit' | 'more_than_90_days' }

/** A suggested payment. */
export interface SuggestedAmount {
  readonly amountMicros: Micros
  /** The average days that it lasts at least, after paying what is owed. */
  readonly days: number
}

export interface UsageForecast {
  /** The number of whole days considered. */
  readonly days: number
  /** Rounded to the nearest micro, halves up. Null for the reason in `noAverageReason`. */
  readonly averageMicros: Micros | null
  readonly noAverageReason: NoAverageReason | null
  readonly daysLeft: DaysLeft
  readonly usedTodayMicros: Micros
  readonly usualDayMicros: Micros | null
  readonly isUnusual: boolean
  /** What must be paid to bring the balance to zero, rounded up to a cent. Paying more than this unblocks calls. */
  readonly owedMicros: Micros
  /** Null if there is no average. */
  readonly suggestedThresholdMicros: Micros | null
  /** Ascending, without duplicates. Empty if there is no average, or if no payment would be enough. */
  readonly suggestedAmounts: readonly SuggestedAmount[]
}

/** The bounds of thresholds and payments. Suggestions stay within them. */
export interface SuggestionBounds {
  readonly threshold: Bounds
  readonly payment: Bounds
}

/** Forecasts an account's usage from its history and balance. */
export function forecastUsage(history: UsageHistory, balanceMicros: Micros, bounds: SuggestionBounds): UsageForecast {
  const found = averageUsage(history)
  const usedTodayMicros = usedOn(history, history.today)
  const usualMicros = usualDayMicros(history)
  const common = {
    usedTodayMicros,
    usualDayMicros: usualMicros,
    isUnusual: isUnusual(usedTodayMicros, usualMicros),
    owedMicros: owedMicros(balanceMicros),
  }
  if ('reason' in found) {
    return {
      ...common,
      days: found.days,
      averageMicros: null,
      noAverageReason: found.reason,
      daysLeft: { reason: balanceMicros <= 0n ? 'no_credit' : found.reason },
      suggestedThresholdMicros: null,
      suggestedAmounts: [],
    }
  }
  const { average } = found
  return {
    ...common,
    days: average.days,
    averageMicros: roundedMean(average),
    noAverageReason: null,
    daysLeft: daysLeft(balanceMicros, average),
    suggestedThresholdMicros: suggestThreshold(average, bounds.threshold),
    suggestedAmounts: suggestAmounts(average, balanceMicros, bounds.payment),
  }
}

/** Returns balance / average, rounded down to whole days. Uses the exact sum, so no rounding of the average matters. */
export function daysLeft(balanceMicros: Micros, { sumMicros, days }: DailyAverage): DaysLeft {
  if (balanceMicros <= 0n) return { reason: 'no_credit' }
  const left = (balanceMicros * BigInt(days)) / sumMicros
  return left > BigInt(MAX_DAYS_LEFT) ? { reason: 'more_than_90_days' } : { days: Number(left) }
}

/**
 * Returns the whole days until usage brings the balance below the automatic top-up threshold, rounded down. Null if no
 * top-up would be requested, if the balance is already below, without an average, and beyond 90 days.
 */
export function daysToTopUp(
  history: UsageHistory,
  balanceMicros: Micros,
  autoTopUpBelowMicros: Micros | null,
): number | null {
  const found = averageUsage(history)
  if ('reason' in found || autoTopUpBelowMicros === null || balanceMicros < autoTopUpBelowMicros) return null
  const { sumMicros, days } = found.average
  const left = ((balanceMicros - autoTopUpBelowMicros) * BigInt(days)) / sumMicros
  return left > BigInt(MAX_DAYS_LEFT) ? null : Number(left)
}

/**
 * Returns when the balance is used up at this average, to the microsecond and never later. Null if `daysLeft` gives no
 * number.
 */
export function usedUpAtMicros(
  balanceMicros: Micros,
  average: DailyAverage,
  nowMicros: InstantMicros,
): InstantMicros | null {
  if (!('days' in daysLeft(balanceMicros, average))) return null
  return nowMicros + Number((balanceMicros * BigInt(average.days) * BigInt(MICROS_PER_DAY)) / average.sumMicros)
}

/** Returns seven average days, rounded up to a multiple of 5 units. */
export function weekMicros(average: DailyAverage): Micros {
  return roundUp(averageDaysMicros(average, 7), STEP_MICROS)
}

/** Returns what is owed, rounded up to a cent so that paying it is enough. Zero if nothing is owed. */
export function owedMicros(balanceMicros: Micros): Micros {
  return balanceMicros >= 0n ? 0n : roundUp(-balanceMicros, CENT_MICROS)
}

/** Returns fourteen average days, rounded up to a multiple of 5 units, within the bounds. */
export function suggestThreshold(average: DailyAverage, bounds: Bounds): Micros {
  return clamp(roundUp(averageDaysMicros(average, THRESHOLD_DAYS), STEP_MICROS), bounds)
}

/**
 * Returns amounts that pay what is owed and then last 7 or 30 average days, rounded up to a multiple of 5 units, within
 * the bounds. An amount is left out if the upper bound keeps it from paying more than what is owed, because it would
 * not unblock calls.
 */
export function suggestAmounts(average: DailyAverage, balanceMicros: Micros, bounds: Bounds): SuggestedAmount[] {
  const owed = owedMicros(balanceMicros)
  const byAmount = new Map<Micros, SuggestedAmount>()
  for (const wantedDays of AMOUNT_DAYS) {
    const amountMicros = clamp(roundUp(owed + averageDaysMicros(average, wantedDays), STEP_MICROS), bounds)
    if (amountMicros <= owed) continue
    // The bound may have cut the amount. If not, it lasts the days it was made for.
    const lasts = ((amountMicros - owed) * BigInt(average.days)) / average.sumMicros
    const days = lasts < BigInt(wantedDays) ? Number(lasts) : wantedDays
    byAmount.set(amountMicros, { amountMicros, days })
  }
  return [...byAmount.values()]
}

/** Returns the mean, rounded to the nearest micro, halves up. */
export function roundedMean({ sumMicros, days }: DailyAverage): Micros {
  return (2n * sumMicros + BigInt(days)) / (2n * BigInt(days))
}

function roundUp(micros: Micros, stepMicros: Micros): Micros {
  return ceilDiv(micros, stepMicros) * stepMicros
}
