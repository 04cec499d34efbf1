/** What is decided before and around the price: the catalog, the tariff and package, and what the book keeps. */
import { describe, expect, it } from 'vitest'
import { usageKey } from '../../../src/core/book/book.ts'
import { byPreference } from '../../../src/core/catalog/versions.ts'
import { parseInstant } from '../../../src/core/instant.ts'
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

describe('a refusal names what is missing', () => {
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
    expect(decided.catalogVersion).toBe(expected)
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

  it('still awaits the event after another one came', () => {
    const book = testBook()
    take(book, correctionFields('k', 'e1'))
    take(book, callFields({ event_id: 'e2' }))
    expect([...book.awaited.values()]).toEqual(['k'])
    expect(book.known.get(usageKey('acme', 'e2'))).toMatchObject({ correctedBy: null })
  })

  it('keeps no counter for a call that used no minute', () => {
    const book = testBook([testAccount({ fairUseMinutesPerUser: 0 })])
    expect(take(book, callFields())).toMatchObject({ reason: 'fair_use_exceeded', coveredMinutes: 0 })
    expect(book.minutesUsed.size).toBe(0)
  })

  it('throws a bug if more minutes are returned than were used', () => {
    const book = testBook()
    take(book, callFields())
    book.minutesUsed.clear()
    expect(() => take(book, correctionFields('k', 'e1'))).toThrow('would fall below zero')
  })
})
