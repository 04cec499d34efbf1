/**
 * Follows a payment from its key to a definite end. The key is dropped only by an answer that settles it: until then,
 * asking again asks for the same payment.
 */
import type { Answered, Refusal } from '../api/answered.ts'
import type { KeptPayment, keptPayments } from './kept.ts'
import { isOver, nextLookMs, type Progress, progressOf, UNKNOWN_AFTER_MS } from './progress.ts'

type Heard = NonNullable<Parameters<typeof progressOf>[1]>

export interface PaymentPort {
  readonly pay: (payment: KeptPayment) => Promise<Answered<{ readonly top_up_id: string }>>
  readonly read: (topUpId: string) => Promise<Answered<Heard>>
  /** Where the bank asks for approval; null if not known yet. */
  readonly bankPage: (topUpId: string) => Promise<string | null>
  /** Whether somebody still waits for it. If not, a request that was not answered is not made again. */
  readonly isAwaited: () => boolean
  /** Whether this tab goes there. */
  readonly goTo: (url: string) => boolean
  readonly kept: Pick<ReturnType<typeof keptPayments>, 'answered' | 'ended'>
  readonly signal: AbortSignal
  readonly show: (progress: Progress) => void
  /** Refused: nothing was charged. */
  readonly refused: (refusal: Refusal) => void
  /** It has ended, or cannot be followed any further: the page's data has changed. */
  readonly over: (progress: Progress) => void
}

export interface Begun {
  /** The person has just requested it, so the bank's page is opened automatically. */
  readonly isOurs: boolean
  /** It was requested before under this key, and the answer was lost. */
  readonly mayBeTaken: boolean
}

export async function followPayment(port: PaymentPort, begun: KeptPayment, { isOurs, ...how }: Begun): Promise<void> {
  const { kept, signal, show } = port
  const sinceMs = Date.now()
  let payment = begun
  let heard: Heard | null = null
  let bankUrl: string | null = null
  let isLost = false
  let { mayBeTaken } = how
  while (!signal.aborted) {
    if (payment.topUpId === null) {
      if (isLost && !port.isAwaited()) return
      const answer = await port.pay(payment)
      if ('refusal' in answer && answer.refusal.code === KEY_REUSED) return outOfSight(port, payment)
      if ('refusal' in answer && !(mayBeTaken && isOfTheAsker(answer.refusal))) {
        // A refusal settles the key: the next request is another payment.
        kept.ended(payment.key)
        port.refused(answer.refusal)
        return
      }
      if ('refusal' in answer && answer.refusal.status !== 429) {
        // Asking again uses the same key.
        show(progressOf(payment, null, UNKNOWN_AFTER_MS))
        return
      }
      isLost = !('data' in answer)
      mayBeTaken ||= isLost
      if ('data' in answer) {
        payment = { ...payment, topUpId: answer.data.top_up_id }
        kept.answered(payment.key, answer.data.top_up_id)
      }
    } else {
      const answer = await port.read(payment.topUpId)
      if ('data' in answer) heard = answer.data
      isLost = 'silence' in answer
      if ('refusal' in answer && !isOfTheAsker(answer.refusal)) return outOfSight(port, payment)
      if ('refusal' in answer && answer.refusal.status !== 429) {
        show(progressOf(payment, heard, UNKNOWN_AFTER_MS))
        return
      }
    }
    const waitedMs = Date.now() - sinceMs
    const progress = progressOf(payment, heard, isLost ? Math.max(waitedMs, UNKNOWN_AFTER_MS) : waitedMs)
    if (isOver(progress)) {
      kept.ended(payment.key)
      show(progress)
      port.over(progress)
      return
    }
    if (progress.at === 'approval') {
      bankUrl ??= await port.bankPage(payment.topUpId!)
      show({ ...progress, url: bankUrl })
      if (bankUrl !== null && isOurs && !signal.aborted && port.goTo(bankUrl)) return
    } else {
      show(progress)
    }
    await new Promise((resolve) => setTimeout(resolve, nextLookMs(waitedMs)))
  }
}

/** The API has carried out a request under this key: here for another person, who had this tab before. */
const KEY_REUSED = 'request-key-reused'

/**
 * The payment was requested, but cannot be followed here: by another person, or the API does not know it any more, as
 * after a restore. Whether it was charged is not known; the account's notices and payments tell.
 */
function outOfSight({ kept, show, over }: PaymentPort, payment: KeptPayment): void {
  kept.ended(payment.key)
  const progress: Progress = { at: 'checking', payment }
  show(progress)
  over(progress)
}

/** The refusal concerns the caller or the rate, so it says nothing about an earlier request. */
function isOfTheAsker({ status }: Refusal): boolean {
  return status === 401 || status === 403 || status === 429
}
