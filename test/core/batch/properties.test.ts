/** What holds for any stream of events, whatever is in it and however it is cut. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { creditTaken } from '../../../src/core/batch/decide-usage.ts'
import type { Book } from '../../../src/core/book/book.ts'
import {
  callFields,
  correctionFields,
  type Fields,
  summary,
  take,
  testAccount,
  testBook,
  testCatalog,
  usageFields,
} from '../../support/catalog.ts'

const LIMIT = 7
const catalog = testCatalog()
const accounts = [testAccount({ fairUseMinutesPerUser: LIMIT })]
const newBook = (): Book => testBook(accounts, catalog)

const eventId = fc.integer({ min: 1, max: 40 }).map((n) => `e${n}`)
const occurredAt = fc.constantFrom('2026-02-10T00:00:00Z', '2026-02-20T00:00:00Z', '2026-03-20T12:00:00+01:00')
const call = fc
  .record({
    event_id: eventId,
    user_id: fc.constantFrom('ann', 'bob'),
    occurred_at: occurredAt,
    to: fc.constantFrom('+431234567', '+49301234', '+49900123', '+12125550100', '112', '+99912', '118', 'x'),
    from: fc.constantFrom('+4930123456', null),
    leg: fc.constantFrom('direct', 'direct', 'direct', 'forwarded'),
    duration_seconds: fc.integer({ min: 0, max: 400 }),
  })
  .map(callFields)
const agent = fc
  .record({ event_id: eventId, duration_seconds: fc.integer({ min: 0, max: 400 }) })
  .map((fields) => usageFields({ type: 'voice_agent', agent_id: 'a', ...fields }))
const correction = fc.tuple(eventId, eventId).map(([id, corrects]) => correctionFields(id, corrects))
const stream = fc.array(
  fc.oneof({ weight: 5, arbitrary: call }, { weight: 1, arbitrary: agent }, { weight: 2, arbitrary: correction }),
  { maxLength: 60 },
)

test('no amount is below zero but of a reversal, and what is not priced has no units', () => {
  fc.assert(
    fc.property(stream, (events) => {
      const book = newBook()
      for (const fields of events) {
        const decided = take(book, fields)
        if (decided.outcome === 'reversed') expect(decided.amountMicros <= 0n && decided.coveredMinutes <= 0).toBe(true)
        else expect(decided.amountMicros >= 0n && decided.coveredMinutes >= 0).toBe(true)
        if (decided.outcome === 'charged' || decided.outcome === 'invoiced') expect(decided.units).toBeGreaterThan(0)
        else expect(decided).toMatchObject({ units: 0, rate: null })
      }
    }),
  )
})

test('covered minutes never pass the limit then in force, whatever the order', () => {
  const limits = fc.array(fc.tuple(fc.integer({ min: 0, max: 12 }), stream), { maxLength: 4 })
  fc.assert(
    fc.property(limits, (periods) => {
      const book = newBook()
      for (const [limit, events] of periods) {
        const account = testAccount({ fairUseMinutesPerUser: limit })
        const limited: Book = { ...book, accounts: new Map([[account.accountId, account]]) }
        for (const fields of events) {
          const decided = take(limited, fields)
          const used = [...book.minutesUsed.values()]
          if (decided.coveredMinutes > 0) {
            expect(book.minutesUsed.get(decided.fairUse!.counter)).toBeLessThanOrEqual(limit)
          }
          expect(used.every((minutes) => minutes >= 0)).toBe(true)
        }
      }
    }),
  )
})

/** What a stage that rates in batches does: a book of its own for each, filled from what is kept, and kept again. */
function rateInBatches(events: readonly Fields[], sizes: readonly number[]): string[] {
  let kept = newBook()
  const results: string[] = []
  for (let i = 0, at = 0; at < events.length; i++) {
    const size = sizes[i % sizes.length]!
    const book: Book = {
      ...kept,
      known: new Map(kept.known),
      awaited: new Map(kept.awaited),
      minutesUsed: new Map(kept.minutesUsed),
    }
    for (const fields of events.slice(at, at + size)) results.push(summary(take(book, fields)))
    kept = structuredClone({ ...book, accounts: new Map(), catalogs: [] })
    kept = { ...kept, accounts: book.accounts, catalogs: book.catalogs }
    at += size
  }
  return results
}

test('a stream cut into batches has the results of the stream rated whole', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(stream, sizes, (events, cut) => {
      expect(rateInBatches(events, cut)).toEqual(rateInBatches(events, [Math.max(1, events.length)]))
    }),
  )
})

test('correcting every event restores all minutes and the whole credit', () => {
  fc.assert(
    fc.property(stream, (events) => {
      const book = newBook()
      let taken = 0n
      for (const fields of events) taken += creditTaken(take(book, fields))
      const open = [...book.known].filter(([, known]) => !known.isCorrection && known.correctedBy === null)
      for (const [key] of open) {
        const corrects = key.split('\n')[1]!
        const decided = take(book, correctionFields(`undo-${corrects}`, corrects))
        expect(decided.outcome).toBe('reversed')
        taken += creditTaken(decided)
      }
      expect(taken).toBe(0n)
      expect([...book.minutesUsed.values()].every((minutes) => minutes === 0)).toBe(true)
    }),
  )
})

test('an event and its correction, in either order, leave the same minutes and credit', () => {
  fc.assert(
    fc.property(fc.oneof(call, agent), (fields) => {
      const event = { ...fields, event_id: 'e1' }
      const leftBy = (...events: Fields[]) => {
        const book = newBook()
        const taken = events.reduce((sum, each) => sum + creditTaken(take(book, each)), 0n)
        return { taken, minutes: [...book.minutesUsed.values()].reduce((sum, minutes) => sum + minutes, 0) }
      }
      const undo = correctionFields('c1', 'e1')
      expect(leftBy(event, undo)).toEqual({ taken: 0n, minutes: 0 })
      expect(leftBy(undo, event)).toEqual({ taken: 0n, minutes: 0 })
    }),
  )
})

test('the price of a call without minutes to cover it never falls as its duration grows', () => {
  const to = fc.constantFrom('+431234567', '+49301234', '+49900123', '+12125550100')
  fc.assert(
    fc.property(to, fc.integer({ min: 0, max: 86_399 }), (number, seconds) => {
      const of = (duration_seconds: number) =>
        take(testBook([testAccount({ packages: [] })], catalog), callFields({ to: number, duration_seconds }))
          .amountMicros
      expect(of(seconds + 1) >= of(seconds)).toBe(true)
    }),
  )
})
