/** Holds the reading to so many rows a second, so that verifying disturbs nobody. */
import { setTimeout as delay } from 'node:timers/promises'

export interface Pace {
  /** Waits until so many more rows are within the rate; `beat` is called now and then meanwhile. */
  took(rows: number, beat?: () => Promise<void>): Promise<void>
}

const LONGEST_WAIT_MS = 5_000
/** Shorter waits add up to one that a timer can keep. */
const SHORTEST_WAIT_MS = 10

export function createPace(rowsPerSecond: number): Pace {
  let paidUntilMs = performance.now()
  return {
    async took(rows, beat = async () => {}) {
      await beat()
      paidUntilMs = Math.max(paidUntilMs, performance.now()) + (rows / rowsPerSecond) * 1000
      for (;;) {
        const waitMs = paidUntilMs - performance.now()
        if (waitMs < SHORTEST_WAIT_MS) return
        await delay(Math.min(waitMs, LONGEST_WAIT_MS))
        await beat()
      }
    },
  }
}
