/** Why nothing came of it, in words. */
import type { Translate } from '../texts/texts.ts'

/** Where the API does not say after how long. */
const TRY_AGAIN_IN_SECONDS = 5

/** As `NotAnswered` has it. */
interface Fault {
  readonly status: number | null
  readonly retryAfterSeconds: number | null
}

/** Null: the session has ended, which the dialog says by itself. */
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
