/** A period's sums as a column: with the same number of decimals, so that the points align. */
import { write } from '../format/money.ts'

export interface Sums {
  readonly opening: string
  readonly added: string
  /** Above zero if credit was used. */
  readonly used: string
  readonly other: string
  readonly closing: string
}

export const SUMS = ['opening', 'added', 'used', 'other', 'closing'] as const

/** Usage gets a minus sign, so that the column adds up. */
export function sumsWritten(sums: Sums, locale: string, currency: string): Record<keyof Sums, string> {
  const decimals = Math.max(2, ...SUMS.map((name) => decimalsOf(sums[name])))
  const options = { style: 'currency', currency, minimumFractionDigits: decimals, maximumFractionDigits: decimals }
  const balance = new Intl.NumberFormat(locale, options as Intl.NumberFormatOptions)
  const moved = new Intl.NumberFormat(locale, { ...options, signDisplay: 'exceptZero' } as Intl.NumberFormatOptions)
  return {
    opening: write(balance, sums.opening),
    added: write(moved, sums.added),
    used: write(moved, negated(sums.used)),
    other: write(moved, sums.other),
    closing: write(balance, sums.closing),
  }
}

/** Flips the sign of a decimal string. */
export function negated(decimal: string): string {
  if (/^-?[0.]+$/.test(decimal)) return decimal
  return decimal.startsWith('-') ? decimal.slice(1) : `-${decimal}`
}

/** Without trailing zeros. */
function decimalsOf(decimal: string): number {
  return (decimal.split('.')[1] ?? '').replace(/0+$/, '').length
}
