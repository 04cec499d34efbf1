/** How amounts are written: by the reader's locale, from decimal strings, with a true minus and no float in between. */
import { isBelow, signOf } from './decimal.ts'

export interface MoneyFormat {
  /** What there is, to the cent and never more than that: -0.004 is −€0.01. Just above zero it is `null`: less than a cent. */
  balance(decimal: string): string | null
  /** What was agreed, charged or set: two decimals. */
  amount(decimal: string): string
  /** What moved, 2 to 6 decimals as stored, with a plus where it came in. */
  movement(decimal: string): string
  /** Of what stands in a row without saying in or out: a balance before and after. */
  exact(decimal: string): string
  /** As one types it, without the currency: `1,000.50`. */
  typed(decimal: string): string
  /** The least that is shown. */
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

/** A decimal string is formatted digit by digit. What Intl writes for a minus is a hyphen in most languages. */
export function write(format: Intl.NumberFormat, decimal: string): string {
  return format
    .formatToParts(decimal as Intl.StringNumericLiteral)
    .map(({ type, value }) => (type === 'minusSign' ? '−' : value))
    .join('')
}
