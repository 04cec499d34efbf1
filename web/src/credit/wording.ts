/** Figures of the API in the reader's words: cards, days, reasons. */
import type { Words } from '../texts/words.tsx'

const BRANDS: Readonly<Record<string, string>> = {
  visa: 'Visa',
  mastercard: 'Mastercard',
  amex: 'American Express',
  discover: 'Discover',
  diners: 'Diners Club',
  jcb: 'JCB',
  unionpay: 'UnionPay',
}

interface Card {
  readonly brand: string | null
  readonly last4: string | null
}

/** `Visa 4242`; null where the reader may not see it. */
export function cardName(card: Card | null, { t }: Words): string | null {
  if (card === null || card.brand === null || card.last4 === null) return null
  return t('method.card', { brand: BRANDS[card.brand] ?? capitalised(card.brand), last4: card.last4 })
}

/** `09/27`. */
export function expiryOf({ expiry_month, expiry_year }: { expiry_month: number; expiry_year: number }): string {
  return `${String(expiry_month).padStart(2, '0')}/${String(expiry_year % 100).padStart(2, '0')}`
}

export interface DaysLeft {
  readonly days_left: number | null
  readonly no_days_left_reason: string | null
}

/** `about 4 days`; null where nobody can say. */
export function daysPhrase({ days_left, no_days_left_reason }: DaysLeft, { t }: Words): string | null {
  if (days_left === null) return no_days_left_reason === 'more_than_90_days' ? t('days.more') : null
  return days_left === 0 ? t('days.lessThanOne') : t('days.about', { count: days_left })
}

/** Why a card was declined, in words and never as a bank's code; null where it was not, or it is not for the reader. */
export function whyPhrase(why: string | null, { t }: Words): string | null {
  if (why === null) return null
  const known: readonly string[] = WHYS
  return t(`why.${known.includes(why) ? (why as (typeof WHYS)[number]) : 'no_reason'}`)
}

const WHYS = [
  'funds',
  'no_reason',
  'expired',
  'details',
  'unsupported',
  'unattended',
  'hard',
  'authentication',
  'bank_down',
  'lapsed',
] as const

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
