/**
 * A book with later decisions on top: those of a batch, or of a file offline. The next event sees the decisions on those
 * before it, and the book underneath stays unchanged.
 */
import type { RecordedDecision } from '../rating/decision.ts'
import type { FairUseCounter } from '../rating/fair-use.ts'
import type { UsageEvent } from '../usage/event.ts'
import { type Book, type BookView, type KnownUsage, knownUsage, type LookUp, usageKey } from './book.ts'

/** A book with later decisions on top. Only `apply` changes it. */
export class BookOverlay implements BookView {
  readonly accounts: Book['accounts']
  readonly catalogs: Book['catalogs']
  readonly #known: Layer<KnownUsage>
  readonly #awaited: Layer<string>
  readonly #minutesUsed: Layer<number>
  readonly #movedCounters = new Map<string, FairUseCounter>()

  constructor(book: Book) {
    this.accounts = book.accounts
    this.catalogs = book.catalogs
    this.#known = new Layer(book.known)
    this.#awaited = new Layer(book.awaited)
    this.#minutesUsed = new Layer(book.minutesUsed)
  }

  get known(): LookUp<KnownUsage> {
    return this.#known
  }

  get awaited(): LookUp<string> {
    return this.#awaited
  }

  get minutesUsed(): LookUp<number> {
    return this.#minutesUsed
  }

  /** The counters that decisions have moved, by key. */
  get movedCounters(): ReadonlyMap<string, FairUseCounter> {
    return this.#movedCounters
  }

  /**
   * Applies the decision on an event. `movementSequence` is null if it made no movement, and offline. Bugs are thrown: a
   * voided event that no correction awaited, covered minutes without a counter, and a counter that would fall below zero.
   */
  apply(event: UsageEvent, contentHash: string, decided: RecordedDecision, movementSequence: bigint | null): void {
    const key = usageKey(event.accountId, event.eventId)
    let voidedBy: string | null = null
    if (decided.outcome === 'voided') {
      voidedBy = this.#awaited.get(key) ?? null
      if (voidedBy === null) throw new TypeError(`event ${event.eventId} is voided, but no correction awaited it`)
      this.#awaited.delete(key)
    }
    this.#known.set(key, knownUsage(event, contentHash, decided, movementSequence, voidedBy))
    if (event.type === 'correction') {
      const correctedKey = usageKey(event.accountId, event.corrects)
      if (decided.outcome === 'pending') this.#awaited.set(correctedKey, event.eventId)
      else this.#known.set(correctedKey, { ...this.#known.get(correctedKey)!, correctedBy: event.eventId })
    }
    if (decided.coveredMinutes !== 0) this.#count(event, decided)
  }

  #count(event: UsageEvent, { fairUse, coveredMinutes }: RecordedDecision): void {
    if (fairUse === null) throw new TypeError(`event ${event.eventId}: covered minutes without a counter`)
    const { key, counter } = fairUse
    const minutes = (this.#minutesUsed.get(key) ?? 0) + coveredMinutes
    if (minutes < 0) throw new RangeError(`fair-use counter ${JSON.stringify(counter)} would fall below zero`)
    this.#minutesUsed.set(key, minutes)
    this.#movedCounters.set(key, counter)
  }
}

/** A map over a read-only map. A deleted key is null here. */
class Layer<Value extends NonNullable<unknown>> {
  readonly #over = new Map<string, Value | null>()
  readonly #under: ReadonlyMap<string, Value>

  constructor(under: ReadonlyMap<string, Value>) {
    this.#under = under
  }

  get(key: string): Value | undefined {
    const own = this.#over.get(key)
    if (own === undefined) return this.#under.get(key)
    return own === null ? undefined : own
  }

  set(key: string, value: Value): void {
    this.#over.set(key, value)
  }

  delete(key: string): void {
    this.#over.set(key, null)
  }
}
