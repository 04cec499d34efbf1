/**
 * Calendar days in a zone, which may have 23, 24 or 25 hours, and the instants at which they begin. Dates are
 * `2026-10-31`.
 */

import { dateIn } from './date-in.ts'

export const MS_PER_DAY = 86_400_000

export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * MS_PER_DAY).toISOString().slice(0, 10)
}

/** The first day of a date's month, or of a month some months later. */
export function startOfMonth(date: string, monthsLater = 0): string {
  const [year, month] = date.split('-').map(Number) as [number, number]
  return new Date(Date.UTC(year, month - 1 + monthsLater, 1)).toISOString().slice(0, 10)
}

/**
 * The first instant of a day in a zone, RFC 3339. If clocks change at midnight this is 01:00, or the first of two
 * midnights; so each day ends where the next begins.
 */
export function startOfDay(timeZone: string, date: string): string {
  const midnightMs = Date.parse(`${date}T00:00:00Z`)
  const starts = [midnightMs - MS_PER_DAY, midnightMs + MS_PER_DAY]
    .map((near) => midnightMs - offsetMs(timeZone, near))
    .toSorted((one, other) => one - other)
  const first = starts.find((start) => dateIn(timeZone, new Date(start)) >= date) ?? starts.at(-1)!
  return new Date(first).toISOString()
}

/** Whether the date exists, in a plausible year: 0202-10-31 is still being typed. */
export function isDate(text: string): boolean {
  if (!/^2\d{3}-\d\d-\d\d$/.test(text)) return false
  const at = Date.parse(`${text}T00:00:00Z`)
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text)
}

/** The zone's offset from UTC at an instant. */
function offsetMs(timeZone: string, at: number): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(at)
  const figure = (type: string) => Number(parts.find((part) => part.type === type)?.value)
  const clock = Date.UTC(
    figure('year'),
    figure('month') - 1,
    figure('day'),
    figure('hour'),
    figure('minute'),
    figure('second'),
  )
  return clock - Math.floor(at / 1000) * 1000
}
