/** Holds the reading to so many rows a second, so that verifying disturbs nobody. */
import { setTimeout as delay } from 'node:timers/promises'

export interface Pace {
  /** Waits until so many more rows are within the rate; `beat` is called now and then meanwhile. */
  took(rows: number, beat?: () => Promise<void>): Promise<void>
}

const LONGEST_WAIT_MILLIS = 5_000
/** Shorter waits add up to one that a timer can keep. */
const SHORTEST_WAIT_MILLIS = 10
const TELL_EVERY_MILLIS = 10_000

/** `onSoFar` is told every now and then how many rows were taken. */
export function createPace(rowsPerSecond: number, onSoFar: (rows: number) => void): Pace {
  let paidUntilMillis = performance.now()
  let tellAtMillis = performance.now() + TELL_EVERY_MILLIS
  let rowsSoFar = 0
  return {
    async took(rows, beat = async () => {}) {
      await beat()
      rowsSoFar += rows
      if (performance.now() >= tellAtMillis) {
        onSoFar(rowsSoFar)
        tellAtMillis = performance.now() + TELL_EVERY_MILLIS
      }
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
