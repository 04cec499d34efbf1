import { describe, expect, it, test } from 'vitest'
import { recompute } from '../../../src/core/audit/recompute.ts'
import { type DecisionFigures, differingFigures, type StoredUsage } from '../../../src/core/audit/recorded-usage.ts'
import type { AccountSettings } from '../../../src/core/settings/settings.ts'
import { callFields, correctionFields, type Fields, testAccount, testCatalog } from '../../support/catalog.ts'
import { recorded } from '../../support/recorded-usage.ts'
import { agent, CASES, items, message, NO_PACKAGE, STRAY, tollFree } from './every-reason.ts'

function again(stored: StoredUsage, settings: Partial<AccountSettings> = {}) {
  return recompute(stored, testAccount(settings), stored.catalogVersion === null ? null : testCatalog())
}

/** What differs between the record and its recomputation: name, recorded, recomputed. */
function differences(stored: StoredUsage, settings: Partial<AccountSettings> = {}): unknown[][] {
  const { figures, why } = again(stored, settings)
  if (figures === null) return [[why]]
  return differingFigures(stored.figures, figures).map((name) => [name, stored.figures[name], figures[name]])
}

const cleared = (stored: StoredUsage): StoredUsage => ({ ...stored, from: null, to: null })
const tampered = (stored: StoredUsage, changed: Partial<DecisionFigures>): StoredUsage => ({
  ...stored,
  figures: { ...stored.figures, ...changed },
})

describe('recomputed from the versions that it names', () => {
  test.each(CASES)('%s has the same decision', (_name, [, events, settings]) => {
    expect(again(recorded(events, settings), settings).figures).toEqual(recorded(events, settings).figures)
  })

  const withNumbers = CASES.filter(([, [, events]]) =>
    ['call', 'toll_free', 'message'].includes(String(events.at(-1)!.type)),
  )

  test.each(withNumbers)('%s has the same decision without its phone numbers', (_name, [, events, settings]) => {
    const stored = recorded(events, settings)
    expect(again(cleared(stored), settings).figures).toEqual(stored.figures)
  })

  it('a correction is decided as if the event had not been corrected before', () => {
    const stored = recorded([callFields(), correctionFields('c1', 'e1')])
    expect(
      differences({ ...stored, correctedBy: { eventId: 'c2', recordedAtMicros: 0, outcome: 'reversed' } }),
    ).toEqual([])
  })

  test.each<[what: string, outcome: 'reversed' | 'pending' | null, expected: unknown[][]]>([
    ['reversed it since', 'reversed', []],
    ['is no longer detailed', null, []],
    ['came before the event', 'pending', [['outcome', 'covered', 'voided']]],
  ])('an event whose correction %s', (_what, outcome, expected) => {
    const stored = { ...recorded([callFields()]), correctedBy: { eventId: 'c1', recordedAtMicros: null, outcome } }
    expect(differences(stored).slice(0, 1)).toEqual(expected)
  })

  it('a voided event stays voided after the detail of its correction is dropped', () => {
    const stored = recorded([correctionFields('c1', 'e1'), callFields()])
    expect(differences({ ...stored, correctedBy: { eventId: 'c1', recordedAtMicros: null, outcome: null } })).toEqual(
      [],
    )
  })

  test.each<[what: string, events: readonly Fields[], changed: Partial<NonNullable<StoredUsage['corrected']>>]>([
    ['was voided, so it came after', [callFields(), correctionFields('c1', 'e1')], { outcome: 'voided' }],
    ['is a correction, so it came after', [callFields(), correctionFields('c1', 'e1')], { type: 'correction' }],
  ])('a correction waits for an event that %s', (_what, events, changed) => {
    const stored = recorded(events)
    const { figures } = again({ ...stored, corrected: { ...stored.corrected!, ...changed } })
    expect(figures).toMatchObject({ outcome: 'pending', reason: 'awaiting_event' })
  })
})

describe('a record that the rules do not produce differs in', () => {
  const charged = recorded([callFields()], NO_PACKAGE)
  const covered = recorded([callFields()])
  const split = recorded([callFields({ duration_seconds: 90 })], { fairUseMinutesPerUser: 1 })
  const taken = recorded([callFields(), correctionFields('c1', 'e1')], NO_PACKAGE)

  test.each<[what: string, StoredUsage, Partial<AccountSettings>, differing: unknown[][]]>([
    ['amount', tampered(charged, { amountMicros: 80_000n }), NO_PACKAGE, [['amountMicros', 80_000n, 70_000n]]],
    ['movement', tampered(charged, { movedMicros: -1n }), NO_PACKAGE, [['movedMicros', -1n, -70_000n]]],
    ['units', tampered(charged, { units: 61 }), NO_PACKAGE, [['units', 61, 60]]],
    ['deck', tampered(charged, { deck: 'other.csv' }), NO_PACKAGE, [['deck', 'other.csv', 'outbound.csv']]],
    ['prefix', tampered(charged, { prefix: '+4' }), NO_PACKAGE, [['prefix', '+4', '+43']]],
    ['destination', tampered(charged, { destination: 'Europe' }), NO_PACKAGE, [['destination', 'Europe', 'Austria']]],
    ['country', tampered(charged, { toCountry: 'DE' }), NO_PACKAGE, [['toCountry', 'DE', 'AT']]],
    ['type', tampered(charged, { toType: 'mobile' }), NO_PACKAGE, [['toType', 'mobile', 'fixed']]],
    ['caller', tampered(charged, { fromCountry: null }), NO_PACKAGE, [['fromCountry', null, 'DE']]],
    ['currency', tampered(charged, { currency: 'USD' }), NO_PACKAGE, [['currency', 'USD', 'EUR']]],
    ['minutes', tampered(covered, { coveredMinutes: 2 }), {}, [['coveredMinutes', 2, 1]]],
    // More minutes left than the limit allows would mean a negative counter.
    ['minutes left', tampered(covered, { minutesLeft: 101 }), {}, [['minutesLeft', 101, 100]]],
    ['minutes left without a limit', tampered(covered, { minutesLeft: null }), {}, [['minutesLeft', null, 100]]],
    ['cycle', tampered(covered, { cycleStart: '2026-01-15' }), {}, [['cycleStart', '2026-01-15', '2026-02-15']]],
    ['anchor', tampered(covered, { cycleAnchor: '2026-01-14' }), {}, [['cycleAnchor', '2026-01-14', '2026-01-15']]],
    [
      'duration',
      { ...split, quantity: 130 },
      { fairUseMinutesPerUser: 1 },
      [
        ['units', 60, 120],
        ['amountMicros', 20_000n, 40_000n],
        ['movedMicros', -20_000n, -40_000n],
      ],
    ],
    ['reversal', tampered(taken, { amountMicros: -80_000n }), NO_PACKAGE, [['amountMicros', -80_000n, -70_000n]]],
  ])('%s', (_what, stored, settings, differing) => {
    expect(differences(stored, settings)).toEqual(differing)
  })

  it('its outcome, if it is voided and its correction reversed something', () => {
    const stored = recorded([correctionFields('c1', 'e1'), callFields()])
    const correctedBy = { eventId: 'c1', recordedAtMicros: 0, outcome: 'reversed' } as const
    expect(differences({ ...stored, correctedBy })[0]).toEqual(['outcome', 'voided', 'rejected'])
  })

  it('its outcome, if it says that a correction came first and none did', () => {
    const stored = tampered(charged, { outcome: 'voided', reason: 'corrected' })
    expect(differences(stored, NO_PACKAGE).slice(0, 2)).toEqual([
      ['outcome', 'voided', 'charged'],
      ['reason', 'corrected', 'no_package'],
    ])
  })

  it('its outcome, if the catalog or its tariff is missing', () => {
    const { figures } = recompute(charged, testAccount(NO_PACKAGE), null)
    expect(figures).toMatchObject({ outcome: 'rejected', reason: 'no_rate' })
    expect(again(charged, { tariff: 'gone' }).figures).toMatchObject({ outcome: 'rejected', reason: 'no_rate' })
    // A catalog is not used if it is not the recorded version.
    expect(
      recompute({ ...charged, catalogVersion: null }, testAccount(NO_PACKAGE), testCatalog()).figures,
    ).toMatchObject({
      outcome: 'rejected',
    })
  })
})

describe('without phone numbers, the recorded facts about them decide', () => {
  const charged = recorded([callFields()], NO_PACKAGE)
  const abroad = recorded([callFields({ from: '+12125550100' })])
  const emergency = recorded([callFields({ to: '112' })])

  test.each<[what: string, StoredUsage, Partial<AccountSettings>, figures: Partial<DecisionFigures>]>([
    ['a price of the recorded prefix', tampered(charged, { prefix: '+4' }), NO_PACKAGE, { destination: 'Europe' }],
    ['no price without a prefix', tampered(charged, { prefix: null }), NO_PACKAGE, { reason: 'no_rate' }],
    ['no price of a part of a prefix', tampered(charged, { prefix: '+431' }), NO_PACKAGE, { reason: 'no_rate' }],
    [
      'the row of the prefix that was in force',
      recorded([callFields({ to: '+4930123', occurred_at: '2026-03-01T00:00:00Z' })], NO_PACKAGE),
      NO_PACKAGE,
      { reason: 'no_package', amountMicros: 48_000n },
    ],
    ['the country', tampered(abroad, { fromCountry: 'DE' }), {}, { reason: 'in_package', fromCountry: 'DE' }],
    ['a caller without a country', tampered(abroad, { fromCountry: null }), {}, { reason: 'caller_region_mismatch' }],
    ['the type', tampered(charged, { toType: 'premium' }), NO_PACKAGE, { reason: 'special_number', toType: 'premium' }],
    [
      'a destination without recorded facts',
      tampered(charged, { toType: null }),
      {},
      { toCountry: null, toType: 'fixed' },
    ],
    // A short code is its own prefix, so its type is known regardless of the record.
    [
      'a short code',
      tampered(recorded([callFields({ to: '118' })]), { toType: 'fixed', toCountry: 'AT' }),
      {},
      { reason: 'special_number', toType: 'special', toCountry: null },
    ],
    ['an emergency', emergency, {}, { outcome: 'free', reason: 'emergency' }],
    ['no emergency', tampered(emergency, { reason: 'no_package' }), NO_PACKAGE, { reason: 'no_rate' }],
    [
      'a stray caller, treated as withheld',
      recorded([callFields({ from: STRAY })]),
      {},
      { reason: 'caller_region_mismatch', fromCountry: null },
    ],
    ['a wrong amount', tampered(charged, { amountMicros: 1n }), NO_PACKAGE, { amountMicros: 70_000n }],
  ])('%s', (_what, stored, settings, figures) => {
    expect(again(cleared(stored), settings).figures).toMatchObject(figures)
  })

  it('but the numbers themselves decide while they are stored', () => {
    const stored = tampered(charged, { prefix: null, toType: null, fromCountry: null })
    expect(again(stored, NO_PACKAGE).figures).toMatchObject({ prefix: '+43', toType: 'fixed', fromCountry: 'DE' })
    // A caller may be withheld; the destination shows whether numbers were cleared.
    expect(again({ ...stored, from: null }, NO_PACKAGE).figures).toMatchObject({ prefix: '+43', fromCountry: null })
  })
})

describe('too little is recorded to decide again', () => {
  const DIRECTION_OR_LEG = 'the direction or the leg is not recorded'
  const CHANNEL_OR_DIRECTION = 'the channel or the direction is not recorded'
  test.each<[why: string, StoredUsage]>([
    [DIRECTION_OR_LEG, { ...recorded([callFields()]), leg: null }],
    [DIRECTION_OR_LEG, { ...recorded([callFields()]), direction: null }],
    [CHANNEL_OR_DIRECTION, { ...recorded([message({ fragments: 1 })]), channel: null }],
    [CHANNEL_OR_DIRECTION, { ...recorded([message({ fragments: 1 })]), direction: null }],
    ['the SKU is not recorded', { ...recorded([items({ quantity: 1 })]), sku: null }],
    ['which event it corrects is not recorded', { ...recorded([correctionFields('c1', 'e1')]), corrects: null }],
  ])('%s', (why, stored) => {
    expect(again(stored)).toEqual({ figures: null, why })
  })

  it('but an agent without its id is still priced', () => {
    expect(differences({ ...recorded([agent({ duration_seconds: 7 })]), agentId: null })).toEqual([])
  })

  it('and a toll-free call without its number', () => {
    expect(differences(cleared(recorded([tollFree({ duration_seconds: 31 })])))).toEqual([])
  })
})
