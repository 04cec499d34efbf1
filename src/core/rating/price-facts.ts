/**
 * How an amount is made up, as plain data for explanations. The figures come from the same functions that rating uses.
 * Rating itself does not build these objects.
 */
import type { CallRate, Increments, MinutePrice, Rounding } from '../catalog/catalog.ts'
import type { Micros } from '../money.ts'
import {
  billedSeconds,
  hasConnectionFee,
  minuteSum,
  roundedQuotient,
  SECONDS_PER_MINUTE,
  type UnroundedAmount,
  uncoveredSeconds,
  unitSum,
  unroundedQuotient,
} from './price.ts'

export interface MinutePriceFacts {
  readonly by: 'minute'
  readonly perMinuteMicros: Micros
  /** The rate's connection fee. Null if the usage is not a call. */
  readonly connectionFeeMicros: Micros | null
  /** False if a package covers the first minutes. */
  readonly isFeeCharged: boolean
  readonly increments: Increments
  /** The priced seconds, before and after rounding up to increments. */
  readonly pricedSeconds: number
  readonly billedSeconds: number
}

export interface UnitPriceFacts {
  readonly by: 'unit'
  readonly perUnitMicros: Micros
  readonly units: number
}

export type PriceFacts = MinutePriceFacts | UnitPriceFacts

/** Returns the price of the part of a call that no package covers. Null if `coveredMinutes` cover the whole call. */
export function callPriceFacts(
  rate: CallRate,
  durationSeconds: number,
  coveredMinutes: number,
): MinutePriceFacts | null {
  const pricedSeconds = uncoveredSeconds(durationSeconds, coveredMinutes)
  if (pricedSeconds <= 0) return null
  return {
    by: 'minute',
    perMinuteMicros: rate.pricePerMinuteMicros,
    connectionFeeMicros: rate.connectionFeeMicros,
    isFeeCharged: hasConnectionFee(coveredMinutes),
    increments: rate.increments,
    pricedSeconds,
    billedSeconds: billedSeconds(pricedSeconds, rate.increments),
  }
}

/** Returns a price by the minute for usage other than calls. `durationSeconds` must be above 0. */
export function minutePriceFacts(price: MinutePrice, durationSeconds: number): MinutePriceFacts {
  return {
    by: 'minute',
    perMinuteMicros: price.pricePerMinuteMicros,
    connectionFeeMicros: null,
    isFeeCharged: false,
    increments: price.increments,
    pricedSeconds: durationSeconds,
    billedSeconds: billedSeconds(durationSeconds, price.increments),
  }
}

/** Returns the connection fee that is charged, in micros: 0 if there is none. */
export function chargedFeeMicros({ isFeeCharged, connectionFeeMicros }: MinutePriceFacts): Micros {
  return isFeeCharged ? (connectionFeeMicros ?? 0n) : 0n
}

/** Returns the amount of the decision: the exact price, rounded once. */
export function roundedAmount(price: PriceFacts, rounding: Rounding): Micros {
  return roundedQuotient(...exactQuotient(price), rounding)
}

/** Returns the price before rounding. */
export function unroundedAmount(price: PriceFacts): UnroundedAmount {
  return unroundedQuotient(...exactQuotient(price))
}

/** Numerator and denominator in micros. */
function exactQuotient(price: PriceFacts): [numerator: bigint, denominator: bigint] {
  if (price.by === 'unit') return [unitSum(price.perUnitMicros, price.units), 1n]
  return [minuteSum(price.perMinuteMicros, price.billedSeconds, chargedFeeMicros(price)), SECONDS_PER_MINUTE]
}
