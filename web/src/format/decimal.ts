/**
 * Amounts are decimal strings in currency units, as the API has them: `-12.340000`. Nothing is computed with them here; they
 * are compared, and looked at for their sign.
 */

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/
/** More than any amount has after the point. */
const SCALE = 12

/** -1, 0 or 1. */
export function signOf(decimal: string): -1 | 0 | 1 {
  return compareDecimals(decimal, '0')
}

/** Below zero where the first is less. Throws `TypeError` for what is no decimal. */
export function compareDecimals(one: string, other: string): -1 | 0 | 1 {
  const [a, b] = [scaled(one), scaled(other)]
  return a < b ? -1 : a > b ? 1 : 0
}

export function isBelow(one: string, other: string): boolean {
  return compareDecimals(one, other) < 0
}

/** As a whole number, in the last place that any amount has. Throws `TypeError` for what is no decimal. */
export function scaled(decimal: string): bigint {
  const match = DECIMAL.exec(decimal)
  if (match === null || (match[3]?.length ?? 0) > SCALE) throw new TypeError(`not a decimal: ${decimal}`)
  const [, sign, whole, fraction = ''] = match
  const digits = BigInt(whole! + fraction.padEnd(SCALE, '0'))
  return sign === '-' ? -digits : digits
}
