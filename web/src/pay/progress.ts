/** Progress of a manual payment, from the API's answers and from how long there was none. */
import type { Payment } from '../credit/data.ts'
import type { KeptPayment } from './kept.ts'

/** After this the outcome is shown as unknown. */
export const UNKNOWN_AFTER_MS = 15_000
/** After this it is up to the provider to say. */
export const CHECKING_AFTER_MS = 60_000

export type Progress =
  | { readonly at: 'form' }
  | { readonly at: 'submitting' | 'unknown' | 'checking' | 'processing'; readonly payment: KeptPayment }
  | { readonly at: 'approval'; readonly payment: KeptPayment; readonly url: string | null }
  | {
      readonly at: 'declined'
      readonly payment: KeptPayment
      readonly why: string | null
      readonly canTryAgain: boolean
    }
  | { readonly at: 'canceled'; readonly payment: KeptPayment }
  | { readonly at: 'succeeded'; readonly payment: KeptPayment }

type Heard = Pick<Payment, 'state' | 'why'> | null

/** `heard`: the last answer, null if none; `waitedMs`: time since the request. */
export function progressOf(payment: KeptPayment, heard: Heard, waitedMs: number): Progress {
  switch (heard?.state) {
    case 'succeeded':
      return { at: 'succeeded', payment }
    case 'failed':
      return { at: 'declined', payment, why: heard.why, canTryAgain: heard.why !== 'hard' }
    case 'canceled':
    case 'skipped':
    case 'no_longer_needed':
      return { at: 'canceled', payment }
    case 'processing':
      return { at: 'processing', payment }
    case 'needs_action':
      return { at: 'approval', payment, url: null }
    case 'unknown':
      return { at: waitedMs < CHECKING_AFTER_MS ? 'unknown' : 'checking', payment }
    default:
      if (waitedMs >= CHECKING_AFTER_MS) return { at: 'checking', payment }
      return { at: waitedMs < UNKNOWN_AFTER_MS ? 'submitting' : 'unknown', payment }
  }
}

/** Nothing more will come: the key can be dropped. */
export function isOver(progress: Progress): boolean {
  return progress.at === 'succeeded' || progress.at === 'declined' || progress.at === 'canceled'
}

/** The delay before the next look. */
export function nextLookMs(waitedMs: number): number {
  if (waitedMs < UNKNOWN_AFTER_MS) return 500
  return waitedMs < CHECKING_AFTER_MS ? 2_000 : 10_000
}
