/**
 * Parses an amount typed by a person, by their locale. Group separators are accepted only in their proper places, so
 * that `25.00` typed by a German is questioned and never read as 2,500.
 */
import { compareDecimals } from './decimal.ts'

export type AmountFault = 'empty' | 'digits' | 'decimals' | 'min' | 'max'

export type ParsedAmount = { readonly amount: string } | { readonly fault: AmountFault }

export interface AmountBounds {
  readonly min?: string
  readonly max?: string
}

const DECIMALS = 2
/** Currency signs and codes at either end, as in pasted text. */
const CURRENCY = /^(?: |\p{Sc}|[A-Z]{3}(?![A-Za-z]))+|(?: |\p{Sc}|(?<![A-Za-z])[A-Z]{3})+$/gu

/** `1,000.5` becomes `1000.50`. A currency before or after it is ignored. */
export function parseAmount(text: string, locale: string, { min, max }: AmountBounds = {}): ParsedAmount {
  const bare = text.replace(/\s/g, ' ').replace(CURRENCY, '')
  if (bare === '') return { fault: 'empty' }
  const { groups, decimals } = separatorsOf(locale)
  const [whole, fraction, ...more] = splitAt(bare, decimals)
  if (more.length > 0 || !isNumber(whole!, fraction, groups)) return { fault: 'digits' }
  if (fraction !== undefined && fraction.length > DECIMALS) return { fault: 'decimals' }
  const units = splitAt(whole!, groups)
    .join('')
    .replace(/^0+(?=\d)/, '')
  const amount = `${units === '' ? '0' : units}.${(fraction ?? '').padEnd(DECIMALS, '0')}`
  if (min !== undefined && compareDecimals(amount, min) < 0) return { fault: 'min' }
  if (max !== undefined && compareDecimals(amount, max) > 0) return { fault: 'max' }
  return { amount }
}

/** Some locales write money differently from numbers (de-AT, de-CH): both are accepted. */
function separatorsOf(locale: string): { groups: string[]; decimals: string[] } {
  const formats = [{}, { style: 'currency', currency: 'EUR' } as const].map(
    (options) => new Intl.NumberFormat(locale, { useGrouping: 'always', minimumFractionDigits: 2, ...options }),
  )
  const parts = formats.flatMap((format) => format.formatToParts(1_000_000.5))
  const valuesOf = (wanted: string) => {
    const values = parts.filter(({ type }) => type === wanted).map(({ value }) => value.replace(/\s/g, ' '))
    // Only one of the two apostrophes is on keyboards.
    return [...new Set(values.flatMap((value) => (value === '’' ? ['’', "'"] : [value])))]
  }
  const decimals = valuesOf('decimal')
  return { groups: valuesOf('group').filter((group) => !decimals.includes(group)), decimals }
}

function isNumber(whole: string, fraction: string | undefined, groups: readonly string[]): boolean {
  if (!/^\d*$/.test(fraction ?? '')) return false
  if (whole === '') return (fraction ?? '') !== ''
  if (/^\d+$/.test(whole)) return true
  const used = groups.filter((group) => whole.includes(group))
  const [first, ...rest] = splitAt(whole, used)
  return used.length === 1 && /^\d{1,3}$/.test(first!) && rest.every((digits) => /^\d{3}$/.test(digits))
}

function splitAt(text: string, separators: readonly string[]): string[] {
  return separators.reduce((parts, separator) => parts.flatMap((part) => part.split(separator)), [text])
}
