import { describe, expect, it } from 'vitest'
import { shownBalance, shownInstant, textsFor } from '../../../src/api/portal/texts.ts'
import { parseMoney } from '../../../src/core/money.ts'

describe('texts', () => {
  it.each([
    ['de', 'de'],
    ['de-AT', 'de'],
    ['en-GB', 'en'],
    ['fr-FR', 'en'],
    ['den', 'en'],
  ])('of %s are in %s', (locale, language) => {
    expect(textsFor(locale).language).toBe(language)
  })
})

it.each([
  ['42.17', 'EUR', 'en-US', '€42.17'],
  ['42.179999', 'EUR', 'en-US', '€42.17'],
  ['9.999', 'USD', 'en-US', '$9.99'],
  ['9.999', 'EUR', 'de', '9,99 €'],
  ['0', 'EUR', 'en-US', '€0.00'],
  ['0.004', 'EUR', 'en-US', 'less than €0.01'],
  ['0.004', 'EUR', 'de', 'weniger als 0,01 €'],
  ['-0.004', 'EUR', 'en-US', '−€0.01'],
  ['-0.004', 'USD', 'en-US', '−$0.01'],
  ['-3.42', 'EUR', 'de', '−3,42 €'],
  ['1234567890123.456', 'EUR', 'en-US', '€1,234,567,890,123.45'],
])('a balance of %s %s is shown in %s as %s', (balance, currency, locale, shown) => {
  expect(shownBalance(parseMoney(balance)!, currency, locale).replaceAll('\u00a0', ' ')).toBe(shown)
})

it('an instant is shown in UTC, and says so', () => {
  expect(shownInstant('2026-10-31T23:30:00.123456Z', 'en-GB')).toBe('31 October 2026 at 23:30 UTC')
  expect(shownInstant('2026-10-31T23:30:00.123456Z', 'de')).toBe('31. Oktober 2026 um 23:30 UTC')
})
