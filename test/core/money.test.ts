import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatMoney, parseMoney } from '../../src/core/money.ts'

describe('money', () => {
  test.each([
    ['0', 0n],
    ['0.004', 4_000n],
    ['12.20', 12_200_000n],
    ['-5.00', -5_000_000n],
    ['0.000001', 1n],
    ['9007199254740993.000001', 9_007_199_254_740_993_000_001n],
  ])('%s is %d micros', (text, micros) => expect(parseMoney(text)).toBe(micros))

  test.each(['', '.5', '1.', '+1', '1e3', ' 1', '1 ', '1\n', '0.0000001', '1,5', 'NaN', '--1', '٣'])(
    '%j is not an amount',
    (text) => expect(parseMoney(text)).toBeNull(),
  )

  test('an amount survives formatting and parsing', () => {
    fc.assert(fc.property(fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }), (m) => parseMoney(formatMoney(m)) === m))
  })
})
