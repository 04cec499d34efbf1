/** For tests that take midnight as passed or not: what one step counts as today has to be today for the next one too. */
import { until } from '../../testkit/until.ts'

const DAY_MS = 86_400_000

/** Returns at once if the day in this zone lasts that much longer; otherwise the next day has begun when it returns. */
export async function withinOneDay(timeZone: string, ms: number): Promise<void> {
  const leftMs = DAY_MS - timeOfDayMs(timeZone)
  if (leftMs > ms) return
  console.warn(`waiting ${Math.ceil(leftMs / 1_000)} s for midnight in ${timeZone} to pass`)
  await until(`the day in ${timeZone} has ended`, () => DAY_MS - timeOfDayMs(timeZone) > ms, leftMs + 10_000)
}

/** Wrong by an hour if the clocks change on this day, but no zone changes them in the last minutes of a day. */
function timeOfDayMs(timeZone: string, at = new Date()): number {
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone, timeStyle: 'medium', hourCycle: 'h23' }).format(at)
  const [hours, minutes, seconds] = clock.split(':').map(Number) as [number, number, number]
  return (hours * 3_600 + minutes * 60 + seconds) * 1_000 + at.getUTCMilliseconds()
}
