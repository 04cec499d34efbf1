/** Instants in the reader's zone and locale. The page names the zone once. */
import { datesIn } from './date-in.ts'

export interface DateFormat {
  /** Such as 14 Jul, 09:30, with the year if it is not the current one. */
  moment(instant: string): string
  /** Such as 14 July, with the year if it is not the current one. */
  day(instant: string): string
  /** A date independent of zones: 31 July 2026. */
  calendarDate(date: string): string
  /** Such as July: the month of the cap, in UTC. */
  readonly thisMonth: string
  /** Such as 09:30. */
  time(instant: string): string
  /** Whether two instants are on the same day in this zone. */
  isSameDay(one: string, other: string): boolean
  readonly zoneName: string
}

export interface DateOptions {
  /** Default: the reader's own. */
  readonly timeZone?: string | undefined
  readonly now: () => Date
}

/** Month and zone are those of each reading: the page may be open for days. */
export function dateFormat(locale: string, { timeZone, now }: DateOptions): DateFormat {
  const make = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, { timeZone, ...options })
  // In locales with a 24-hour clock, hours have two digits.
  const { hour12 } = make({ hour: 'numeric' }).resolvedOptions()
  const clock = { hour: hour12 ? 'numeric' : '2-digit', minute: '2-digit' } as const
  const moment = { day: 'numeric', month: 'short', ...clock } as const
  const [short, shortWithYear] = [make(moment), make({ ...moment, year: 'numeric' })]
  const day = { day: 'numeric', month: 'long' } as const
  const [long, longWithYear] = [make(day), make({ ...day, year: 'numeric' })]
  const date = make({ dateStyle: 'long', timeZone: 'UTC' })
  const month = make({ month: 'long', timeZone: 'UTC' })
  const time = make(clock)
  const dateAt = datesIn(timeZone)
  const isThisYear = (at: Date) => dateAt(at).slice(0, 4) === dateAt(now()).slice(0, 4)
  const zone = make({ timeZoneName: 'long' })
  return {
    moment(instant) {
      const at = new Date(instant)
      return (isThisYear(at) ? short : shortWithYear).format(at)
    },
    day(instant) {
      const at = new Date(instant)
      return (isThisYear(at) ? long : longWithYear).format(at)
    },
    calendarDate: (text) => date.format(new Date(`${text}T00:00:00Z`)),
    get thisMonth() {
      return month.format(now())
    },
    time: (instant) => time.format(new Date(instant)),
    isSameDay: (one, other) => dateAt(new Date(one)) === dateAt(new Date(other)),
    get zoneName() {
      return zone.formatToParts(now()).find(({ type }) => type === 'timeZoneName')?.value ?? 'UTC'
    },
  }
}
