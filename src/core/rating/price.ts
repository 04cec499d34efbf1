/** From seconds and units to an amount: increments, exact arithmetic, and the only rounding. */
import type { CallRate, Increments, MinutePrice, Rounding } from '../catalog/catalog.ts'
import type { Micros } from '../money.ts'

/** Sums of prices by the minute are in micros times seconds. Divided by this they are micros. */
export const SECONDS_PER_MINUTE = 60n

/**
 * Rounds a duration up: the first increment, then whole steps of the next increment. Throws a RangeError unless
 * `durationSeconds` is above 0: a call that was not answered would be charged.
 */
export function billedSeconds(durationSeconds: number, increments: Increments): number {
  const { firstSeconds, nextSeconds } = increments
  if (durationSeconds <= 0) throw new RangeError(`no seconds to bill: ${durationSeconds}`)
  if (durationSeconds <= firstSeconds) return firstSeconds
  return firstSeconds + Math.ceil((durationSeconds - firstSeconds) / nextSeconds) * nextSeconds
}

/** Returns the seconds of a call that remain to be priced. The package covers minutes from the start of the call. */
export function uncoveredSeconds(durationSeconds: number, coveredMinutes: number): number {
  return durationSeconds - 60 * coveredMinutes
}

/** Whether the connection fee is charged: only if no package covers the start of the call. */
export function hasConnectionFee(coveredMinutes: number): boolean {
  return coveredMinutes === 0
}

/** Returns the price of billed seconds by the minute, without a connection fee. */
export function minuteAmount(price: MinutePrice, seconds: number, rounding: Rounding): Micros {
  return roundedQuotient(minuteSum(price.pricePerMinuteMicros, seconds, 0n), SECONDS_PER_MINUTE, rounding)
}

/** Returns the connection fee plus the price of the billed seconds, rounded together. */
export function callAmount(rate: CallRate, seconds: number, rounding: Rounding, withConnectionFee: boolean): Micros {
  const feeMicros = withConnectionFee ? rate.connectionFeeMicros : 0n
  return roundedQuotient(minuteSum(rate.pricePerMinuteMicros, seconds, feeMicros), SECONDS_PER_MINUTE, rounding)
}

/** Returns the price of whole units. */
export function unitAmount(pricePerUnitMicros: Micros, units: number, rounding: Rounding): Micros {
  return roundedQuotient(unitSum(pricePerUnitMicros, units), 1n, rounding)
}

/** Returns a fee plus the price of the billed seconds, exact, in micros times `SECONDS_PER_MINUTE`. */
export function minuteSum(pricePerMinuteMicros: Micros, seconds: number, feeMicros: Micros): bigint {
  return feeMicros * SECONDS_PER_MINUTE + pricePerMinuteMicros * BigInt(seconds)
}

/** Returns the price of whole units, exact, in micros. */
export function unitSum(pricePerUnitMicros: Micros, units: number): Micros {
  return pricePerUnitMicros * BigInt(units)
}

const MICROS_PER_STEP = [1_000_000n, 100_000n, 10_000n, 1_000n, 100n, 10n, 1n] as const

/**
 * Rounds `numerator / denominator` micros to the catalog's scale: the only place where money is rounded. Neither may be
 * negative.
 */
export function roundedQuotient(numerator: bigint, denominator: bigint, rounding: Rounding): Micros {
  if (numerator < 0n || denominator <= 0n) throw new RangeError('a price is never negative')
  const stepMicros = MICROS_PER_STEP[rounding.scale]
  if (stepMicros === undefined) throw new RangeError(`rounding scale ${rounding.scale} is not 0 to 6`)
  const divisor = denominator * stepMicros
  const steps = numerator / divisor
  const rest = numerator % divisor
  if (rest === 0n) return steps * stepMicros
  return (roundsUp(steps, rest * 2n, divisor, rounding) ? steps + 1n : steps) * stepMicros
}

/** An amount before rounding: `0.020166666666`. */
export interface UnroundedAmount {
  /** In currency units, 6 to 12 digits after the point. */
  readonly decimal: string
  /** False if the decimals never end. Then `decimal` is cut after the twelfth. */
  readonly isExact: boolean
}

/** Writes `numerator / denominator` micros as a decimal, without rounding. Neither may be negative. */
export function unroundedQuotient(numerator: bigint, denominator: bigint): UnroundedAmount {
  const scaled = numerator * 1_000_000n
  const digits = (scaled / denominator).toString().padStart(13, '0')
  const fraction = digits.slice(-12)
  const isExact = scaled % denominator === 0n
  return { decimal: `${digits.slice(0, -12)}.${isExact ? fraction.replace(/0{1,6}$/, '') : fraction}`, isExact }
}

function roundsUp(steps: bigint, twiceRest: bigint, divisor: bigint, rounding: Rounding): boolean {
  switch (rounding.mode) {
    case 'up':
      return true
    case 'down':
      return false
    case 'half_up':
      return twiceRest >= divisor
    case 'half_even':
      return twiceRest > divisor || (twiceRest === divisor && steps % 2n === 1n)
  }
}
