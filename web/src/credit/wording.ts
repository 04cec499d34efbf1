/** Figures of the API in the reader's words: cards, days, reasons. */
import type { MoneyFormat } from '../format/money.ts'
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
  return t('card.named', { brand: BRANDS[card.brand] ?? capitalised(card.brand), last4: card.last4 })
}

/** A balance just above zero is less than a cent. */
export function shownBalance(balance: string, { t }: Words, money: MoneyFormat): string {
  return money.balance(balance) ?? t('money.less_than', { amount: money.cent })
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
  if (days_left === null) return no_days_left_reason === 'more_than_90_days' ? t('lasts.more_than_90_days') : null
  return days_left === 0 ? t('lasts.less_than_a_day') : t('lasts.days', { days: days_left })
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
