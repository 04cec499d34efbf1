/** Why a request failed, in words. */
import type { Translate } from '../texts/texts.ts'

/** Used if the API gives no delay. */
const TRY_AGAIN_IN_SECONDS = 5

/** The fields of `NotAnswered` that are used. */
interface Fault {
  readonly status: number | null
  readonly retryAfterSeconds: number | null
}

/** Null if the session has ended, which the dialog reports itself. */
export function faultWords(
  { status, retryAfterSeconds }: Fault,
  silence: 'export.noAnswer' | 'export.summaryNoAnswer',
  t: Translate,
): string | null {
  if (retryAfterSeconds !== null || status === 429) {
    return t('export.tryIn', { seconds: retryAfterSeconds ?? TRY_AGAIN_IN_SECONDS })
  }
  switch (status) {
    case null:
      return t(silence)
    case 401:
      return null
    case 403:
      return t('export.onlyAdmins')
    default:
      return t('export.refused')
  }
}
