/** A change by somebody else: who, when, and each difference to what was seen, old to new. */
import { describe, expect, it } from 'vitest'
import { alertChanges, autoTopUpChanges, changeText } from '../../../web/src/credit/changes.ts'
import type { AlertLevels, AutoTopUp } from '../../../web/src/credit/data.ts'
import { loadTexts } from '../../../web/src/texts/texts.ts'
import { type Words, wordsOf } from '../../../web/src/texts/words-of.ts'

async function wordsIn(locale: string): Promise<Words> {
  const texts = { ...(await loadTexts(locale, 'page')), ...(await loadTexts(locale, 'dialogs')) }
  return wordsOf(texts, { locale, timeZone: 'Europe/Berlin', now: () => new Date('2026-07-14T18:00:00Z') })
}

const [english, german] = await Promise.all([wordsIn('en-IE'), wordsIn('de-DE')])
/** As `Intl` writes it. */
const plain = (text: string) => text.replaceAll('\u00a0', ' ')

const SETTINGS = { is_on: true, threshold: '25.000000', amount: '50.000000', monthly_cap: null }
const VISA = { method_id: 'pm-1', brand: 'visa', last4: '4242' }
const MASTERCARD = { method_id: 'pm-2', brand: 'mastercard', last4: '4444' }
const UNSEEN = { method_id: 'pm-3', brand: null, last4: null }

function auto(settings: Partial<typeof SETTINGS> | { monthly_cap: string } | null, method: object | null = VISA) {
  return {
    currency: 'EUR',
    settings: settings === null ? null : { ...SETTINGS, ...settings },
    method,
  } as AutoTopUp
}

describe('of automatic top-up', () => {
  const seen = auto({})
  it.each<[current: AutoTopUp, listed: string[], inGerman: string[]]>([
    [auto({}), [], []],
    [auto({ threshold: '40.000000' }), ['threshold €25.00 → €40.00'], ['Schwelle 25,00 € → 40,00 €']],
    [auto({ amount: '1000.500000' }), ['amount €50.00 → €1,000.50'], ['Betrag 50,00 € → 1.000,50 €']],
    [auto({ monthly_cap: '300.000000' }), ['monthly cap none → €300.00'], ['Obergrenze im Monat keine → 300,00 €']],
    [auto({ is_on: false }), ['turned off'], ['ausgeschaltet']],
    [
      auto({}, MASTERCARD),
      ['payment method Visa 4242 → Mastercard 4444'],
      ['Zahlungsmittel Visa 4242 → Mastercard 4444'],
    ],
    [auto({}, null), ['payment method Visa 4242 → none'], ['Zahlungsmittel Visa 4242 → keines']],
    [auto({}, UNSEEN), ['payment method Visa 4242 → another card'], ['Zahlungsmittel Visa 4242 → andere Karte']],
    [
      auto({ is_on: false, threshold: '40.000000', amount: '20.000000' }, MASTERCARD),
      [
        'turned off',
        'threshold €25.00 → €40.00',
        'amount €50.00 → €20.00',
        'payment method Visa 4242 → Mastercard 4444',
      ],
      [
        'ausgeschaltet',
        'Schwelle 25,00 € → 40,00 €',
        'Betrag 50,00 € → 20,00 €',
        'Zahlungsmittel Visa 4242 → Mastercard 4444',
      ],
    ],
  ])('each difference is listed: %#', (current, listed, inGerman) => {
    expect(autoTopUpChanges(seen, current, english).map(plain)).toEqual(listed)
    expect(autoTopUpChanges(seen, current, german).map(plain)).toEqual(inGerman)
  })

  it('if it was never set up before, there were no figures', () => {
    expect(autoTopUpChanges(auto(null), auto({}), english).map(plain)).toEqual([
      'turned on',
      'threshold none → €25.00',
      'amount none → €50.00',
    ])
  })
})

describe('of alerts', () => {
  const levels = (low: string, custom: string | null) => ({ currency: 'EUR', low, custom }) as AlertLevels
  it.each<[current: AlertLevels, listed: string[], inGerman: string[]]>([
    [levels('10.000000', '20.000000'), [], []],
    [levels('10.000000', '30.000000'), ['your own level €20.00 → €30.00'], ['eigene Warnschwelle 20,00 € → 30,00 €']],
    [levels('10.000000', null), ['your own level €20.00 → none'], ['eigene Warnschwelle 20,00 € → keine']],
    [
      levels('15.000000', '30.000000'),
      ['your own level €20.00 → €30.00', 'low level €10.00 → €15.00'],
      ['eigene Warnschwelle 20,00 € → 30,00 €', 'Warnschwelle für niedriges Guthaben 10,00 € → 15,00 €'],
    ],
  ])('each difference is listed: %#', (current, listed, inGerman) => {
    expect(alertChanges(levels('10.000000', '20.000000'), current, english).map(plain)).toEqual(listed)
    expect(alertChanges(levels('10.000000', '20.000000'), current, german).map(plain)).toEqual(inGerman)
  })
})

describe('the person who changed it', () => {
  const people = {
    self: { id: 'dan' },
    contacts: [
      { id: 'ben', email: 'ben@acme.example' },
      { id: 'cem', email: null },
    ],
  }
  const change = (changed_by: string | null, changed_by_name: string | null = null, day = '14') => ({
    changed_by,
    changed_by_name,
    changed_at: `2026-07-${day}T12:02:00.000000Z`,
  })
  const listed = ['threshold €25 → €40', 'amount €20 → €50']

  it.each<[by: ReturnType<typeof change>, changes: string[] | null, said: string, inGerman: string]>([
    [
      change('ana', 'Ana'),
      listed,
      'Ana changed this at 14:02: threshold €25 → €40; amount €20 → €50.',
      'Ana hat das um 14:02 geändert: threshold €25 → €40; amount €20 → €50.',
    ],
    [
      change('ana', 'Ana', '13'),
      [],
      'Ana changed this on 13 Jul, 14:02: the figures are the same.',
      'Ana hat das am 13. Juli, 14:02 geändert: die Werte sind dieselben.',
    ],
    [change('ben'), null, 'ben@acme.example changed this at 14:02.', 'ben@acme.example hat das um 14:02 geändert.'],
    [change('ben', 'Ben'), null, 'Ben changed this at 14:02.', 'Ben hat das um 14:02 geändert.'],
    [
      change('dan', 'Dan'),
      null,
      'You changed this at 14:02, on another page.',
      'Sie haben das um 14:02 auf einer anderen Seite geändert.',
    ],
    [change('cem'), null, 'Somebody changed this at 14:02.', 'Jemand hat das um 14:02 geändert.'],
    [change('api-key back-office'), null, 'Somebody changed this at 14:02.', 'Jemand hat das um 14:02 geändert.'],
    [change(null), null, 'Somebody changed this at 14:02.', 'Jemand hat das um 14:02 geändert.'],
  ])('is named as far as known: %#', (by, changes, said, inGerman) => {
    expect(changeText(by, changes, people, english)).toBe(said)
    expect(changeText(by, changes, people, german)).toBe(inGerman)
  })
})
