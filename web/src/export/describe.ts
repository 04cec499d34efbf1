/** An export's period as people call it, in the zone that it was chosen in. */
import { describePeriod, knownZone, type Period } from './period.ts'
import { periodNames } from './period-words.ts'

export interface ExportPeriod {
  /** `October`; with the zone where it is not the reader's. */
  readonly name: string
  /** When it ended, where that is within a day: it was to reach past what was now. */
  readonly endedAt: string | null
}

/** As the page knows them. */
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
