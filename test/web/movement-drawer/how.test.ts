/** How a charge adds up, as shown: every figure that is multiplied, and what was rounded. */
import { describe, expect, it } from 'vitest'
import { sumOf } from '../../../web/src/movement-drawer/how.ts'
import { CHARGE, type Charge, explained, FAIR_USE, PRICE } from '../../support/explained.ts'
import { DE, EN, plain } from './words.ts'

function shownOf(charge: Partial<Charge>, usage = {}, words = EN): string[] | null {
  const movement = explained({ usage, charge })
  const sum = sumOf(movement, { ...CHARGE, ...charge }, words)
  if (sum === null) return null
  const rows = sum.rows.map(({ label, value, note }) => [label, value, note].filter(Boolean).join(' | '))
  return [...rows, `${sum.formula} = ${sum.amount}`, ...(sum.rounding ? [sum.rounding] : [])].map((row) => plain(row)!)
}

describe('the sum', () => {
  it('has what was used and billed, the rate and the fee', () => {
    expect(
      shownOf({ quantity: 61, amount: '0.090000', price: { ...PRICE, billed_seconds: 120, unrounded: '0.090000' } }),
    ).toEqual([
      'Used | 1 min 1 s',
      'Billed | 2 min | in steps of 60 s',
      'Rate | €0.02 per minute',
      'Connection fee | €0.05',
      '€0.05 + €0.02 × 2 min = €0.09',
    ])
  })

  it('leaves out included usage, and says that there is no fee then', () => {
    const price = {
      ...PRICE,
      is_connection_fee_charged: false,
      first_increment_seconds: 1,
      next_increment_seconds: 1,
      billed_seconds: 70,
      unrounded: '0.023333333333',
      is_unrounded_exact: false,
    }
    const fair_use = { ...FAIR_USE, minutes_left: 2, covered_minutes: 2 }
    expect(shownOf({ quantity: 190, amount: '0.023300', fair_use, price })).toEqual([
      'Used | 3 min 10 s',
      'Included minutes | −2 min',
      'Billed | 1 min 10 s | by the second',
      'Rate | €0.02 per minute',
      'Connection fee | None, as minutes were included',
      '€0.02 × 70/60 min = €0.0233',
      '€0.023333333333…, rounded to 4 decimals.',
    ])
    expect(shownOf({ quantity: 190, amount: '0.023300', fair_use, price }, {}, DE)?.slice(-2)).toEqual([
      '0,02 € × 70/60 min = 0,0233 €',
      '0,023333333333… €, gerundet auf 4 Nachkommastellen.',
    ])
  })

  it('has no fee if there is none', () => {
    const free = shownOf({ amount: '0.020000', price: { ...PRICE, connection_fee: '0.000000', unrounded: '0.020000' } })
    expect(free).toEqual([
      'Used | 1 min',
      'Billed | 1 min | in steps of 60 s',
      'Rate | €0.02 per minute',
      '€0.02 × 1 min = €0.02',
    ])
  })

  it('names the first increment if it differs', () => {
    const price = { ...PRICE, first_increment_seconds: 30, next_increment_seconds: 6 }
    expect(shownOf({ price })).toContain('Billed | 1 min | 30 s at least, then in steps of 6 s')
  })

  it.each([
    ['half_up', 'rounded'],
    ['half_even', 'rounded'],
    ['up', 'rounded up'],
    ['down', 'rounded down'],
  ] as const)('says how it was rounded: %s', (mode, said) => {
    const price = { ...PRICE, unrounded: '0.070050' }
    expect(shownOf({ amount: '0.070000', price, rounding: { scale: 1, mode } })?.at(-1)).toBe(
      `€0.07005, ${said} to 1 decimal.`,
    )
  })

  const perUnit = {
    ...PRICE,
    per_minute: null,
    connection_fee: null,
    is_connection_fee_charged: false,
    first_increment_seconds: null,
    next_increment_seconds: null,
    priced_seconds: null,
    billed_seconds: null,
  }

  it('of a message is by fragments, of an item by units', () => {
    const message = { amount: '0.210000', price: { ...perUnit, per_unit: '0.070000', units: 3, unrounded: '0.210000' } }
    expect(shownOf(message, { type: 'message' })).toEqual([
      'Used | 3 fragments',
      'Rate | €0.07 per fragment',
      '€0.07 × 3 = €0.21',
    ])
    const item = {
      amount: '4.800000',
      price: { ...perUnit, per_unit: '0.004000', units: 1_200, unrounded: '4.800000' },
    }
    expect(shownOf(item, { type: 'other', sku: 'lookup' })).toEqual([
      'Used | 1,200 × lookup',
      'Rate | €0.004 per unit',
      '€0.004 × 1,200 = €4.80',
    ])
  })

  it('is not shown without a price, or if it would not add up', () => {
    expect(shownOf({ price: null })).toBeNull()
    expect(shownOf({ is_reproduced: false })).toBeNull()
  })
})
