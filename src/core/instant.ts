/**
 * Instants are whole microseconds since 1970-01-01T00:00:00Z in a number, which is exact from the year 1684 to 2255.
 * The core never reads a clock: functions that need the current time take it as a parameter.
 */

/** Whole microseconds since 1970-01-01T00:00:00Z. */
export type InstantMicros = number

export const MICROS_PER_SECOND = 1_000_000
export const MICROS_PER_DAY = 86_400 * MICROS_PER_SECOND

const RFC_3339 = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:Z|([+-])(\d{2}):(\d{2}))$/
const CALENDAR_DATE = /^(\d{4})-(\d{2})-(\d{2})$/

/**
 * Parses an RFC 3339 instant with `T` and an offset or `Z`. Fractional digits beyond the sixth are dropped.
 * Null when the text has another form or names a date or time that does not exist.
 */
export function parseInstant(text: string): InstantMicros | null {
  const match = RFC_3339.exec(text)
  if (match === null) return null
  const [, year, month, day, hour, minute, second, fraction = '', sign, offsetHour = '00', offsetMinute = '00'] = match
  const midnightMs = utcMidnightMs(Number(year), Number(month), Number(day))
  if (midnightMs === null) return null
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null
  if (Number(offsetHour) > 23 || Number(offsetMinute) > 59) return null
  const offsetSeconds = (Number(offsetHour) * 3600 + Number(offsetMinute) * 60) * (sign === '-' ? -1 : 1)
  const secondOfDay = Number(hour) * 3600 + Number(minute) * 60 + Number(second)
  const seconds = midnightMs / 1000 + secondOfDay - offsetSeconds
  return seconds * MICROS_PER_SECOND + Number(fraction.slice(0, 6).padEnd(6, '0'))
}

/** Parses a calendar date (`2026-01-31`) as 00:00 UTC of that day. Null when it has another form or does not exist. */
export function parseDate(text: string): InstantMicros | null {
  const match = CALENDAR_DATE.exec(text)
  if (match === null) return null
  const midnightMs = utcMidnightMs(Number(match[1]), Number(match[2]), Number(match[3]))
  return midnightMs === null ? null : midnightMs * 1000
}

/** Parses an instant or a date: catalogs and accounts files allow either. */
export function parseInstantOrDate(text: string): InstantMicros | null {
  return parseInstant(text) ?? parseDate(text)
}

/** Whether the number is exact. An inexact instant could be read back from storage as another one. */
export function isExactInstant(instantMicros: InstantMicros): boolean {
  return Number.isSafeInteger(instantMicros)
}

/** Formats an instant as RFC 3339 in UTC with six fractional digits, the form used in every table and message. */
export function formatInstant(instantMicros: InstantMicros): string {
  const epochMs = Math.floor(instantMicros / 1000)
  const micros = instantMicros - epochMs * 1000
  return `${new Date(epochMs).toISOString().slice(0, -1)}${String(micros).padStart(3, '0')}Z`
}

/** Formats the UTC date of an instant: `2026-01-31`. */
export function formatDate(instantMicros: InstantMicros): string {
  return new Date(Math.floor(instantMicros / 1000)).toISOString().slice(0, 10)
}

function utcMidnightMs(year: number, month: number, day: number): number | null {
  const date = new Date(0)
  // Unlike Date.UTC, setUTCFullYear takes years below 100 literally.
  date.setUTCFullYear(year, month - 1, day)
  const exists = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  return exists ? date.getTime() : null
}

/** The UTC midnight at which the day of an instant begins. */
export function startOfDay(instantMicros: InstantMicros): InstantMicros {
  return Math.floor(instantMicros / MICROS_PER_DAY) * MICROS_PER_DAY
}
