/** Amounts in the reader's locale, from decimal strings, with a true minus sign and no float. */
import { isBelow, signOf } from './decimal.ts'

export interface MoneyFormat {
  /** Rounded down to the cent: -0.004 is −€0.01. `null` just above zero, meaning less than a cent. */
  balance(decimal: string): string | null
  /** For agreed, charged or configured amounts: two decimals. */
  amount(decimal: string): string
  /** For movements: 2 to 6 decimals as stored, with a plus if it adds credit. */
  movement(decimal: string): string
  /** For balances before and after: the same decimals without a plus. */
  exact(decimal: string): string
  /** As people type it, without the currency: `1,000.50`. */
  typed(decimal: string): string
  /** The smallest amount shown. */
  readonly cent: string
}

const CENT = '0.01'

export function moneyFormat(locale: string, currency: string): MoneyFormat {
  const base = { style: 'currency', currency } as const
  const floor = new Intl.NumberFormat(locale, { ...base, roundingMode: 'floor' })
  const plain = new Intl.NumberFormat(locale, base)
  const stored = { ...base, minimumFractionDigits: 2, maximumFractionDigits: 6 } as const
  const moved = new Intl.NumberFormat(locale, { ...stored, signDisplay: 'exceptZero' })
  const exact = new Intl.NumberFormat(locale, stored)
  const typed = new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 })
  return {
    balance: (decimal) => (signOf(decimal) > 0 && isBelow(decimal, CENT) ? null : write(floor, decimal)),
    amount: (decimal) => write(plain, decimal),
    movement: (decimal) => write(moved, decimal),
    exact: (decimal) => write(exact, decimal),
    typed: (decimal) => write(typed, decimal),
    cent: write(plain, CENT),
  }
}

/** Formats the digits of a decimal string. Replaces Intl's minus, which is a hyphen in most languages. */
export function write(format: Intl.NumberFormat, decimal: string): string {
  return format
    .formatToParts(decimal as Intl.StringNumericLiteral)
    .map(({ type, value }) => (type === 'minusSign' ? '−' : value))
    .join('')
}
