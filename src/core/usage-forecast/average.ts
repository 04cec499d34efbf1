/**
 * What an account uses on a day, by the whole UTC days before today: on average, and usually. Usage is counted on the day on
 * which it was recorded, and a reversal on the day of what it reverses, so what was corrected is not counted at all.
 */
import { type InstantMicros, MICROS_PER_DAY } from '../instant.ts'
import type { Micros } from '../money.ts'

/** A UTC day, counted from 1970-01-01. */
export type Day = number

/** Days that the average is taken over, where there are as many. */
export const MAX_AVERAGE_DAYS = 14
/** With fewer, nothing is said. */
export const MIN_AVERAGE_DAYS = 3

/** Usage from this many usual days on is worth a look. */
const UNUSUAL_FROM_TIMES = 3n

export interface UsageHistory {
  readonly today: Day
  /** Of the first movement that usage made, whatever became of it; null: none has yet. */
  readonly firstUsageDay: Day | null
  /** Usage less its reversals, above zero where credit was used. Days without usage may be missing, earlier ones present. */
  readonly usedMicrosByDay: ReadonlyMap<Day, Micros>
}

/** A mean that is not rounded: `sumMicros / days`. */
export interface DailyAverage {
  /** Above zero. */
  readonly sumMicros: Micros
  readonly days: number
}

export type NoAverageReason = 'not_enough_usage' | 'no_usage'

export type AverageUsage =
  | { readonly average: DailyAverage }
  /** `days` is how many whole days there are to look at. */
  | { readonly reason: NoAverageReason; readonly days: number }

export function dayOf(instantMicros: InstantMicros): Day {
  return Math.floor(instantMicros / MICROS_PER_DAY)
}

/** The whole days that count, newest last: those after the first day of usage and before today, at most 14. */
function countedDays({ today, firstUsageDay }: UsageHistory): Day[] {
  const wholeDays = firstUsageDay === null ? 0 : Math.max(0, today - firstUsageDay - 1)
  const days = Math.min(MAX_AVERAGE_DAYS, wholeDays)
  return Array.from({ length: days }, (_, i) => today - days + i)
}

/** Mean usage of the last 14 whole days, or of as many as there are since the first day of usage. */
export function averageUsage(history: UsageHistory): AverageUsage {
  const days = countedDays(history)
  if (days.length < MIN_AVERAGE_DAYS) return { reason: 'not_enough_usage', days: days.length }
  const sumMicros = days.reduce((sum, day) => sum + usedOn(history, day), 0n)
  return sumMicros > 0n ? { average: { sumMicros, days: days.length } } : { reason: 'no_usage', days: days.length }
}

/** What `days` average days come to, rounded up to a whole micro. */
export function averageDaysMicros({ sumMicros, days: ofDays }: DailyAverage, days: number): Micros {
  return ceilDiv(sumMicros * BigInt(days), BigInt(ofDays))
}

/**
 * The middle one of the counted days on which anything was used, the lower of two: what a day with usage comes to. Unlike
 * the mean it is neither lowered by weekends nor raised by the burst that it is to be held against. Null where there is no
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

/** Whether what was used today should be looked at: three usual days or more. */
export function isUnusual(usedTodayMicros: Micros, usualMicros: Micros | null): boolean {
  return usualMicros !== null && usedTodayMicros >= UNUSUAL_FROM_TIMES * usualMicros
}

export function usedOn({ usedMicrosByDay }: UsageHistory, day: Day): Micros {
  return usedMicrosByDay.get(day) ?? 0n
}

/** Of a dividend that is not negative. */
export function ceilDiv(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor - 1n) / divisor
}
