/** Why something was not saved, in words, where nobody was faster: whether trying again may help. */
import type { Translate } from '../texts/texts.ts'

/** `status`: what the API refused it with; null: there was no answer. */
export function saveFaultText(status: number | null, t: Translate): string {
  return status === null || status >= 500 || status === 429 ? t('save.failed') : t('save.refused')
}
