/** Applies a batch's outcome to its book in memory, as the ledger applies it to its tables. */
import type { BatchOutcome } from '../../src/core/batch/decide-batch.ts'
import { type Book, type KnownUsage, knownUsage, usageKey } from '../../src/core/book/book.ts'

/** A book with maps owned by a test. */
export interface GrowingBook extends Book {
  readonly known: Map<string, KnownUsage>
  readonly awaited: Map<string, string>
  readonly minutesUsed: Map<string, number>
}

/** A copy that can grow. */
export function growing(book: Book): GrowingBook {
  return {
    ...book,
    known: new Map(book.known),
    awaited: new Map(book.awaited),
    minutesUsed: new Map(book.minutesUsed),
  }
}

/** The book for the next batch. Both arguments stay unchanged. */
export function nextBook(book: Book, outcome: BatchOutcome<unknown>): Book {
  const next = growing(book)
  applyOutcome(next, outcome)
  return next
}

/** From the outcome alone: the next batch would not know what it omits. */
export function applyOutcome({ known, awaited, minutesUsed }: GrowingBook, outcome: BatchOutcome<unknown>): void {
  for (const { event, contentHash, decision, movementSequence, correctedBy } of outcome.recorded) {
    const key = usageKey(event.accountId, event.eventId)
    known.set(key, knownUsage(event, contentHash, decision, movementSequence, correctedBy))
  }
  for (const { accountId, eventId, correctionId } of outcome.correctedEarlier) {
    const key = usageKey(accountId, eventId)
    known.set(key, { ...known.get(key)!, correctedBy: correctionId })
  }
  for (const { accountId, eventId } of outcome.arrivedEvents) awaited.delete(usageKey(accountId, eventId))
  for (const { correction } of outcome.awaitingCorrections) {
    awaited.set(usageKey(correction.accountId, correction.corrects), correction.eventId)
  }
  for (const { key, minutes } of outcome.movedCounters) minutesUsed.set(key, minutes)
}
