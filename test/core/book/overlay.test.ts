/** What a book shows of later decisions, and the decisions that can only be a bug. */
import { describe, expect, it } from 'vitest'
import { decideUsage } from '../../../src/core/batch/decide-usage.ts'
import { usageKey } from '../../../src/core/book/book.ts'
import { BookOverlay } from '../../../src/core/book/overlay.ts'
import { type FairUseCount, isRecorded, type RecordedDecision } from '../../../src/core/rating/decision.ts'
import { pending, reversed, voided } from '../../../src/core/rating/outcomes.ts'
import { batchEvent, callFields, correctionFields, testBook } from '../../support/catalog.ts'

const { event, contentHash } = batchEvent(callFields())
const correction = batchEvent(correctionFields('k1', 'e1'))
const E1 = usageKey('acme', 'e1')

function covered(overlay: BookOverlay): RecordedDecision & { readonly fairUse: FairUseCount } {
  const decided = decideUsage(event, contentHash, overlay)
  if (!isRecorded(decided) || decided.fairUse === null) throw new Error(`not covered: ${decided.outcome}`)
  return { ...decided, fairUse: decided.fairUse }
}

describe('an overlay', () => {
  it('shows what was applied, and leaves its book unchanged', () => {
    const book = testBook()
    const overlay = new BookOverlay(book)
    const decided = covered(overlay)
    overlay.apply(event, contentHash, decided, 3n)
    expect(overlay.known.get(E1)).toMatchObject({ outcome: 'covered', movementSequence: 3n, correctedBy: null })
    expect(overlay.minutesUsed.get(decided.fairUse.key)).toBe(1)
    expect([...overlay.movedCounters.values()]).toEqual([
      { accountId: 'acme', userId: 'ann', anchor: '2026-01-15', cycleStart: '2026-02-15' },
    ])
    expect([book.known.size, book.minutesUsed.size]).toEqual([0, 0])
  })

  it('no longer shows a correction as waiting once its event is voided, though the book has it', () => {
    const book = testBook()
    book.awaited.set(E1, 'k1')
    const overlay = new BookOverlay(book)
    overlay.apply(event, contentHash, voided('EUR'), null)
    expect(overlay.awaited.get(E1)).toBeUndefined()
    expect(overlay.known.get(E1)).toMatchObject({ outcome: 'voided', correctedBy: 'k1' })
    expect(book.awaited.get(E1)).toBe('k1')
  })

  it('shows a correction as waiting', () => {
    const overlay = new BookOverlay(testBook())
    overlay.apply(correction.event, correction.contentHash, pending('EUR'), null)
    expect(overlay.awaited.get(E1)).toBe('k1')
  })
})

describe('a decision is a bug', () => {
  it('that voids an event which no correction awaited', () => {
    const overlay = new BookOverlay(testBook())
    expect(() => overlay.apply(event, contentHash, voided('EUR'), null)).toThrow('no correction awaited it')
  })

  it('that covers minutes without a counter', () => {
    const overlay = new BookOverlay(testBook())
    const decided = { ...covered(overlay), fairUse: null }
    expect(() => overlay.apply(event, contentHash, decided, null)).toThrow('without a counter')
  })

  it('that returns more minutes than were counted', () => {
    const overlay = new BookOverlay(testBook())
    const { fairUse, ...rest } = covered(overlay)
    const original = { ...rest, coveredMinutes: 2, counter: fairUse.counter }
    overlay.apply(event, contentHash, { ...rest, fairUse }, null)
    expect(() => overlay.apply(correction.event, correction.contentHash, reversed(original), null)).toThrow(
      'below zero',
    )
  })
})
