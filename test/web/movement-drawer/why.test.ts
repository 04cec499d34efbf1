/** Every reason of rating has words in both languages; unknown reasons have general ones. */
import { describe, expect, it } from 'vitest'
import type { Reason } from '../../../src/core/rating/decision.ts'
import { whySentence } from '../../../web/src/movement-drawer/why.ts'
import { type Charge, type ExplainedChanges, explained, FAIR_USE, PACKAGE } from '../../support/explained.ts'
import { DE, EN, plain } from './words.ts'

function whyOf(reason: string, charge: Partial<Charge> = {}, changes: ExplainedChanges = {}): (string | null)[] {
  const movement = explained({ ...changes, charge: { ...charge, reason } })
  return [EN, DE].map((words) => plain(whySentence(movement, movement.explanation.charge!, words)))
}

const FREE = ['Not charged.', 'Nicht berechnet.'] as const

/** By the closed list of the core: the compiler asks for a line when a reason is added. */
const SAID: Readonly<Record<Reason, readonly [english: string, german: string]>> = {
  outside_package_countries: ['Brazil is not in Europe 100.', 'Brasilien ist nicht in Europe 100 enthalten.'],
  caller_region_mismatch: [
    'The caller number is not from Austria or Germany.',
    'Die Rufnummer des Anrufers ist nicht aus Österreich oder Deutschland.',
  ],
  fair_use_exceeded: [
    'Ann Example had used the 100 included minutes.',
    'Ann Example hatte die 100 enthaltenen Minuten verbraucht.',
  ],
  forwarded_leg: ['Forwarding is always charged.', 'Weiterleitungen werden immer berechnet.'],
  special_number: [
    'Premium and special numbers are always charged.',
    'Premium- und Sondernummern werden immer berechnet.',
  ],
  toll_free_inbound: ['Inbound toll-free is paid by you.', 'Eingehende gebührenfreie Anrufe zahlen Sie.'],
  no_package: ['No package was active.', 'Kein Paket war aktiv.'],
  message: ['Billed per fragment.', 'Berechnet pro Teil.'],
  conversation_intelligence: ['Billed per minute.', 'Berechnet pro Minute.'],
  voice_agent: ['Billed per minute.', 'Berechnet pro Minute.'],
  other_usage: ['Billed per unit.', 'Berechnet pro Einheit.'],
  correction: ['Takes back the charge of 12 February.', 'Nimmt die Abbuchung vom 12. Februar zurück.'],
  invoice_correction: ['Takes back the charge of 12 February.', 'Nimmt die Abbuchung vom 12. Februar zurück.'],
  in_package: ['Included in Europe 100.', 'In Europe 100 enthalten.'],
  included_in_plan: ['Included in your plan.', 'In Ihrem Tarif enthalten.'],
  billed_on_invoice: [
    'Billed on your invoice, not from credit.',
    'Steht auf Ihrer Rechnung und geht nicht vom Guthaben ab.',
  ],
  not_answered: ['Nobody answered, so it is free.', 'Niemand nahm ab, deshalb ist es kostenlos.'],
  emergency: ['Emergency numbers are free.', 'Notrufnummern sind kostenlos.'],
  inbound_standard: [
    'Inbound calls to standard numbers are free.',
    'Eingehende Anrufe auf Standardnummern sind kostenlos.',
  ],
  inbound_message: ['Inbound messages are free.', 'Eingehende Nachrichten sind kostenlos.'],
  no_usage: FREE,
  awaiting_event: [
    'Takes back a charge that has not arrived yet.',
    'Nimmt eine Abbuchung zurück, die noch nicht eingetroffen ist.',
  ],
  corrected: ['It was taken back before it was charged.', 'Es wurde zurückgenommen, bevor es berechnet wurde.'],
  already_rated: FREE,
  content_differs: FREE,
  invalid_event: FREE,
  invalid_number: FREE,
  unknown_account: FREE,
  no_rate: FREE,
  already_corrected: FREE,
  too_late: FREE,
}

const corrects = { event_id: 'e0', sequence: 1, occurred_at: '2026-02-12T10:00:00.000000Z' }

describe('why', () => {
  it.each(Object.entries(SAID))('%s is said: %j', (reason, said) => {
    const charge = { package: PACKAGE, destination_country: 'BR', fair_use: FAIR_USE }
    expect(whyOf(reason, charge, { explanation: { corrects } })).toEqual(said)
  })

  it('says what is true of all usage if a reason is unknown', () => {
    expect(whyOf('lunar_surcharge')).toEqual(['It is paid for with credit.', 'Es wird mit Guthaben bezahlt.'])
    expect(whyOf('toString')).toEqual(['It is paid for with credit.', 'Es wird mit Guthaben bezahlt.'])
  })

  it.each<[what: string, reason: Reason, charge: Partial<Charge>, english: string]>([
    [
      'a package without a name by its id',
      'outside_package_countries',
      { package: { ...PACKAGE, name: null }, destination_country: 'US' },
      'United States is not in eu-100.',
    ],
    [
      'a number without a country by its name in the price list',
      'outside_package_countries',
      { package: PACKAGE, destination_country: null },
      'Austria (+431234567) is not in Europe 100.',
    ],
    [
      'a caller without a country',
      'caller_region_mismatch',
      { package: PACKAGE, caller_country: null },
      'The caller number was withheld, or is not from Austria or Germany.',
    ],
    [
      'a region of many countries by its own name',
      'caller_region_mismatch',
      { package: { ...PACKAGE, region_countries: ['AT', 'DE', 'FR', 'IT'] } },
      'The caller number is not from EU.',
    ],
    [
      'a region that is no longer known',
      'caller_region_mismatch',
      { package: { ...PACKAGE, region: null, region_countries: [] } },
      'The caller number is not from the region of your package.',
    ],
    [
      'minutes that were left',
      'fair_use_exceeded',
      { fair_use: { ...FAIR_USE, minutes_left: 2, covered_minutes: 2 } },
      '2 minutes were included, the rest charged.',
    ],
    [
      'the one minute that was left',
      'fair_use_exceeded',
      { fair_use: { ...FAIR_USE, minutes_left: 1, covered_minutes: 1 } },
      '1 minute was included, the rest charged.',
    ],
    ['a limit of 0', 'fair_use_exceeded', { fair_use: { ...FAIR_USE, limit_minutes: 0 } }, 'No minutes are included.'],
    [
      'a limit of 1',
      'fair_use_exceeded',
      { fair_use: { ...FAIR_USE, limit_minutes: 1 } },
      'Ann Example had used the 1 included minute.',
    ],
    [
      'a limit that is no longer known',
      'fair_use_exceeded',
      { fair_use: { ...FAIR_USE, limit_minutes: null } },
      'Ann Example had used the included minutes.',
    ],
    ['a correction of an event that is no longer known', 'correction', {}, 'Takes back an earlier charge.'],
  ])('names %s', (_what, reason, charge, english) => {
    expect(whyOf(reason, charge)[0]).toBe(english)
  })

  it('names a user by id if there is no name, and nobody if there is no user', () => {
    const charge = { fair_use: FAIR_USE }
    const [named] = whyOf('fair_use_exceeded', charge, { usage: { user_name: null } })
    const [unnamed] = whyOf('fair_use_exceeded', charge, { usage: { user_name: null, user_id: null } })
    expect([named, unnamed]).toEqual([
      'ann had used the 100 included minutes.',
      'The user had used the 100 included minutes.',
    ])
  })
})
