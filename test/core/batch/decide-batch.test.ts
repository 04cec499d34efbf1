/** The outcome of a batch: folded postings, and each event, correction and counter in the one list that writes it. */
import { describe, expect, it } from 'vitest'
import { alertLevels } from '../../../src/core/account/alerts.ts'
import { type AccountState, openAccount } from '../../../src/core/account/state.ts'
import { decideBatch } from '../../../src/core/batch/decide-batch.ts'
import type { Book } from '../../../src/core/book/book.ts'
import { parseInstant } from '../../../src/core/instant.ts'
import {
  batchEvent,
  callFields,
  correctionFields,
  type Fields,
  testAccount,
  testBook,
  usageFields,
} from '../../support/catalog.ts'
import { nextBook } from '../../support/next-book.ts'

const sms = (changed: Fields = {}) =>
  usageFields({ type: 'message', channel: 'sms', direction: 'outbound', to: '+431', fragments: 1, ...changed })

describe('a batch', () => {
  const accounts = new Map([['acme', openAccount('acme', 'EUR', alertLevels(testAccount()), 0).account]])
  const NOW = parseInstant('2026-02-20T12:00:00Z')!
  const decide = (stream: readonly Fields[], book: Book = testBook()) =>
    decideBatch(stream.map(batchEvent), accounts, book, NOW)

  it.each([
    ['24 hours ahead', '2026-02-21T12:00:00Z', 'charged'],
    ['a microsecond more', '2026-02-21T12:00:00.000001Z', 'rejected'],
  ])('accepts usage up to a day ahead of now: %s', (_what, occurred_at, outcome) => {
    expect([...decide([sms({ occurred_at })]).countByOutcome]).toEqual([[outcome, 1]])
  })

  it('names the day as the reason for refusing usage that is further ahead', () => {
    const { refused } = decide([sms({ occurred_at: '2026-02-22T12:00:00Z' })])
    expect(refused).toMatchObject([
      { decision: { reason: 'invalid_event', detail: 'occurred_at is more than 24 hours ahead of now' } },
    ])
  })

  it('says of each movement what it came from', () => {
    const before = testBook()
    const book = nextBook(before, decide([sms({ event_id: 'old' })], before))
    const outcome = decide([sms(), correctionFields('k1', 'e1'), correctionFields('k2', 'old')], book)
    expect(
      outcome.movements.map(({ movement, source }) => [source, movement.posting.amountMicros, movement.origin]),
    ).toEqual([
      ['e1', -70_000n, { kind: 'usage', eventId: 'e1' }],
      ['k1', 70_000n, { kind: 'reversal', eventId: 'k1', reversesSequence: 1n }],
      ['k2', 70_000n, { kind: 'reversal', eventId: 'k2', reversesSequence: 1n }],
    ])
  })

  it('raises alerts and requests a top-up for the accounts that fell below their levels, and for no others', () => {
    const [low, high] = ['acme', 'globex'].map((accountId, i): AccountState => {
      const { account } = openAccount(accountId, 'EUR', alertLevels(testAccount()), 0)
      const balanceMicros = i === 0 ? 10_000n : 100_000_000n
      return { ...account, balanceMicros, status: 'active', isLow: false, autoTopUpBelowMicros: 5_000n }
    })
    const settings = [testAccount(), testAccount({ accountId: 'globex' })]
    const outcome = decideBatch(
      [sms(), sms({ account_id: 'globex' })].map(batchEvent),
      new Map([low!, high!].map((account) => [account.accountId, account])),
      testBook(settings),
      NOW,
    )
    expect(outcome.topUpsDue).toEqual(['acme'])
    expect(new Set(outcome.alerts.map(({ accountId }) => accountId))).toEqual(new Set(['acme']))
    expect(outcome.alerts.map(({ kind }) => kind)).toContain('exhausted')
    expect(outcome.balanceChanges.map(({ accountId }) => accountId)).toEqual(['acme', 'globex'])
  })

  it('folds its postings into one balance change per account, and refuses the rest by name', () => {
    const outcome = decide([
      sms(),
      sms({ event_id: 'e2' }),
      sms({ event_id: 'e2' }),
      sms({ event_id: 'x', to: '+999' }),
    ])
    expect(
      outcome.movements.map(({ movement: { posting } }) => [posting.sequence, posting.balanceAfterMicros]),
    ).toEqual([
      [1n, -70_000n],
      [2n, -140_000n],
    ])
    expect(outcome.balanceChanges).toMatchObject([{ version: 1n, firstSequence: 1n, lastSequence: 2n, cause: 'usage' }])
    expect(outcome.statusChanges).toEqual([])
    expect(outcome.changedAccounts).toMatchObject([{ balanceMicros: -140_000n, lastSequence: 2n, balanceVersion: 1n }])
    expect(outcome.refused.map(({ source, decision }) => [source, decision.reason])).toEqual([['x', 'no_rate']])
    expect(Object.fromEntries(outcome.countByOutcome)).toEqual({ charged: 2, duplicate: 1, rejected: 1 })
  })

  it('distinguishes an event corrected within it from one recorded before', () => {
    const before = testBook()
    const book = nextBook(before, decide([sms({ event_id: 'old' })], before))
    const outcome = decide([sms(), correctionFields('k1', 'e1'), correctionFields('k2', 'old')], book)
    expect(outcome.correctedEarlier).toEqual([{ accountId: 'acme', eventId: 'old', correctionId: 'k2' }])
    expect(outcome.recorded.map(({ event, correctedBy }) => [event.eventId, correctedBy])).toEqual([
      ['e1', 'k1'],
      ['k1', null],
      ['k2', null],
    ])
  })

  it('stores a correction that still waits at its end, and not one whose event followed', () => {
    const outcome = decide([correctionFields('k1', 'e1'), correctionFields('k2', 'e2'), sms({ event_id: 'e2' })])
    expect(outcome.awaitingCorrections.map(({ correction, source }) => [correction.corrects, source])).toEqual([
      ['e1', 'k1'],
    ])
    expect(outcome.arrivedEvents).toEqual([])
    expect(outcome.recorded.map(({ correctedBy }) => correctedBy)).toEqual([null, null, 'k2'])
  })

  it('names an awaited event that came', () => {
    const before = testBook()
    const book = nextBook(before, decide([correctionFields('k1', 'e1')], before))
    const outcome = decide([sms()], book)
    expect(outcome.arrivedEvents).toEqual([{ accountId: 'acme', eventId: 'e1' }])
    expect(outcome.recorded).toMatchObject([{ decision: { outcome: 'voided' }, correctedBy: 'k1' }])
  })

  it('names the counters that changed with their new minutes, and no others', () => {
    const before = testBook()
    const book = nextBook(before, decide([callFields({ event_id: 'old', duration_seconds: 180 })], before))
    const covered = decide(
      [
        callFields(),
        callFields({ event_id: 'e2', user_id: 'bob', duration_seconds: 0 }),
        sms({ event_id: 'e3' }),
        callFields({ event_id: 'e4' }),
      ],
      book,
    )
    expect(covered.movedCounters.map(({ counter, minutes }) => [counter, minutes])).toEqual([
      [{ accountId: 'acme', userId: 'ann', anchor: '2026-01-15', cycleStart: '2026-02-15' }, 5],
    ])
  })

  it('names a counter that changed and changed back', () => {
    const { movedCounters } = decide([callFields(), correctionFields('k', 'e1')])
    expect(movedCounters.map(({ counter, minutes }) => [counter.userId, minutes])).toEqual([['ann', 0]])
  })

  it('throws a bug if an account of the book was not locked', () => {
    expect(() => decideBatch([batchEvent(sms())], new Map(), testBook(), NOW)).toThrow('was not locked')
  })

  it('throws a bug if credit is returned without a known movement', () => {
    const before = testBook()
    const { known, ...rest } = nextBook(before, decide([sms()], before))
    const forgotten = new Map([...known].map(([key, usage]) => [key, { ...usage, movementSequence: null }]))
    expect(() => decide([correctionFields('k', 'e1')], { ...rest, known: forgotten })).toThrow('made no movement')
  })

  it('throws a bug if an amount is in another currency than the account', () => {
    const inDollars = new Map([...accounts].map(([id, account]) => [id, { ...account, currency: 'USD' as const }]))
    expect(() => decideBatch([batchEvent(sms())], inDollars, testBook(), NOW)).toThrow('moves EUR')
  })

  it('treats an event as a duplicate if the content of the recorded one cannot be compared', () => {
    const before = testBook()
    const { known, ...rest } = nextBook(before, decide([sms()], before))
    const older = new Map([...known].map(([key, usage]) => [key, { ...usage, contentHash: null }]))
    const { countByOutcome } = decide([sms({ fragments: 2 })], { ...rest, known: older })
    expect([...countByOutcome]).toEqual([['duplicate', 1]])
  })

  it('refuses a conflict, for a person to decide', () => {
    const { recorded, refused } = decide([sms(), sms({ fragments: 2 })])
    expect(recorded).toHaveLength(1)
    expect(refused.map(({ source, decision }) => [source, decision.outcome, decision.reason])).toEqual([
      ['e1', 'conflict', 'content_differs'],
    ])
  })
})
