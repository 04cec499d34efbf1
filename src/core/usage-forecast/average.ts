/**
 * What an account uses per day, on average and usually, over whole UTC days before today. Usage counts on the day it
 * was recorded, and a reversal on the day of the movement it reverses, so corrected usage does not count at all.
 */
import { type InstantMicros, MICROS_PER_DAY } from '../instant.ts'
import type { Micros } from '../money.ts'

/** A UTC day, as days since 1970-01-01. */
export type Day = number

/** The average covers at most this many days. */
export const MAX_AVERAGE_DAYS = 14
/** With fewer days there is no average. */
export const MIN_AVERAGE_DAYS = 3

/** Usage from this many usual days on is unusual. */
const UNUSUAL_FROM_TIMES = 3n

export interface UsageHistory {
  readonly today: Day
  /** The day of the account's first usage movement, even if that was reversed later. Null if there is none. */
  readonly firstUsageDay: Day | null
  /**
   * Usage less its reversals, positive if credit was used. Days without usage may be missing. Earlier days may be
   * present.
   */
  readonly usedMicrosByDay: ReadonlyMap<Day, Micros>
}

/** An exact mean: `sumMicros / days`. */
export interface DailyAverage {
  /** Above zero. */
  readonly sumMicros: Micros
  readonly days: number
}

export type NoAverageReason = 'not_enough_usage' | 'no_usage'

export type AverageUsage =
  | { readonly average: DailyAverage }
  /** `days` is the number of whole days considered. */
  | { readonly reason: NoAverageReason; readonly days: number }

/** Returns the UTC day of an instant. */
export function dayOf(instantMicros: InstantMicros): Day {
  return Math.floor(instantMicros / MICROS_PER_DAY)
}

/** The whole days that count, newest last: those after the first day of usage and before today, at most 14. */
function countedDays({ today, firstUsageDay }: UsageHistory): Day[] {
  const wholeDays = firstUsageDay === null ? 0 : Math.max(0, today - firstUsageDay - 1)
  const days = Math.min(MAX_AVERAGE_DAYS, wholeDays)
  return Array.from({ length: days }, (_, i) => today - days + i)
}

/**
 * Returns the mean usage of the last 14 whole days, or of all whole days since the first day of usage if they are
 * fewer.
 */
export function averageUsage(history: UsageHistory): AverageUsage {
  const days = countedDays(history)
  if (days.length < MIN_AVERAGE_DAYS) return { reason: 'not_enough_usage', days: days.length }
  const sumMicros = days.reduce((sum, day) => sum + usedOn(history, day), 0n)
  return sumMicros > 0n ? { average: { sumMicros, days: days.length } } : { reason: 'no_usage', days: days.length }
}

/** Returns the usage of `days` average days, rounded up to a whole micro. */
export function averageDaysMicros({ sumMicros, days: ofDays }: DailyAverage, days: number): Micros {
  return ceilDiv(sumMicros * BigInt(days), BigInt(ofDays))
}

/**
 * Returns the usual usage of a day: the median of the counted days with usage, the lower of the two middle ones. Unlike
 * the mean, it is neither lowered by weekends nor raised by the burst that is compared with it. Null if there is no
 * average.
 */
export function usualDayMicros(history: UsageHistory): Micros | null {
  if ('reason' in averageUsage(history)) return null
  const used = countedDays(history)
    .map((day) => usedOn(history, day))
    .filter((micros) => micros > 0n)
    .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  return used[(used.length - 1) >> 1]!
}

/** Whether today's usage is unusual: at least three usual days. */
export function isUnusual(usedTodayMicros: Micros, usualMicros: Micros | null): boolean {
  return usualMicros !== null && usedTodayMicros >= UNUSUAL_FROM_TIMES * usualMicros
}

/** Returns the usage of a day in micros, 0 if there was none. */
export function usedOn({ usedMicrosByDay }: UsageHistory, day: Day): Micros {
  return usedMicrosByDay.get(day) ?? 0n
}

/** Divides and rounds up. The dividend must not be negative. */
export function ceilDiv(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor - 1n) / divisor
}
