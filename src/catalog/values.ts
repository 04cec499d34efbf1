/** The forms a single value may take in decks, catalog and accounts. A refused value comes back as the reason, a string. */
import { type InstantMicros, parseInstantOrDate } from '../core/instant.ts'
import { type Micros, parseMoney } from '../core/money.ts'
import { shown } from './faults.ts'

/** A deck prefix: `+` and 1 to 15 digits, or a short code of 2 to 6. */
export const PREFIX = /^(?:\+\d{1,15}|\d{2,6})$/
/** A number that can be dialled: E.164 with its plus, or a short code. */
export const NUMBER = /^(?:\+\d{2,15}|\d{2,6})$/
/** ISO 3166 alpha-2, by its shape. */
export const COUNTRY = /^[A-Z]{2}$/
/** PostgreSQL refuses U+0000 in text, and the rest would garble a statement line. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for
export const CONTROL_CHARACTER = /[\u0000-\u001F\u007F]/

/** A first and a next increment of this many seconds each still bill fewer seconds than a 32-bit integer holds. */
export const MAX_WHOLE = 1_000_000_000

const MAX_PRICE = 1_000_000_000n * 1_000_000n

/** A price of at most six digits after the point, less than a thousand million currency units. */
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

/** A whole number from `min` to 1,000,000,000, in plain digits. */
export function readWhole(text: string, min: number): number | string {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN
  if (value >= min && value <= MAX_WHOLE) return value
  return text === '' ? 'is empty' : `must be a whole number of at least ${min}: ${shown(text)}`
}

/** An RFC 3339 instant, or a date, which stands for its 00:00 UTC. */
export function readInstant(text: string): InstantMicros | string {
  const instantMicros = parseInstantOrDate(text)
  return instantMicros ?? `is not an RFC 3339 instant or a date: ${shown(text)}`
}

/** Remembers what each text was read as: a deck says the same few prices and dates over and over. */
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
