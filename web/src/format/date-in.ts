/** The date in a zone at an instant. Apart from `days.ts`, so that the first view contains this alone. */

/** A function for the date in a zone at an instant. */
export function datesIn(timeZone: string | undefined): (at: Date) => string {
  // `en-CA` writes dates as ISO 8601 does.
  const format = new Intl.DateTimeFormat('en-CA', { timeZone })
  return (at) => format.format(at)
}

/** The date in a zone at an instant. */
export function dateIn(timeZone: string, at: Date): string {
  return datesIn(timeZone)(at)
}
