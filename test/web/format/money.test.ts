/** Amounts never show more than there is, and show the direction of movements. */
import { describe, expect, it } from 'vitest'
import { moneyFormat } from '../../../web/src/format/money.ts'

/** Replaces Intl's non-breaking spaces. */
const plain = (text: string | null) => text?.replace(/\s/g, ' ') ?? null

describe('a balance', () => {
  it.each<[decimal: string, english: string | null, german: string | null]>([
    ['42.170000', '$42.17', '42,17 €'],
    ['-0.004000', '−$0.01', '−0,01 €'],
    ['0.000000', '$0.00', '0,00 €'],
    ['0.004000', null, null],
    ['0.010000', '$0.01', '0,01 €'],
    ['9.999000', '$9.99', '9,99 €'],
    ['-9.999000', '−$10.00', '−10,00 €'],
    ['9007199254740993.120000', '$9,007,199,254,740,993.12', '9.007.199.254.740.993,12 €'],
  ])('of %s is %s in English and %s in German', (decimal, english, german) => {
    expect(plain(moneyFormat('en', 'USD').balance(decimal))).toBe(english)
    expect(plain(moneyFormat('de', 'EUR').balance(decimal))).toBe(german)
  })
})

describe('a movement', () => {
  it.each([
    ['50.000000', '+€50.00'],
    ['-0.028600', '−€0.0286'],
    ['-1.5', '−€1.50'],
    ['-0.000001', '−€0.000001'],
    ['0.000000', '€0.00'],
  ])('of %s is %s', (decimal, written) => {
    expect(moneyFormat('en', 'EUR').movement(decimal)).toBe(written)
  })
})

it('an amount is written as it would be typed', () => {
  expect(moneyFormat('en', 'EUR').typed('1000.5')).toBe('1,000.50')
  expect(moneyFormat('de', 'EUR').typed('1000.5')).toBe('1.000,50')
})
