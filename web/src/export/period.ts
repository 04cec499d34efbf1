/**
 * Periods to export: calendar days where the reader is, as the half-open instants that the API takes. Days are
 * `2026-10-31`; clocks that go forward or back make one an hour shorter or longer, and move no boundary.
 */
import { addDays, dateIn, isDate, startOfDay, startOfMonth } from '../format/days.ts'

/** From an instant to before another, RFC 3339. */
export interface Period {
  readonly from: string
  readonly to: string
}

export interface Days {
  readonly first: string
  /** Belongs to it. */
  readonly last: string
}

/** No movement is older than the product. */
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

/** What is wrong with days of one's own. An end to come is none: the period ends now. */
export function faultsOf({ first, last }: Days, today: string): DayFaults {
  const [hasFirst, hasLast] = [isDate(first), isDate(last)]
  return {
    first: hasFirst ? (first > today ? 'future' : null) : 'empty',
    last: hasLast ? (hasFirst && last < first ? 'before_start' : null) : 'empty',
  }
}

export interface DescribedPeriod extends Days {
  /** It is of a whole month, or of one so far. */
  readonly isMonth: boolean
  /** The instant that it was cut off at, as it reached past it; null: its last day is whole. */
  readonly cutAt: string | null
}

/** A period as the days that it has in a zone. */
export function describePeriod({ from, to }: Period, timeZone: string): DescribedPeriod {
  const first = dateIn(timeZone, new Date(from))
  // One may be without any length.
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

/** The API has six digits of a second. */
export function isSameInstant(one: string, other: string): boolean {
  return Date.parse(one) === Date.parse(other)
}

/** One that the server knows and this browser does not is read as UTC. */
export function knownZone(timeZone: string): string {
  try {
    new Intl.DateTimeFormat('en', { timeZone })
    return timeZone
  } catch {
    return 'UTC'
  }
}
