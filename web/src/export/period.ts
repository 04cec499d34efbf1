/**
 * Periods to export: calendar days where the reader is, as the half-open instants that the API takes. Days are
 * `2026-10-31`; clocks that go forward or back make one an hour shorter or longer, and move no boundary.
 */

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

const HOUR_SECONDS = 3_600
const DAY_MS = 86_400_000
/** Zones are at the most this far ahead of and behind UTC, and an hour more for good measure. */
const [MAX_AHEAD_HOURS, MAX_BEHIND_HOURS] = [15, 13]

export function dayAt(instant: Date, timeZone: string): string {
  return dayFormat(timeZone).format(instant)
}

/** The first instant of a day. Where clocks go forward over midnight, that is 01:00. */
export function startOfDay(day: string, timeZone: string): string {
  const format = dayFormat(timeZone)
  const midnight = Date.parse(`${day}T00:00:00Z`) / 1000
  let before = midnight - MAX_AHEAD_HOURS * HOUR_SECONDS
  let reached = midnight + MAX_BEHIND_HOURS * HOUR_SECONDS
  while (reached - before > 1) {
    const middle = Math.floor((before + reached) / 2)
    if (format.format(new Date(middle * 1000)) < day) before = middle
    else reached = middle
  }
  return new Date(reached * 1000).toISOString()
}

export function monthOf(day: string): Days {
  return { first: firstOfMonth(day, 0), last: dayAfter(firstOfMonth(day, 1), -1) }
}

export function monthBefore(day: string): Days {
  return monthOf(firstOfMonth(day, -1))
}

export function periodOf({ first, last }: Days, timeZone: string): Period {
  return { from: startOfDay(first, timeZone), to: startOfDay(dayAfter(last, 1), timeZone) }
}

export interface DayFaults {
  readonly first: 'empty' | 'future' | null
  readonly last: 'empty' | 'before_start' | null
}

/** What is wrong with days of one's own. An end to come is none: the period ends now. */
export function faultsOf({ first, last }: Days, today: string): DayFaults {
  const [hasFirst, hasLast] = [first >= FIRST_DAY, last >= FIRST_DAY]
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
  const first = dayAt(new Date(from), timeZone)
  // One may be without any length.
  const last = dayAt(new Date(Math.max(Date.parse(from), Date.parse(to) - 1)), timeZone)
  const isCut = !isSameInstant(to, startOfDay(dayAfter(last, 1), timeZone))
  const month = monthOf(first)
  const beginsMonth = first === month.first && isSameInstant(from, startOfDay(first, timeZone))
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

function firstOfMonth(day: string, monthsLater: number): string {
  const [year, month] = day.split('-').map(Number)
  return dayOf(Date.UTC(year!, month! - 1 + monthsLater))
}

function dayAfter(day: string, days: number): string {
  return dayOf(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS)
}

function dayOf(utcMs: number): string {
  return new Date(utcMs).toISOString().slice(0, FIRST_DAY.length)
}

/** One that the server knows and this browser does not is read as UTC. */
export function knownZone(timeZone: string): string {
  try {
    dayFormat(timeZone)
    return timeZone
  } catch {
    return 'UTC'
  }
}

/** Canada writes days as ISO 8601 has them. */
function dayFormat(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-CA', { timeZone })
}
