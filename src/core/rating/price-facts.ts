/**
 * What an amount is made of, as plain data, for whoever has to say why it is what it is. The figures come from the functions
 * that rating takes them from one by one; rating itself builds none of these objects.
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
  /** As the rate has it; null: not of a call. */
  readonly connectionFeeMicros: Micros | null
  /** Not where a package covers the first minutes. */
  readonly isFeeCharged: boolean
  readonly increments: Increments
  /** What is priced, before and after increments. */
  readonly pricedSeconds: number
  readonly billedSeconds: number
}

export interface UnitPriceFacts {
  readonly by: 'unit'
  readonly perUnitMicros: Micros
  readonly units: number
}

export type PriceFacts = MinutePriceFacts | UnitPriceFacts

/** The price of the part of a call that no package covers; null where `coveredMinutes` are the whole call. */
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

/** A price by the minute of what is no call. `durationSeconds` is above 0. */
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

/** The connection fee as far as it is charged, in micros. */
export function chargedFeeMicros({ isFeeCharged, connectionFeeMicros }: MinutePriceFacts): Micros {
  return isFeeCharged ? (connectionFeeMicros ?? 0n) : 0n
}

/** What the price comes to, rounded once: the amount of the decision. */
export function roundedAmount(price: PriceFacts, rounding: Rounding): Micros {
  return roundedQuotient(...exactQuotient(price), rounding)
}

/** What the price comes to before it is rounded. */
export function unroundedAmount(price: PriceFacts): UnroundedAmount {
  return unroundedQuotient(...exactQuotient(price))
}

/** Numerator and denominator in micros. */
function exactQuotient(price: PriceFacts): [numerator: bigint, denominator: bigint] {
  if (price.by === 'unit') return [unitSum(price.perUnitMicros, price.units), 1n]
  return [minuteSum(price.perMinuteMicros, price.billedSeconds, chargedFeeMicros(price)), SECONDS_PER_MINUTE]
}
