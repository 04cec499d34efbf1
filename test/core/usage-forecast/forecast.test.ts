/** Average usage, how long credit lasts, and the suggestions based on it. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MICROS_PER_DAY } from '../../../src/core/instant.ts'
import { formatMoney, type Micros, parseMoney } from '../../../src/core/money.ts'
import { checkAmount, checkSettings, DEFAULT_BOUNDS } from '../../../src/core/top-up/settings.ts'
import { averageUsage, dayOf, isUnusual, type UsageHistory } from '../../../src/core/usage-forecast/average.ts'
import { daysToTopUp, forecastUsage, owedMicros } from '../../../src/core/usage-forecast/forecast.ts'

const micros = (amount: string) => parseMoney(amount)!
const TODAY = 20_000
const BOUNDS = DEFAULT_BOUNDS.EUR

/** `used` ends yesterday; the first usage is on the day before its first entry unless given. */
function history(used: readonly string[], today = '0', firstUsageDay: number | null = TODAY - used.length - 1) {
  const byDay = used.map((amount, i): [number, Micros] => [TODAY - used.length + i, micros(amount)])
  return { today: TODAY, firstUsageDay, usedMicrosByDay: new Map([...byDay, [TODAY, micros(today)]]) } as UsageHistory
}

const repeated = (amount: string, days: number) => Array.from({ length: days }, () => amount)

describe('the average', () => {
  it.each<[string, UsageHistory, object]>([
    ['no usage ever', history([], '0', null), { reason: 'not_enough_usage', days: 0 }],
    ['first usage today', history([], '9', TODAY), { reason: 'not_enough_usage', days: 0 }],
    ['first usage yesterday', history([], '9', TODAY - 1), { reason: 'not_enough_usage', days: 0 }],
    ['two whole days', history(['4', '4']), { reason: 'not_enough_usage', days: 2 }],
    ['three whole days', history(['1', '2', '4']), { average: { sumMicros: micros('7'), days: 3 } }],
    ['nothing in three days', history(['0', '0', '0']), { reason: 'no_usage', days: 3 }],
    ['more reversed than used', history(['1', '0', '-2']), { reason: 'no_usage', days: 3 }],
    ['fourteen days', history(repeated('1', 14)), { average: { sumMicros: micros('14'), days: 14 } }],
    ['older usage', history(['100', ...repeated('1', 14)]), { average: { sumMicros: micros('14'), days: 14 } }],
    [
      'the first day itself',
      history(['50', '1', '1', '1'], '0', TODAY - 4),
      { average: { sumMicros: micros('3'), days: 3 } },
    ],
    ['today', history(['1', '1', '1'], '99'), { average: { sumMicros: micros('3'), days: 3 } }],
  ])('%s', (_what, of, expected) => {
    expect(averageUsage(of)).toEqual(expected)
  })

  it('is rounded to a micro only for display', () => {
    expect(forecastUsage(history(['0.000001', '0', '0']), 1n, BOUNDS)).toMatchObject({
      averageMicros: 0n,
      daysLeft: { days: 3 },
    })
    expect(forecastUsage(history(['0.000002', '0', '0']), 1n, BOUNDS).averageMicros).toBe(1n)
  })

  it('counts days in UTC, before 1970 too', () => {
    expect([0, MICROS_PER_DAY - 1, MICROS_PER_DAY, -1].map(dayOf)).toEqual([0, 0, 1, -1])
  })
})

describe('days left', () => {
  it.each<[balance: string, used: string[], object]>([
    ['10', repeated('2', 3), { days: 5 }],
    ['9.999999', repeated('2', 3), { days: 4 }],
    ['1.999999', repeated('2', 3), { days: 0 }],
    ['180', repeated('2', 3), { days: 90 }],
    ['181.999999', repeated('2', 3), { days: 90 }],
    ['182', repeated('2', 3), { reason: 'more_than_90_days' }],
    ['0', repeated('2', 3), { reason: 'no_credit' }],
    ['-1', repeated('2', 3), { reason: 'no_credit' }],
    ['10', repeated('2', 2), { reason: 'not_enough_usage' }],
    ['10', repeated('0', 3), { reason: 'no_usage' }],
    ['-1', repeated('2', 2), { reason: 'no_credit' }],
  ])('%s with %j', (balance, used, expected) => {
    expect(forecastUsage(history(used), micros(balance), BOUNDS).daysLeft).toEqual(expected)
  })
})

describe('days to the next top-up', () => {
  it.each<[balance: string, below: string | null, used: string[], expected: number | null]>([
    ['42.17', '25', repeated('4.2', 14), 4],
    ['29.2', '25', repeated('4.2', 14), 1],
    ['29.199999', '25', repeated('4.2', 14), 0],
    ['25', '25', repeated('4.2', 14), 0],
    // An open top-up, or a limit that it waits for.
    ['24.999999', '25', repeated('4.2', 14), null],
    ['42.17', null, repeated('4.2', 14), null],
    ['42.17', '25', repeated('4.2', 2), null],
    ['42.17', '25', repeated('0', 14), null],
    ['205', '25', repeated('2', 3), 90],
    ['207', '25', repeated('2', 3), null],
  ])('from %s to below %s, with %j', (balance, below, used, expected) => {
    const belowMicros = below === null ? null : micros(below)
    expect(daysToTopUp(history(used), micros(balance), belowMicros)).toBe(expected)
  })
})

describe('an unusual day', () => {
  it.each<[used: string[], today: string, usual: string | null, isUnusual: boolean]>([
    [['1', '1', '1'], '2.999999', '1', false],
    [['1', '1', '1'], '3', '1', true],
    // Weekends do not lower it, a burst does not raise it.
    [['0', '0', '4', '5', '6'], '12', '5', false],
    [['4', '5', '6', '0', '900'], '15', '5', true],
    [['2', '3', '4', '5'], '9', '3', true],
    [['1', '1'], '100', null, false],
    [['0', '0', '0'], '100', null, false],
  ])('after %j, today %s', (used, today, usual, expected) => {
    const { usualDayMicros, isUnusual: unusual, usedTodayMicros } = forecastUsage(history(used, today), 0n, BOUNDS)
    expect([usualDayMicros, unusual, usedTodayMicros]).toEqual([
      usual === null ? null : micros(usual),
      expected,
      micros(today),
    ])
  })

  it('is never reported without an average', () => {
    expect(isUnusual(micros('1000'), null)).toBe(false)
  })
})

describe('the debt', () => {
  it.each([
    ['1', '0'],
    ['0', '0'],
    ['-0.000001', '0.01'],
    ['-3.42', '3.42'],
    ['-3.420001', '3.43'],
  ])('of a balance of %s is %s', (balance, owed) => {
    expect(owedMicros(micros(balance))).toBe(micros(owed))
  })
})

describe('suggestions', () => {
  it.each<[average: string, balance: string, threshold: string, amounts: [amount: string, days: number][]]>([
    // Up to the next 5, and exactly on one.
    [
      '2',
      '10',
      '30',
      [
        ['15', 7],
        ['60', 30],
      ],
    ],
    [
      '2.5',
      '10',
      '35',
      [
        ['20', 7],
        ['75', 30],
      ],
    ],
    [
      '5',
      '10',
      '70',
      [
        ['35', 7],
        ['150', 30],
      ],
    ],
    // The debt is added.
    [
      '2.5',
      '-3.42',
      '35',
      [
        ['25', 7],
        ['80', 30],
      ],
    ],
    [
      '5',
      '-0.000001',
      '70',
      [
        ['40', 7],
        ['155', 30],
      ],
    ],
    // Little usage: both are the minimum payment, which lasts longer.
    ['0.001', '10', '5', [['5', 30]]],
    [
      '0.3',
      '10',
      '5',
      [
        ['5', 7],
        ['10', 30],
      ],
    ],
    // Much usage: the bounds of a threshold and of a payment.
    [
      '300',
      '10',
      '4200',
      [
        ['2100', 7],
        ['5000', 16],
      ],
    ],
    ['1000', '10', '10000', [['5000', 5]]],
    ['1', '-4999', '15', [['5000', 1]]],
    ['1', '-5000', '15', []],
  ])('at %s a day with a balance of %s', (average, balance, threshold, amounts) => {
    const found = forecastUsage(history(repeated(average, 14)), micros(balance), BOUNDS)
    expect(formatMoney(found.suggestedThresholdMicros!)).toBe(formatMoney(micros(threshold)))
    expect(found.suggestedAmounts).toEqual(amounts.map(([amount, days]) => ({ amountMicros: micros(amount), days })))
  })

  it('are absent without an average', () => {
    expect(forecastUsage(history(['1', '1']), micros('-5'), BOUNDS)).toMatchObject({
      averageMicros: null,
      noAverageReason: 'not_enough_usage',
      days: 2,
      suggestedThresholdMicros: null,
      suggestedAmounts: [],
      owedMicros: micros('5'),
    })
  })
})

describe('for any usage', () => {
  const amount = fc.oneof(fc.bigInt({ min: -1_000_000n, max: 10n ** 10n }), fc.constant(0n))
  const histories = fc
    .record({ used: fc.array(amount, { maxLength: 30 }), today: amount, sinceFirst: fc.integer({ min: 0, max: 40 }) })
    .map(
      ({ used, today, sinceFirst }): UsageHistory => ({
        today: TODAY,
        firstUsageDay: TODAY - sinceFirst,
        usedMicrosByDay: new Map([[TODAY, today], ...used.map((each, i): [number, Micros] => [TODAY - 1 - i, each])]),
      }),
    )
  const balances = fc.bigInt({ min: -(10n ** 10n), max: 10n ** 12n })

  it('days left are the whole averages that fit into the balance', () => {
    fc.assert(
      fc.property(histories, balances, (of, balance) => {
        const found = averageUsage(of)
        const { daysLeft } = forecastUsage(of, balance, BOUNDS)
        if ('reason' in found) return 'reason' in daysLeft
        if (balance <= 0n) return 'reason' in daysLeft && daysLeft.reason === 'no_credit'
        const { sumMicros, days } = found.average
        const fits = (left: number) => BigInt(left) * sumMicros <= balance * BigInt(days)
        return 'days' in daysLeft ? fits(daysLeft.days) && !fits(daysLeft.days + 1) : fits(91)
      }),
    )
  })

  it('suggested amounts are valid choices, and each unblocks', () => {
    fc.assert(
      fc.property(histories, balances, (of, balance) => {
        const {
          suggestedThresholdMicros,
          suggestedAmounts,
          owedMicros: owed,
          averageMicros,
        } = forecastUsage(of, balance, BOUNDS)
        for (const { amountMicros, days } of suggestedAmounts) {
          expect(checkAmount(amountMicros, BOUNDS)).toEqual([])
          expect(balance + amountMicros).toBeGreaterThan(0n)
          expect(amountMicros - owed >= BigInt(days) * (averageMicros! - 1n)).toBe(true)
        }
        const all = suggestedAmounts.map(({ amountMicros }) => amountMicros)
        expect(all).toEqual([...new Set(all)].sort((a, b) => Number(a - b)))
        if (suggestedThresholdMicros === null) return
        const settings = {
          isOn: true,
          thresholdMicros: suggestedThresholdMicros,
          amountMicros: micros('5'),
          monthlyCapMicros: null,
        }
        expect(checkSettings(settings, BOUNDS)).toEqual([])
      }),
    )
  })

  it('today and days before the last fourteen never change the average', () => {
    fc.assert(
      fc.property(histories, amount, (of, other) => {
        const moved = new Map(of.usedMicrosByDay).set(TODAY, other).set(TODAY - 15, other)
        expect(averageUsage({ ...of, usedMicrosByDay: moved })).toEqual(averageUsage(of))
      }),
    )
  })
})
