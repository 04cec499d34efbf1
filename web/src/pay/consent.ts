/** The text that a person allows charges by, and the figures that it was shown with: both are stored. */
import type { WantedAutoTopUp, WantedConsent } from '../api/pay.ts'
import type { Words } from '../texts/words.tsx'

/** Goes up with any change of the wording. */
const CONSENT_TEXT_VERSION = 'page-1'

export interface Consented {
  readonly seller: string
  /** `Visa 4242`, or that it is the one to come. */
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

/** What is stored of it: the text as it was allowed, and the figures that it was shown with. */
export function consentOf(text: string, figures: WantedAutoTopUp, { locale }: Words): WantedConsent {
  return { text, text_version: CONSENT_TEXT_VERSION, locale, ...figures }
}
