/** Reads single values of decks, catalogs and accounts files. For an invalid value the reason is returned, as a string. */
import { type InstantMicros, parseInstantOrDate } from '../core/instant.ts'
import { type Micros, parseMoney } from '../core/money.ts'
import { shown } from './faults.ts'

/** A deck prefix: `+` and 1 to 15 digits, or a short code of 2 to 6. */
export const PREFIX = /^(?:\+\d{1,15}|\d{2,6})$/
/** A number that can be dialled: E.164 with its plus, or a short code. */
export const NUMBER = /^(?:\+\d{2,15}|\d{2,6})$/
/** ISO 3166 alpha-2, by its shape. */
export const COUNTRY = /^[A-Z]{2}$/
/** PostgreSQL does not store U+0000 in text, and the others would garble a line of output. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the expression is meant to find them
export const CONTROL_CHARACTER = /[\u0000-\u001F\u007F]/

/** With both increments at this maximum, the billed seconds still fit into a 32-bit integer. */
export const MAX_WHOLE = 1_000_000_000

const MAX_PRICE = 1_000_000_000n * 1_000_000n

/** Reads a price: not negative, at most six digits after the point, less than a thousand million currency units. */
export function readPrice(text: string): Micros | string {
  if (text === '') return 'is empty'
  if (text.length > 40) return `is not a price: ${shown(text)}`
  const micros = parseMoney(text)
  if (micros === null) {
    return /^-?\d+\.\d{7,}$/.test(text)
      ? `has more than 6 digits after the point: ${text}`
      : `is not a decimal number: ${shown(text)}`
  }
  if (text.startsWith('-')) return `is negative: ${text}`
  if (micros >= MAX_PRICE) return `is too large: ${text}`
  return micros
}

/** Reads a whole number from `min` to 1,000,000,000, in plain digits. */
export function readWhole(text: string, min: number): number | string {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN
  if (value >= min && value <= MAX_WHOLE) return value
  return text === '' ? 'is empty' : `must be a whole number of at least ${min}: ${shown(text)}`
}

/** Reads an RFC 3339 instant, or a date, which means 00:00 UTC of that day. */
export function readInstant(text: string): InstantMicros | string {
  const instantMicros = parseInstantOrDate(text)
  return instantMicros ?? `is not an RFC 3339 instant or a date: ${shown(text)}`
}

/** Caches the results of `read`: a deck repeats the same few prices and dates. */
export function memoized<Value>(read: (text: string) => Value): (text: string) => Value {
  const known = new Map<string, Value>()
  return (text) => {
    let value = known.get(text)
    if (value === undefined) {
      value = read(text)
      known.set(text, value)
    }
    return value
  }
}
