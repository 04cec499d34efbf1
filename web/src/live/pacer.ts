/** Passes on the newest item at most once per interval: the first at once, and always the last. */
export interface Pacer<Item> {
  take(item: Item): void
  stop(): void
}

export interface PacerPort<Item> {
  readonly everyMs: number
  readonly pass: (item: Item) => void
  readonly nowMs: () => number
  /** Calls back later; returns a function that cancels it. */
  readonly later: (work: () => void, ms: number) => () => void
}

export function createPacer<Item>({ everyMs, pass, nowMs, later }: PacerPort<Item>): Pacer<Item> {
  let passedMs = Number.NEGATIVE_INFINITY
  let waiting: { item: Item; cancel: () => void } | null = null

  function passNow(item: Item): void {
    waiting = null
    passedMs = nowMs()
    pass(item)
  }

  return {
    take(item) {
      if (waiting !== null) {
        waiting.item = item
        return
      }
      const waitMs = passedMs + everyMs - nowMs()
      if (waitMs <= 0) return passNow(item)
      const mine = { item, cancel: later(() => passNow(mine.item), waitMs) }
      waiting = mine
    },
    stop() {
      waiting?.cancel()
      waiting = null
    },
  }
}
