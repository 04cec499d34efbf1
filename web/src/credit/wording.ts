/** Figures of the API in the reader's words: cards, dates, reasons. */
import { CARD_BRANDS } from '../../../src/texts/formats.ts'
import { type DaysLeft, durationOf } from '../../../src/texts/notice-text.ts'
import type { MoneyFormat } from '../format/money.ts'
import type { Words } from '../texts/words-of.ts'

interface Card {
  readonly brand: string | null
  readonly last4: string | null
}

/** Such as `Visa 4242`; null if the reader may not see it. */
export function cardName(card: Card | null, { t }: Words): string | null {
  if (card === null || card.brand === null || card.last4 === null) return null
  return t('card.named', { brand: CARD_BRANDS[card.brand] ?? capitalised(card.brand), last4: card.last4 })
}

/** The balance as text; just above zero it is less than a cent. */
export function shownBalance(balance: string, { t }: Words, money: MoneyFormat): string {
  return money.balance(balance) ?? t('money.less_than', { amount: money.cent })
}

/** `09/27`. */
export function expiryOf({ expiry_month, expiry_year }: { expiry_month: number; expiry_year: number }): string {
  return `${String(expiry_month).padStart(2, '0')}/${String(expiry_year % 100).padStart(2, '0')}`
}

/** Such as `about 4 days`; null if unknown. */
export function daysPhrase(left: DaysLeft, { catalogue }: Words): string | null {
  return durationOf(left, catalogue)
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
