/**
 * Gathers messages of many partitions into batches: one database transaction carries many quiet partitions, and a busy
 * one is cut into pieces.
 *
 * The size follows the load by itself. While nothing is in flight a batch is cut almost at once, so that a lone event
 * waits for nobody; what comes during a commit is gathered and goes together when it is over, so that the slower commits
 * get, the larger batches become. A further batch goes beside one in flight only when it is full, or has waited long.
 *
 * A source (a partition) is in at most one batch in flight and its messages stay in order, so what is committed of a
 * source is always a prefix of what was handed in.
 */

export interface Slice<T> {
  readonly source: string
  readonly items: readonly T[]
}

export interface GathererOptions<T> {
  /** A batch of so many is full. */
  readonly batchEvents: number
  /** The longest that a message waits while others are in flight. */
  readonly batchMillis: number
  readonly concurrentBatches: number
  /** Resolves when the batch is committed; a rejection fails everything handed in and not yet committed. */
  readonly onBatch: (slices: readonly Slice<T>[]) => Promise<void>
  /** Calls back after so many milliseconds unless canceled; injected so that tests hold the clock. */
  readonly schedule?: (millis: number, callback: () => void) => () => void
}

export interface Gatherer<T> {
  /** Resolves when all of the items are committed; rejects with Discarded when some never will be. */
  add(source: string, items: readonly T[]): Promise<void>
  /** Forgets what waits of a source; resolves once its batch in flight, if any, is over. */
  discard(source: string): Promise<void>
  /** Takes nothing any more and forgets what waits; resolves once nothing is in flight. */
  close(): Promise<void>
}

/** The items were not handed on: their partition went to someone else, or the intake stops. */
export class Discarded extends Error {
  override readonly name = 'Discarded'
}

/** How much larger than asked a batch may get while a backlog waits: fewer commits a message is what catches up. */
const BACKLOG_FACTOR = 2

/** Answers of several partitions arrive one after the other; so long one waits for its neighbours when nothing else does. */
const NEIGHBOURS_MILLIS = 2

interface Entry<T> {
  readonly items: readonly T[]
  taken: number
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

export function createGatherer<T>(options: GathererOptions<T>): Gatherer<T> {
  const { batchEvents, batchMillis, concurrentBatches, onBatch, schedule = scheduleTimeout } = options
  /** Insertion order is whose turn it is: a source whose items were cut off goes to the end. */
  const waiting = new Map<string, Entry<T>[]>()
  const inFlight = new Map<string, Promise<void>>()
  const batches = new Set<Promise<void>>()
  let cancelTimer: (() => void) | null = null
  let isDue = false
  let failure: { readonly error: unknown } | null = null

  function readyCount(): number {
    let count = 0
    for (const [source, entries] of waiting) {
      if (inFlight.has(source)) continue
      for (const entry of entries) count += entry.items.length - entry.taken
    }
    return count
  }

  function cutAll(): void {
    while (failure === null && batches.size < concurrentBatches) {
      const ready = readyCount()
      if (ready === 0) {
        // The next item starts a wait of its own.
        stopTimer()
        return
      }
      if (ready < batchEvents && !isDue) {
        startTimer()
        return
      }
      stopTimer()
      start(cut(ready >= batchEvents * BACKLOG_FACTOR ? batchEvents * BACKLOG_FACTOR : batchEvents))
    }
  }

  function cut(most: number): { slices: Slice<T>[]; done: Entry<T>[] } {
    const slices: Slice<T>[] = []
    const done: Entry<T>[] = []
    let room = most
    for (const [source, entries] of [...waiting]) {
      if (room === 0) break
      if (inFlight.has(source)) continue
      const items: T[] = []
      while (room > 0 && entries.length > 0) {
        const entry = entries[0]!
        const count = Math.min(room, entry.items.length - entry.taken)
        for (let i = 0; i < count; i++) items.push(entry.items[entry.taken + i]!)
        entry.taken += count
        room -= count
        if (entry.taken < entry.items.length) break
        entries.shift()
        done.push(entry)
      }
      waiting.delete(source)
      if (entries.length > 0) waiting.set(source, entries)
      slices.push({ source, items })
    }
    return { slices, done }
  }

  function start({ slices, done }: { slices: Slice<T>[]; done: Entry<T>[] }): void {
    const batch = runBatch(slices, done).finally(() => {
      batches.delete(batch)
      for (const { source } of slices) inFlight.delete(source)
      // What came meanwhile has waited for as long as the commit took.
      if (batches.size === 0) isDue = true
      cutAll()
    })
    batches.add(batch)
    for (const { source } of slices) inFlight.set(source, batch)
  }

  async function runBatch(slices: readonly Slice<T>[], done: readonly Entry<T>[]): Promise<void> {
    try {
      await onBatch(slices)
      for (const entry of done) entry.resolve()
    } catch (error) {
      failure ??= { error }
      for (const entry of done) entry.reject(error)
      for (const source of waiting.keys()) forget(source, error)
    }
  }

  function forget(source: string, error: unknown): void {
    for (const entry of waiting.get(source) ?? []) entry.reject(error)
    waiting.delete(source)
  }

  function startTimer(): void {
    const millis = batches.size === 0 ? Math.min(NEIGHBOURS_MILLIS, batchMillis) : batchMillis
    cancelTimer ??= schedule(millis, () => {
      cancelTimer = null
      isDue = true
      cutAll()
    })
  }

  function stopTimer(): void {
    cancelTimer?.()
    cancelTimer = null
    isDue = false
  }

  return {
    add(source, items) {
      if (failure) return Promise.reject(failure.error)
      if (items.length === 0) return Promise.resolve()
      return new Promise((resolve, reject) => {
        const entries = waiting.get(source)
        const entry = { items, taken: 0, resolve, reject }
        if (entries) entries.push(entry)
        else waiting.set(source, [entry])
        cutAll()
      })
    },

    async discard(source) {
      forget(source, new Discarded(`${source} was given up`))
      await inFlight.get(source)
    },

    async close() {
      failure ??= { error: new Discarded('the intake stops') }
      stopTimer()
      for (const source of waiting.keys()) forget(source, failure.error)
      await Promise.all(batches)
    },
  }
}

function scheduleTimeout(millis: number, callback: () => void): () => void {
  const timer = setTimeout(callback, millis)
  return () => clearTimeout(timer)
}
