/**
 * How long credit lasts at average usage, and what follows from it: a threshold and amounts to suggest. Figures and reasons;
 * nothing here is a promise, and nothing is charged by it.
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

/** Beyond it a number of days says more than anybody knows. */
export const MAX_DAYS_LEFT = 90
/** Average days that a threshold should cover. */
const THRESHOLD_DAYS = 14
/** Average days that suggested amounts should last, after what is owed is paid. */
const AMOUNT_DAYS = [7, 30] as const
/** Suggestions are rounded up to the next of these. */
const STEP_MICROS = 5n * MICROS_PER_UNIT
const CENT_MICROS = MICROS_PER_UNIT / 100n

export type DaysLeft =
  /** Whole days, 0 to 90, rounded down; 0 is less than a day. */
  { readonly days: number } | { readonly reason: NoAverageReason | 'no_credit' | 'more_than_90_days' }

export interface SuggestedAmount {
  readonly amountMicros: Micros
  /** Average days that it lasts at least, once what is owed is paid. */
  readonly days: number
}

export interface UsageForecast {
  /** Whole days that were looked at. */
  readonly days: number
  /** Rounded to the nearest micro, halves up; null: see `noAverageReason`. */
  readonly averageMicros: Micros | null
  readonly noAverageReason: NoAverageReason | null
  readonly daysLeft: DaysLeft
  readonly usedTodayMicros: Micros
  readonly usualDayMicros: Micros | null
  readonly isUnusual: boolean
  /** What has to be paid before credit is above zero, rounded up to a cent: more than this unblocks calls. */
  readonly owedMicros: Micros
  /** Null where there is no average. */
  readonly suggestedThresholdMicros: Micros | null
  /** Ascending, without two that are the same; empty where there is no average or no payment would be enough. */
  readonly suggestedAmounts: readonly SuggestedAmount[]
}

/** What a threshold and a payment may be: suggestions stay within them. */
export interface SuggestionBounds {
  readonly threshold: Bounds
  readonly payment: Bounds
}

/** All that is said of an account's usage to come, from what it used and what it has. */
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

/** Balance by average, rounded down; computed from the sum, so that no rounding of the average moves a day. */
export function daysLeft(balanceMicros: Micros, { sumMicros, days }: DailyAverage): DaysLeft {
  if (balanceMicros <= 0n) return { reason: 'no_credit' }
  const left = (balanceMicros * BigInt(days)) / sumMicros
  return left > BigInt(MAX_DAYS_LEFT) ? { reason: 'more_than_90_days' } : { days: Number(left) }
}

/**
 * Whole days until usage takes the balance below what asks for an automatic top-up, rounded down; 0 is less than a day. Null
 * where nothing asks for one, where it is below already, without an average, and beyond 90 days.
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

/** When the balance is used up at this average, to the microsecond and never later; null where `daysLeft` says no number. */
export function usedUpAtMicros(
  balanceMicros: Micros,
  average: DailyAverage,
  nowMicros: InstantMicros,
): InstantMicros | null {
  if (!('days' in daysLeft(balanceMicros, average))) return null
  return nowMicros + Number((balanceMicros * BigInt(average.days) * BigInt(MICROS_PER_DAY)) / average.sumMicros)
}

/** Seven average days, up to the next 5. */
export function weekMicros(average: DailyAverage): Micros {
  return roundUp(averageDaysMicros(average, 7), STEP_MICROS)
}

/** What is owed, rounded up to a cent: never less than what there is to pay. Zero where nothing is. */
export function owedMicros(balanceMicros: Micros): Micros {
  return balanceMicros >= 0n ? 0n : roundUp(-balanceMicros, CENT_MICROS)
}

/** Fourteen average days, up to the next 5, within the bounds of thresholds. */
export function suggestThreshold(average: DailyAverage, bounds: Bounds): Micros {
  return clamp(roundUp(averageDaysMicros(average, THRESHOLD_DAYS), STEP_MICROS), bounds)
}

/**
 * What pays what is owed and then lasts 7 or 30 average days, up to the next 5, within the bounds of payments. One that the
 * upper bound keeps from paying more than what is owed would unblock nothing, and is left out.
 */
export function suggestAmounts(average: DailyAverage, balanceMicros: Micros, bounds: Bounds): SuggestedAmount[] {
  const owed = owedMicros(balanceMicros)
  const byAmount = new Map<Micros, SuggestedAmount>()
  for (const wantedDays of AMOUNT_DAYS) {
    const amountMicros = clamp(roundUp(owed + averageDaysMicros(average, wantedDays), STEP_MICROS), bounds)
    if (amountMicros <= owed) continue
    // The bound may have cut it; where it has not, it lasts what it was made for.
    const lasts = ((amountMicros - owed) * BigInt(average.days)) / average.sumMicros
    const days = lasts < BigInt(wantedDays) ? Number(lasts) : wantedDays
    byAmount.set(amountMicros, { amountMicros, days })
  }
  return [...byAmount.values()]
}

export function roundedMean({ sumMicros, days }: DailyAverage): Micros {
  return (2n * sumMicros + BigInt(days)) / (2n * BigInt(days))
}

function roundUp(micros: Micros, stepMicros: Micros): Micros {
  return ceilDiv(micros, stepMicros) * stepMicros
}
