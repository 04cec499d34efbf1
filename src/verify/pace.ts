/** Holds the reading to so many rows a second, so that verifying disturbs nobody. */
import { setTimeout as delay } from 'node:timers/promises'

export interface Pace {
  /** Waits until so many more rows are within the rate; `beat` is called now and then meanwhile. */
  took(rows: number, beat?: () => Promise<void>): Promise<void>
}

const LONGEST_WAIT_MILLIS = 5_000
/** Shorter waits add up to one that a timer can keep. */
const SHORTEST_WAIT_MILLIS = 10

export function createPace(rowsPerSecond: number): Pace {
  let paidUntilMillis = performance.now()
  return {
    async took(rows, beat = async () => {}) {
      await beat()
      paidUntilMillis = Math.max(paidUntilMillis, performance.now()) + (rows / rowsPerSecond) * 1000
      for (;;) {
        const waitMillis = paidUntilMillis - performance.now()
        if (waitMillis < SHORTEST_WAIT_MILLIS) return
        await delay(Math.min(waitMillis, LONGEST_WAIT_MILLIS))
        await beat()
      }
    },
  }
}
