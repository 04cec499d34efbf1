/** The period of an export in words, in the time zone in which it was chosen. */
import { describePeriod, knownZone, type Period } from './period.ts'
import { periodNames } from './period-words.ts'

export interface ExportPeriod {
  /** Such as `October`; with the zone if it is not the reader's. */
  readonly name: string
  /** When it was cut off within a day, because it reached past the time of the request; null if it was not. */
  readonly endedAt: string | null
}

/** The reader's locale and zone. */
interface Reader {
  readonly locale: string
  readonly timeZone: string
}

export function exportPeriod(
  { time_zone: chosenIn, ...period }: Period & { readonly time_zone: string },
  { locale, timeZone }: Reader,
  now: Date,
): ExportPeriod {
  const zone = knownZone(chosenIn)
  const described = describePeriod(period, zone)
  const name = periodNames(locale, zone, now).of(described)
  return { name: zone === timeZone ? name : `${name} (${zone})`, endedAt: described.cutAt }
}
