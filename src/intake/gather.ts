/**
 * Gathers messages of many partitions into batches: one database transaction carries many quiet partitions, and a busy
 * one is cut into pieces.
 *
 * The size follows the load by itself. While nothing is in flight a batch is cut almost at once, so that a lone event
 * waits for nobody; what comes during a commit is gathered and goes together when it is over, so that the slower commits
 * get, the larger batches become. Quick ones are not followed at once either: a batch costs what it costs, and of few events
 * each would pay for most of one. A further batch goes beside one in flight only when it is full, or has waited long.
 *
 * Sources (partitions) that may hold events of the same account are one group. A group is in at most one batch in flight:
 * two of them would lock the same accounts, and the second would only wait for the first. So what is committed of a
 * source is always a prefix of what was handed in.
 *
 * What waits is bounded: whoever adds is told when there is room for more, and until then is better not to fetch it.
 */

export interface Slice<T> {
  readonly source: string
  readonly items: readonly T[]
}

export interface GathererOptions<T> {
  /** A batch of so many is full; of a backlog it may be twice that. */
  readonly batchEvents: number
  /** The longest that a message waits while others are in flight. */
  readonly batchMillis: number
  /** A batch that is not full begins no sooner than so long after the one before. */
  readonly paceMillis: number
  readonly concurrentBatches: number
  /** A batch takes no more bytes than this, but for a single item that is larger. */
  readonly batchBytes: number
  readonly bytesOf: (item: T) => number
  readonly groupOf: (source: string) => string
  /** Resolves when the batch is committed; a rejection ends the gathering. */
  readonly onBatch: (slices: readonly Slice<T>[]) => Promise<void>
  /** A batch was rejected: nothing is handed on any more. Called once at most. */
  readonly onFailure: (error: unknown) => void
  /** Calls back after so many milliseconds unless canceled; injected so that tests hold the clock. */
  readonly schedule?: (millis: number, callback: () => void) => () => void
}

export interface Gatherer<T> {
  /** Resolves when there is room for more; rejects when nothing is taken any more. */
  add(source: string, items: readonly T[]): Promise<void>
  /** Forgets all that waits, and lets what is in flight finish. Who calls it must add again from there. */
  discard(): void
  /** Forgets what waits of one group. Who calls it must not add any more of it, or add again from there. */
  discardGroup(group: string): void
  /** Resolves once nothing is in flight, and so nothing waits either that could be. */
  drained(): Promise<void>
  /** Takes nothing any more and forgets what waits; resolves once nothing is in flight. */
  close(): Promise<void>
}

/** Nothing is taken any more, because the intake stops. */
export class Closed extends Error {
  override readonly name = 'Closed'
}

/** How much larger than asked a batch may get while a backlog waits: fewer commits a message is what catches up. */
const BACKLOG_FACTOR = 2

/** There is room while less than so many full batches wait: enough for the next ones, whatever is in flight. */
const BATCHES_AHEAD = 3

/** Answers of several partitions arrive one after the other; so long one waits for its neighbours when nothing else does. */
const NEIGHBOURS_MILLIS = 2

interface Queue<T> {
  readonly group: string
  /** What waits, and no more: a busy source may never be empty, and what is handed on must be let go of. */
  readonly items: T[]
}

export function createGatherer<T>(options: GathererOptions<T>): Gatherer<T> {
  const { batchEvents, batchMillis, paceMillis, concurrentBatches, onBatch, schedule = scheduleTimeout } = options
  /** Insertion order is whose turn it is: a source whose items were cut off goes to the end. */
  const waiting = new Map<string, Queue<T>>()
  const busyGroups = new Set<string>()
  const batches = new Set<Promise<void>>()
  const roomWaiters: PromiseWithResolvers<void>[] = []
  let waitingEvents = 0
  let waitingBytes = 0
  let cancelTimer: (() => void) | null = null
  let isDue = false
  /** The last batch began less than a pace ago. */
  let isPaced = false
  /** Somebody waits for what waits. */
  let isHurried = false
  let failure: { readonly error: unknown } | null = null

  function readyCount(): number {
    let count = 0
    for (const { group, items } of waiting.values()) if (!busyGroups.has(group)) count += items.length
    return count
  }

  function cutAll(): void {
    while (failure === null && batches.size < concurrentBatches) {
      const ready = readyCount()
      if (ready === 0) {
        // The next item starts a wait of its own.
        stopTimer()
        break
      }
      if (ready < batchEvents && !isDue) {
        startTimer()
        break
      }
      stopTimer()
      start(cut(ready >= batchEvents * BACKLOG_FACTOR ? batchEvents * BACKLOG_FACTOR : batchEvents))
    }
    if (hasRoom()) for (const waiter of roomWaiters.splice(0)) waiter.resolve()
  }

  function hasRoom(): boolean {
    return waitingEvents < batchEvents * BATCHES_AHEAD && waitingBytes < options.batchBytes * BATCHES_AHEAD
  }

  function cut(mostEvents: number): { slices: Slice<T>[]; groups: Set<string> } {
    const slices: Slice<T>[] = []
    const groups = new Set<string>()
    let events = 0
    let bytes = 0
    for (const [source, queue] of [...waiting]) {
      if (busyGroups.has(queue.group)) continue
      let taken = 0
      while (taken < queue.items.length && events < mostEvents) {
        const itemBytes = options.bytesOf(queue.items[taken]!)
        if (events > 0 && bytes + itemBytes > options.batchBytes) break
        bytes += itemBytes
        events++
        taken++
      }
      // Its first does not fit into what is left of this batch: it keeps its turn.
      if (taken === 0) continue
      slices.push({ source, items: queue.items.splice(0, taken) })
      groups.add(queue.group)
      waiting.delete(source)
      if (queue.items.length > 0) waiting.set(source, queue)
      if (events >= mostEvents || bytes >= options.batchBytes) break
    }
    waitingEvents -= events
    waitingBytes -= bytes
    return { slices, groups }
  }

  function start({ slices, groups }: { slices: Slice<T>[]; groups: Set<string> }): void {
    const batch = runBatch(slices).finally(() => {
      batches.delete(batch)
      for (const group of groups) busyGroups.delete(group)
      // What came meanwhile has waited for as long as the commit took.
      if (batches.size === 0 && !isPaced) isDue = true
      cutAll()
    })
    batches.add(batch)
    for (const group of groups) busyGroups.add(group)
    pace()
  }

  function pace(): void {
    if (isPaced || isHurried || paceMillis === 0) return
    isPaced = true
    schedule(paceMillis, () => {
      isPaced = false
      if (batches.size === 0) isDue = true
      cutAll()
    })
  }

  async function runBatch(slices: readonly Slice<T>[]): Promise<void> {
    try {
      await onBatch(slices)
    } catch (error) {
      if (failure !== null) return
      end(error)
      options.onFailure(error)
    }
  }

  function end(error: unknown): void {
    failure ??= { error }
    stopTimer()
    forget()
    for (const waiter of roomWaiters.splice(0)) waiter.reject(failure.error)
  }

  function forget(): void {
    waiting.clear()
    waitingEvents = 0
    waitingBytes = 0
  }

  function startTimer(): void {
    const isFree = batches.size === 0 && !isPaced
    const millis = isFree ? Math.min(NEIGHBOURS_MILLIS, batchMillis) : batchMillis
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
    async add(source, items) {
      if (failure) throw failure.error
      if (items.length > 0) {
        let queue = waiting.get(source)
        if (queue === undefined) {
          queue = { group: options.groupOf(source), items: [] }
          waiting.set(source, queue)
        }
        for (const item of items) {
          queue.items.push(item)
          waitingBytes += options.bytesOf(item)
        }
        waitingEvents += items.length
        cutAll()
      }
      if (hasRoom()) return
      const room = Promise.withResolvers<void>()
      roomWaiters.push(room)
      await room.promise
    },

    discard() {
      forget()
      for (const waiter of roomWaiters.splice(0)) waiter.resolve()
    },

    discardGroup(group) {
      for (const [source, queue] of [...waiting]) {
        if (queue.group !== group) continue
        waiting.delete(source)
        waitingEvents -= queue.items.length
        for (const item of queue.items) waitingBytes -= options.bytesOf(item)
      }
      cutAll()
    },

    async drained() {
      isHurried = true
      isPaced = false
      isDue = true
      cutAll()
      // The end of one lets the next be cut.
      while (batches.size > 0) await Promise.all(batches)
      isHurried = false
    },

    async close() {
      end(new Closed('the intake stops'))
      await Promise.all(batches)
    },
  }
}

function scheduleTimeout(millis: number, callback: () => void): () => void {
  const timer = setTimeout(callback, millis)
  return () => clearTimeout(timer)
}
