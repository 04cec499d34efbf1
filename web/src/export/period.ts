/**
 * Periods to export: calendar days in the reader's zone, as the half-open instants of the API. Days are `2026-10-31`;
 * clock changes make one an hour shorter or longer, without moving its boundaries.
 */
import { dateIn } from '../format/date-in.ts'
import { addDays, isDate, startOfDay, startOfMonth } from '../format/days.ts'

/** Half-open, RFC 3339. */
export interface Period {
  readonly from: string
  readonly to: string
}

export interface Days {
  readonly first: string
  /** Inclusive. */
  readonly last: string
}

/** Before any movement. */
export const FIRST_DAY = '2000-01-01'

export function monthOf(day: string): Days {
  return { first: startOfMonth(day), last: addDays(startOfMonth(day, 1), -1) }
}

export function monthBefore(day: string): Days {
  return monthOf(startOfMonth(day, -1))
}

export function periodOf({ first, last }: Days, timeZone: string): Period {
  return { from: startOfDay(timeZone, first), to: startOfDay(timeZone, addDays(last, 1)) }
}

export interface DayFaults {
  readonly first: 'empty' | 'future' | null
  readonly last: 'empty' | 'before_start' | null
}

/** The faults of entered days. A future end is none: the period ends now. */
export function faultsOf({ first, last }: Days, today: string): DayFaults {
  const [hasFirst, hasLast] = [isDate(first), isDate(last)]
  return {
    first: hasFirst ? (first > today ? 'future' : null) : 'empty',
    last: hasLast ? (hasFirst && last < first ? 'before_start' : null) : 'empty',
  }
}

export interface DescribedPeriod extends Days {
  /** It is a whole month, or the current one so far. */
  readonly isMonth: boolean
  /** The instant at which the period was cut off, because it reached past now; null if its last day is whole. */
  readonly cutAt: string | null
}

/** A period as days in a zone. */
export function describePeriod({ from, to }: Period, timeZone: string): DescribedPeriod {
  const first = dateIn(timeZone, new Date(from))
  // A period may be empty.
  const last = dateIn(timeZone, new Date(Math.max(Date.parse(from), Date.parse(to) - 1)))
  const isCut = !isSameInstant(to, startOfDay(timeZone, addDays(last, 1)))
  const month = monthOf(first)
  const beginsMonth = first === month.first && isSameInstant(from, startOfDay(timeZone, first))
  return {
    first,
    last,
    isMonth: beginsMonth && (isCut ? last <= month.last : last === month.last),
    cutAt: isCut ? to : null,
  }
}

/** Compares instants; the API's have six decimals. */
export function isSameInstant(one: string, other: string): boolean {
  return Date.parse(one) === Date.parse(other)
}

/** UTC for a zone that the server knows and this browser does not. */
export function knownZone(timeZone: string): string {
  try {
    new Intl.DateTimeFormat('en', { timeZone })
    return timeZone
  } catch {
    return 'UTC'
  }
}
