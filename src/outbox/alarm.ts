/** Wakes who sleeps, and who is about to. */
export interface Alarm {
  ring(): void
  /** Until it rings, or rang since the last sleep, or the time is over. */
  sleep(millis: number): Promise<void>
}

export function createAlarm(): Alarm {
  let rang = false
  let wake: (() => void) | null = null
  return {
    ring() {
      rang = true
      wake?.()
    },
    async sleep(millis) {
      if (!rang) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, millis)
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
