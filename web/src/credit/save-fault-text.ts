/** Why saving failed, other than by a change meanwhile, and whether trying again may help. */
import type { Translate } from '../texts/texts.ts'

/** `status` of the refusal; null if there was no answer. */
export function saveFaultText(status: number | null, t: Translate): string {
  return status === null || status >= 500 || status === 429 ? t('save.failed') : t('save.refused')
}
