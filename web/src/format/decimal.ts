/**
 * Amounts are decimal strings in currency units, as in the API: `-12.340000`. They are only compared and tested for
 * their sign here, never computed with.
 */

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/
/** More decimals than any amount has. */
const SCALE = 12

/** -1, 0 or 1. */
export function signOf(decimal: string): -1 | 0 | 1 {
  return compareDecimals(decimal, '0')
}

/** Negative if the first is smaller. Throws `TypeError` for invalid decimals. */
export function compareDecimals(one: string, other: string): -1 | 0 | 1 {
  const [a, b] = [scaled(one), scaled(other)]
  return a < b ? -1 : a > b ? 1 : 0
}

export function isBelow(one: string, other: string): boolean {
  return compareDecimals(one, other) < 0
}

/** The decimal as an integer with `SCALE` decimals. Throws `TypeError` for invalid decimals. */
export function scaled(decimal: string): bigint {
  const match = DECIMAL.exec(decimal)
  if (match === null || (match[3]?.length ?? 0) > SCALE) throw new TypeError(`not a decimal: ${decimal}`)
  const [, sign, whole, fraction = ''] = match
  const digits = BigInt(whole! + fraction.padEnd(SCALE, '0'))
  return sign === '-' ? -digits : digits
}
