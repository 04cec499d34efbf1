/** Names of periods: a month if it is one, else its days, with the year if it is not the current one. */
import { dateIn } from '../format/date-in.ts'
import type { DescribedPeriod } from './period.ts'

export interface PeriodNames {
  of(period: Pick<DescribedPeriod, 'first' | 'last' | 'isMonth'>): string
  /** A single day. */
  day(day: string): string
  /** The zone's names in summer and winter. */
  readonly zone: string
}

export function periodNames(locale: string, timeZone: string, now: Date): PeriodNames {
  // Days here are independent of zones.
  const make = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, { timeZone: 'UTC', ...options })
  const days = { day: 'numeric', month: 'long' } as const
  const formats = {
    month: [make({ month: 'long' }), make({ month: 'long', year: 'numeric' })],
    days: [make(days), make({ ...days, year: 'numeric' })],
  } as const
  const thisYear = dateIn(timeZone, now).slice(0, 4)
  const dateOf = (day: string) => new Date(`${day}T00:00:00Z`)
  const pick = (kind: keyof typeof formats, ...named: string[]) =>
    formats[kind][named.every((day) => day.startsWith(thisYear)) ? 0 : 1]!
  const zone = new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: 'longGeneric' })
  return {
    of: ({ first, last, isMonth }) =>
      isMonth
        ? pick('month', first).format(dateOf(first))
        : pick('days', first, last).formatRange(dateOf(first), dateOf(last)),
    day: (day) => pick('days', day).format(dateOf(day)),
    zone: zone.formatToParts(now).find(({ type }) => type === 'timeZoneName')?.value ?? timeZone,
  }
}
