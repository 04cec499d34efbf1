import { describe, expect, it, test } from 'vitest'
import type { CallRate } from '../../../src/core/catalog/catalog.ts'
import { minutesCovered } from '../../../src/core/rating/fair-use.ts'
import { billedSeconds, callAmount, minuteAmount, unitAmount } from '../../../src/core/rating/price.ts'
import {
  callPriceFacts,
  chargedFeeMicros,
  minutePriceFacts,
  roundedAmount,
  unroundedAmount,
} from '../../../src/core/rating/price-facts.ts'

const ROUNDING = { scale: 4, mode: 'half_up' } as const
const RATE: CallRate = {
  prefix: '+43',
  destination: 'Austria',
  pricePerMinuteMicros: 20_000n,
  connectionFeeMicros: 50_000n,
  increments: { firstSeconds: 30, nextSeconds: 6 },
  effectiveFromMicros: Number.NEGATIVE_INFINITY,
  effectiveToMicros: Number.POSITIVE_INFINITY,
}

describe('of a call, a package covers', () => {
  test.each([
    // minutes of the call, minutes left, minutes covered
    [3, null, 3],
    [3, 4, 3],
    [3, 3, 3],
    [3, 2, 2],
    [3, 0, 0],
  ])('of %i minutes with %s left: %i', (minutes, left, covered) => {
    expect(minutesCovered(minutes, left)).toBe(covered)
  })
})

describe('the price of a call', () => {
  test.each([
    // duration, covered minutes, priced seconds, billed seconds, fee, exact, rounded
    [31, 0, 31, 36, 50_000n, '0.062000', 62_000n],
    [61, 1, 1, 30, 0n, '0.010000', 10_000n],
    [130, 1, 70, 72, 0n, '0.024000', 24_000n],
  ])(
    'of %i s with %i min covered: %i s priced, %i billed, fee %i, %s, %i',
    (duration, covered, priced, billed, fee, exact, amount) => {
      const price = callPriceFacts(RATE, duration, covered)!
      expect(price).toMatchObject({ by: 'minute', perMinuteMicros: 20_000n, connectionFeeMicros: 50_000n })
      expect([price.pricedSeconds, price.billedSeconds, chargedFeeMicros(price)]).toEqual([priced, billed, fee])
      expect(unroundedAmount(price)).toEqual({ decimal: exact, isExact: true })
      expect(roundedAmount(price, ROUNDING)).toBe(amount)
      expect(callAmount(RATE, billed, ROUNDING, covered === 0)).toBe(amount)
    },
  )

  it('is absent if the minutes are all covered', () => {
    expect(callPriceFacts(RATE, 60, 1)).toBeNull()
    expect(callPriceFacts(RATE, 59, 1)).toBeNull()
  })
})

describe('the price', () => {
  it('per minute of anything but a call has no fee', () => {
    const price = minutePriceFacts(RATE, 7)
    expect(price).toEqual({
      by: 'minute',
      perMinuteMicros: 20_000n,
      connectionFeeMicros: null,
      isFeeCharged: false,
      increments: RATE.increments,
      pricedSeconds: 7,
      billedSeconds: 30,
    })
    expect(chargedFeeMicros(price)).toBe(0n)
    expect(chargedFeeMicros({ ...price, isFeeCharged: true })).toBe(0n)
    expect(roundedAmount(price, ROUNDING)).toBe(minuteAmount(RATE, billedSeconds(7, RATE.increments), ROUNDING))
  })

  it('per unit is units times a price', () => {
    const price = { by: 'unit', perUnitMicros: 33n, units: 5 } as const
    expect(unroundedAmount(price)).toEqual({ decimal: '0.000165', isExact: true })
    expect(roundedAmount(price, ROUNDING)).toBe(unitAmount(33n, 5, ROUNDING))
  })
})
