/** The consent text, and the figures shown with it; both are stored. */
import type { WantedAutoTopUp, WantedConsent } from '../api/pay.ts'
import type { Words } from '../texts/words.tsx'

/** Increase it with any change of the wording. */
const CONSENT_TEXT_VERSION = 'page-1'

export interface Consented {
  readonly seller: string
  /** Such as `Visa 4242`, or words for the card to come. */
  readonly card: string
  readonly currency: string
  readonly figures: WantedAutoTopUp
}

export function consentText({ seller, card, currency, figures }: Consented, { t, money }: Words): string {
  const { amount } = money(currency)
  const values = { seller, card, amount: amount(figures.amount), threshold: amount(figures.threshold) }
  return figures.monthly_cap === null
    ? t('auto.consentWithoutCap', values)
    : t('auto.consent', { ...values, cap: amount(figures.monthly_cap) })
}

/** What is stored: the text that was accepted, and the figures shown with it. */
export function consentOf(text: string, figures: WantedAutoTopUp, { locale }: Words): WantedConsent {
  return { text, text_version: CONSENT_TEXT_VERSION, locale, ...figures }
}
