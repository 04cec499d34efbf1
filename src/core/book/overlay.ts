/**
 * A book with later decisions on top. The next event of a batch sees the decisions on those before it, and the book
 * underneath stays unchanged. It lives as long as the batch.
 */
import type { RecordedDecision } from '../rating/decision.ts'
import type { FairUseCounter } from '../rating/fair-use.ts'
import type { UsageEvent } from '../usage/event.ts'
import { type Book, type BookView, type KnownUsage, knownUsage, usageKey } from './book.ts'

/** A book with the decisions of one batch on top. */
export class BookOverlay implements BookView {
  readonly accounts: Book['accounts']
  readonly catalogs: Book['catalogs']
  readonly known: Layer<KnownUsage>
  readonly awaited: Layer<string>
  readonly minutesUsed: Layer<number>
  /** The counters that decisions have changed, by key. */
  readonly movedCounters = new Map<string, FairUseCounter>()

  constructor(book: Book) {
    this.accounts = book.accounts
    this.catalogs = book.catalogs
    this.known = new Layer(book.known)
    this.awaited = new Layer(book.awaited)
    this.minutesUsed = new Layer(book.minutesUsed)
  }

  /**
   * Notes the decision on an event. `movementSequence` is null if it made no movement. Returns the id of the correction
   * that voided it, or null. Throws if a counter would fall below zero, which is a bug.
   */
  note(
    event: UsageEvent,
    content: string,
    decided: RecordedDecision,
    movementSequence: bigint | null = null,
  ): string | null {
    const key = usageKey(event.accountId, event.eventId)
    let voidedBy: string | null = null
    if (decided.outcome === 'voided') {
      voidedBy = this.awaited.get(key) ?? null
      this.awaited.delete(key)
    }
    this.known.set(key, knownUsage(event, content, decided, movementSequence, voidedBy))
    if (event.type === 'correction') {
      const correctedKey = usageKey(event.accountId, event.corrects)
      if (decided.outcome === 'pending') this.awaited.set(correctedKey, event.eventId)
      else this.known.set(correctedKey, { ...this.known.get(correctedKey)!, correctedBy: event.eventId })
    }
    if (decided.coveredMinutes !== 0 && decided.fairUse !== null) {
      const { key: counterKey, counter } = decided.fairUse
      const minutes = (this.minutesUsed.get(counterKey) ?? 0) + decided.coveredMinutes
      if (minutes < 0) throw new RangeError(`fair-use counter ${JSON.stringify(counter)} would fall below zero`)
      this.minutesUsed.set(counterKey, minutes)
      this.movedCounters.set(counterKey, counter)
    }
    return voidedBy
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
