/** Instants in the reader's zone and locale. Which zone that is, the page says once. */

export interface DateFormat {
  /** 14 Jul, 09:30: what a sentence or a row needs. The year is there where it is not this one. */
  moment(instant: string): string
  /** 14 July, with the year where it is not this one. */
  day(instant: string): string
  /** A calendar date, which has no zone: 31 July 2026. */
  calendarDate(date: string): string
  /** July: the month of caps, which is UTC's. */
  readonly thisMonth: string
  /** 09:30. */
  time(instant: string): string
  /** Whether two instants are on one day here. */
  isSameDay(one: string, other: string): boolean
  readonly zoneName: string
}

export interface DateOptions {
  /** The reader's own unless given. */
  readonly timeZone?: string | undefined
  readonly now: () => Date
}

export function dateFormat(locale: string, { timeZone, now }: DateOptions): DateFormat {
  const make = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, { timeZone, ...options })
  // Where a day has 24 hours, they have two digits.
  const { hour12 } = make({ hour: 'numeric' }).resolvedOptions()
  const clock = { hour: hour12 ? 'numeric' : '2-digit', minute: '2-digit' } as const
  const moment = { day: 'numeric', month: 'short', ...clock } as const
  const [short, shortWithYear] = [make(moment), make({ ...moment, year: 'numeric' })]
  const day = { day: 'numeric', month: 'long' } as const
  const [long, longWithYear] = [make(day), make({ ...day, year: 'numeric' })]
  const date = make({ dateStyle: 'long', timeZone: 'UTC' })
  const month = make({ month: 'long', timeZone: 'UTC' })
  const time = make(clock)
  const key = new Intl.DateTimeFormat('en-CA', { timeZone })
  const isThisYear = (at: Date) => key.format(at).slice(0, 4) === key.format(now()).slice(0, 4)
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
    thisMonth: month.format(now()),
    time: (instant) => time.format(new Date(instant)),
    isSameDay: (one, other) => key.format(new Date(one)) === key.format(new Date(other)),
    zoneName: zone.formatToParts(now()).find(({ type }) => type === 'timeZoneName')?.value ?? 'UTC',
  }
}
