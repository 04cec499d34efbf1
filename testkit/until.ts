/** Awaits a condition: asks again until it holds, and says which one did not. */
import { setTimeout as delay } from 'node:timers/promises'

const BETWEEN_MS = 50

export async function until(
  condition: string,
  holds: () => Promise<boolean> | boolean,
  withinMs = 60_000,
): Promise<void> {
  const giveUpAt = Date.now() + withinMs
  while (!(await holds())) {
    if (Date.now() > giveUpAt) throw new Error(`within ${withinMs} ms it never came true that ${condition}`)
    await delay(BETWEEN_MS)
  }
}
