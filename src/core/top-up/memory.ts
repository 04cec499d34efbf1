/**
 * What is remembered of an account's automatic top-up between top-ups: whether it is paused and why, and how many declines
 * came in a row. Charging goes on by nobody's hand and against somebody's card, so what stops it says why, and who starts it
 * again is a person.
 */
import type { InstantMicros } from '../instant.ts'
import { type Decline, type DeclineWhy, whyDeclined } from './declines.ts'

export const MAX_DECLINES_IN_A_ROW = 3

export type PauseReason =
  /** Declines in a row, each of which might have passed by itself. */
  | 'declined'
  /** The customer has to put something right first: an expired card, wrong details. */
  | 'ask_customer'
  /** The card must not be charged again. */
  | 'card_stopped'
  | 'refunded'
  | 'disputed'
  /** The provider refuses the request itself. */
  | 'refused'
  /** The provider knows of later settings than this database: it was restored to an earlier point. */
  | 'restored'
  /** A person canceled an automatic top-up: it must not be asked for again at once. */
  | 'canceled'

export interface Pause {
  readonly reason: PauseReason
  /** The decline's code, or the provider's; null where the reason says it. */
  readonly code: string | null
  /** The method that it happened with; null where it was none's. */
  readonly methodId: string | null
  readonly sinceMicros: InstantMicros
}

export interface AutoTopUpMemory {
  readonly pause: Pause | null
  readonly declinesInARow: number
  /** The card that the row is of: another card begins its own. Null: no row. */
  readonly declinedMethodId: string | null
}

/** What a new account, and one whose owner resumes, begins with. */
export const FRESH_MEMORY: AutoTopUpMemory = { pause: null, declinesInARow: 0, declinedMethodId: null }

const HOUR_MICROS = 3_600_000_000

const PAUSE_BY_ADVICE = { retry_later: 'declined', ask_customer: 'ask_customer', stop: 'card_stopped' } as const

/**
 * After a decline of an automatic attempt: another try later, or a pause. *Ask the customer* and *stop* pause at once, so do
 * three in a row. A try comes an hour and a day after the first decline, later where the network says so,
 * and spread by chance over a quarter of that.
 */
export function afterDecline(
  memory: AutoTopUpMemory,
  decline: Decline,
  methodId: string | null,
  nowMicros: InstantMicros,
  chance: number,
): { readonly memory: AutoTopUpMemory; readonly nextTryAtMicros: InstantMicros | null } {
  const isSameCard = memory.declinedMethodId === methodId
  const declinesInARow = isSameCard ? memory.declinesInARow + 1 : 1
  const counted = { ...memory, declinesInARow, declinedMethodId: methodId }
  if (decline.advice !== 'retry_later' || declinesInARow >= MAX_DECLINES_IN_A_ROW) {
    const reason = PAUSE_BY_ADVICE[decline.advice]
    const pause: Pause = { reason, code: decline.code, methodId, sinceMicros: nowMicros }
    return { memory: afterPause(counted, pause), nextTryAtMicros: null }
  }
  // Paused by a refund, say, while the bank had it: it is not tried again.
  if (memory.pause !== null) return { memory: counted, nextTryAtMicros: null }
  const waitMicros = (declinesInARow === 1 ? 1 : 23) * HOUR_MICROS
  const spreadMicros = Math.round((waitMicros / 4) * chance)
  const advisedMicros = decline.retryAfterMicros ?? 0
  return { memory: counted, nextTryAtMicros: nowMicros + Math.max(waitMicros, advisedMicros) + spreadMicros }
}

/** After a refund or a dispute: a chargeback must never lead to a new charge of the same card. */
export function afterReversal(
  memory: AutoTopUpMemory,
  reason: 'refunded' | 'disputed',
  methodId: string | null,
  nowMicros: InstantMicros,
): AutoTopUpMemory {
  return afterPause(memory, { reason, code: null, methodId, sinceMicros: nowMicros })
}

/** The first pause stays, until one comes that only another card ends: it would be forgotten, and the card charged again. */
export function afterPause(memory: AutoTopUpMemory, pause: Pause): AutoTopUpMemory {
  const isOutweighed = memory.pause === null || (isOfCard(pause) && !isOfCard(memory.pause))
  return isOutweighed ? { ...memory, pause } : memory
}

/** After a payment, automatic or by hand with the card of the row: the card works. A pause stays, for a person ends it. */
export function afterSuccess(
  memory: AutoTopUpMemory,
  trigger: 'automatic' | 'manual',
  methodId: string | null,
): AutoTopUpMemory {
  const isRowOver = trigger === 'automatic' || memory.declinedMethodId === methodId
  return isRowOver ? { ...memory, declinesInARow: 0, declinedMethodId: null } : memory
}

/** Whether saving the settings does not end the pause while the same method is the account's: only another card does. */
export function needsAnotherMethod({ pause }: AutoTopUpMemory, methodId: string | null): boolean {
  if (pause === null || pause.methodId === null || pause.methodId !== methodId) return false
  return isOfCard(pause)
}

function isOfCard({ reason }: Pause): boolean {
  return reason === 'card_stopped' || reason === 'disputed'
}

/** Why, for a person, where declines led to the pause; null where its reason says it. */
export function whyPaused({ reason, code }: Pause): DeclineWhy | null {
  switch (reason) {
    case 'card_stopped':
      return 'hard'
    case 'declined':
    case 'ask_customer':
      return code === null ? 'no_reason' : whyDeclined(code)
    default:
      return null
  }
}

/** Whether a new payment method alone ends the pause: that of declines which wait for funds or another card. */
export function endsWithNewMethod({ pause }: AutoTopUpMemory): boolean {
  return pause?.reason === 'declined'
}
