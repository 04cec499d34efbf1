/** Awaits a condition: asks again until it holds, and says which one did not. */
import { setTimeout as delay } from 'node:timers/promises'

const BETWEEN_MILLIS = 50

export async function until(
  condition: string,
  holds: () => Promise<boolean> | boolean,
  withinMillis = 60_000,
): Promise<void> {
  const giveUpAt = Date.now() + withinMillis
  while (!(await holds())) {
    if (Date.now() > giveUpAt) throw new Error(`within ${withinMillis} ms it never came true that ${condition}`)
    await delay(BETWEEN_MILLIS)
  }
}
