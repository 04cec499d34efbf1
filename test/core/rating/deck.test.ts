import { describe, expect, it } from 'vitest'
import { parseInstant } from '../../../src/core/instant.ts'
import { findRate, isEffective } from '../../../src/core/rating/deck.ts'
import { minuteAmount, roundedQuotient, unitAmount } from '../../../src/core/rating/price.ts'
import { take, testBook, usageFields, verdict } from '../../support/catalog.ts'

const at = (text: string) => parseInstant(text)!

describe('a deck row', () => {
  const march = { effectiveFromMicros: at('2026-03-01T00:00:00Z'), effectiveToMicros: at('2026-04-01T00:00:00Z') }
  it.each([
    ['2026-02-28T23:59:59.999999Z', false],
    ['2026-03-01T00:00:00Z', true],
    ['2026-03-31T23:59:59.999999Z', true],
    ['2026-04-01T00:00:00Z', false],
  ])('from March to April is in force at %s: %s', (instant, holds) => {
    expect(isEffective(march, at(instant))).toBe(holds)
  })

  it('is not found in a missing deck', () => {
    expect(findRate(null, '+43', 0)).toBeNull()
    expect(findRate(undefined, '+43', 0)).toBeNull()
  })
})

describe('a price', () => {
  const rounding = { scale: 4, mode: 'half_up' } as const
  it.each([
    ['a negative numerator', () => roundedQuotient(-1n, 1n, rounding), 'a price is never negative'],
    ['a denominator of 0', () => roundedQuotient(1n, 0n, rounding), 'a price is never negative'],
    ['a negative unit price', () => unitAmount(-1n, 1, rounding), 'a price is never negative'],
    [
      'a negative minute price',
      () => minuteAmount({ pricePerMinuteMicros: -1n, increments: { firstSeconds: 1, nextSeconds: 1 } }, 1, rounding),
      'a price is never negative',
    ],
    ['a scale beyond micros', () => unitAmount(1n, 1, { scale: 7, mode: 'down' }), 'rounding scale 7 is not 0 to 6'],
  ])('never results from %s', (_what, priced, message) => {
    expect(priced).toThrow(message)
  })
})

describe('a message', () => {
  const sms = { type: 'message', channel: 'sms', fragments: 1, to: '112' }
  it.each([
    ['outbound', 'free / emergency'],
    // By the inbound deck, which has no price for it: only sending to an emergency number is always free.
    ['inbound', 'rejected / no_rate'],
  ])('%s to an emergency number: %s', (direction, expected) => {
    expect(verdict(take(testBook(), usageFields({ ...sms, direction })))).toBe(expected)
  })
})
