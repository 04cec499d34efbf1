/** Lets the newest of what comes through, so often at the most: the first at once, the last one always. */
export interface Pacer<Item> {
  take(item: Item): void
  stop(): void
}

export interface PacerPort<Item> {
  readonly everyMs: number
  readonly pass: (item: Item) => void
  readonly nowMs: () => number
  /** Calls back later; answers how to cancel that. */
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
