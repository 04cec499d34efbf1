/** Limits reading to a rate of rows per second, so that verification disturbs nobody. */
import { setTimeout as delay } from 'node:timers/promises'

export interface Pace {
  /** Call it after reading rows: it waits until they are within the rate. `beat` is called regularly while it waits. */
  took(rows: number, beat?: () => Promise<void>): Promise<void>
}

const MAX_WAIT_MS = 5_000
/** Shorter waits are accumulated, because timers are not that precise. */
const MIN_WAIT_MS = 10

/** Makes a pace of `rowsPerSecond`. */
export function createPace(rowsPerSecond: number): Pace {
  if (!(rowsPerSecond > 0)) throw new TypeError(`${rowsPerSecond} rows per second is not above 0`)
  let paidUntilMs = performance.now()
  return {
    async took(rows, beat = async () => {}) {
      await beat()
      paidUntilMs = Math.max(paidUntilMs, performance.now()) + (rows / rowsPerSecond) * 1000
      for (;;) {
        const waitMs = paidUntilMs - performance.now()
        if (waitMs < MIN_WAIT_MS) return
        await delay(Math.min(waitMs, MAX_WAIT_MS))
        await beat()
      }
    },
  }
}
