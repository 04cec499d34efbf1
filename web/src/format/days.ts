/** Calendar days in a zone, which may have 23, 24 or 25 hours, and the instants that they begin at. Dates are `2026-10-31`. */

const DAY_MS = 86_400_000

/** The date that it is there at this instant. */
export function dateIn(timeZone: string, at: Date): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone }).format(at)
}

export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10)
}

/** The first of the month that this date is in, or of one some months later. */
export function startOfMonth(date: string, monthsLater = 0): string {
  const [year, month] = date.split('-').map(Number) as [number, number]
  return new Date(Date.UTC(year, month - 1 + monthsLater, 1)).toISOString().slice(0, 10)
}

/**
 * The first instant of a day there, RFC 3339. Where clocks are changed at midnight, that is 01:00, or the first of two
 * midnights. So days tile: one ends where the next begins.
 */
export function startOfDay(timeZone: string, date: string): string {
  const midnightMs = Date.parse(`${date}T00:00:00Z`)
  const starts = [midnightMs - DAY_MS, midnightMs + DAY_MS]
    .map((near) => midnightMs - offsetMs(timeZone, near))
    .toSorted((one, other) => one - other)
  const first = starts.find((start) => dateIn(timeZone, new Date(start)) >= date) ?? starts.at(-1)!
  return new Date(first).toISOString()
}

/** Whether there is such a day, of a year that somebody may mean: 0202-10-31 is one that is still being typed. */
export function isDate(text: string): boolean {
  if (!/^2\d{3}-\d\d-\d\d$/.test(text)) return false
  const at = Date.parse(`${text}T00:00:00Z`)
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text)
}

/** What clocks there are ahead of UTC. */
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
