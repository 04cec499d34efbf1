/**
 * Gathers messages of many partitions into batches. One database transaction carries many quiet partitions, and a busy
 * partition is cut into pieces.
 *
 * The size of batches follows the load. While nothing is in flight, a batch is cut almost at once, so that a single
 * event does not wait. Messages that arrive during a commit go together when it ends, so slower commits lead to larger
 * batches. After a quick commit the next batch waits a little too, because a transaction costs almost the same for a
 * few events as for many. A second batch joins the one in flight only if it is full or has waited for long.
 *
 * Sources (partitions) that may have events of the same account form a group. At most one batch of a group is in
 * flight: a second one would lock the same accounts and only wait for the first. So the committed items of a source are
 * always a prefix of those added.
 *
 * The waiting items are bounded: `add` resolves when there is room for more, and nothing should be fetched until then.
 */
import { type Cut, type Slice, Waiting, type WaitingOptions } from './waiting.ts'

export interface GathererOptions<Source, T, Group> extends WaitingOptions<Source, T, Group> {
  /** A batch with this many events is full. A batch of a backlog may have twice as many. */
  readonly batchEvents: number
  /** The longest that a message waits while other batches are in flight. */
  readonly batchMs: number
  /** The shortest time between the starts of two batches that are not full. */
  readonly paceMs: number
  readonly concurrentBatches: number
  /** The most bytes of a batch, except for a single item that is larger. */
  readonly batchBytes: number
  /** Gets at most one slice per source. Resolves when the batch is committed. A rejection ends the gathering. */
  readonly onBatch: (slices: readonly Slice<Source, T>[]) => Promise<void>
  /** A batch was rejected, and no more batches are passed on. Called at most once. */
  readonly onFailure: (error: unknown) => void
  /** Calls back after so many milliseconds unless canceled. Injected so that tests control the clock. */
  readonly schedule?: (waitMs: number, callback: () => void) => () => void
}

export interface Gatherer<Source, T, Group = number> {
  /**
   * Adds the next items of a source. Resolves when there is room for more. Rejects with Closed, or with the error of a
   * failed batch, if no more items are taken.
   */
  add(source: Source, items: readonly T[]): Promise<void>
  /** Drops all waiting items and lets batches in flight finish. The caller must add the dropped items again. */
  discard(): void
  /** Drops the waiting items of one group. The caller must add them again, or add no more items of the group. */
  discardGroup(group: Group): void
  /** Cuts the waiting items at once, without pacing. Resolves when nothing is in flight. */
  drain(): Promise<void>
  /** Takes no more items and drops the waiting ones. Resolves when nothing is in flight. */
  close(): Promise<void>
}

/** No more items are taken, because the intake stops. */
export class Closed extends Error {
  override readonly name = 'Closed'
}

/** How much larger a batch may be during a backlog. Fewer commits per message make it catch up. */
const BACKLOG_FACTOR = 2

/** There is room while fewer full batches than this wait, enough for the next batches. */
const BATCHES_AHEAD = 3

/**
 * Answers for several partitions arrive one after the other. A batch waits this long for them if nothing is in flight.
 */
const NEIGHBOURS_MS = 2

/** Creates a gatherer. Sources are compared by identity: each object is a source of its own. */
export function createGatherer<Source, T, Group = number>(
  options: GathererOptions<Source, T, Group>,
): Gatherer<Source, T, Group> {
  return new BatchGatherer(options)
}

class BatchGatherer<Source, T, Group> implements Gatherer<Source, T, Group> {
  readonly #options: GathererOptions<Source, T, Group>
  readonly #schedule: (waitMs: number, callback: () => void) => () => void
  readonly #waiting: Waiting<Source, T, Group>
  readonly #busyGroups = new Set<Group>()
  readonly #batches = new Set<Promise<void>>()
  readonly #roomWaiters: PromiseWithResolvers<void>[] = []
  #cancelTimer: (() => void) | null = null
  #isDue = false
  /** The last batch started less than a pace ago. */
  #isPaced = false
  /** A caller waits for the waiting items. */
  #isHurried = false
  #failure: { readonly error: unknown } | null = null

  constructor(options: GathererOptions<Source, T, Group>) {
    this.#options = options
    this.#schedule = options.schedule ?? scheduleTimeout
    this.#waiting = new Waiting(options)
  }

  async add(source: Source, items: readonly T[]): Promise<void> {
    if (this.#failure) throw this.#failure.error
    if (items.length > 0) {
      this.#waiting.add(source, items)
      this.#cutAll()
    }
    if (this.#hasRoom()) return
    const room = Promise.withResolvers<void>()
    this.#roomWaiters.push(room)
    await room.promise
  }

  discard(): void {
    this.#waiting.clear()
    for (const waiter of this.#roomWaiters.splice(0)) waiter.resolve()
  }

  discardGroup(group: Group): void {
    this.#waiting.clearGroup(group)
    this.#cutAll()
  }

  async drain(): Promise<void> {
    this.#isHurried = true
    this.#isPaced = false
    this.#isDue = true
    this.#cutAll()
    // When a batch ends, the next may be cut.
    while (this.#batches.size > 0) await Promise.all(this.#batches)
    this.#isHurried = false
  }

  async close(): Promise<void> {
    this.#end(new Closed('the intake is stopping'))
    await Promise.all(this.#batches)
  }

  #cutAll(): void {
    const { batchEvents, batchBytes, concurrentBatches } = this.#options
    while (this.#failure === null && this.#batches.size < concurrentBatches) {
      const ready = this.#waiting.countWithout(this.#busyGroups)
      if (ready === 0) {
        // The next item starts its own wait.
        this.#stopTimer()
        break
      }
      if (ready < batchEvents && !this.#isDue) {
        this.#startTimer()
        break
      }
      this.#stopTimer()
      const backlog = batchEvents * BACKLOG_FACTOR
      this.#start(this.#waiting.cut(this.#busyGroups, ready >= backlog ? backlog : batchEvents, batchBytes))
    }
    if (this.#hasRoom()) for (const waiter of this.#roomWaiters.splice(0)) waiter.resolve()
  }

  #hasRoom(): boolean {
    const { batchEvents, batchBytes } = this.#options
    return this.#waiting.events < batchEvents * BATCHES_AHEAD && this.#waiting.bytes < batchBytes * BATCHES_AHEAD
  }

  #start({ slices, groups }: Cut<Source, T, Group>): void {
    const batch = this.#runBatch(slices).finally(() => {
      this.#batches.delete(batch)
      for (const group of groups) this.#busyGroups.delete(group)
      // The waiting items have waited for as long as the commit took.
      if (this.#batches.size === 0 && !this.#isPaced) this.#isDue = true
      this.#cutAll()
    })
    this.#batches.add(batch)
    for (const group of groups) this.#busyGroups.add(group)
    this.#pace()
  }

  #pace(): void {
    const { paceMs } = this.#options
    if (this.#isPaced || this.#isHurried || paceMs === 0) return
    this.#isPaced = true
    this.#schedule(paceMs, () => {
      this.#isPaced = false
      if (this.#batches.size === 0) this.#isDue = true
      this.#cutAll()
    })
  }

  async #runBatch(slices: readonly Slice<Source, T>[]): Promise<void> {
    try {
      await this.#options.onBatch(slices)
    } catch (error) {
      if (this.#failure !== null) return
      this.#end(error)
      this.#options.onFailure(error)
    }
  }

  #end(error: unknown): void {
    this.#failure ??= { error }
    this.#stopTimer()
    this.#waiting.clear()
    for (const waiter of this.#roomWaiters.splice(0)) waiter.reject(this.#failure.error)
  }

  #startTimer(): void {
    const { batchMs } = this.#options
    const isFree = this.#batches.size === 0 && !this.#isPaced
    const waitMs = isFree ? Math.min(NEIGHBOURS_MS, batchMs) : batchMs
    this.#cancelTimer ??= this.#schedule(waitMs, () => {
      this.#cancelTimer = null
      this.#isDue = true
      this.#cutAll()
    })
  }

  #stopTimer(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = null
    this.#isDue = false
  }
}

function scheduleTimeout(waitMs: number, callback: () => void): () => void {
  const timer = setTimeout(callback, waitMs)
  return () => clearTimeout(timer)
}
