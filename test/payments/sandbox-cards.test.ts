/** The numbers that the sandbox takes are spelled right, and there is one meaning to each. */
import { describe, expect, it } from 'vitest'
import { findTestNumber, TEST_NUMBERS } from '../../src/payments/providers/sandbox/cards.ts'

describe('test numbers', () => {
  it('are each in the table only once', () => {
    expect(new Set(TEST_NUMBERS.map(({ number }) => number)).size).toBe(TEST_NUMBERS.length)
  })

  it.each(TEST_NUMBERS.map(({ number, brand }) => [number, brand] as const))(
    '%s (%s) has right check digits',
    (number, brand) => {
      expect(brand === 'sepa_debit' ? ibanRemainder(number) === 1n : luhnSum(number) % 10 === 0).toBe(true)
    },
  )

  it('are found with and without spaces', () => {
    for (const text of ['4242424242424242', '4242 4242 4242 4242', '4242-4242-4242-4242']) {
      expect(findTestNumber(text)?.brand).toBe('visa')
    }
    expect(findTestNumber('at61 1904 3002 3457 3201')?.behaviour).toBe('debit_succeeds')
    expect(findTestNumber('4242424242424241')).toBeNull()
  })
})

function luhnSum(number: string): number {
  return [...number].reverse().reduce((sum, digit, at) => {
    const value = Number(digit) * (at % 2 === 0 ? 1 : 2)
    return sum + (value > 9 ? value - 9 : value)
  }, 0)
}

function ibanRemainder(iban: string): bigint {
  const moved = iban.slice(4) + iban.slice(0, 4)
  return BigInt(moved.replaceAll(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55))) % 97n
}
