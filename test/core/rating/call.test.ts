import { describe, expect, test } from 'vitest'
import { decideUsage } from '../../../src/core/batch/decide-usage.ts'
import { parseInstant } from '../../../src/core/instant.ts'
import type { AccountSettings } from '../../../src/core/settings/settings.ts'
import {
  batchEvent,
  callFields,
  type Fields,
  summary,
  take,
  testAccount,
  testBook,
  testCatalog,
  usageFields,
  verdict,
} from '../../support/catalog.ts'

const GERMAN = '+4930123456'
const at = (text: string): number => parseInstant(text)!

function rated(fields: Fields, settings: Partial<AccountSettings> = {}): string {
  return summary(take(testBook([testAccount(settings)]), callFields(fields)))
}

describe('the twelve rows of the call table', () => {
  const none = { packages: [] }
  test.each<[number, string, Fields, Partial<AccountSettings>, string]>([
    [1, 'not answered', { duration_seconds: 0 }, {}, 'free / not_answered, 0 u, 0 min, 0.000000'],
    [2, 'emergency', { to: '112' }, {}, 'free / emergency, 0 u, 0 min, 0.000000'],
    [
      3,
      'inbound toll-free',
      { direction: 'inbound', to: '+49800123' },
      {},
      'charged / toll_free_inbound, 60 u, 0 min, 0.040000',
    ],
    [4, 'inbound', { direction: 'inbound', to: GERMAN }, {}, 'free / inbound_standard, 0 u, 0 min, 0.000000'],
    [5, 'forwarded', { leg: 'forwarded' }, {}, 'charged / forwarded_leg, 60 u, 0 min, 0.070000'],
    [6, 'special number', { to: '+49900123' }, {}, 'charged / special_number, 60 u, 0 min, 1.990000'],
    [7, 'no package', {}, none, 'charged / no_package, 60 u, 0 min, 0.070000'],
    [
      8,
      'outside the package',
      { to: '+12125550100' },
      {},
      'charged / outside_package_countries, 60 u, 0 min, 0.006000',
    ],
    [9, 'caller elsewhere', { from: '+12125550100' }, {}, 'charged / caller_region_mismatch, 60 u, 0 min, 0.070000'],
    [10, 'no minute left', {}, { fairUseMinutesPerUser: 0 }, 'charged / fair_use_exceeded, 60 u, 0 min, 0.070000'],
    [
      11,
      'some minutes left',
      { duration_seconds: 90 },
      { fairUseMinutesPerUser: 1 },
      'charged / fair_use_exceeded, 60 u, 1 min, 0.020000',
    ],
    [12, 'in the package', {}, {}, 'covered / in_package, 0 u, 1 min, 0.000000'],
  ])('row %i, %s', (_row, _name, fields, settings, expected) => expect(rated(fields, settings)).toBe(expected))

  test.each<[string, Fields, Partial<AccountSettings>, string]>([
    ['1 before 2', { duration_seconds: 0, to: '112' }, {}, 'free / not_answered'],
    ['1 before 3', { duration_seconds: 0, direction: 'inbound', to: '+49800123' }, {}, 'free / not_answered'],
    ['2 before 5', { leg: 'forwarded', to: '112' }, {}, 'free / emergency'],
    ['2 by the whole number only', { to: '+491101' }, {}, 'covered / in_package'],
    ['4: an inbound emergency number', { direction: 'inbound', to: '112' }, {}, 'free / inbound_standard'],
    ['4: an inbound premium number', { direction: 'inbound', to: '+49900123' }, {}, 'free / inbound_standard'],
    [
      '4: an inbound forwarded leg',
      { direction: 'inbound', leg: 'forwarded', to: GERMAN },
      {},
      'free / inbound_standard',
    ],
    ['5 before 6', { leg: 'forwarded', to: '+49900123' }, {}, 'charged / forwarded_leg'],
    [
      '5 needs no user and no calling number',
      { leg: 'forwarded', user_id: null, from: 'anonymous' },
      {},
      'charged / forwarded_leg',
    ],
    ['6: shared cost', { to: '+49180123' }, {}, 'charged / special_number'],
    ['6: special, without a country', { to: '+88212' }, {}, 'charged / special_number'],
    ['6: a short code', { to: '118' }, {}, 'charged / special_number'],
    ['6: a short code without its own row', { to: '1180' }, {}, 'rejected / no_rate'],
    ['6 before 7', { to: '118' }, { packages: [] }, 'charged / special_number'],
    ['toll-free called outbound is an ordinary destination', { to: '+49800123' }, {}, 'covered / in_package'],
    ['8: a number without a country, without a price', { to: '+99912' }, {}, 'rejected / no_rate'],
    ['8: a number without a country, with a price', { to: '+4112345' }, {}, 'charged / outside_package_countries'],
    ['8 before 9', { to: '+12125550100', from: null }, {}, 'charged / outside_package_countries'],
    ['9: withheld', { from: null }, {}, 'charged / caller_region_mismatch'],
    ['9: absent means withheld', { from: undefined }, {}, 'charged / caller_region_mismatch'],
    ['9: a short code has no country', { from: '118' }, {}, 'charged / caller_region_mismatch'],
    ['9: an unknown country', { from: '+99912' }, {}, 'charged / caller_region_mismatch'],
    ['12 needs no price', { to: '+49800123' }, {}, 'covered / in_package'],
  ])('%s', (_name, fields, settings, expected) => {
    expect(verdict(take(testBook([testAccount(settings)]), callFields(fields)))).toBe(expected)
  })
})

describe('a toll-free event', () => {
  test.each<[string, Fields, string]>([
    ['unanswered', { to: '+49800123', duration_seconds: 0 }, 'free / not_answered, 0 u, 0 min, 0.000000'],
    ['answered', { to: '+49800123', duration_seconds: 31 }, 'charged / toll_free_inbound, 36 u, 0 min, 0.028000'],
    ['for any type of to', { to: GERMAN, duration_seconds: 1 }, 'charged / toll_free_inbound, 30 u, 0 min, 0.025000'],
    ['without a price', { to: '+1800123', duration_seconds: 1 }, 'rejected / no_rate, 0 u, 0 min, 0.000000'],
  ])('%s', (_name, fields, expected) => {
    expect(summary(take(testBook(), usageFields({ type: 'toll_free', ...fields })))).toBe(expected)
  })
})

describe('fair use', () => {
  test.each([
    // limit, duration, expected
    [2, 120, 'covered / in_package, 0 u, 2 min, 0.000000'],
    [2, 121, 'charged / fair_use_exceeded, 60 u, 2 min, 0.020000'],
    [1, 61, 'charged / fair_use_exceeded, 60 u, 1 min, 0.020000'],
    [1, 60, 'covered / in_package, 0 u, 1 min, 0.000000'],
    [1, 1, 'covered / in_package, 0 u, 1 min, 0.000000'],
    [0, 1, 'charged / fair_use_exceeded, 60 u, 0 min, 0.070000'],
    [1440, 86_400, 'covered / in_package, 0 u, 1440 min, 0.000000'],
    [1439, 86_400, 'charged / fair_use_exceeded, 60 u, 1439 min, 0.020000'],
  ])('of %i minutes, a call of %i s', (fairUseMinutesPerUser, duration_seconds, expected) => {
    expect(rated({ duration_seconds }, { fairUseMinutesPerUser })).toBe(expected)
  })

  test('the account’s limit takes precedence over the package’s, and applies if the package has none', () => {
    const open = [{ id: 'eu-open', fromMicros: 0 }]
    const long = { duration_seconds: 101 * 60 }
    expect(rated(long)).toMatch('charged / fair_use_exceeded, 60 u, 100 min')
    expect(rated(long, { fairUseMinutesPerUser: 200 })).toMatch('covered / in_package')
    expect(rated(long, { packages: open })).toMatch('covered / in_package, 0 u, 101 min')
    expect(rated(long, { packages: open, fairUseMinutesPerUser: 1 })).toMatch(
      'charged / fair_use_exceeded, 6000 u, 1 min',
    )
  })

  test('minutes covered without a limit count once a package with a limit takes over', () => {
    const packages = [
      { id: 'eu-open', fromMicros: 0 },
      { id: 'eu-100', fromMicros: at('2026-02-21T00:00:00Z') },
    ]
    const book = testBook([testAccount({ packages })])
    take(book, callFields({ event_id: 'e1', duration_seconds: 99 * 60 }))
    const second = take(
      book,
      callFields({ event_id: 'e2', duration_seconds: 120, occurred_at: '2026-02-21T00:00:00Z' }),
    )
    expect(summary(second)).toBe('charged / fair_use_exceeded, 60 u, 1 min, 0.020000')
  })

  test('each user has separate minutes, and only covered minutes count', () => {
    const book = testBook([testAccount({ fairUseMinutesPerUser: 1 })])
    const verdicts = [
      callFields({ event_id: 'e1', to: '+49900123', duration_seconds: 600 }),
      callFields({ event_id: 'e2' }),
      callFields({ event_id: 'e3' }),
      callFields({ event_id: 'e4', user_id: 'bob' }),
    ].map((fields) => verdict(take(book, fields)))
    expect(verdicts).toEqual([
      'charged / special_number',
      'covered / in_package',
      'charged / fair_use_exceeded',
      'covered / in_package',
    ])
  })

  test.each([
    // anchor, first call, second call, same cycle
    ['2026-01-15', '2026-02-14T23:59:59.999999Z', '2026-02-15T00:00:00Z', false],
    ['2026-01-15', '2026-02-15T00:00:00Z', '2026-03-14T23:59:59Z', true],
    ['2026-01-15', '2026-02-15T00:59:59+01:00', '2026-02-15T01:00:00+01:00', false],
    ['2026-01-31', '2026-02-27T23:59:59Z', '2026-02-28T00:00:00Z', false],
    ['2026-01-31', '2026-02-28T00:00:00Z', '2026-03-30T23:59:59Z', true],
    ['2026-01-31', '2026-03-30T23:59:59Z', '2026-03-31T00:00:00Z', false],
    ['2026-01-31', '2026-04-29T23:59:59Z', '2026-04-30T00:00:00Z', false],
    ['2026-01-31', '2028-02-28T23:59:59Z', '2028-02-29T00:00:00Z', false],
    ['2026-01-30', '2026-02-28T00:00:00Z', '2026-03-29T23:59:59Z', true],
    ['2026-01-31', '2025-12-31T00:00:00Z', '2026-01-30T23:59:59Z', true],
    ['2026-01-01', '2025-12-31T23:59:59Z', '2026-01-01T00:00:00Z', false],
    ['2026-06-15', '2026-02-15T00:00:00Z', '2026-03-01T00:00:00Z', true],
  ])('anchored on %s, %s and %s are in one cycle: %s', (billingCycleAnchor, first, second, isSame) => {
    const book = testBook([testAccount({ billingCycleAnchor, fairUseMinutesPerUser: 1 })])
    take(book, callFields({ event_id: 'e1', occurred_at: first }))
    const decided = take(book, callFields({ event_id: 'e2', occurred_at: second }))
    expect(decided.outcome).toBe(isSame ? 'charged' : 'covered')
  })

  test('a late event counts towards the cycle in which it occurred', () => {
    const book = testBook([testAccount({ fairUseMinutesPerUser: 1 })])
    const outcomes = ['2026-03-20T00:00:00Z', '2026-02-20T00:00:00Z', '2026-02-21T00:00:00Z'].map(
      (occurred_at, i) => take(book, callFields({ event_id: `e${i}`, occurred_at })).outcome,
    )
    expect(outcomes).toEqual(['covered', 'covered', 'charged'])
  })

  test('a changed anchor starts a new counter', () => {
    const settings = testAccount({ fairUseMinutesPerUser: 1 })
    const book = testBook([settings])
    take(book, callFields({ event_id: 'e1' }))
    const changed = { ...book, accounts: new Map([['acme', { ...settings, billingCycleAnchor: '2025-01-15' }]]) }
    expect(take(changed, callFields({ event_id: 'e2' })).outcome).toBe('covered')
  })
})

test('an outbound direct call without a user is a bug: none could be counted for', () => {
  const { event, contentHash } = batchEvent(callFields())
  expect(() => decideUsage({ ...event, userId: null }, contentHash, testBook())).toThrow(
    'event e1: an outbound direct call',
  )
})

describe('the package', () => {
  const packages = [
    { id: 'eu-100', fromMicros: at('2026-02-01T00:00:00Z') },
    { id: 'none', fromMicros: at('2026-02-20T10:00:00Z') },
  ]
  test.each([
    ['2026-01-31T23:59:59Z', 'charged / no_package'],
    ['2026-02-01T00:00:00Z', 'covered / in_package'],
    ['2026-02-20T09:59:59.999999Z', 'covered / in_package'],
    ['2026-02-20T10:00:00Z', 'charged / no_package'],
  ])('at %s: %s', (occurred_at, expected) => expect(rated({ occurred_at }, { packages })).toMatch(expected))
})

describe('the deck', () => {
  test('the row in force at the call prices it, and is named', () => {
    const price = (occurred_at: string) => rated({ to: GERMAN, occurred_at }, { packages: [] })
    expect(price('2026-02-28T23:59:59Z')).toMatch('0.042000')
    expect(price('2026-03-01T00:00:00Z')).toMatch('0.048000')
    const decided = take(testBook([testAccount({ packages: [] })]), callFields({ to: GERMAN }))
    expect(decided.rate).toEqual({ deck: 'outbound.csv', prefix: '+49', destination: 'Germany' })
  })

  test('the catalog version is the latest in force at the event, the newer of two; before the first there is no rate', () => {
    const catalog = testCatalog()
    const book = {
      ...testBook(),
      catalogs: [
        { version: 3, inForceFromMicros: at('2026-02-01T00:00:00Z'), catalog },
        { version: 2, inForceFromMicros: at('2026-02-01T00:00:00Z'), catalog },
        { version: 1, inForceFromMicros: at('2026-01-01T00:00:00Z'), catalog },
      ],
    }
    const version = (event_id: string, occurred_at: string) => take(book, callFields({ event_id, occurred_at }))
    expect(version('e1', '2026-02-01T00:00:00Z')).toMatchObject({ catalogVersion: 3 })
    expect(version('e2', '2026-01-31T23:59:59Z')).toMatchObject({ catalogVersion: 1 })
    expect(version('e3', '2025-12-31T23:59:59Z')).toMatchObject({ outcome: 'rejected', reason: 'no_rate' })
  })
})
