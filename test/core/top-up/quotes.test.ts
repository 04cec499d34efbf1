/** A quote before a charge equals the result of the rules that charge. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseMoney } from '../../../src/core/money.ts'
import { type AutoTopUpSettings, type CountedAttempt, judgeAttempt } from '../../../src/core/top-up/judge.ts'
import { FRESH_MEMORY } from '../../../src/core/top-up/memory.ts'
import { amountsToAdd, chargesAtOnce, firstSettings, quoteTopUp } from '../../../src/core/top-up/quotes.ts'
import { DEFAULT_BOUNDS } from '../../../src/core/top-up/settings.ts'
import { HOUR, MINUTE, NOW } from './examples.ts'

const micros = (amount: string) => parseMoney(amount)!
const settingsOf = (threshold: string, amount: string, cap: string | null = null): AutoTopUpSettings => ({
  isOn: true,
  thresholdMicros: micros(threshold),
  amountMicros: micros(amount),
  monthlyCapMicros: cap === null ? null : micros(cap),
})
const charged = (count: number, amount: string): CountedAttempt[] =>
  Array.from({ length: count }, () => ({ confirmedAtMicros: NOW - HOUR, amountMicros: micros(amount) }))
const standing = (balance: string, counted: CountedAttempt[] = []) => ({
  balanceMicros: micros(balance),
  isClosed: false,
  counted,
  unsettledManual: [],
})
const AVERAGE = { sumMicros: micros('8'), days: 4 }

describe('a manual payment', () => {
  it.each([
    // balance, amount, after, blocked, days
    ['10', '25', '35', false, 12],
    ['-3.42', '25', '21.58', false, 10],
    ['-3.416200', '3.42', '0.0038', false, null],
    ['-25', '25', '0', true, null],
    ['-30', '25', '-5', true, null],
    ['0', '1.99', '1.99', false, 0],
  ] as const)('at %s of %s', (balance, amount, after, isBlockedAfter, days) => {
    expect(quoteTopUp(micros(amount), micros(balance), AVERAGE)).toEqual({
      amountMicros: micros(amount),
      balanceAfterMicros: micros(after),
      isBlockedAfter,
      days,
    })
    expect(quoteTopUp(micros(amount), micros(balance), null).days).toBeNull()
  })

  it.each([
    // balance, automatic amount, suggested, amounts
    ['10', '50', ['15', '60'], ['15', '50', '60']],
    ['10', null, ['15', '60'], ['15', '60']],
    ['10', '60', ['15', '60'], ['15', '60']],
    ['-70', '50', ['85', '130'], ['85', '130']],
    ['0', null, [], ['25', '50', '100']],
    ['0', '30', [], ['25', '30', '50']],
    ['-40', null, [], ['50', '100']],
    ['-5000', null, [], []],
  ] as const)('at %s with automatic %s has amounts to choose from', (balance, automatic, suggested, expected) => {
    const settings = automatic === null ? null : settingsOf('10', automatic)
    const amounts = suggested.map((amount) => ({ amountMicros: micros(amount), days: 7 }))
    expect(amountsToAdd(settings, amounts, micros(balance), DEFAULT_BOUNDS.EUR.payment)).toEqual(expected.map(micros))
  })
})

describe('automatic top-up, set up now', () => {
  it.each([
    // balance, settings, counted, charges, limit
    ['10', settingsOf('10', '25'), [], 0, null],
    ['9.999999', settingsOf('10', '25'), [], 1, null],
    ['-60', settingsOf('10', '25'), [], 3, null],
    ['-200', settingsOf('10', '25'), [], 5, 'day_limit'],
    ['-200', settingsOf('10', '25'), charged(3, '25'), 2, 'day_limit'],
    ['-60', settingsOf('10', '25', '60'), [], 2, 'monthly_cap'],
    ['-60', settingsOf('10', '25', '60'), charged(1, '25'), 1, 'monthly_cap'],
    ['-60', settingsOf('10', '25', '40'), charged(1, '25'), 0, 'monthly_cap'],
  ] as const)('at %s', (balance, settings, counted, charges, limit) => {
    const quote = chargesAtOnce(standing(balance, [...counted]), settings, NOW)
    expect(quote).toMatchObject({
      charges,
      totalMicros: settings.amountMicros * BigInt(charges),
      balanceAfterMicros: micros(balance) + settings.amountMicros * BigInt(charges),
      limit,
    })
    expect(quote.untilMicros === null).toBe(limit === null)
  })

  it('waits for a manual payment that reaches the threshold', () => {
    const unsettledManual = [{ amountMicros: micros('10'), requestedAtMicros: NOW - MINUTE }]
    const quote = chargesAtOnce({ ...standing('5'), unsettledManual }, settingsOf('10', '25'), NOW)
    expect(quote).toMatchObject({ charges: 0, limit: 'manual_payment', untilMicros: NOW + 14 * MINUTE })
  })

  it('quotes exactly what is charged', () => {
    const cents = (min: number, max: number) => fc.integer({ min, max }).map((value) => BigInt(value) * 10_000n)
    fc.assert(
      fc.property(cents(-50_000, 5_000), cents(1, 5_000), cents(500, 5_000), (balanceMicros, threshold, amount) => {
        const settings = { isOn: true, thresholdMicros: threshold, amountMicros: amount, monthlyCapMicros: null }
        const quote = chargesAtOnce({ ...standing('0'), balanceMicros }, settings, NOW)
        const counted = Array.from({ length: quote.charges }, () => ({ confirmedAtMicros: NOW, amountMicros: amount }))
        const after = { ...standing('0'), counted, settings, memory: FRESH_MEMORY, methodId: 'card-1' }
        expect(judgeAttempt({ ...after, balanceMicros: quote.balanceAfterMicros }, NOW).kind).toBe('unwanted')
        if (quote.charges > 0) {
          const before = quote.balanceAfterMicros - amount
          expect(judgeAttempt({ ...after, counted: counted.slice(1), balanceMicros: before }, NOW).kind).toBe('charge')
        }
      }),
    )
  })

  it('starts with figures for the usage, or else within the bounds', () => {
    const { EUR } = DEFAULT_BOUNDS
    expect(firstSettings(micros('30'), [{ amountMicros: micros('15'), days: 7 }], EUR)).toEqual({
      thresholdMicros: micros('30'),
      amountMicros: micros('15'),
    })
    const high = { minMicros: micros('40'), maxMicros: micros('900') }
    expect(firstSettings(null, [], { threshold: EUR.threshold, payment: high })).toEqual({
      thresholdMicros: micros('10'),
      amountMicros: micros('40'),
    })
  })
})
