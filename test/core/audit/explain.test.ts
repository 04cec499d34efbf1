import { describe, expect, it, test } from 'vitest'
import { explainDecision, fieldName } from '../../../src/core/audit/explain.ts'
import type { DecisionFigures, StoredUsage } from '../../../src/core/audit/recorded-usage.ts'
import type { AccountSettings } from '../../../src/core/settings/settings.ts'
import { callFields, correctionFields, testAccount, testCatalog } from '../../support/catalog.ts'
import { recorded } from '../../support/recorded-usage.ts'
import {
  agent,
  analysis,
  CASES,
  type Case,
  type CaseName,
  EVERY_REASON,
  items,
  message,
  NO_PACKAGE,
  tollFree,
  WITHOUT_LIMIT,
} from './every-reason.ts'

function explained(stored: StoredUsage, settings: Partial<AccountSettings> = {}) {
  return explainDecision(stored, testAccount(settings), stored.catalogVersion === null ? null : testCatalog())
}

/** The sentences about the decision: after what happened and the versions, before what was recorded. */
function why(stored: StoredUsage, settings: Partial<AccountSettings> = {}): readonly string[] {
  const { steps } = explained(stored, settings)
  return steps.slice(
    steps.findIndex((step) => step.includes('settings version')) + 1,
    steps.findIndex((step) => step.startsWith('Recorded: ')),
  )
}

function ofCase(name: CaseName): StoredUsage {
  const [, events, settings]: Case = EVERY_REASON[name]
  return recorded(events, settings)
}

function tampered(stored: StoredUsage, changed: Partial<DecisionFigures>): StoredUsage {
  return { ...stored, figures: { ...stored.figures, ...changed } }
}

const TO_AUSTRIA = 'The destination +431234567 has country AT and type fixed.'
const IN_FORCE = 'Package eu-100 was in force, since 2020-01-01T00:00:00.000000Z.'
const WITHIN = "AT is among the package's countries (AT, DE)."
const CALLER_WITHIN = "The caller's country DE is in the package's region EU (AT, DE)."
const AUSTRIA =
  'In deck outbound.csv the longest prefix of +431234567 was +43, Austria: 0.020000 EUR a minute, connection fee 0.050000 EUR, increments of 60 and then 60 seconds.'
const ONE_MINUTE = '60 seconds became 60 billed seconds: the first 60.'
const ONE_MINUTE_TO_AUSTRIA =
  '0.050000 + 0.020000 x 60 / 60 = 0.070000 EUR exactly, rounded half_up to 4 digits: 0.070000 EUR.'

/** By case: everything that the explanation says about the decision. */
const WHY: Readonly<Record<CaseName, readonly string[]>> = {
  unanswered: ['Its duration is 0 seconds, so it was not answered and is free.'],
  'an emergency call': ['112 is an emergency number of the catalog, and usage to one is free.'],
  'an inbound call to a toll-free number': [
    'The destination +49800123 has country DE and type toll_free.',
    'It is an inbound call to a toll-free number: the account pays for it by the toll-free deck.',
    'In deck toll-free.csv the longest prefix of +49800123 was +49, Germany: 0.030000 EUR a minute, connection fee 0.010000 EUR, increments of 30 and then 6 seconds.',
    '60 seconds became 60 billed seconds: 30 and 5 times 6.',
    '0.010000 + 0.030000 x 60 / 60 = 0.040000 EUR exactly, rounded half_up to 4 digits: 0.040000 EUR.',
  ],
  'an event of the toll-free topic': [
    'The destination +49800123 has country DE and type toll_free.',
    'It came on the toll-free topic: the account pays for it by the toll-free deck.',
    'In deck toll-free.csv the longest prefix of +49800123 was +49, Germany: 0.030000 EUR a minute, connection fee 0.010000 EUR, increments of 30 and then 6 seconds.',
    '31 seconds became 36 billed seconds: 30 and 1 times 6.',
    '0.010000 + 0.030000 x 36 / 60 = 0.028000 EUR exactly, rounded half_up to 4 digits: 0.028000 EUR.',
  ],
  'an inbound call': [TO_AUSTRIA, 'It is not toll-free, and other inbound calls are free.'],
  'a forwarded leg': [
    TO_AUSTRIA,
    'A forwarded leg is charged whatever the package.',
    AUSTRIA,
    ONE_MINUTE,
    ONE_MINUTE_TO_AUSTRIA,
  ],
  'a short code': [
    'The destination 118 has no known country and type special.',
    'Calls to numbers of type special are charged whatever the package.',
    'In deck outbound.csv the longest prefix of 118 was 118, Directory: 1.200000 EUR a minute, connection fee 0.000000 EUR, increments of 60 and then 60 seconds.',
    ONE_MINUTE,
    '1.200000 x 60 / 60 = 1.200000 EUR exactly, rounded half_up to 4 digits: 1.200000 EUR.',
  ],
  'a premium number': [
    'The destination +49900123 has country DE and type premium.',
    'Calls to numbers of type premium are charged whatever the package.',
    'In deck outbound.csv the longest prefix of +49900123 was +49900, Germany premium: 1.990000 EUR a minute, connection fee 0.000000 EUR, increments of 60 and then 60 seconds.',
    ONE_MINUTE,
    '1.990000 x 60 / 60 = 1.990000 EUR exactly, rounded half_up to 4 digits: 1.990000 EUR.',
  ],
  'no package': [
    TO_AUSTRIA,
    'No package was in force at the call, so it is charged.',
    AUSTRIA,
    '61 seconds became 120 billed seconds: 60 and 1 times 60.',
    '0.050000 + 0.020000 x 120 / 60 = 0.090000 EUR exactly, rounded half_up to 4 digits: 0.090000 EUR.',
  ],
  'no package, by the row that begins in March': [
    'The destination +4930123 has country DE and type fixed.',
    'No package was in force at the call, so it is charged.',
    'In deck outbound.csv the longest prefix of +4930123 was +49, Germany: 0.018000 EUR a minute, connection fee 0.030000 EUR, increments of 30 and then 6 seconds.',
    '60 seconds became 60 billed seconds: 30 and 5 times 6.',
    '0.030000 + 0.018000 x 60 / 60 = 0.048000 EUR exactly, rounded half_up to 4 digits: 0.048000 EUR.',
  ],
  'another country': [
    'The destination +12125550100 has country US and type fixed.',
    IN_FORCE,
    "US is not among the package's countries (AT, DE), so the call is charged.",
    'In deck outbound.csv the longest prefix of +12125550100 was +1, United States: 0.006000 EUR a minute, connection fee 0.000000 EUR, increments of 6 and then 6 seconds.',
    '7 seconds became 12 billed seconds: 6 and 1 times 6.',
    '0.006000 x 12 / 60 = 0.001200 EUR exactly, rounded half_up to 4 digits: 0.001200 EUR.',
  ],
  'no known country': [
    'The destination +441234567 has no known country and type fixed.',
    IN_FORCE,
    "A destination without a known country is not among the package's countries (AT, DE), so the call is charged.",
    'In deck outbound.csv the longest prefix of +441234567 was +4, Europe: 0.500000 EUR a minute, connection fee 0.000000 EUR, increments of 1 and then 1 seconds.',
    '60 seconds became 60 billed seconds: 1 and 59 times 1.',
    '0.500000 x 60 / 60 = 0.500000 EUR exactly, rounded half_up to 4 digits: 0.500000 EUR.',
  ],
  'a caller abroad': [
    TO_AUSTRIA,
    IN_FORCE,
    WITHIN,
    "The caller's country US is not in the package's region EU (AT, DE), so the call is charged.",
    AUSTRIA,
    ONE_MINUTE,
    ONE_MINUTE_TO_AUSTRIA,
  ],
  'a caller withheld': [
    TO_AUSTRIA,
    IN_FORCE,
    WITHIN,
    "A caller who is withheld or of no known country is not in the package's region EU (AT, DE), so the call is charged.",
    AUSTRIA,
    ONE_MINUTE,
    ONE_MINUTE_TO_AUSTRIA,
  ],
  'a caller of no known country': [
    TO_AUSTRIA,
    IN_FORCE,
    WITHIN,
    "+441234567, of no known country, is not in the package's region EU (AT, DE), so the call is charged.",
    AUSTRIA,
    ONE_MINUTE,
    ONE_MINUTE_TO_AUSTRIA,
  ],
  'no minutes left': [
    TO_AUSTRIA,
    IN_FORCE,
    WITHIN,
    CALLER_WITHIN,
    "The fair-use limit is 0 minutes a user and billing cycle, the account's own; in the cycle from 2026-02-15 user ann had 0 minutes left.",
    'The call takes 1 minute (60 seconds rounded up) and none was left, so all of it is charged.',
    AUSTRIA,
    ONE_MINUTE,
    ONE_MINUTE_TO_AUSTRIA,
  ],
  'some minutes left': [
    TO_AUSTRIA,
    IN_FORCE,
    WITHIN,
    CALLER_WITHIN,
    "The fair-use limit is 2 minutes a user and billing cycle, the account's own; in the cycle from 2026-02-15 user ann had 1 minute left.",
    'The call takes 3 minutes (130 seconds rounded up): the package covers the first 1 minute, the remaining 70 seconds are charged without the connection fee.',
    AUSTRIA,
    '70 seconds became 120 billed seconds: 60 and 1 times 60.',
    '0.020000 x 120 / 60 = 0.040000 EUR exactly, rounded half_up to 4 digits: 0.040000 EUR.',
  ],
  'enough minutes left': [
    TO_AUSTRIA,
    IN_FORCE,
    WITHIN,
    CALLER_WITHIN,
    "The fair-use limit is 100 minutes a user and billing cycle, the package's; in the cycle from 2026-02-15 user ann had 100 minutes left.",
    'The call takes 2 minutes (61 seconds rounded up), so it is covered.',
  ],
  'exactly the minutes left': [
    TO_AUSTRIA,
    IN_FORCE,
    WITHIN,
    CALLER_WITHIN,
    "The fair-use limit is 1 minute a user and billing cycle, the account's own; in the cycle from 2026-02-15 user ann had 1 minute left.",
    'The call takes 1 minute (60 seconds rounded up), so it is covered.',
  ],
  'no limit': [
    TO_AUSTRIA,
    'Package eu-open was in force, since 1970-01-01T00:00:00.000000Z.',
    WITHIN,
    CALLER_WITHIN,
    'The call takes 1 minute (60 seconds rounded up); no fair-use limit applies, so it is covered.',
  ],
  'a message': [
    'The destination +491701 has country DE and type fixed.',
    'In deck sms.csv the longest prefix of +491701 was +4, Europe: 0.070000 EUR a fragment.',
    '3 fragments x 0.070000 = 0.210000 EUR exactly, rounded half_up to 4 digits: 0.210000 EUR.',
  ],
  'an inbound message with a price': [
    'The destination +491701 has country DE and type fixed.',
    'In deck sms-in.csv the longest prefix of +491701 was +49, Germany: 0.010000 EUR a fragment.',
    '1 fragment x 0.010000 = 0.010000 EUR exactly, rounded half_up to 4 digits: 0.010000 EUR.',
  ],
  'a message to an emergency number': ['112 is an emergency number of the catalog, and usage to one is free.'],
  'an inbound message without a price': [
    'Tariff standard-eur has no price for inbound messages of this channel, so it is free.',
  ],
  'an analysis of nothing': ['Nothing was used (the quantity is 0), so it is free.'],
  'no items': ['Nothing was used (the quantity is 0), so it is free.'],
  'an analysis': [
    "The account's billing mode for Conversation Intelligence is credit: it is charged to the credit.",
    "The tariff's price is 0.020000 EUR a minute, increments of 60 and then 60 seconds.",
    '61 seconds became 120 billed seconds: 60 and 1 times 60.',
    '0.020000 x 120 / 60 = 0.040000 EUR exactly, rounded half_up to 4 digits: 0.040000 EUR.',
  ],
  'an agent from credit': [
    "The account's billing mode for Voice Agents is credit: it is charged to the credit.",
    "The tariff's price is 0.250000 EUR a minute, increments of 1 and then 1 seconds.",
    '7 seconds became 7 billed seconds: 1 and 6 times 1.',
    '0.250000 x 7 / 60 = 0.029166666666... EUR exactly, rounded half_up to 4 digits: 0.029200 EUR.',
  ],
  'an agent on the invoice': [
    "The account's billing mode for Voice Agents is invoice: it is priced for the invoice and takes no credit.",
    "The tariff's price is 0.250000 EUR a minute, increments of 1 and then 1 seconds.",
    '60 seconds became 60 billed seconds: 1 and 59 times 1.',
    '0.250000 x 60 / 60 = 0.250000 EUR exactly, rounded half_up to 4 digits: 0.250000 EUR.',
  ],
  'an analysis in the plan': [
    "The account's billing mode for Conversation Intelligence is included: it is included in the plan: no price, and no minutes counted.",
  ],
  items: [
    'SKU ported-number costs 12.200000 EUR a unit.',
    '2 units x 12.200000 = 24.400000 EUR exactly, rounded half_up to 4 digits: 24.400000 EUR.',
  ],
  'a correction': [
    'Event e1 was charged / no_package: 0.070000 EUR and 0 covered minutes.',
    'It is corrected in full: 0.070000 EUR is returned to the credit.',
  ],
  'a correction of covered minutes': [
    'Event e1 was covered / in_package: 0.000000 EUR and 1 covered minute.',
    'It is corrected in full: 0.000000 EUR is returned to the credit.',
    'Returned to the fair-use counter of the billing cycle from 2026-02-15: 1 minute.',
  ],
  'a correction of what was invoiced': [
    'Event e1 was invoiced / billed_on_invoice: 0.250000 EUR and 0 covered minutes.',
    'It is corrected in full: 0.250000 EUR is returned on the invoice; credit does not move.',
  ],
  'a correction before its event': [
    'Event e1 was not known yet: the correction waits for it and voids it when it arrives.',
  ],
  'an event after its correction': [
    'Correction c1 came before the event, so it was voided before any rating: no price, no minutes.',
  ],
}

describe('a decision is explained by its rule, the rule’s inputs, and the price', () => {
  test.each(CASES)('%s', (name, [reason, events, settings = {}]) => {
    const stored = recorded(events, settings)
    expect(stored.figures.reason).toBe(reason)
    expect(why(stored, settings)).toEqual(WHY[name])
  })

  const KEPT =
    'The phone numbers were cleared after their retention: what follows uses the recorded prefix, the country and type of the destination and the country of the caller; whether a longer prefix or an emergency number applied can no longer be checked.'
  const withNumbers = CASES.filter(([, [, events]]) =>
    ['call', 'toll_free', 'message'].includes(String(events.at(-1)!.type)),
  )

  it.each(withNumbers)('%s, once the phone numbers are cleared', (name, [, events, settings = {}]) => {
    const stored = { ...recorded(events, settings), from: null, to: null }
    expect(explained(stored, settings).steps[1]).toBe(KEPT)
    const withoutNumbers = WHY[name].map((step) =>
      step
        .replace(/^The destination \+?\d+ has/, 'The destination has')
        .replace(/^\+\d+, of no known country,/, 'A caller who is withheld or of no known country')
        .replace(/^112 is/, 'The destination is')
        .replace(/longest prefix of \+?\d+ was/, 'longest prefix of the destination was'),
    )
    expect(why(stored, settings)).toEqual(withoutNumbers)
  })
})

describe('if the record and its versions do not match, the explanation names what is missing', () => {
  const charged = ofCase('no package')
  const covered = ofCase('enough minutes left')
  const split = ofCase('some minutes left')
  const taken = ofCase('a correction of covered minutes')
  const gone = { tariff: 'gone' }
  const bare = { tariff: 'bare-usd' }
  const NO_ROW = 'The tariff has no price in force under prefix'

  test.each<[what: string, stored: StoredUsage, settings: Partial<AccountSettings>, last: string]>([
    ['prefix', tampered(charged, { prefix: '+4999' }), NO_PACKAGE, `${NO_ROW} +4999 of deck outbound.csv.`],
    ['no prefix', tampered(charged, { prefix: null, deck: null }), NO_PACKAGE, `${NO_ROW} unknown of deck unknown.`],
    ['deck', charged, { ...NO_PACKAGE, ...bare }, `${NO_ROW} +43 of deck outbound.csv.`],
    ['tariff', charged, { ...NO_PACKAGE, ...gone }, `${NO_ROW} +43 of deck outbound.csv.`],
    [
      'tariff of a toll-free call',
      ofCase('an event of the toll-free topic'),
      gone,
      `${NO_ROW} +49 of deck toll-free.csv.`,
    ],
    ['tariff of a message', ofCase('a message'), gone, `${NO_ROW} +4 of deck sms.csv.`],
    ['tariff of items', ofCase('items'), gone, 'The tariff has no price for this SKU.'],
    ['tariff of an analysis', ofCase('an analysis'), gone, 'The tariff has no price for Conversation Intelligence.'],
    ['tariff of an agent', ofCase('an agent on the invoice'), gone, 'The tariff has no price for Voice Agents.'],
    ['deck of messages', ofCase('a message'), bare, `${NO_ROW} +4 of deck sms.csv.`],
    ['channel', { ...ofCase('a message'), channel: null }, {}, `${NO_ROW} +4 of deck sms.csv.`],
    ['SKU', { ...ofCase('items'), sku: 'nothing' }, {}, 'The tariff has no price for this SKU.'],
    ['no SKU', { ...ofCase('items'), sku: null }, {}, 'The tariff has no price for this SKU.'],
    ['analysis', ofCase('an analysis'), bare, 'The tariff has no price for Conversation Intelligence.'],
    ['agent', ofCase('an agent on the invoice'), bare, 'The tariff has no price for Voice Agents.'],
    ['package', covered, { packages: [{ id: 'gone', fromMicros: 0 }] }, 'The catalog does not have that package.'],
    [
      'minutes',
      tampered(split, { minutesLeft: 3 }),
      { fairUseMinutesPerUser: 3 },
      'The minutes recorded as left would have covered the whole call.',
    ],
    ['corrected event', { ...taken, corrected: null }, {}, 'Event e1 is no longer recorded.'],
    [
      'cycle',
      tampered(taken, { cycleStart: null }),
      {},
      'Returned to the fair-use counter of their billing cycle: 1 minute.',
    ],
    [
      'correction',
      { ...ofCase('an event after its correction'), correctedBy: null },
      {},
      'A correction came before the event, so it was voided before any rating: no price, no minutes.',
    ],
    [
      'reason',
      tampered(charged, { reason: 'already_rated' }),
      NO_PACKAGE,
      'The recorded reason is already_rated, which no recorded usage should have.',
    ],
  ])('%s', (_what, stored, settings, last) => {
    expect(why(stored, settings).at(-1)).toBe(last)
  })

  it('a catalog that is no longer stored', () => {
    const { catalogVersion: _, ...versions } = charged
    const { steps } = explainDecision({ ...versions, catalogVersion: null }, testAccount(NO_PACKAGE), null)
    expect(steps[1]).toBe('Decided by settings version 2 of account acme; no catalog was needed.')
    expect(steps[4]).toBe(`${NO_ROW} +43 of deck outbound.csv.`)
  })

  it('a destination without a recorded type is omitted', () => {
    expect(why(tampered(charged, { toType: null }), NO_PACKAGE)[0]).toBe(
      'No package was in force at the call, so it is charged.',
    )
  })

  it.each<[what: string, figures: Partial<DecisionFigures>, settings: Partial<AccountSettings>]>([
    ['were left without a limit', { minutesLeft: 5 }, WITHOUT_LIMIT],
    ['are not recorded under a limit', { minutesLeft: null }, {}],
  ])('minutes that %s are described as without a limit', (_what, figures, settings) => {
    expect(why(tampered(ofCase('no limit'), figures), settings).at(-1)).toBe(
      'The call takes 1 minute (60 seconds rounded up); no fair-use limit applies, so it is covered.',
    )
  })

  it('a record without minutes left is read as none left', () => {
    const stored = tampered(split, { minutesLeft: null })
    expect(why(stored, { fairUseMinutesPerUser: 2 })).toContain(
      '130 seconds became 180 billed seconds: 60 and 2 times 60.',
    )
  })
})

describe('what happened', () => {
  const AT = '2026-02-20T10:00:00.000000Z'
  test.each<[sentence: string, stored: StoredUsage]>([
    [
      `An outbound call (direct leg) by user ann from +4930123456 to +431234567, of 60 seconds, began ${AT}.`,
      recorded([callFields()]),
    ],
    [
      `An inbound call (direct leg) from a withheld number to +431234567, of 1 second, began ${AT}.`,
      recorded([callFields({ direction: 'inbound', user_id: null, from: null, duration_seconds: 1 })]),
    ],
    [
      `An outbound call (forwarded leg) by user ann, of 60 seconds, began ${AT}.`,
      { ...recorded([callFields({ leg: 'forwarded' })]), from: null, to: null },
    ],
    [
      `An inbound toll-free call from a withheld number to +49800123, of 2 seconds, began ${AT}.`,
      recorded([tollFree({ duration_seconds: 2 })]),
    ],
    [
      `An inbound toll-free call, of 2 seconds, began ${AT}.`,
      { ...recorded([tollFree({ duration_seconds: 2 })]), to: null },
    ],
    [
      `An outbound SMS by user ann from Acme to +491701, of 1 fragment, was sent ${AT}.`,
      recorded([message({ fragments: 1, user_id: 'ann' })]),
    ],
    [
      `An inbound MMS from Acme to +491701, of 2 fragments, was sent ${AT}.`,
      recorded([message({ fragments: 2, channel: 'mms', direction: 'inbound' })]),
    ],
    [
      `An outbound WhatsApp message, of 1 fragment, was sent ${AT}.`,
      { ...recorded([message({ fragments: 1, channel: 'whatsapp' })]), from: null, to: null },
    ],
    [
      `An outbound message from Acme to +491701, of 1 fragment, was sent ${AT}.`,
      { ...recorded([message({ fragments: 1 })]), channel: null },
    ],
    [
      `Conversation Intelligence analysed 61 seconds of interaction talk, begun ${AT}.`,
      recorded([analysis({ duration_seconds: 61, interaction_id: 'talk' })]),
    ],
    [`Voice agent bot was in use for 7 seconds, begun ${AT}.`, recorded([agent({ duration_seconds: 7 })])],
    [
      `Voice agent of unknown id was in use for 7 seconds, begun ${AT}.`,
      { ...recorded([agent({ duration_seconds: 7 })]), agentId: null },
    ],
    [`Used at ${AT}: 1 unit of SKU ported-number.`, recorded([items({ quantity: 1 })])],
    [`Used at ${AT}: 2 units of SKU unknown.`, { ...recorded([items({ quantity: 2 })]), sku: null }],
    [`A correction of event e1, dated ${AT}.`, recorded([correctionFields('c1', 'e1')])],
    [`A correction of event unknown, dated ${AT}.`, { ...recorded([correctionFields('c1', 'e1')]), corrects: null }],
  ])('%s', (sentence, stored) => {
    expect(explained(stored).steps[0]).toBe(sentence)
  })
})

describe('after the decision', () => {
  const RATED = 'Rated by catalog version 1 and settings version 2 of account acme: tariff standard-eur, in EUR.'
  const UNRATED = 'Decided by settings version 2 of account acme; no catalog was needed.'

  test.each<[name: CaseName, settings: Partial<AccountSettings>, versions: string, after: readonly string[]]>([
    [
      'no package',
      NO_PACKAGE,
      RATED,
      [
        'Recorded: charged / no_package, 0.090000 EUR, 120 units priced, 0 covered minutes.',
        'Movement 1 took 0.090000 EUR: balance 5.000000 before, 4.910000 after.',
      ],
    ],
    [
      'exactly the minutes left',
      { fairUseMinutesPerUser: 1 },
      RATED,
      ['Recorded: covered / in_package, 0.000000 EUR, 0 units priced, 1 covered minute.', 'The credit did not move.'],
    ],
    [
      'an agent on the invoice',
      {},
      RATED,
      [
        'Recorded: invoiced / billed_on_invoice, 0.250000 EUR, 60 units priced, 0 covered minutes.',
        'The credit did not move.',
      ],
    ],
    [
      'a correction',
      NO_PACKAGE,
      UNRATED,
      [
        'Recorded: reversed / correction, -0.070000 EUR, 0 units priced, 0 covered minutes.',
        'Movement 1 gave 0.070000 EUR: balance 5.000000 before, 5.070000 after.',
      ],
    ],
    [
      'an event after its correction',
      {},
      UNRATED,
      ['Recorded: voided / corrected, 0.000000 EUR, 0 units priced, 0 covered minutes.', 'The credit did not move.'],
    ],
  ])('%s: says what was recorded and what moved', (name, settings, versions, after) => {
    const { steps, verdict, same } = explained(ofCase(name), settings)
    expect(steps[1]).toBe(versions)
    expect(steps.slice(-2)).toEqual(after)
    expect([verdict, same]).toEqual(['Recomputed: the same', true])
  })

  it('a currency that is not recorded is omitted', () => {
    const { steps } = explained(tampered(ofCase('unanswered'), { currency: null }))
    expect(steps).toContain('Recorded: free / not_answered, 0.000000, 0 units priced, 0 covered minutes.')
  })

  test.each<[recordedAtMicros: number | null, sentence: string]>([
    [
      Date.UTC(2026, 1, 21) * 1000,
      'Correction c1, recorded 2026-02-21T00:00:00.000000Z has since corrected it in full.',
    ],
    [null, 'Correction c1 has since corrected it in full.'],
  ])('recorded at %s: %s', (recordedAtMicros, sentence) => {
    const correctedBy = { eventId: 'c1', recordedAtMicros, outcome: 'reversed' } as const
    const { steps, same } = explained({ ...ofCase('no package'), correctedBy }, NO_PACKAGE)
    expect(steps.at(-1)).toBe(sentence)
    expect(same).toBe(true)
  })

  it('an expired correction no longer waits', () => {
    const stored = ofCase('a correction before its event')
    const expired = { recordedAtMicros: stored.recordedAtMicros, detail: 'its event e1 did not arrive within 90 days' }
    const { steps, same } = explained({ ...stored, expired })
    expect(steps.at(-1)).toBe(
      'It expired at 2026-02-20T10:00:01.000000Z: rejected / too_late, its event e1 did not arrive within 90 days. If its dead letter is replayed, it counts as new.',
    )
    expect(same).toBe(true)
  })
})

describe('the verdict', () => {
  test.each<[verdict: string, changed: Partial<StoredUsage>, figures: Partial<DecisionFigures>]>([
    ['Recomputed: the same', {}, {}],
    ['Recomputed: differs in amount (recorded 0.080000, recomputed 0.090000)', {}, { amountMicros: 80_000n }],
    [
      'Recomputed: differs in units (recorded 61, recomputed 120), to_country (recorded nothing, recomputed AT)',
      {},
      { units: 61, toCountry: null },
    ],
    ['Recomputed: differs in minutes_left (recorded 3, recomputed nothing)', {}, { minutesLeft: 3 }],
    ['Recomputed: not possible, the direction or the leg is not recorded', { leg: null }, {}],
  ])('%s', (expected, changed, figures) => {
    const { verdict, same } = explained({ ...tampered(ofCase('no package'), figures), ...changed }, NO_PACKAGE)
    expect(verdict).toBe(expected)
    expect(same).toBe(expected === 'Recomputed: the same')
  })

  it.each([
    ['amountMicros', 'amount'],
    ['movedMicros', 'moved'],
    ['toCountry', 'to_country'],
    ['minutesLeft', 'minutes_left'],
  ] as const)('writes the name of %s as tables have it: %s', (name, column) => {
    expect(fieldName(name)).toBe(column)
  })
})
