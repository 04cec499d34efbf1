/**
 * Measures how well "days left" is predicted by the mean of 14 whole days, which the product uses, and by other methods. It uses
 * synthetic histories whose ends are held out: credit is chosen so that it actually lasts 2 to 45 days, and each method predicts
 * for how long. Seeded, so that every run prints the same.
 */
import type { Micros } from '../src/core/money.ts'
import { averageUsage } from '../src/core/usage-forecast/average.ts'
import { createRandom, type Random } from '../testkit/random.ts'
import { type Figure, median, percentile } from './figures.ts'

const SEED = 14
const HISTORIES = 2_000
const DAYS = 500
/** Every method has the same history. */
const MIN_TODAY = 60
const MAX_TODAY = 100
/** A limit for predictions without an end. */
const MAX_DAYS = 10_000
const UNIT_MICROS = 1_000_000

/** The usage of each day; day 0 is a Monday. */
type Days = readonly number[]

/** Predicts for how many days `balance` lasts from the start of `today`, from the usage before; null: no prediction. */
type Way = (days: Days, today: number, balance: number) => number | null

/** The standard deviation of the logarithm of daily usage. */
const SCALE = 0.25

const HISTORY_KINDS: Readonly<Record<string, (random: Random) => Days>> = {
  steady: (random) => make(random, () => 1),
  'weekdays and weekends': (random) => make(random, (day) => (isWeekend(day) ? 0.1 : 1)),
  'growth of 2 % a day': (random) => make(random, (day) => 1.02 ** day * (isWeekend(day) ? 0.3 : 1)),
  'two weeks of holidays': (random) => {
    const from = MIN_TODAY - 14 + random.whole(MAX_TODAY - MIN_TODAY + 14)
    return make(random, (day) => (day >= from && day < from + 14 ? 0.1 : isWeekend(day) ? 0.3 : 1))
  },
  'one burst': (random) => {
    const at = MIN_TODAY - 14 + random.whole(MAX_TODAY - MIN_TODAY + 14)
    return make(random, (day) => (day === at ? 20 : 1))
  },
  'sparse: one day in ten': (random) => make(random, () => (random.chance(0.1) ? 5 : 0)),
}

/** The methods by name; the product uses the first one. */
const WAYS: Readonly<Record<string, Way>> = {
  'mean of 14 days (served)': (days, today, balance) => {
    const usedMicrosByDay = new Map(
      days.slice(0, today).map((used, day): [number, Micros] => [day, BigInt(Math.round(used * UNIT_MICROS))]),
    )
    const found = averageUsage({ today, firstUsageDay: days.findIndex((used) => used > 0), usedMicrosByDay })
    if ('reason' in found) return null
    return (balance * UNIT_MICROS * found.average.days) / Number(found.average.sumMicros)
  },
  'mean of 7 days': meanOf(7),
  'mean of 28 days': meanOf(28),
  'by weekday, of 28 days': (days, today, balance) => {
    const byWeekday = Array.from({ length: 7 }, (_, weekday) => {
      const past = [1, 2, 3, 4].map((week) => days[today + weekday - 7 * week]!)
      return past.reduce((sum, used) => sum + used) / past.length
    })
    return byWeekday.some((used) => used > 0) ? lasts((day) => byWeekday[(day - today) % 7]!, today, balance) : null
  },
  'exponential, half of it from 7 days': (days, today, balance) => {
    const keep = 0.5 ** (1 / 7)
    const mean = days.slice(0, today).reduce((sum, used) => sum * keep + used * (1 - keep), 0)
    return mean > 0 ? balance / mean : null
  },
}

/** For each kind of history and method: the error in days, and how often the prediction was far too long. */
export function benchForecast(histories = HISTORIES): Figure[] {
  return Object.entries(HISTORY_KINDS).flatMap(([scenario, history]) => {
    const random = createRandom(SEED)
    const cases = Array.from({ length: histories }, () => heldOut(history(random), random)).flat()
    return Object.entries(WAYS).flatMap(([name, way]): Figure[] => {
      const ratios = cases.flatMap(({ days, today, balance, lasted }) => {
        const predicted = way(days, today, balance)
        return predicted === null ? [] : [predicted / lasted]
      })
      const errors = ratios.map((ratio) => Math.abs(ratio - 1) * 100)
      const tooMany = ratios.filter((ratio) => ratio > 1.5).length
      const figure = (what: string, unit: string, value: number) => ({
        scenario,
        name: `${name}: ${what}`,
        unit,
        runs: [value],
      })
      return [
        figure('error, median', '%', median(errors)),
        figure('error, 9 in 10 below', '%', percentile(errors, 0.9)),
        figure('too long by half', '% of times', (100 * tooMany) / ratios.length),
        figure('no answer', '% of times', 100 * (1 - ratios.length / cases.length)),
      ]
    })
  })
}

/** A day to predict on, and credit for which the actual number of days is known. */
function heldOut(days: Days, random: Random) {
  const today = MIN_TODAY + random.whole(MAX_TODAY - MIN_TODAY)
  const wanted = 2 + random.fraction() * 43
  const whole = Math.floor(wanted)
  const ahead = days.slice(today, today + whole).reduce((sum, used) => sum + used, 0)
  const balance = ahead + days[today + whole]! * (wanted - whole)
  // During days without usage no credit runs out.
  return balance > 0 ? [{ days, today, balance, lasted: lasts((day) => days[day]!, today, balance) }] : []
}

function lasts(usedOn: (day: number) => number, today: number, balance: number): number {
  let left = balance
  for (let day = today; day < today + MAX_DAYS; day++) {
    const used = usedOn(day)
    // Rounding errors count as zero.
    if (used > 0 && used >= left * (1 - 1e-9)) return day - today + left / used
    left -= used
  }
  throw new Error(`a history without usage from day ${today} on`)
}

function meanOf(count: number): Way {
  return (days, today, balance) => {
    const sum = days.slice(today - count, today).reduce((total, used) => total + used, 0)
    return sum > 0 ? (balance * count) / sum : null
  }
}

function make(random: Random, levelOf: (day: number) => number): Days {
  return Array.from({ length: DAYS }, (_, day) => levelOf(day) * Math.exp(SCALE * random.normal()))
}

function isWeekend(day: number): boolean {
  return day % 7 >= 5
}
