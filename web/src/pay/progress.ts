/** How a payment by hand goes on, from what the API says of it and from how long it says nothing. */
import type { Payment } from '../credit/data.ts'
import type { KeptPayment } from './kept.ts'

/** From then on nobody pretends to know. */
export const UNKNOWN_AFTER_MS = 15_000
/** And from then on it is the provider that has to say. */
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

/** `heard`: what was said last of it; null: nothing yet. `waitedMs`: since it was asked for. */
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

/** Nothing more will be heard: its key has done its work. */
export function isOver(progress: Progress): boolean {
  return progress.at === 'succeeded' || progress.at === 'declined' || progress.at === 'canceled'
}

/** How long to wait before it is looked at again. */
export function nextLookMs(waitedMs: number): number {
  if (waitedMs < UNKNOWN_AFTER_MS) return 500
  return waitedMs < CHECKING_AFTER_MS ? 2_000 : 10_000
}
