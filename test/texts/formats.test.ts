/** How amounts and dates are written: never more than there is, in the reader's language. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatMoney, parseMoney } from '../../src/core/money.ts'
import { formatsFor } from '../../src/texts/formats.ts'
import { textsFor } from '../../src/texts/languages.ts'

/** Replaces the non-breaking spaces that Intl writes, of whatever kind. */
const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ')
const formats = (locale: string, currency = 'EUR', timeZone = 'Europe/Berlin') =>
  formatsFor(textsFor(locale), { currency, timeZone })

describe('an amount', () => {
  // biome-ignore format: a table
  it.each<[of: string, balance: string, german: string, amount: string, signed: string]>([
    ['-0.004000', '−$0.01', '−0,01 €', '−$0.004', '−$0.004'],
    ['0.000000', '$0.00', '0,00 €', '$0.00', '$0.00'],
    ['0.000001', 'less than $0.01', 'weniger als 0,01 €', '$0.000001', '+$0.000001'],
    ['0.004000', 'less than $0.01', 'weniger als 0,01 €', '$0.004', '+$0.004'],
    ['0.010000', '$0.01', '0,01 €', '$0.01', '+$0.01'],
    ['9.999000', '$9.99', '9,99 €', '$9.999', '+$9.999'],
    ['-9.991000', '−$10.00', '−10,00 €', '−$9.991', '−$9.991'],
    ['1000.500000', '$1,000.50', '1.000,50 €', '$1,000.50', '+$1,000.50'],
    ['9007199254740993.129999', '$9,007,199,254,740,993.12', '9.007.199.254.740.993,12 €', '$9,007,199,254,740,993.129999', '+$9,007,199,254,740,993.129999'],
  ])('of %s is a balance of %s, %s, and an amount of %s, %s', (of, balance, german, amount, signed) => {
    const english = formats('en-US', 'USD')
    expect([english.balance(of), plain(formats('de-DE').balance(of)), english.amount(of), english.signed(of)]).toEqual([
      balance,
      german,
      amount,
      signed,
    ])
    expect(english.balance(parseMoney(of)!)).toBe(balance)
  })

  it('is never more than there is, and at most a cent less', () => {
    fc.assert(
      fc.property(fc.oneof(fc.bigInt(-50_000n, 50_000n), fc.bigInt(-(10n ** 15n), 10n ** 15n)), (micros) => {
        const shown = formats('en-US').balance(formatMoney(micros))
        const isBelowOneCent = micros > 0n && micros < 10_000n
        const read = parseMoney(
          shown
            .replace(/^less than .*/, '0')
            .replace('−', '-')
            .replace(/[€,]/g, ''),
        )!
        expect([shown.startsWith('less than'), read <= micros, micros - read < 10_000n]).toEqual([
          isBelowOneCent,
          true,
          true,
        ])
      }),
    )
  })

  it('that is an average is written to the cent', () => {
    expect(formats('en-US').about('4.205001')).toBe('€4.21')
  })
})

describe('a moment', () => {
  const instant = '2026-11-30T23:30:00.000000Z'
  it.each<[locale: string, timeZone: string, moment: string, day: string]>([
    ['en-US', 'Europe/Berlin', 'Dec 1, 2026, 12:30 AM', 'Dec 1, 2026'],
    ['en-US', 'UTC', 'Nov 30, 2026, 11:30 PM', 'Nov 30, 2026'],
    ['en-GB', 'America/New_York', '30 Nov 2026, 18:30', '30 Nov 2026'],
    ['de-DE', 'Europe/Berlin', '01.12.2026, 00:30', '01.12.2026'],
  ])('in %s and %s is %s, on %s', (locale, timeZone, moment, day) => {
    const { moment: momentOf, day: dayOf } = formats(locale, 'EUR', timeZone)
    expect([plain(momentOf(instant)), dayOf(instant)]).toEqual([moment, day])
  })

  it('names its zone if the reader’s is not known', () => {
    const named = formatsFor(textsFor('de'), { currency: 'EUR', timeZone: 'UTC', namesZone: true })
    expect(named.moment(instant)).toBe('30.11.2026, 23:30 UTC')
  })

  it('as a calendar date is independent of zones', () => {
    expect(formats('en-US', 'EUR', 'America/New_York').calendarDate('2026-11-30')).toBe('Nov 30, 2026')
  })
})

describe('the rest', () => {
  it.each([
    [{ brand: 'visa', last4: '4242' }, 'Visa 4242'],
    [{ brand: 'amex', last4: '0005' }, 'American Express 0005'],
    [{ brand: 'Elo', last4: '0001' }, 'Elo 0001'],
    [null, 'The card'],
  ])('of cards: %j is %s', (card, shown) => {
    expect(formats('en-US').card(card)).toBe(shown)
  })

  it('of parts and lists', () => {
    expect(formats('en-US').percent(80)).toBe('80%')
    expect(plain(formats('de').percent(80))).toBe('80 %')
    expect(formats('en-US').list(['Ana', 'Ben', 'Cem'])).toBe('Ana, Ben, or Cem')
    expect(formats('de').list(['Ana', 'Ben'])).toBe('Ana oder Ben')
  })
})
