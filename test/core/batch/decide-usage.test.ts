/** What is decided before and around the price: which catalog, which tariff and package, and what the book keeps. */
import { describe, expect, it } from 'vitest'
import { alertLevels } from '../../../src/core/account/alerts.ts'
import { openAccount } from '../../../src/core/account/state.ts'
import { decideBatch } from '../../../src/core/batch/decide-batch.ts'
import { usageKey } from '../../../src/core/book/book.ts'
import { byPreference } from '../../../src/core/catalog/versions.ts'
import { parseInstant } from '../../../src/core/instant.ts'
import { contentOf } from '../../../src/core/usage/content.ts'
import { readUsage } from '../../../src/core/usage/read.ts'
import {
  callFields,
  correctionFields,
  type Fields,
  take,
  testAccount,
  testBook,
  testCatalog,
  usageFields,
  verdict,
} from '../../support/catalog.ts'

const sms = (changed: Fields = {}) =>
  usageFields({ type: 'message', channel: 'sms', direction: 'outbound', to: '+431', fragments: 1, ...changed })

describe('a refusal says what is missing', () => {
  const inCredit = testAccount({ voiceAgent: 'credit', tariff: 'bare-usd', currency: 'USD' })
  it.each([
    ['account', testAccount(), callFields({ account_id: 'who' }), 'rejected / unknown_account', 'no such account'],
    [
      'tariff',
      testAccount({ tariff: 'gone' }),
      callFields(),
      'rejected / no_rate',
      'tariff gone is not in the catalog in force at the usage',
    ],
    [
      'package',
      testAccount({ packages: [{ id: 'gone', fromMicros: 0 }] }),
      callFields(),
      'rejected / no_rate',
      'package gone is not in the catalog in force at the call',
    ],
    [
      'outbound price',
      testAccount(),
      callFields({ to: '+99912' }),
      'rejected / no_rate',
      'tariff standard-eur has no outbound price for this destination',
    ],
    [
      'outbound deck',
      inCredit,
      callFields({ leg: 'forwarded' }),
      'rejected / no_rate',
      'tariff bare-usd has no outbound price for this destination',
    ],
    [
      'toll-free price',
      testAccount(),
      usageFields({ type: 'toll_free', to: '+431', duration_seconds: 1 }),
      'rejected / no_rate',
      'tariff standard-eur has no toll-free price for this number',
    ],
    [
      'toll-free deck',
      inCredit,
      usageFields({ type: 'toll_free', to: '+431', duration_seconds: 1 }),
      'rejected / no_rate',
      'tariff bare-usd has no toll-free price for this number',
    ],
    [
      'message price',
      testAccount(),
      sms({ channel: 'mms' }),
      'rejected / no_rate',
      'tariff standard-eur has no mms price for this number',
    ],
    [
      'message deck',
      testAccount(),
      sms({ channel: 'whatsapp' }),
      'rejected / no_rate',
      'tariff standard-eur has no whatsapp price for this number',
    ],
    [
      'AI price',
      inCredit,
      usageFields({ type: 'voice_agent', agent_id: 'a', duration_seconds: 1 }),
      'rejected / no_rate',
      'tariff bare-usd has no price for voice_agent',
    ],
    [
      'SKU',
      testAccount(),
      usageFields({ type: 'other', sku: 'x', quantity: 1 }),
      'rejected / no_rate',
      'tariff standard-eur has no price for this SKU',
    ],
  ])('%s', (_what, account, fields, expected, detail) => {
    const decided = take(testBook([account]), fields)
    expect([verdict(decided), decided.detail]).toEqual([expected, detail])
    expect(decided.currency).toBe(expected === 'rejected / unknown_account' ? null : account.currency)
  })

  it.each([
    ['conflict', [callFields(), callFields({ to: '+49301' })], 'the same id came before with other content'],
    [
      'correction of a correction',
      [callFields(), correctionFields('k', 'e1'), correctionFields('l', 'k')],
      'a correction cannot be corrected',
    ],
    [
      'second correction',
      [callFields(), correctionFields('k', 'e1'), correctionFields('l', 'e1')],
      'already corrected by k',
    ],
    [
      'second correction of an awaited event',
      [correctionFields('k', 'e1'), correctionFields('l', 'e1')],
      'correction k awaits the same event',
    ],
  ])('%s', (_what, stream, detail) => {
    const book = testBook()
    expect(stream.map((fields) => take(book, fields)).at(-1)).toMatchObject({ detail, currency: 'EUR' })
  })
})

describe('the catalog', () => {
  const version = (number: number, from: string) => ({
    version: number,
    inForceFromMicros: parseInstant(from)!,
    catalog: testCatalog(),
  })
  const catalogs = byPreference([
    version(1, '2026-02-01T00:00:00Z'),
    version(3, '2026-02-10T00:00:00Z'),
    version(2, '2026-02-10T00:00:00Z'),
    version(4, '2026-03-01T00:00:00Z'),
  ])
  it.each([
    ['2026-01-31T23:59:59.999999Z', null],
    ['2026-02-01T00:00:00Z', 1],
    ['2026-02-09T23:59:59.999999Z', 1],
    ['2026-02-10T00:00:00Z', 3],
    ['2026-03-01T00:00:00Z', 4],
  ])('at %s is version %s', (occurred_at, expected) => {
    const decided = take({ ...testBook(), catalogs }, callFields({ occurred_at }))
    expect('catalogVersion' in decided && decided.catalogVersion).toBe(expected)
    if (expected === null) {
      expect(decided).toMatchObject({
        reason: 'no_rate',
        detail: 'no catalog was in force at the usage',
        currency: 'EUR',
      })
    }
  })
})

describe('the book', () => {
  it('no longer awaits an event that came', () => {
    const book = testBook()
    expect(take(book, correctionFields('k', 'e1'))).toMatchObject({ outcome: 'pending', currency: 'EUR' })
    expect(book.awaited.get(usageKey('acme', 'e1'))).toBe('k')
    expect(take(book, callFields())).toMatchObject({ outcome: 'voided', currency: 'EUR' })
    expect(book.awaited.size).toBe(0)
    expect(book.known.get(usageKey('acme', 'e1'))).toMatchObject({ correctedBy: 'k' })
  })

  it('goes on awaiting when something else comes', () => {
    const book = testBook()
    take(book, correctionFields('k', 'e1'))
    take(book, callFields({ event_id: 'e2' }))
    expect([...book.awaited.values()]).toEqual(['k'])
    expect(book.known.get(usageKey('acme', 'e2'))).toMatchObject({ correctedBy: null })
  })

  it('keeps no counter of a call that took no minute', () => {
    const book = testBook([testAccount({ fairUseMinutesPerUser: 0 })])
    expect(take(book, callFields())).toMatchObject({ reason: 'fair_use_exceeded', coveredMinutes: 0 })
    expect(book.minutesUsed.size).toBe(0)
  })

  it('refuses to give back more minutes than were taken: that would be a bug', () => {
    const book = testBook()
    take(book, callFields())
    book.minutesUsed.clear()
    expect(() => take(book, correctionFields('k', 'e1'))).toThrow('would fall below zero')
  })
})

describe('a batch', () => {
  const accounts = new Map([['acme', openAccount('acme', 'EUR', alertLevels(testAccount()), 0).account]])
  const NOW = parseInstant('2026-02-20T12:00:00Z')!
  const decide = (stream: readonly Fields[], book = testBook()) =>
    decideBatch(
      stream.map((fields) => {
        const read = readUsage(fields)
        if ('refusal' in read) throw new Error(read.refusal.detail)
        return { event: read.event, contentHash: contentOf(read.event), source: fields.event_id }
      }),
      accounts,
      book,
      NOW,
    )

  it.each([
    ['24 hours ahead', '2026-02-21T12:00:00Z', 'charged'],
    ['a microsecond more', '2026-02-21T12:00:00.000001Z', 'rejected'],
  ])('takes usage up to a day ahead of now: %s', (_what, occurred_at, outcome) => {
    expect([...decide([sms({ occurred_at })]).countByOutcome]).toEqual([[outcome, 1]])
  })

  it('folds its postings into one balance change an account, and refuses the rest by name', () => {
    const outcome = decide([
      sms(),
      sms({ event_id: 'e2' }),
      sms({ event_id: 'e2' }),
      sms({ event_id: 'x', to: '+999' }),
    ])
    expect(outcome.movements.map(({ posting }) => [posting.sequence, posting.balanceAfterMicros])).toEqual([
      [1n, -70_000n],
      [2n, -140_000n],
    ])
    expect(outcome.balanceChanges).toMatchObject([{ version: 1n, firstSequence: 1n, lastSequence: 2n, cause: 'usage' }])
    expect(outcome.statusChanges).toEqual([])
    expect(outcome.changedAccounts).toMatchObject([{ balanceMicros: -140_000n, lastSequence: 2n, balanceVersion: 1n }])
    expect(outcome.refused.map(({ source, decision }) => [source, decision.reason])).toEqual([['x', 'no_rate']])
    expect(Object.fromEntries(outcome.countByOutcome)).toEqual({ charged: 2, duplicate: 1, rejected: 1 })
  })

  it('tells an event taken back within it from one recorded before', () => {
    const book = testBook()
    decide([sms({ event_id: 'old' })], book)
    const outcome = decide([sms(), correctionFields('k1', 'e1'), correctionFields('k2', 'old')], book)
    expect(outcome.takenBack).toEqual([{ accountId: 'acme', eventId: 'old', correctionId: 'k2' }])
    expect(outcome.recorded.map(({ event, correctedBy }) => [event.eventId, correctedBy])).toEqual([
      ['e1', 'k1'],
      ['k1', null],
      ['k2', null],
    ])
  })

  it('names the counters that moved, and no others', () => {
    const covered = decide([
      callFields(),
      callFields({ event_id: 'e2', user_id: 'bob', duration_seconds: 0 }),
      sms({ event_id: 'e3' }),
    ])
    expect([...covered.changedCounters].map((key) => key.includes('ann'))).toEqual([true])
  })
})
