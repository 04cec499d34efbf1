/** The scale covers all amounts, has zero among its gridlines, and at most three others. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { scaleOf } from '../../../web/src/charts/scale.ts'

describe('the gridlines', () => {
  it.each<[amounts: string[], ticks: string[]]>([
    [
      ['42.170000', '120.100000'],
      ['150', '100', '50', '0'],
    ],
    [['150.000000'], ['150', '100', '50', '0']],
    [['150.000001'], ['180', '120', '60', '0']],
    [
      ['25.000000', '25.000000'],
      ['30', '20', '10', '0'],
    ],
    [
      ['58.200000', '-14.300000'],
      ['60', '30', '0', '-30'],
    ],
    [
      ['-3.416200', '-40.000000'],
      ['0', '-15', '-30', '-45'],
    ],
    [
      ['100.000000', '-0.000001'],
      ['100', '50', '0', '-50'],
    ],
    [['0.300000'], ['0.30', '0.20', '0.10', '0']],
    [['0.000004'], ['0.01', '0']],
    [['0.045000'], ['0.06', '0.04', '0.02', '0']],
    [['0.075000'], ['0.09', '0.06', '0.03', '0']],
    [['7.000000'], ['7.50', '5.00', '2.50', '0']],
    [['9812345.670000'], ['12000000', '8000000', '4000000', '0']],
    [['0.000000'], ['1', '0']],
    [[], ['1', '0']],
  ])('of %j are %j', (amounts, ticks) => {
    expect(scaleOf(amounts).ticks).toEqual(ticks)
  })
})

const amounts = fc
  .array(fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }), { minLength: 1, maxLength: 20 })
  .map((all) => all.map((micros) => `${micros / 1_000_000n}`))

it('any amounts fit between at most four gridlines, one of which is zero', () => {
  fc.assert(
    fc.property(amounts, (decimals) => {
      const { ticks, place } = scaleOf(decimals)
      expect(ticks.length).toBeGreaterThanOrEqual(2)
      expect(ticks.length).toBeLessThanOrEqual(4)
      expect(ticks).toContain('0')
      for (const [at, tick] of ticks.entries()) expect(place(tick)).toBeCloseTo(at / (ticks.length - 1), 9)
      for (const decimal of decimals) {
        expect(place(decimal)).toBeGreaterThanOrEqual(-1e-9)
        expect(place(decimal)).toBeLessThanOrEqual(1 + 1e-9)
      }
      // At least half of the height is used, except for amounts of less than a cent.
      const reach = [0, ...decimals.map(Number)]
      const used = place(String(Math.min(...reach))) - place(String(Math.max(...reach)))
      if (Math.max(...reach) - Math.min(...reach) >= 1) expect(used).toBeGreaterThan(0.3)
    }),
  )
})
