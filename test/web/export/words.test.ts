/** Names of export periods, how sums are written, and the texts of failures. */
import { describe, expect, it } from 'vitest'
import { exportPeriod } from '../../../web/src/export/describe.ts'
import { faultWords } from '../../../web/src/export/fault-words.ts'
import { periodNames } from '../../../web/src/export/period-words.ts'
import { negated, sumsWritten } from '../../../web/src/export/sums.ts'
import { loadTexts, translator } from '../../../web/src/texts/texts.ts'

const NOW = new Date('2026-11-26T10:00:00Z')
const plain = (text: string) => text.replace(/\s/g, ' ')

describe('a period', () => {
  it.each([
    ['2026-10-01', '2026-10-31', true, 'October', 'Oktober'],
    ['2025-10-01', '2025-10-31', true, 'October 2025', 'Oktober 2025'],
    ['2026-10-01', '2026-10-15', false, '1 – 15 October', '1.–15. Oktober'],
    ['2026-10-30', '2026-11-02', false, '30 October – 2 November', '30. Oktober – 2. November'],
    ['2025-12-30', '2026-01-02', false, '30 December 2025 – 2 January 2026', '30. Dezember 2025 – 2. Januar 2026'],
    ['2026-10-05', '2026-10-05', false, '5 October', '5. Oktober'],
  ])('from %s to %s, a month: %s, is %s, %s', (first, last, isMonth, english, german) => {
    const named = (locale: string) => plain(periodNames(locale, 'Europe/Berlin', NOW).of({ first, last, isMonth }))
    expect([named('en-GB'), named('de-DE')]).toEqual([english, german])
  })

  it('is compared with the current year in the reader’s zone', () => {
    const now = new Date('2026-12-31T23:30:00Z')
    const january = { first: '2027-01-01', last: '2027-01-31', isMonth: true }
    expect(periodNames('en-GB', 'Europe/Berlin', now).of(january)).toBe('January')
    expect(periodNames('en-GB', 'America/New_York', now).of(january)).toBe('January 2027')
  })

  it('names its zone if that is not the reader’s', () => {
    const october = { from: '2026-10-01T04:00:00Z', to: '2026-11-01T04:00:00Z', time_zone: 'America/New_York' }
    const reader = (timeZone: string) => exportPeriod(october, { locale: 'en-GB', timeZone }, NOW)
    expect(reader('America/New_York')).toEqual({ name: 'October', endedAt: null })
    expect(reader('Europe/Berlin')).toEqual({ name: 'October (America/New_York)', endedAt: null })
  })

  it('is read in UTC if its zone is unknown here', () => {
    const october = { from: '2026-10-01T00:00:00Z', to: '2026-11-01T00:00:00Z', time_zone: 'Mars/Olympus' }
    expect(exportPeriod(october, { locale: 'en-GB', timeZone: 'UTC' }, NOW)).toEqual({ name: 'October', endedAt: null })
  })

  it('has the same zone name in summer and winter', () => {
    expect(periodNames('en-GB', 'Europe/Berlin', NOW).zone).toBe('Central European Time')
    expect(periodNames('de-DE', 'Europe/Berlin', new Date('2026-07-01T00:00:00Z')).zone).toBe('Mitteleuropäische Zeit')
  })
})

describe('sums', () => {
  const OCTOBER = {
    opening: '12.100000',
    added: '150.000000',
    used: '140.020000',
    other: '0.000000',
    closing: '22.080000',
  }

  it.each([
    [OCTOBER, 'en-IE', ['€12.10', '+€150.00', '−€140.02', '€0.00', '€22.08']],
    [OCTOBER, 'de-DE', ['12,10 €', '+150,00 €', '−140,02 €', '0,00 €', '22,08 €']],
    // The others get as many decimals as the longest.
    [
      { opening: '-0.004000', added: '0.000000', used: '-0.028600', other: '-5.000000', closing: '-4.975400' },
      'en-IE',
      ['−€0.0040', '€0.0000', '+€0.0286', '−€5.0000', '−€4.9754'],
    ],
    // More than a float can hold.
    [
      {
        opening: '9007199254.740993',
        added: '0.000001',
        used: '0.000000',
        other: '0.000000',
        closing: '9007199254.740994',
      },
      'en-IE',
      ['€9,007,199,254.740993', '+€0.000001', '€0.000000', '€0.000000', '€9,007,199,254.740994'],
    ],
  ])('%j in %s read %j', (sums, locale, written) => {
    expect(Object.values(sumsWritten(sums, locale, 'EUR')).map(plain)).toEqual(written)
  })

  it.each([
    ['140.020000', '-140.020000'],
    ['-0.028600', '0.028600'],
    ['0.000000', '0.000000'],
  ])('%s negated is %s', (decimal, taken) => {
    expect(negated(decimal)).toBe(taken)
  })
})

describe('a failure', async () => {
  const t = translator(await loadTexts('en', 'export'), 'en')

  it.each<[status: number | null, retryAfterSeconds: number | null, said: string | null]>([
    [429, 12, 'Try again in 12 seconds.'],
    [429, 1, 'Try again in 1 second.'],
    [429, null, 'Try again in 5 seconds.'],
    [null, 5, 'Try again in 5 seconds.'],
    [null, null, 'No answer came. Check your connection, then try again: nothing is exported twice.'],
    [401, null, null],
    [403, null, 'Only admins can export.'],
    [422, null, 'This period cannot be exported.'],
  ])('status %j, to retry after %j s: %s', (status, retryAfterSeconds, said) => {
    expect(faultWords({ status, retryAfterSeconds }, 'export.noAnswer', t)).toBe(said)
  })
})
