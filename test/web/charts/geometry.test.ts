/** The geometry of the credit chart: a stepped line, top-ups with their dips, marks that do not overlap. */
import { describe, expect, it } from 'vitest'
import { creditChart, PATH_HEIGHT, PATH_WIDTH, readingAt } from '../../../web/src/charts/geometry.ts'
import { historyOf, type PlantedTopUp } from './planted.ts'

describe('the line', () => {
  it('keeps each balance until the next one', () => {
    const { path, ticks } = creditChart(historyOf(['30', '20', '10', '0']), null)
    expect(ticks).toEqual(['30', '20', '10', '0'])
    expect(path).toBe('M0 0H333.33V57.33H666.67V114.67H1000V172')
  })

  it('drops to the balance before a top-up and rises to the one after it, at its instant', () => {
    const { path } = creditChart(historyOf(['30', '10'], [{ at: 0.5, before: '0', after: '20' }]), null)
    expect(path).toBe('M0 0H500V172V57.33H1000V114.67')
  })

  it('crosses zero when credit is below it', () => {
    const { path, zeroY, ticks } = creditChart(historyOf(['20', '0', '-10']), null)
    expect(ticks).toEqual(['20', '10', '0', '-10'])
    expect(zeroY).toBe(114.67)
    expect(path).toBe('M0 0H500V114.67H1000V172')
  })

  it('is flat without movements, at zero too', () => {
    expect(creditChart(historyOf(['25', '25', '25']), null).path).toBe('M0 28.67H500H1000')
    expect(creditChart(historyOf(['0', '0']), null)).toMatchObject({ path: 'M0 172H1000', zeroY: PATH_HEIGHT })
  })

  it('is drawn for a period that has just begun', () => {
    const history = historyOf(['30', '30'])
    const points = [history.points[0]!, { ...history.points[0]! }]
    expect(creditChart({ ...history, points }, null)).toMatchObject({
      path: `M${PATH_WIDTH} 0`,
      readings: [{ xPercent: 100 }],
    })
  })
})

describe('the threshold', () => {
  it('is within the scale, above all balances too', () => {
    const { ticks, threshold } = creditChart(historyOf(['10', '5']), '25.000000')
    expect(ticks).toEqual(['30', '20', '10', '0'])
    expect(threshold).toMatchObject({ y: 28.67 })
  })

  it.each<[balances: string[], side: 'start' | 'end']>([
    [['30', '30', '20', '10', '10'], 'end'],
    [['10', '10', '20', '30', '26'], 'start'],
    [['100', '26', '26', '26', '100', '100'], 'end'],
  ])('beside %j has its label at the %s', (balances, side) => {
    expect(creditChart(historyOf(balances), '25').threshold?.side).toBe(side)
  })
})

describe('the label of the threshold', () => {
  it.each<[what: string, threshold: string, isLabelBelow: boolean]>([
    ['is above it', '15', false],
    ['is above it on a gridline, which is no farther away below', '10', false],
    ['is below it where a gridline is just above', '9', true],
    ['is above it where a gridline is just below', '11', false],
    ['is below it at the top', '30', true],
    ['is above it at the bottom', '1', false],
  ])('%s: %s of 30', (_, threshold, isLabelBelow) => {
    const chart = creditChart(historyOf(['30', '5']), threshold)
    expect(chart.ticks).toEqual(['30', '20', '10', '0'])
    expect(chart.threshold?.isLabelBelow).toBe(isLabelBelow)
  })
})

describe('marks of top-ups', () => {
  const every = (step: number, days: number, trigger: PlantedTopUp['trigger'] = 'automatic'): PlantedTopUp[] =>
    Array.from({ length: Math.floor(days / step) }, (_, i) => ({ at: i * step, before: '20', after: '70', trigger }))
  const balances = (days: number) => Array.from({ length: days + 1 }, () => '50')

  it('show by their shape whether a top-up was automatic', () => {
    const { marks } = creditChart(
      historyOf(balances(10), [
        { at: 2, before: '20', after: '70' },
        { at: 5, before: '20', after: '70', trigger: 'manual' },
        { at: 8, before: '20', after: '70', trigger: null },
      ]),
      null,
    )
    expect(marks.map(({ xPercent, kind, count }) => [xPercent, kind, count])).toEqual([
      [20, 'automatic', 1],
      [50, 'manual', 1],
      [80, 'manual', 1],
    ])
  })

  it('do not overlap in 90 days of five top-ups each, and count them all', () => {
    const { marks } = creditChart(historyOf(balances(90), every(0.2, 90)), '25')
    expect(marks.reduce((sum, { count }) => sum + count, 0)).toBe(450)
    const places = marks.map(({ xPercent }) => xPercent)
    for (const [i, place] of places.slice(1).entries()) expect(place - places[i]!).toBeGreaterThan(1.5)
    expect(places.length).toBeLessThan(42)
  })
})

describe('dips at top-ups', () => {
  it.each([
    [40, 80],
    [41, 0],
  ])('for %i top-ups are drawn with %i lines: more would fill the drawing', (count, lines) => {
    const topUps = Array.from({ length: count }, (_, i) => ({ at: (i + 1) / 2, before: '20', after: '70' }))
    const { path, marks } = creditChart(
      historyOf(
        Array.from({ length: 31 }, () => '70'),
        topUps,
      ),
      null,
    )
    expect(path.match(/V/g) ?? []).toHaveLength(lines)
    expect(marks.reduce((sum, mark) => sum + mark.count, 0)).toBe(count)
  })
})

describe('the dates', () => {
  it.each([
    [7, ['2026-06-01', '2026-06-03', '2026-06-05', '2026-06-07']],
    [30, ['2026-06-01', '2026-06-08', '2026-06-15', '2026-06-22', '2026-06-29']],
    [90, ['2026-06-01', '2026-06-29', '2026-07-27', '2026-08-24']],
    [1, ['2026-06-01']],
  ])('of %i days are %j', (days, dates) => {
    const history = historyOf(Array.from({ length: days + 1 }, () => '5'))
    const chart = creditChart(history, null)
    expect(chart.dates.map(({ date }) => date)).toEqual(dates)
    expect(chart.dates[0]!.xPercent).toBe(0)
  })
})

describe('a reading', () => {
  const history = historyOf(['30', '20', '10'])

  it('is the end of a day, with its date', () => {
    expect(creditChart(history, null).readings).toEqual([
      { xPercent: 50, y: 57.33, balance: '20', of: { date: '2026-06-01' } },
      { xPercent: 100, y: 114.67, balance: '10', of: { date: '2026-06-02' } },
    ])
  })

  it('is an instant if steps are hours', () => {
    const [first] = creditChart({ ...history, step: 'hour' }, null).readings
    expect(first!.of).toEqual({ at: '2026-06-02T00:00:00.000Z' })
  })

  it.each([
    [-1, 0],
    [0.7, 0],
    [0.8, 1],
    [2, 1],
  ])('at %d of the width is point %i', (part, at) => {
    expect(readingAt(creditChart(history, null).readings, part)).toBe(at)
  })
})
