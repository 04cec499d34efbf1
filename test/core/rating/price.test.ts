import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CallRate } from '../../../src/core/catalog/catalog.ts'
import { ROUNDING_MODES } from '../../../src/core/catalog/catalog.ts'
import { formatMoney, parseMoney } from '../../../src/core/money.ts'
import {
  billedSeconds,
  callAmount,
  minuteAmount,
  roundedQuotient,
  unitAmount,
  unroundedQuotient,
} from '../../../src/core/rating/price.ts'

const money = (text: string): bigint => parseMoney(text)!

describe('billed seconds', () => {
  test.each([
    // duration, first, next, billed
    [1, 60, 60, 60],
    [60, 60, 60, 60],
    [61, 60, 60, 120],
    [29, 30, 6, 30],
    [30, 30, 6, 30],
    [31, 30, 6, 36],
    [36, 30, 6, 36],
    [37, 30, 6, 42],
    [7, 1, 1, 7],
    [86_400, 7, 11, 86_401],
    [1, 600, 1, 600],
  ])('%i s at %i/%i are %i s', (duration, firstSeconds, nextSeconds, billed) => {
    expect(billedSeconds(duration, { firstSeconds, nextSeconds })).toBe(billed)
  })

  test.each([0, -1])('are a bug for %i s: an unanswered call would be charged', (duration) => {
    expect(() => billedSeconds(duration, { firstSeconds: 60, nextSeconds: 60 })).toThrow('no seconds to bill')
  })

  test('are at least the duration, and less than one step more', () => {
    const seconds = fc.integer({ min: 1, max: 86_400 })
    fc.assert(
      fc.property(seconds, seconds, seconds, (duration, firstSeconds, nextSeconds) => {
        const billed = billedSeconds(duration, { firstSeconds, nextSeconds })
        expect(billed).toBeGreaterThanOrEqual(duration)
        expect(billed - duration).toBeLessThan(Math.max(firstSeconds, nextSeconds))
        expect((billed - firstSeconds) % nextSeconds).toBe(0)
      }),
    )
  })
})

describe('before rounding, an amount', () => {
  test.each([
    // numerator and denominator in micros, decimal, exact
    [40_000n, 1n, '0.040000', true],
    [1_188_000n, 60n, '0.019800', true],
    [1n, 60n, '0.000000016666', false],
    [1n, 64n, '0.000000015625', true],
    [2_600_000n, 60n, '0.043333333333', false],
    [1_234_567_890_000n, 1n, '1234567.890000', true],
    [0n, 60n, '0.000000', true],
  ])('of %d / %d millionths is %s, exact: %s', (numerator, denominator, decimal, isExact) => {
    expect(unroundedQuotient(numerator, denominator)).toEqual({ decimal, isExact })
  })
})

describe('rounding', () => {
  test.each([
    // exact, scale, half_up, half_even, up, down
    ['0.000050', 4, '0.000100', '0.000000', '0.000100', '0.000000'],
    ['0.000150', 4, '0.000200', '0.000200', '0.000200', '0.000100'],
    ['0.000250', 4, '0.000300', '0.000200', '0.000300', '0.000200'],
    ['0.000249', 4, '0.000200', '0.000200', '0.000300', '0.000200'],
    ['0.000251', 4, '0.000300', '0.000300', '0.000300', '0.000200'],
    ['0.000200', 4, '0.000200', '0.000200', '0.000200', '0.000200'],
    ['0.000001', 0, '0.000000', '0.000000', '1.000000', '0.000000'],
    ['0.500000', 0, '1.000000', '0.000000', '1.000000', '0.000000'],
    ['1.500000', 0, '2.000000', '2.000000', '2.000000', '1.000000'],
    ['2.500000', 0, '3.000000', '2.000000', '3.000000', '2.000000'],
    ['0.123456', 6, '0.123456', '0.123456', '0.123456', '0.123456'],
    ['0.000149', 4, '0.000100', '0.000100', '0.000200', '0.000100'],
    ['0.999950', 4, '1.000000', '1.000000', '1.000000', '0.999900'],
  ])('%s to %i digits: half_up %s, half_even %s, up %s, down %s', (exact, scale, ...rounded) => {
    const of = (mode: (typeof ROUNDING_MODES)[number]) =>
      formatMoney(roundedQuotient(money(exact), 1n, { scale, mode }))
    expect([of('half_up'), of('half_even'), of('up'), of('down')]).toEqual(rounded)
  })

  test('a third of a micro is zero, or one whole micro', () => {
    const of = (mode: (typeof ROUNDING_MODES)[number]) => roundedQuotient(1n, 3n, { scale: 6, mode })
    expect(ROUNDING_MODES.map(of)).toEqual([0n, 0n, 1n, 0n])
  })

  test('moves an amount by less than one step, and by at most half of one when rounding to the nearest', () => {
    const amount = fc.bigInt({ min: 0n, max: 2n ** 90n })
    const scales = fc.integer({ min: 0, max: 6 })
    fc.assert(
      fc.property(amount, scales, fc.constantFrom(...ROUNDING_MODES), (numerator, scale, mode) => {
        const step = 60n * 10n ** BigInt(6 - scale)
        const moved = roundedQuotient(numerator, 60n, { scale, mode }) * 60n - numerator
        const distance = moved < 0n ? -moved : moved
        if (mode === 'up') expect(moved >= 0n && moved < step).toBe(true)
        else if (mode === 'down') expect(moved <= 0n && distance < step).toBe(true)
        else expect(distance * 2n <= step).toBe(true)
      }),
    )
  })

  test.each([[-1], [7], [1.5]])('a scale of %d is a bug', (scale) => {
    expect(() => roundedQuotient(1n, 1n, { scale, mode: 'up' })).toThrow(RangeError)
  })
})

describe('an amount', () => {
  const rounding = { scale: 4, mode: 'half_up' } as const
  const rate = (pricePerMinute: string, fee: string): CallRate => ({
    prefix: '+49',
    destination: 'Germany',
    pricePerMinuteMicros: money(pricePerMinute),
    connectionFeeMicros: money(fee),
    increments: { firstSeconds: 1, nextSeconds: 1 },
    effectiveFromMicros: Number.NEGATIVE_INFINITY,
    effectiveToMicros: Number.POSITIVE_INFINITY,
  })

  test.each([
    // price per minute, fee, billed seconds, amount with fee, amount without
    ['0.02', '0.05', 60, '0.070000', '0.020000'],
    ['0.02', '0', 1, '0.000300', '0.000300'],
    ['0.01', '0', 1, '0.000200', '0.000200'],
    // Rounded separately, the parts would give 0.0001 and 0.0001; together they are 0.0001.
    ['0.003', '0.00005', 1, '0.000100', '0.000100'],
    ['999999999.999999', '999999999.999999', 86_400, '1440999999999.998600', '1439999999999.998600'],
  ])(
    'of %s per minute and %s for the connection, %i s: %s, without the fee %s',
    (price, fee, billed, withFee, without) => {
      expect(formatMoney(callAmount(rate(price, fee), billed, rounding, true))).toBe(withFee)
      expect(formatMoney(callAmount(rate(price, fee), billed, rounding, false))).toBe(without)
    },
  )

  test('of units is exact beyond 2^53', () => {
    expect(formatMoney(unitAmount(money('12.20'), 1_000_000_000, rounding))).toBe('12200000000.000000')
    expect(formatMoney(unitAmount(money('999999999.999999'), 1_000_000_000, { scale: 6, mode: 'down' }))).toBe(
      '999999999999999000.000000',
    )
  })

  test('never falls as the duration grows', () => {
    const price = fc.bigInt({ min: 0n, max: 10n ** 12n })
    const duration = fc.integer({ min: 1, max: 86_399 })
    const increment = fc.integer({ min: 1, max: 600 })
    fc.assert(
      fc.property(
        price,
        duration,
        increment,
        increment,
        fc.constantFrom(...ROUNDING_MODES),
        (pricePerMinuteMicros, seconds, firstSeconds, nextSeconds, mode) => {
          const increments = { firstSeconds, nextSeconds }
          const of = (d: number) =>
            minuteAmount({ pricePerMinuteMicros, increments }, billedSeconds(d, increments), { scale: 4, mode })
          expect(of(seconds + 1) >= of(seconds)).toBe(true)
        },
      ),
    )
  })
})
