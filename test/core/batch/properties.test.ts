/** Properties of any stream of events, however it is cut. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { alertLevels } from '../../../src/core/account/alerts.ts'
import { openAccount } from '../../../src/core/account/state.ts'
import { type BatchOutcome, decideBatch } from '../../../src/core/batch/decide-batch.ts'
import { createDecider } from '../../../src/core/batch/decider.ts'
import type { Book } from '../../../src/core/book/book.ts'
import { parseInstant } from '../../../src/core/instant.ts'
import { creditTaken, isRecorded, type Outcome } from '../../../src/core/rating/decision.ts'
import { readUsage } from '../../../src/core/usage/read.ts'
import {
  batchEvent,
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
import { type GrowingBook, growing, nextBook } from '../../support/next-book.ts'

const LIMIT = 7
const catalog = testCatalog()
const accounts = [testAccount({ fairUseMinutesPerUser: LIMIT })]
const newBook = (): GrowingBook => testBook(accounts, catalog)

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

test('only reversals have negative amounts, and unpriced usage has no units', () => {
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

test('covered minutes never exceed the limit in force at the time, in any order', () => {
  const limits = fc.array(fc.tuple(fc.integer({ min: 0, max: 12 }), stream), { maxLength: 4 })
  fc.assert(
    fc.property(limits, (periods) => {
      const book = newBook()
      for (const [limit, events] of periods) {
        const account = testAccount({ fairUseMinutesPerUser: limit })
        const limited: GrowingBook = { ...book, accounts: new Map([[account.accountId, account]]) }
        for (const fields of events) {
          const decided = take(limited, fields)
          const used = [...book.minutesUsed.values()]
          if (decided.coveredMinutes > 0) {
            expect(book.minutesUsed.get(decided.fairUse!.key)).toBeLessThanOrEqual(limit)
          }
          expect(used.every((minutes) => minutes >= 0)).toBe(true)
        }
      }
    }),
  )
})

/** Rates in batches, as a stage does: each batch has its own book, loaded from the kept state and saved to it. */
function rateInBatches(events: readonly Fields[], sizes: readonly number[]): string[] {
  let kept = newBook()
  const results: string[] = []
  for (let i = 0, at = 0; at < events.length; i++) {
    const size = sizes[i % sizes.length]!
    const book = growing(kept)
    for (const fields of events.slice(at, at + size)) results.push(summary(take(book, fields)))
    kept = structuredClone({ ...book, accounts: new Map(), catalogs: [] })
    kept = { ...kept, accounts: book.accounts, catalogs: book.catalogs }
    at += size
  }
  return results
}

test('a stream cut into batches has the results of the stream rated at once', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(stream, sizes, (events, cut) => {
      expect(rateInBatches(events, cut)).toEqual(rateInBatches(events, [Math.max(1, events.length)]))
    }),
  )
})

test('correcting every event restores all minutes and all credit', () => {
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

test('an event and its correction leave the same minutes and credit in either order', () => {
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

test('the price of an uncovered call never falls as its duration grows', () => {
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

const acme = openAccount('acme', 'EUR', alertLevels(accounts[0]!), 0).account
const NOW_MICROS = parseInstant('2026-04-01T00:00:00Z')!
/** Streams of readable events of an existing account: what reaches a batch. */
const readable = stream.map((events) => events.filter((fields) => 'event' in readUsage(fields)).map(batchEvent))

/** Rejects every change: of a map, through its own methods too, and of everything in it. */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || Object.isFrozen(value)) return value
  if (value instanceof Map || value instanceof Set) {
    const refuse = () => {
      throw new TypeError('what was passed in is changed')
    }
    Object.assign(value, { set: refuse, add: refuse, delete: refuse, clear: refuse })
    for (const entry of value) frozen(entry)
  }
  Object.freeze(value)
  for (const each of Object.values(value)) frozen(each)
  return value
}

const frozenCatalog = frozen(testCatalog())

test('a batch does not modify its arguments', () => {
  fc.assert(
    fc.property(readable, readable, (earlier, events) => {
      const states = new Map([['acme', acme]])
      const start = testBook(accounts, frozenCatalog)
      const book = nextBook(start, decideBatch(earlier, states, start, NOW_MICROS))
      const given = { events, states, book, nowMicros: NOW_MICROS }
      const before = structuredClone({ ...given, book: { ...book, catalogs: [] } })
      frozen(given)
      decideBatch(events, states, book, NOW_MICROS)
      expect({ ...given, book: { ...book, catalogs: [] } }).toEqual(before)
    }),
  )
})

test('one batch equals two with the first outcome applied in between', () => {
  fc.assert(
    fc.property(readable, fc.nat(60), (events, at) => {
      const states = new Map([['acme', acme]])
      const start = testBook(accounts, catalog)
      const whole = decideBatch(events, states, start, NOW_MICROS)
      const first = decideBatch(events.slice(0, at), states, start, NOW_MICROS)
      const between = nextBook(start, first)
      const after = new Map(first.changedAccounts.map((account) => [account.accountId, account]))
      const second = decideBatch(events.slice(at), new Map([...states, ...after]), between, NOW_MICROS)

      const end = nextBook(start, whole)
      expect(sorted(nextBook(between, second))).toEqual(sorted(end))
      expect([...first.movements, ...second.movements]).toEqual(whole.movements)
      expect([...first.refused, ...second.refused]).toEqual(whole.refused)
      expect(decisionsOf(first, second)).toEqual(decisionsOf(whole))
      expect(counts(first, second)).toEqual(counts(whole))
      const balance = (...outcomes: BatchOutcome<unknown>[]) =>
        outcomes.flatMap(({ changedAccounts }) => changedAccounts).at(-1)?.balanceMicros
      expect(balance(first, second)).toBe(balance(whole))
    }),
  )
})

test('a stream decided event by event has the decisions of a batch', () => {
  fc.assert(
    fc.property(readable, (events) => {
      const decider = createDecider(testBook(accounts, catalog))
      const decided = events.map(({ event, contentHash }) => decider.decide(event, contentHash))
      const whole = decideBatch(events, new Map([['acme', acme]]), testBook(accounts, catalog), NOW_MICROS)
      expect(decided.filter(isRecorded)).toEqual(decisionsOf(whole))
    }),
  )
})

/** The contents of a book, in an order independent of when it learned them. */
function sorted({ known, awaited, minutesUsed }: Book) {
  const entries = <Value>(map: ReadonlyMap<string, Value>) => [...map].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return { known: entries(known), awaited: entries(awaited), minutesUsed: entries(minutesUsed) }
}

function decisionsOf(...outcomes: BatchOutcome<unknown>[]) {
  return outcomes.flatMap(({ recorded }) => recorded.map(({ decision }) => decision))
}

function counts(...outcomes: BatchOutcome<unknown>[]): Partial<Record<Outcome, number>> {
  const sums: Partial<Record<Outcome, number>> = {}
  for (const { countByOutcome } of outcomes) {
    for (const [outcome, count] of countByOutcome) sums[outcome] = (sums[outcome] ?? 0) + count
  }
  return sums
}
