/** The sentences about the charts, with the figures of the API. */
import { describe, expect, it } from 'vitest'
import { percentText, perMille } from '../../../web/src/charts/shares.ts'
import {
  creditSentence,
  nameOf,
  nothingUsed,
  readingText,
  tickTexts,
  type UsageSummary,
  usageSentence,
} from '../../../web/src/charts/words.ts'
import { dateFormat } from '../../../web/src/format/dates.ts'
import { moneyFormat } from '../../../web/src/format/money.ts'
import { loadTexts, translator } from '../../../web/src/texts/texts.ts'
import { historyOf, type PlantedTopUp } from './planted.ts'

const [ENGLISH, GERMAN] = await Promise.all(
  ['en-IE', 'de-DE'].map(async (locale) => {
    const texts = { ...(await loadTexts(locale, 'page')), ...(await loadTexts(locale, 'charts')) }
    const clock = { timeZone: 'Europe/Berlin', now: () => new Date('2026-06-30T10:00:00Z') }
    return {
      locale,
      t: translator(texts, locale),
      dates: dateFormat(locale, clock),
      money: (currency: string) => moneyFormat(locale, currency),
    }
  }),
)

/** Replaces Intl's non-breaking spaces. */
const plain = (text: string) => text.replace(/\s/g, ' ')

const TOP_UP: PlantedTopUp = { at: 1, before: '20', after: '70' }

describe('credit over time', () => {
  const days = (opening: string, closing: string) => [opening, ...Array.from({ length: 29 }, () => opening), closing]

  it.each<[opening: string, closing: string, topUps: number, english: string, german: string]>([
    [
      '120.100000',
      '42.179999',
      3,
      'Credit fell from €120.10 to €42.17 in 30 days, with 3 top-ups of €150.00 in all.',
      'Das Guthaben fiel in 30 Tagen von 120,10 € auf 42,17 €, mit 3 Aufladungen über insgesamt 150,00 €.',
    ],
    [
      '0.000000',
      '42.170000',
      1,
      'Credit rose from €0.00 to €42.17 in 30 days, with a top-up of €150.00.',
      'Das Guthaben stieg in 30 Tagen von 0,00 € auf 42,17 €, mit einer Aufladung über 150,00 €.',
    ],
    [
      '25.000000',
      '25.000000',
      0,
      'Credit is €25.00, as 30 days ago, without a top-up.',
      'Das Guthaben beträgt wie vor 30 Tagen 25,00 €, ohne Aufladung.',
    ],
    [
      '25.004000',
      '25.001000',
      0,
      'Credit is €25.00, as 30 days ago, without a top-up.',
      'Das Guthaben beträgt wie vor 30 Tagen 25,00 €, ohne Aufladung.',
    ],
    [
      '5.000000',
      '-3.416200',
      0,
      'Credit fell from €5.00 to −€3.42 in 30 days, without a top-up.',
      'Das Guthaben fiel in 30 Tagen von 5,00 € auf −3,42 €, ohne Aufladung.',
    ],
    [
      '0.004000',
      '0.000000',
      0,
      'Credit fell from less than €0.01 to €0.00 in 30 days, without a top-up.',
      'Das Guthaben fiel in 30 Tagen von weniger als 0,01 € auf 0,00 €, ohne Aufladung.',
    ],
  ])('from %s to %s with %i top-ups: %s', (opening, closing, count, english, german) => {
    const history = historyOf(days(opening, closing), Array(count).fill(TOP_UP))
    expect(plain(creditSentence(history, ENGLISH!))).toBe(english)
    expect(plain(creditSentence(history, GERMAN!))).toBe(german)
  })

  it('is read point by point: days in UTC, instants in the reader’s zone', () => {
    const point = { xPercent: 0, y: 0, balance: '42.170000' }
    expect(readingText({ ...point, of: { date: '2026-06-03' } }, 'EUR', ENGLISH!)).toBe('3 Jun: €42.17')
    expect(readingText({ ...point, of: { at: '2026-06-03T22:00:00Z' } }, 'EUR', ENGLISH!)).toBe('4 Jun, 00:00: €42.17')
  })
})

function usage(by: UsageSummary['by'], items: [id: string | null, used: string, name?: string][]): UsageSummary {
  const of = (used: string) => ({ used, reversed: '0', movements: 1, units: null })
  return {
    account_id: 'acme',
    currency: 'EUR',
    by,
    from: '2026-06-01',
    to: '2026-07-01',
    items: items.map(([id, used, name = null]) => ({ id, name: name ?? null, ...of(used) })),
    other: { count: 0, ...of('0') },
    total: of('52.100000'),
    epoch: 1,
    through_sequence: 12,
  }
}

describe('what used it', () => {
  it.each<[by: UsageSummary['by'], most: [id: string | null, used: string, name?: string], english: string]>([
    ['kind', ['call', '31.200000'], 'Calls used most: €31.20 of €52.10 in 30 days.'],
    ['kind', ['hologram', '31.200000'], 'Other usage used most: €31.20 of €52.10 in 30 days.'],
    ['user', ['u-1', '31.200000', 'Ana'], 'Ana used most: €31.20 of €52.10 in 30 days.'],
    ['user', ['u-1', '0.001000'], 'u-1 used most: less than €0.01 of €52.10 in 30 days.'],
    ['user', [null, '31.200000'], 'Most was without a user: €31.20 of €52.10 in 30 days.'],
    ['destination', [null, '31.200000'], 'Most was without a destination: €31.20 of €52.10 in 30 days.'],
  ])('by %s, most of it %j: %s', (by, most, english) => {
    expect(usageSentence(usage(by, [most, ['other', '1']]), ENGLISH!)).toBe(english)
  })

  it('names usage without a user', () => {
    const [nobody] = usage('user', [[null, '1']]).items
    expect([nameOf(nobody!, 'user', ENGLISH!), nameOf(nobody!, 'destination', GERMAN!)]).toEqual([
      'No user',
      'Ohne Ziel',
    ])
  })

  it('says whether there never was usage, or none in these days', () => {
    expect(nothingUsed({ ...usage('kind', []), through_sequence: 0 }, ENGLISH!)).toBe('Nothing has used credit yet.')
    expect(nothingUsed(usage('kind', []), ENGLISH!)).toBe('Nothing has used credit in 30 days.')
  })
})

describe('a share', () => {
  it.each<[part: string, whole: string, thousandths: number, english: string, german: string]>([
    ['31.200000', '52.100000', 599, '60%', '60 %'],
    ['1', '3', 333, '33%', '33 %'],
    ['0.005', '1', 5, '1%', '1 %'],
    ['0.004999', '1', 5, '<1%', '<1 %'],
    ['0.000001', '9000000000', 0, '<1%', '<1 %'],
    ['3', '3', 1_000, '100%', '100 %'],
    ['0.000000', '3', 0, '0%', '0 %'],
    ['0', '0', 0, '0%', '0 %'],
    ['-1', '3', 0, '0%', '0 %'],
  ])('of %s in %s is %i thousandths, or %s', (part, whole, thousandths, english, german) => {
    expect(perMille(part, whole)).toBe(thousandths)
    expect(percentText(part, whole, 'en-IE')).toBe(english)
    expect(plain(percentText(part, whole, 'de-DE'))).toBe(german)
  })
})

describe('amounts along the axis', () => {
  it.each<[ticks: string[], english: string[], german: string[]]>([
    [
      ['30', '0', '-30'],
      ['€30', '€0', '−€30'],
      ['30 €', '0 €', '−30 €'],
    ],
    [
      ['0.02', '0.01', '0'],
      ['€0.02', '€0.01', '€0.00'],
      ['0,02 €', '0,01 €', '0,00 €'],
    ],
    [
      ['15000', '0'],
      ['€15,000', '€0'],
      ['15.000 €', '0 €'],
    ],
    [
      ['12000000', '8000000', '0'],
      ['€12M', '€8M', '€0'],
      ['12 Mio. €', '8 Mio. €', '0 €'],
    ],
  ])('%j are %j', (ticks, english, german) => {
    expect(tickTexts(ticks, 'EUR', 'en-IE').map(plain)).toEqual(english)
    expect(tickTexts(ticks, 'EUR', 'de-DE').map(plain)).toEqual(german)
  })
})
