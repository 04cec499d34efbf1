/** Refusals of the API in words, without their codes. */
import type { Refusal } from '../api/answered.ts'
import type { Words } from '../texts/words.tsx'

export function refusalWords(
  { status, code, errors, retryAfterSeconds }: Refusal,
  product: string,
  words: Words,
): string {
  const { t } = words
  if (status === 401) return `${t('pay.sessionOver', { product })} ${t('pay.sessionOverNothing')}`
  if (status === 403) return t('page.noAccess')
  if (status === 429) return t('pay.tooMany', { seconds: retryAfterSeconds ?? 5 })
  switch (code) {
    case 'account-closed':
      return t('pay.closed')
    case 'no-payment-method':
      return t('method.none')
    case 'needs-another-method':
      return t('auto.needsAnother')
  }
  if (errors.some((error) => error.code === 'unknown_method')) return t('pay.methodGone')
  return t('pay.failed')
}
