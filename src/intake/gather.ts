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
import { type Cut, type Slice, Waiting, type WaitingOptions } from './waiting.ts'

export interface GathererOptions<Source, T, Group> extends WaitingOptions<Source, T, Group> {
  /** A batch of so many is full; of a backlog it may be twice that. */
  readonly batchEvents: number
  /** The longest that a message waits while others are in flight. */
  readonly batchMillis: number
  /** A batch that is not full begins no sooner than so long after the one before. */
  readonly paceMillis: number
  readonly concurrentBatches: number
  /** A batch takes no more bytes than this, but for a single item that is larger. */
  readonly batchBytes: number
  /** At most one slice a source. Resolves when the batch is committed; a rejection ends the gathering. */
  readonly onBatch: (slices: readonly Slice<Source, T>[]) => Promise<void>
  /** A batch was rejected: nothing is handed on any more. Called once at most. */
  readonly onFailure: (error: unknown) => void
  /** Calls back after so many milliseconds unless canceled; injected so that tests hold the clock. */
  readonly schedule?: (millis: number, callback: () => void) => () => void
}

export interface Gatherer<Source, T, Group = number> {
  /**
   * Takes the next items of a source, which are handed on behind those before. Resolves when there is room for more; rejects
   * with Closed, or with what a batch was rejected with, when nothing is taken any more.
   */
  add(source: Source, items: readonly T[]): Promise<void>
  /** Forgets all that waits, and lets what is in flight finish. Who calls it must add again from there. */
  discard(): void
  /** Forgets what waits of one group. Who calls it must not add any more of it, or add again from there. */
  discardGroup(group: Group): void
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

/** A source is known by its identity: of objects, each is a source of its own. */
export function createGatherer<Source, T, Group = number>(
  options: GathererOptions<Source, T, Group>,
): Gatherer<Source, T, Group> {
  return new BatchGatherer(options)
}

class BatchGatherer<Source, T, Group> implements Gatherer<Source, T, Group> {
  readonly #options: GathererOptions<Source, T, Group>
  readonly #schedule: (millis: number, callback: () => void) => () => void
  readonly #waiting: Waiting<Source, T, Group>
  readonly #busyGroups = new Set<Group>()
  readonly #batches = new Set<Promise<void>>()
  readonly #roomWaiters: PromiseWithResolvers<void>[] = []
  #cancelTimer: (() => void) | null = null
  #isDue = false
  /** The last batch began less than a pace ago. */
  #isPaced = false
  /** Somebody waits for what waits. */
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

  async drained(): Promise<void> {
    this.#isHurried = true
    this.#isPaced = false
    this.#isDue = true
    this.#cutAll()
    // The end of one lets the next be cut.
    while (this.#batches.size > 0) await Promise.all(this.#batches)
    this.#isHurried = false
  }

  async close(): Promise<void> {
    this.#end(new Closed('the intake stops'))
    await Promise.all(this.#batches)
  }

  #cutAll(): void {
    const { batchEvents, batchBytes, concurrentBatches } = this.#options
    while (this.#failure === null && this.#batches.size < concurrentBatches) {
      const ready = this.#waiting.countWithout(this.#busyGroups)
      if (ready === 0) {
        // The next item starts a wait of its own.
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
      // What came meanwhile has waited for as long as the commit took.
      if (this.#batches.size === 0 && !this.#isPaced) this.#isDue = true
      this.#cutAll()
    })
    this.#batches.add(batch)
    for (const group of groups) this.#busyGroups.add(group)
    this.#pace()
  }

  #pace(): void {
    const { paceMillis } = this.#options
    if (this.#isPaced || this.#isHurried || paceMillis === 0) return
    this.#isPaced = true
    this.#schedule(paceMillis, () => {
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
    const { batchMillis } = this.#options
    const isFree = this.#batches.size === 0 && !this.#isPaced
    const millis = isFree ? Math.min(NEIGHBOURS_MILLIS, batchMillis) : batchMillis
    this.#cancelTimer ??= this.#schedule(millis, () => {
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

function scheduleTimeout(millis: number, callback: () => void): () => void {
  const timer = setTimeout(callback, millis)
  return () => clearTimeout(timer)
}
