import { describe, expect, it, test } from 'vitest'
import { explainDecision } from '../../../src/core/rating/explain.ts'
import type { DecisionFigures, StoredUsage } from '../../../src/core/rating/recompute.ts'
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

const TOLL_FREE = '+49800123'
const AMERICAN = '+12125550100'

function explained(stored: StoredUsage, settings: Partial<AccountSettings> = {}) {
  return explainDecision(stored, testAccount(settings), stored.catalogVersion === null ? null : testCatalog())
}

const message = (fields: Fields) =>
  usageFields({ type: 'message', channel: 'sms', direction: 'outbound', from: 'Acme', to: '+491701', ...fields })
const tollFree = (fields: Fields) => usageFields({ type: 'toll_free', from: null, to: TOLL_FREE, ...fields })
const analysis = (fields: Fields) => usageFields({ type: 'conversation_intelligence', ...fields })
const agent = (fields: Fields) => usageFields({ type: 'voice_agent', agent_id: 'bot', ...fields })
const items = (fields: Fields) => usageFields({ type: 'other', sku: 'ported-number', ...fields })

type Row = [reason: string, events: readonly Fields[], settings: Partial<AccountSettings>, sentences: readonly string[]]

const ROWS: readonly Row[] = [
  ['not_answered', [callFields({ duration_seconds: 0 })], {}, ['Its duration is 0 seconds']],
  ['emergency', [callFields({ to: '112' })], {}, ['112 is an emergency number of the catalog']],
  [
    'toll_free_inbound',
    [callFields({ direction: 'inbound', to: TOLL_FREE })],
    {},
    ['+49800123 has country DE and type toll_free', 'the account pays for it by the toll-free deck', 'toll-free.csv'],
  ],
  [
    'toll_free_inbound',
    [tollFree({ duration_seconds: 31 })],
    {},
    ['It came on the toll-free topic', '31 seconds became 36 billed seconds: 30 and 1 times 6.'],
  ],
  ['inbound_standard', [callFields({ direction: 'inbound' })], {}, ['other inbound calls are free']],
  ['forwarded_leg', [callFields({ leg: 'forwarded' })], {}, ['A forwarded leg is charged whatever the package.']],
  ['special_number', [callFields({ to: '118' })], {}, ['type special are charged', 'prefix of 118 was 118, Directory']],
  [
    'no_package',
    [callFields({ duration_seconds: 61 })],
    { packages: [] },
    [
      'An outbound call (direct leg) by user ann from +4930123456 to +431234567, of 61 seconds, began 2026-02-20T10:00:00.000000Z.',
      'Rated by catalog version 1 and settings version 2 of account acme: tariff standard-eur, in EUR.',
      'No package was in force at the call',
      'In deck outbound.csv the longest prefix of +431234567 was +43, Austria: 0.020000 EUR a minute, connection fee 0.050000 EUR, increments of 60 and then 60 seconds.',
      '61 seconds became 120 billed seconds: 60 and 1 times 60.',
      '0.050000 + 0.020000 x 120 / 60 = 0.090000 EUR exactly, rounded half_up to 4 digits: 0.090000 EUR.',
      'Recorded: charged / no_package, 0.090000 EUR, 120 units priced, 0 covered minutes.',
      'Movement 1 took 0.090000 EUR: balance 5.000000 before, 4.910000 after.',
    ],
  ],
  [
    'outside_package_countries',
    [callFields({ to: AMERICAN, duration_seconds: 7 })],
    {},
    [
      'Package eu-100 was in force, since 2020-01-01T00:00:00.000000Z.',
      "US is not among the package's countries (AT, DE)",
      '0.006000 x 12 / 60 = 0.001200 EUR exactly',
    ],
  ],
  [
    'caller_region_mismatch',
    [callFields({ from: AMERICAN })],
    {},
    ["AT is among the package's countries", "The caller's country US is not in the package's region EU (AT, DE)"],
  ],
  ['caller_region_mismatch', [callFields({ from: null })], {}, ['A caller who is withheld']],
  [
    'fair_use_exceeded',
    [callFields()],
    { fairUseMinutesPerUser: 0 },
    ["The fair-use limit is 0 minutes a user and billing cycle, the account's own", 'none was left'],
  ],
  [
    'fair_use_exceeded',
    [callFields({ event_id: 'e0' }), callFields({ duration_seconds: 130 })],
    { fairUseMinutesPerUser: 2 },
    [
      "The fair-use limit is 2 minutes a user and billing cycle, the account's own; in the cycle from 2026-02-15 user ann had 1 minute left.",
      'The call takes 3 minutes (130 seconds rounded up): the package covers the first 1 minute, the remaining 70 seconds are charged without the connection fee.',
      '70 seconds became 120 billed seconds',
      '0.020000 x 120 / 60 = 0.040000 EUR exactly',
    ],
  ],
  [
    'in_package',
    [callFields({ duration_seconds: 61 })],
    {},
    [
      "The fair-use limit is 100 minutes a user and billing cycle, the package's; in the cycle from 2026-02-15 user ann had 100 minutes left.",
      'The call takes 2 minutes (61 seconds rounded up), so it is covered.',
      'The credit did not move.',
    ],
  ],
  [
    'in_package',
    [callFields()],
    { packages: [{ id: 'eu-open', fromMicros: 0 }] },
    ['no fair-use limit applies, so it is covered'],
  ],
  [
    'message',
    [message({ fragments: 3 })],
    {},
    ['+4, Europe: 0.070000 EUR a fragment', '3 fragments x 0.070000 = 0.210000 EUR exactly'],
  ],
  ['message', [message({ direction: 'inbound', fragments: 1 })], {}, ['In deck sms-in.csv', '+49, Germany']],
  ['emergency', [message({ to: '112', fragments: 1 })], {}, ['112 is an emergency number']],
  [
    'inbound_message',
    [message({ direction: 'inbound', channel: 'mms', fragments: 1 })],
    {},
    ['no price for inbound messages'],
  ],
  ['no_usage', [analysis({ duration_seconds: 0 })], {}, ['Nothing was used']],
  ['no_usage', [items({ quantity: 0 })], {}, ['Nothing was used']],
  [
    'conversation_intelligence',
    [analysis({ duration_seconds: 61 })],
    {},
    ['billing mode for Conversation Intelligence is credit', '0.020000 EUR a minute', '61 seconds became 120 billed'],
  ],
  [
    'voice_agent',
    [agent({ duration_seconds: 7 })],
    { voiceAgent: 'credit' },
    [
      'Voice agent bot was in use for 7 seconds',
      '0.250000 x 7 / 60 = 0.029166666666... EUR exactly, rounded half_up to 4 digits: 0.029200 EUR.',
    ],
  ],
  [
    'billed_on_invoice',
    [agent({ duration_seconds: 60 })],
    {},
    ['Voice Agents is invoice: it is priced for the invoice and takes no credit', 'The credit did not move.'],
  ],
  [
    'included_in_plan',
    [analysis({ duration_seconds: 60 })],
    { conversationIntelligence: 'included' },
    ['it is included in the plan: no price, and no minutes counted'],
  ],
  [
    'other_usage',
    [items({ quantity: 2 })],
    {},
    ['SKU ported-number costs 12.200000 EUR a unit.', '2 units x 12.200000 = 24.400000 EUR exactly'],
  ],
  [
    'correction',
    [callFields(), correctionFields('c1', 'e1')],
    { packages: [] },
    [
      'Event e1 was charged / no_package: 0.070000 EUR and 0 covered minutes.',
      '0.070000 EUR goes back to the credit.',
      'Movement 1 gave 0.070000 EUR',
    ],
  ],
  [
    'correction',
    [callFields(), correctionFields('c1', 'e1')],
    {},
    ['Given back to the fair-use counter of the billing cycle from 2026-02-15: 1 minute.'],
  ],
  [
    'invoice_correction',
    [agent({ duration_seconds: 60 }), correctionFields('c1', 'e1')],
    {},
    ['0.250000 EUR goes back on the invoice', 'The credit did not move.'],
  ],
  ['awaiting_event', [correctionFields('c1', 'e1')], {}, ['Event e1 was not known yet']],
  [
    'corrected',
    [correctionFields('c1', 'e1'), callFields()],
    {},
    ['Correction c1 came before the event, so it was voided', 'no catalog was needed'],
  ],
]

describe('every reason is explained with its figures, and recomputed', () => {
  test.each(ROWS)('%s %#', (reason, events, settings, sentences) => {
    const stored = recorded(events, settings)
    const { steps, verdict, same } = explained(stored, settings)
    expect(stored.figures.reason).toBe(reason)
    const text = steps.join('\n')
    for (const sentence of sentences) expect(text).toContain(sentence)
    expect(verdict).toBe('Recomputed: the same')
    expect(same).toBe(true)
  })

  it('says what has since taken an event back', () => {
    const stored = recorded([callFields()], { packages: [] })
    const by = { eventId: 'c1', recordedAtMicros: stored.recordedAtMicros, outcome: 'reversed' } as const
    const { steps, same } = explained({ ...stored, correctedBy: by }, { packages: [] })
    expect(steps.at(-1)).toBe('Correction c1, recorded 2026-02-20T10:00:01.000000Z, has since taken it back whole.')
    expect(same).toBe(true)
  })

  it('says that a correction was given up', () => {
    const stored = recorded([correctionFields('c1', 'e1')])
    const givenUp = { recordedAtMicros: stored.recordedAtMicros, detail: 'its event e1 did not come within 90 days' }
    const { steps, same } = explained({ ...stored, givenUp })
    expect(steps.at(-1)).toContain('since 2026-02-20T10:00:01.000000Z: rejected / too_late, its event e1 did not come')
    expect(same).toBe(true)
  })
})

describe('once the phone numbers are cleared', () => {
  const withNumbers = ROWS.filter(([, events]) =>
    ['call', 'toll_free', 'message'].includes(String(events.at(-1)!.type)),
  )

  test.each(withNumbers)('%s %# is recomputed from what is kept', (_reason, events, settings) => {
    const { steps, verdict } = explained({ ...recorded(events, settings), from: null, to: null }, settings)
    expect(verdict).toBe('Recomputed: the same')
    expect(steps[1]).toMatch(/^The phone numbers were cleared/)
    expect(steps.join('\n')).not.toMatch(/\+\d{6}|null|undefined/)
  })

  it('still sees a wrong amount', () => {
    const stored = tampered(recorded([callFields()], { packages: [] }), { amountMicros: 1n })
    const { verdict } = explained({ ...stored, from: null, to: null }, { packages: [] })
    expect(verdict).toBe('Recomputed: differs in amount (recorded 0.000001, recomputed 0.070000)')
  })
})

describe('a record that the rules do not give is called out', () => {
  const charged = recorded([callFields()], { packages: [] })
  const covered = recorded([callFields()])
  const split = recorded([callFields({ duration_seconds: 90 })], { fairUseMinutesPerUser: 1 })
  const taken = recorded([callFields(), correctionFields('c1', 'e1')], { packages: [] })
  const none = { packages: [] }

  test.each<[string, StoredUsage, Partial<AccountSettings>, string]>([
    ['amount', tampered(charged, { amountMicros: 80_000n }), none, 'amount (recorded 0.080000, recomputed 0.070000)'],
    ['movement', tampered(charged, { movedMicros: -1n }), none, 'moved (recorded -0.000001, recomputed -0.070000)'],
    ['units', tampered(charged, { units: 61 }), none, 'units (recorded 61, recomputed 60)'],
    ['prefix', tampered(charged, { prefix: '+4' }), none, 'prefix (recorded +4, recomputed +43)'],
    ['country', tampered(charged, { toCountry: 'DE' }), none, 'to_country (recorded DE, recomputed AT)'],
    ['minutes', tampered(covered, { coveredMinutes: 2 }), {}, 'covered_minutes (recorded 2, recomputed 1)'],
    ['minutes left', tampered(covered, { minutesLeft: 101 }), {}, 'minutes_left (recorded 101, recomputed 100)'],
    ['no limit', tampered(covered, { minutesLeft: null }), {}, 'minutes_left (recorded nothing, recomputed 100)'],
    ['cycle', tampered(covered, { cycleStart: '2026-01-15' }), {}, 'cycle_start'],
    ['duration', { ...split, quantity: 130 }, { fairUseMinutesPerUser: 1 }, 'units (recorded 60, recomputed 120)'],
    [
      'reversal',
      tampered(taken, { amountMicros: -80_000n }),
      none,
      'amount (recorded -0.080000, recomputed -0.070000)',
    ],
    ['void', tampered(charged, { outcome: 'voided', reason: 'corrected' }), none, 'outcome (recorded voided'],
  ])('%s', (_name, stored, settings, expected) => {
    const { verdict, same } = explained(stored, settings)
    expect(verdict).toContain('Recomputed: differs in ')
    expect(verdict).toContain(expected)
    expect(same).toBe(false)
  })

  it('when it holds too little to decide again', () => {
    const { verdict, same } = explained({ ...recorded([message({ fragments: 1 })]), channel: null })
    expect(verdict).toBe('Recomputed: not possible, the channel or the direction is not recorded')
    expect(same).toBe(false)
  })
})

function tampered(stored: StoredUsage, changed: Partial<DecisionFigures>): StoredUsage {
  return { ...stored, figures: { ...stored.figures, ...changed } }
}
