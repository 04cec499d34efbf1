/** Holds the reading to so many rows a second, so that verifying disturbs nobody. */
import { setTimeout as delay } from 'node:timers/promises'

export interface Pace {
  /** Waits until so many more rows are within the rate. */
  took(rows: number): Promise<void>
}

export function createPace(rowsPerSecond: number): Pace {
  let paidUntilMillis = performance.now()
  return {
    async took(rows) {
      const nowMillis = performance.now()
      paidUntilMillis = Math.max(paidUntilMillis, nowMillis) + (rows / rowsPerSecond) * 1000
      const waitMillis = paidUntilMillis - nowMillis
      // Short waits add up to one that a timer can keep.
      if (waitMillis >= 10) await delay(waitMillis)
    },
  }
}
