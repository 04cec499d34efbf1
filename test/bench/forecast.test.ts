/** The comparison of forecasts: the same each time, and right where the right answer is known. */
import { expect, it } from 'vitest'
import { benchForecast } from '../../bench/forecast.ts'

const SERVED = 'mean of 14 days (served)'

it('prints the same each time for every history', () => {
  const figures = benchForecast(50)
  expect(benchForecast(50)).toEqual(figures)
  expect(figures.map(({ runs }) => runs[0]).every(Number.isFinite)).toBe(true)
})

it('shows that the mean is accurate for steady usage, and not after a change that it cannot know', () => {
  const figures = benchForecast(300)
  const errorOf = (scenario: string) =>
    figures.find((figure) => figure.scenario === scenario && figure.name === `${SERVED}: error, median`)!.runs[0]!
  expect(errorOf('steady')).toBeLessThan(10)
  expect(errorOf('weekdays and weekends')).toBeLessThan(12)
  expect(errorOf('growth of 2 % a day')).toBeGreaterThan(30)
})
