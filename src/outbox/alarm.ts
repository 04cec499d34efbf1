/** An alarm for one sleeper. */
export interface Alarm {
  /** Ends the current sleep, or else the next one at once. */
  ring(): void
  /** Resolves when the time is over or the alarm rings. Resolves at once if it has rung since the last sleep. */
  sleep(waitMs: number): Promise<void>
}

/** Creates an alarm for one sleeper. */
export function createAlarm(): Alarm {
  let rang = false
  let wake: (() => void) | null = null
  return {
    ring() {
      rang = true
      wake?.()
    },
    async sleep(waitMs) {
      if (!rang) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, waitMs)
          wake = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      }
      wake = null
      rang = false
    },
  }
}
