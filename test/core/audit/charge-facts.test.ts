import { describe, expect, it, test } from 'vitest'
import { type ChargeFacts, chargeFacts } from '../../../src/core/audit/charge-facts.ts'
import type { PackageFacts } from '../../../src/core/audit/recorded-package.ts'
import type { DecisionFigures, StoredUsage } from '../../../src/core/audit/recorded-usage.ts'
import type { Catalog } from '../../../src/core/catalog/catalog.ts'
import { parseInstant } from '../../../src/core/instant.ts'
import { roundedQuotient } from '../../../src/core/rating/price.ts'
import { unroundedAmount } from '../../../src/core/rating/price-facts.ts'
import type { AccountSettings } from '../../../src/core/settings/settings.ts'
import {
  callFields,
  correctionFields,
  type Fields,
  testAccount,
  testCatalog,
  usageFields,
} from '../../support/catalog.ts'
import { recorded } from '../../support/recorded-usage.ts'

function factsOf(stored: StoredUsage, settings: Partial<AccountSettings> = {}): ChargeFacts {
  return chargeFacts(stored, testAccount(settings), stored.catalogVersion === null ? null : testCatalog())
}

const message = (fields: Fields) =>
  usageFields({ type: 'message', channel: 'sms', direction: 'outbound', from: 'Acme', to: '+491701', ...fields })
const fee = (micros: bigint | null, isFeeCharged: boolean) => ({ connectionFeeMicros: micros, isFeeCharged })
const increments = (firstSeconds: number, nextSeconds: number) => ({ increments: { firstSeconds, nextSeconds } })
const NONE = { packages: [] }
const SINCE_2020 = parseInstant('2020-01-01T00:00:00Z')!

const agent = () => usageFields({ type: 'voice_agent', agent_id: 'bot', duration_seconds: 7 })
const items = () => usageFields({ type: 'other', sku: 'number-lookup', quantity: 12 })
const splitCall = () => recorded([callFields({ duration_seconds: 90 })], { fairUseMinutesPerUser: 1 })
const changed = (stored: StoredUsage, figures: Partial<DecisionFigures>): StoredUsage => ({
  ...stored,
  figures: { ...stored.figures, ...figures },
})

type Row = [reason: string, event: Fields, settings: Partial<AccountSettings>, facts: Partial<ChargeFacts>]

const ROWS: readonly Row[] = [
  [
    'no_package',
    callFields({ duration_seconds: 61 }),
    NONE,
    {
      amountMicros: 90_000n,
      deck: 'outbound.csv',
      prefix: '+43',
      destination: 'Austria',
      destinationCountry: 'AT',
      destinationType: 'fixed',
      callerCountry: 'DE',
      package: null,
      fairUse: null,
      price: {
        by: 'minute',
        perMinuteMicros: 20_000n,
        ...fee(50_000n, true),
        ...increments(60, 60),
        pricedSeconds: 61,
        billedSeconds: 120,
      },
    },
  ],
  [
    'outside_package_countries',
    callFields({ to: '+12125550100' }),
    {},
    {
      destinationCountry: 'US',
      package: {
        id: 'eu-100',
        sinceMicros: SINCE_2020,
        name: 'Europe 100',
        region: 'EU',
        regionCountries: ['AT', 'DE'],
        countries: ['AT', 'DE'],
      },
      fairUse: null,
    },
  ],
  [
    'caller_region_mismatch',
    callFields({ from: '+12125550100' }),
    { packages: [{ id: 'eu-open', fromMicros: 0 }] },
    {
      callerCountry: 'US',
      package: {
        id: 'eu-open',
        sinceMicros: 0,
        name: null,
        region: 'EU',
        regionCountries: ['AT', 'DE'],
        countries: ['AT', 'DE'],
      },
    },
  ],
  [
    'fair_use_exceeded',
    callFields({ duration_seconds: 90 }),
    { fairUseMinutesPerUser: 1 },
    {
      units: 60,
      amountMicros: 20_000n,
      fairUse: {
        limitMinutes: 1,
        isOwnLimit: true,
        minutesLeft: 1,
        coveredMinutes: 1,
        cycleStart: '2026-02-15',
        cycleEnd: '2026-03-15',
      },
      price: {
        by: 'minute',
        perMinuteMicros: 20_000n,
        ...fee(50_000n, false),
        ...increments(60, 60),
        pricedSeconds: 30,
        billedSeconds: 60,
      },
    },
  ],
  [
    'in_package',
    callFields(),
    {},
    {
      amountMicros: 0n,
      price: null,
      rounding: null,
      fairUse: {
        limitMinutes: 100,
        isOwnLimit: false,
        minutesLeft: 100,
        coveredMinutes: 1,
        cycleStart: '2026-02-15',
        cycleEnd: '2026-03-15',
      },
    },
  ],
  [
    'in_package',
    callFields(),
    { packages: [{ id: 'eu-open', fromMicros: 0 }] },
    {
      fairUse: {
        limitMinutes: null,
        isOwnLimit: false,
        minutesLeft: null,
        coveredMinutes: 1,
        cycleStart: '2026-02-15',
        cycleEnd: '2026-03-15',
      },
    },
  ],
  [
    'special_number',
    callFields({ to: '+49900123' }),
    {},
    { destinationType: 'premium', prefix: '+49900', amountMicros: 1_990_000n },
  ],
  [
    'forwarded_leg',
    callFields({ leg: 'forwarded', duration_seconds: 31 }),
    {},
    { amountMicros: 70_000n, fairUse: null },
  ],
  [
    'toll_free_inbound',
    usageFields({ type: 'toll_free', from: null, to: '+49800123', duration_seconds: 31 }),
    {},
    {
      deck: 'toll-free.csv',
      package: null,
      price: {
        by: 'minute',
        perMinuteMicros: 30_000n,
        ...fee(10_000n, true),
        ...increments(30, 6),
        pricedSeconds: 31,
        billedSeconds: 36,
      },
    },
  ],
  [
    'message',
    message({ fragments: 3 }),
    {},
    { amountMicros: 210_000n, units: 3, price: { by: 'unit', perUnitMicros: 70_000n, units: 3 } },
  ],
  [
    'message',
    message({ fragments: 2, direction: 'inbound', to: '+4930123' }),
    {},
    { deck: 'sms-in.csv', price: { by: 'unit', perUnitMicros: 10_000n, units: 2 } },
  ],
  ['inbound_message', message({ fragments: 2, channel: 'mms', direction: 'inbound' }), {}, { price: null }],
  [
    'conversation_intelligence',
    usageFields({ type: 'conversation_intelligence', duration_seconds: 61 }),
    {},
    {
      amountMicros: 40_000n,
      deck: null,
      price: {
        by: 'minute',
        perMinuteMicros: 20_000n,
        ...fee(null, false),
        ...increments(60, 60),
        pricedSeconds: 61,
        billedSeconds: 120,
      },
    },
  ],
  [
    'billed_on_invoice',
    usageFields({ type: 'voice_agent', agent_id: 'bot', duration_seconds: 7 }),
    {},
    {
      outcome: 'invoiced',
      price: {
        by: 'minute',
        perMinuteMicros: 250_000n,
        ...fee(null, false),
        ...increments(1, 1),
        pricedSeconds: 7,
        billedSeconds: 7,
      },
    },
  ],
  [
    'included_in_plan',
    usageFields({ type: 'voice_agent', agent_id: 'bot', duration_seconds: 7 }),
    { voiceAgent: 'included' },
    { price: null },
  ],
  [
    'other_usage',
    usageFields({ type: 'other', sku: 'number-lookup', quantity: 12 }),
    {},
    { amountMicros: 48_000n, price: { by: 'unit', perUnitMicros: 4_000n, units: 12 } },
  ],
]

describe('the facts of a charge', () => {
  test.each(ROWS)('%s', (reason, event, settings, facts) => {
    const found = factsOf(recorded([event], settings), settings)
    expect(found).toMatchObject({ reason, tariff: 'standard-eur', settingsVersion: 2, isReproduced: true })
    // The whole object, so that no field is left out.
    for (const [name, value] of Object.entries(facts))
      expect({ [name]: found[name as keyof ChargeFacts] }).toEqual({ [name]: value })
  })

  it.each(ROWS)('add up to its amount: %s', (_reason, event, settings) => {
    const { price, rounding, amountMicros, units } = factsOf(recorded([event], settings), settings)
    if (price === null) return expect({ amountMicros, units }).toEqual({ amountMicros: 0n, units: 0 })
    if (price.by === 'unit') {
      expect(roundedQuotient(price.perUnitMicros * BigInt(price.units), 1n, rounding!)).toBe(amountMicros)
      return expect(price.units).toBe(units)
    }
    const feeMicros = price.isFeeCharged ? price.connectionFeeMicros! : 0n
    const sum = feeMicros * 60n + price.perMinuteMicros * BigInt(price.billedSeconds)
    expect(roundedQuotient(sum, 60n, rounding!)).toBe(amountMicros)
    expect(price.billedSeconds).toBe(units)
  })

  it.each(ROWS)('include the sum before rounding: %s', (_reason, event, settings) => {
    const { price, rounding, amountMicros } = factsOf(recorded([event], settings), settings)
    if (price === null) return
    const { decimal } = unroundedAmount(price)
    const [whole, fraction] = decimal.split('.') as [string, string]
    const scaled = BigInt(whole + fraction.padEnd(12, '0'))
    expect(roundedQuotient(scaled, 1_000_000n, rounding!)).toBe(amountMicros)
  })

  it('use the price that was in force when the usage occurred', () => {
    const before = callFields({ to: '+4930123', occurred_at: '2026-02-28T23:59:59Z' })
    const after = callFields({ to: '+4930123', occurred_at: '2026-03-01T00:00:00Z' })
    const priceOf = (event: Fields) => factsOf(recorded([event], NONE), NONE).price
    expect([priceOf(before), priceOf(after)]).toMatchObject([
      { perMinuteMicros: 12_000n },
      { perMinuteMicros: 18_000n },
    ])
  })

  it('of a correction return what was charged, including minutes', () => {
    const facts = factsOf(recorded([callFields(), correctionFields('c1', 'e1')]))
    expect(facts).toMatchObject({
      reason: 'correction',
      catalogVersion: null,
      price: null,
      rounding: null,
      package: null,
      fairUse: { limitMinutes: null, isOwnLimit: false, coveredMinutes: -1, cycleStart: '2026-02-15' },
      isReproduced: true,
    })
  })

  it('say if a recomputation differs, or is impossible', () => {
    const stored = recorded([callFields()], NONE)
    const tampered = { ...stored, figures: { ...stored.figures, amountMicros: 1n } }
    expect(factsOf(tampered, NONE).isReproduced).toBe(false)
    expect(factsOf({ ...recorded([message({ fragments: 1 })]), channel: null }).isReproduced).toBeNull()
    const withoutCatalog = chargeFacts(stored, testAccount(NONE), null)
    expect(withoutCatalog).toMatchObject({ price: null, package: null, isReproduced: null, amountMicros: 70_000n })
  })

  test.each<[what: string, stored: StoredUsage, settings: Partial<AccountSettings>]>([
    ['is free', changed(recorded([callFields()], NONE), { outcome: 'free' }), NONE],
    ['has a prefix that is in no deck', changed(recorded([callFields()], NONE), { prefix: '+4999' }), NONE],
    ['had minutes left for all of it', changed(splitCall(), { minutesLeft: 2 }), { fairUseMinutesPerUser: 2 }],
    [
      'is of AI, and of no length',
      { ...recorded([agent()], { voiceAgent: 'credit' }), quantity: 0 },
      { voiceAgent: 'credit' },
    ],
    ['is of AI, by a tariff without a price', recorded([agent()]), { tariff: 'bare-usd' }],
    ['is by a tariff that the catalog does not have', recorded([callFields()], NONE), { ...NONE, tariff: 'gone' }],
    ['is a message of no channel', { ...recorded([message({ fragments: 1 })]), channel: null }, {}],
    ['is a message of a channel without a deck', { ...recorded([message({ fragments: 1 })]), channel: 'whatsapp' }, {}],
    ['is of no SKU', { ...recorded([items()]), sku: null }, {}],
    ['is of a SKU without a price', { ...recorded([items()]), sku: 'nothing' }, {}],
  ])('have no price if the usage %s', (_what, stored, settings) => {
    expect(factsOf(stored, settings)).toMatchObject({ price: null, rounding: null })
  })

  it('price a message without a direction as sent, and a call without minutes left as uncovered', () => {
    const sent = { ...recorded([message({ fragments: 2 })]), direction: null }
    expect(factsOf(sent).price).toEqual({ by: 'unit', perUnitMicros: 70_000n, units: 2 })
    const call = changed(splitCall(), { minutesLeft: null })
    expect(factsOf(call, { fairUseMinutesPerUser: 1 }).price).toMatchObject({ isFeeCharged: true, pricedSeconds: 90 })
  })

  it('show the fair use of an account without a package, without a limit', () => {
    const covered = recorded([callFields()])
    expect(factsOf(covered, NONE)).toMatchObject({ package: null, fairUse: { limitMinutes: null, isOwnLimit: false } })
    expect(factsOf(changed(covered, { cycleAnchor: null })).fairUse).toBeNull()
    expect(factsOf(changed(covered, { cycleStart: null })).fairUse).toBeNull()
  })

  it('deduct the minutes left only if they were too few for the call', () => {
    const call = changed(recorded([callFields()], NONE), { minutesLeft: 1 })
    expect(factsOf(call, NONE).price).toMatchObject({ isFeeCharged: true, pricedSeconds: 60 })
  })

  it.each<[what: string, catalog: Catalog | null, facts: Partial<PackageFacts>]>([
    ['catalog', null, { id: 'eu-100', sinceMicros: SINCE_2020, name: null, region: null }],
    ['region', { ...testCatalog(), regions: new Map() }, { region: 'EU', countries: ['AT', 'DE'] }],
  ])('have no countries if the %s is missing', (_what, catalog, facts) => {
    const found = chargeFacts(recorded([callFields()]), testAccount(), catalog)
    expect(found.package).toMatchObject({ ...facts, regionCountries: [] })
  })

  it('have a package only for calls', () => {
    expect(factsOf(recorded([message({ fragments: 1 })])).package).toBeNull()
    expect(factsOf(recorded([callFields({ direction: 'inbound' })])).package).toMatchObject({ id: 'eu-100' })
  })

  it('stay after the numbers are cleared', () => {
    const stored = recorded([callFields({ to: '+12125550100', duration_seconds: 61 })])
    expect(factsOf({ ...stored, from: null, to: null })).toEqual(factsOf(stored))
  })

  it('name a package by its id if the catalog no longer has it', () => {
    const settings = { packages: [{ id: 'gone', fromMicros: SINCE_2020 }] }
    const stored = recorded([callFields({ leg: 'forwarded' })], settings)
    expect(factsOf(stored, settings).package).toEqual({
      id: 'gone',
      sinceMicros: SINCE_2020,
      name: null,
      region: null,
      regionCountries: [],
      countries: [],
    })
  })
})
