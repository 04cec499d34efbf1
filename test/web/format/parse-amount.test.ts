/** Typed amounts are parsed by the reader's locale, and questioned if they could mean something else. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { moneyFormat } from '../../../web/src/format/money.ts'
import { parseAmount } from '../../../web/src/format/parse-amount.ts'

describe('what is typed', () => {
  it.each<[text: string, locale: string, read: string]>([
    ['25', 'en', '25.00'],
    ['25.5', 'en', '25.50'],
    ['1,000.50', 'en', '1000.50'],
    ['1000.50', 'en', '1000.50'],
    ['007', 'en', '7.00'],
    ['.5', 'en', '0.50'],
    [' €25.00 ', 'en', '25.00'],
    ['25,00', 'de', '25.00'],
    ['1.000,50 €', 'de', '1000.50'],
    ['1.000', 'de', '1000.00'],
    ['1 000,50', 'fr', '1000.50'],
    ["1'000.50", 'de-CH', '1000.50'],
    ['1.000,50', 'de-AT', '1000.50'],
  ])('%j in %s is %s', (text, locale, read) => {
    expect(parseAmount(text, locale)).toEqual({ amount: read })
  })

  it.each<[text: string, locale: string, fault: string]>([
    ['', 'en', 'empty'],
    ['  ', 'en', 'empty'],
    ['25,00', 'en', 'digits'],
    ['25.00', 'de', 'digits'],
    ['1,00,000', 'en', 'digits'],
    ['-5', 'en', 'digits'],
    ['1e3', 'en', 'digits'],
    ['1.2.3', 'en', 'digits'],
    ['.', 'en', 'digits'],
    ['ten', 'en', 'digits'],
    ['25.001', 'en', 'decimals'],
    ['4.99', 'en', 'min'],
    ['5000.01', 'en', 'max'],
  ])('%j in %s is questioned: %s', (text, locale, fault) => {
    expect(parseAmount(text, locale, { min: '5.000000', max: '5000.000000' })).toEqual({ fault })
  })

  it('is parsed as it was meant, in any notation', () => {
    const amount = fc.integer({ min: 0, max: 500_000_000 }).map((cents) => {
      return `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`
    })
    fc.assert(
      fc.property(amount, fc.constantFrom('en', 'de', 'fr', 'pl', 'de-AT', 'de-CH', 'es'), (meant, locale) => {
        const { typed, amount: written } = moneyFormat(locale, 'EUR')
        expect(parseAmount(typed(meant), locale)).toEqual({ amount: meant })
        expect(parseAmount(written(meant), locale)).toEqual({ amount: meant })
      }),
    )
  })
})
