/**
 * How a charge was computed, for a reader with a calculator: what was used, what was billed, the price and the sum. All
 * money figures come from the API; none is computed here.
 */
import type { ExplainedMovement } from '../credit/data.ts'
import { compareDecimals, signOf } from '../format/decimal.ts'
import type { Words } from '../texts/words-of.ts'
import { exactDuration } from './durations.ts'
import type { Charge } from './names.ts'

export interface Sum {
  readonly rows: readonly SumRow[]
  /** Such as `€0.05 + €0.02 × 2 min`. */
  readonly formula: string
  readonly amount: string
  /** Null if nothing was rounded. */
  readonly rounding: string | null
}

export interface SumRow {
  readonly label: string
  readonly value: string
  /** Explains the value. */
  readonly note?: string
}

type Price = NonNullable<Charge['price']>

/** The most decimals of a sum before rounding. */
const MAX_DECIMALS = 12

/** Null if nothing was priced, or if the figures do not add up: no sum is better than a wrong one. */
export function sumOf({ usage, currency }: ExplainedMovement, charge: Charge, words: Words): Sum | null {
  const { price } = charge
  if (price === null || charge.is_reproduced === false) return null
  const shown = { price, charge, words, currency, isMessage: usage?.type === 'message', sku: usage?.sku ?? '' }
  const { rows, product } = price.per_minute === null ? byUnit(shown) : byMinute(shown)
  const money = words.money(currency)
  const { is_connection_fee_charged: isFeeCharged, connection_fee: fee } = price
  const withFee = isFeeCharged && fee !== null && signOf(fee) > 0
  return {
    rows,
    formula: withFee ? words.t('how.withFee', { fee: money.exact(fee), product }) : product,
    amount: money.exact(charge.amount),
    rounding: roundingOf(charge, price, currency, words),
  }
}

interface Shown {
  readonly price: Price
  readonly charge: Charge
  readonly words: Words
  readonly currency: string
  readonly isMessage: boolean
  readonly sku: string
}

function byMinute({ price, charge, words, currency }: Shown): { rows: SumRow[]; product: string } {
  const { t } = words
  const money = words.money(currency)
  const billed = price.billed_seconds ?? 0
  const rate = money.exact(price.per_minute ?? '0')
  const covered = charge.fair_use?.covered_minutes ?? 0
  const fee = price.connection_fee
  const rows: SumRow[] = [{ label: t('how.used'), value: exactDuration(charge.quantity, words) }]
  if (covered > 0) rows.push({ label: t('how.included'), value: `−${exactDuration(covered * 60, words)}` })
  rows.push({ label: t('how.billed'), value: exactDuration(billed, words), note: stepsOf(price, words) })
  rows.push({ label: t('how.rate'), value: t('how.perMinute', { rate }) })
  if (fee !== null && signOf(fee) > 0) {
    rows.push({
      label: t('how.fee'),
      value: price.is_connection_fee_charged ? money.exact(fee) : t('how.noFee'),
    })
  }
  const product =
    billed % 60 === 0
      ? t('how.minutes', { rate, minutes: billed / 60 })
      : t('how.minuteParts', { rate, seconds: billed })
  return { rows, product }
}

function byUnit({ price, words, currency, isMessage, sku }: Shown): { rows: SumRow[]; product: string } {
  const { t } = words
  const count = price.units ?? 0
  const rate = words.money(currency).exact(price.per_unit ?? '0')
  const used = isMessage ? t('units.fragments', { count }) : t('units.items', { count, sku })
  return {
    rows: [
      { label: t('how.used'), value: used },
      { label: t('how.rate'), value: t(isMessage ? 'how.perFragment' : 'how.perUnit', { rate }) },
    ],
    product: t('how.units', { rate, count }),
  }
}

function stepsOf({ first_increment_seconds: first, next_increment_seconds: next }: Price, { t }: Words): string {
  if (first !== next) return t('how.firstThenSteps', { first: first ?? 0, next: next ?? 0 })
  return next === 1 ? t('how.bySecond') : t('how.steps', { next: next ?? 0 })
}

function roundingOf(
  { amount, rounding }: Charge,
  { unrounded, is_unrounded_exact: isExact }: Price,
  currency: string,
  { t, locale }: Words,
): string | null {
  if (rounding === null || (isExact && compareDecimals(unrounded, amount) === 0)) return null
  const format = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    minimumFractionDigits: 2,
    maximumFractionDigits: MAX_DECIMALS,
  })
  const parts = format.formatToParts(unrounded as Intl.StringNumericLiteral)
  // An ellipsis marks the digits that were cut off.
  const sum = parts.map(({ type, value }) => (type === 'fraction' && !isExact ? `${value}…` : value)).join('')
  return t('how.rounded', { sum, mode: rounding.mode, scale: rounding.scale })
}
