/**
 * Money is a whole number of millionths of the account's currency, "micros", as a bigint. Floats are never used.
 * Outside the core it is a decimal string in currency units with six digits after the point.
 */

/** Millionths of a currency unit. */
export type Micros = bigint

export const CURRENCIES = ['EUR', 'USD'] as const
export type Currency = (typeof CURRENCIES)[number]

export const MICROS_PER_UNIT = 1_000_000n

const DECIMAL = /^(-?)(\d+)(?:\.(\d{1,6}))?$/

/**
 * Parses a plain decimal string with at most six digits after the point. Null for any other form (`1e3`, `+1`, `.5`, `
 * 1`).
 */
export function parseMoney(text: string): Micros | null {
  const match = DECIMAL.exec(text)
  if (match === null) return null
  const [, sign, whole, fraction = ''] = match
  const micros = BigInt(whole!) * MICROS_PER_UNIT + BigInt(fraction.padEnd(6, '0'))
  return sign === '-' ? -micros : micros
}

/** Formats micros as currency units with six digits after the point: `-12.340000`. */
export function formatMoney(micros: Micros): string {
  const digits = (micros < 0n ? -micros : micros).toString().padStart(7, '0')
  return `${micros < 0n ? '-' : ''}${digits.slice(0, -6)}.${digits.slice(-6)}`
}
