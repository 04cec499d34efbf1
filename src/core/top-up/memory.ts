/**
 * What is remembered about an account's automatic top-up between top-ups: whether it is paused and why, and how many
 * declines there were in a row. Automatic top-up charges a card without anybody present. So whatever pauses it states a
 * reason, and only a person resumes it.
 */
import type { InstantMicros } from '../instant.ts'
import { type Decline, type DeclineWhy, whyDeclined } from './declines.ts'

export const MAX_DECLINES_IN_A_ROW = 3

export type PauseReason =
  /** Too many declines in a row, each of which might have passed later. */
  | 'declined'
  /** The customer must fix something first: an expired card, wrong details. */
  | 'ask_customer'
  /** The card must not be charged again. */
  | 'card_stopped'
  | 'refunded'
  | 'disputed'
  /** The provider refuses the request itself. */
  | 'refused'
  /** The provider knows newer settings than this database, which was restored to an earlier point. */
  | 'restored'
  /** A person canceled an automatic top-up, so it must not be requested again at once. */
  | 'canceled'

export interface Pause {
  readonly reason: PauseReason
  /** The code of the decline, or of the provider's refusal. Null if `reason` says enough. */
  readonly code: string | null
  /** The method that the pause is about. Null if it is about none. */
  readonly methodId: string | null
  readonly sinceMicros: InstantMicros
}

export interface AutoTopUpMemory {
  readonly pause: Pause | null
  readonly declinesInARow: number
  /** The card with the declines in a row. Another card starts a new count. Null if there are no declines. */
  readonly declinedMethodId: string | null
}

/** The memory of a new account, and after a customer resumes. */
export const FRESH_MEMORY: AutoTopUpMemory = { pause: null, declinesInARow: 0, declinedMethodId: null }

const HOUR_MICROS = 3_600_000_000

const PAUSE_BY_ADVICE = { retry_later: 'declined', ask_customer: 'ask_customer', stop: 'card_stopped' } as const

/**
 * Decides what follows a decline of an automatic attempt: another try later, or a pause. *Ask the customer*, *stop*,
 * and three declines in a row pause at once. Tries are one hour and one day after the first decline, later if the
 * network says so, plus a random part of up to a quarter.
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
  // It was paused while the bank had the payment, for example by a refund, so it is not tried again.
  if (memory.pause !== null) return { memory: counted, nextTryAtMicros: null }
  const waitMicros = (declinesInARow === 1 ? 1 : 23) * HOUR_MICROS
  const spreadMicros = Math.round((waitMicros / 4) * chance)
  const advisedMicros = decline.retryAfterMicros ?? 0
  return { memory: counted, nextTryAtMicros: nowMicros + Math.max(waitMicros, advisedMicros) + spreadMicros }
}

/** Pauses after a refund or a dispute: a chargeback must never lead to a new charge of the same card. */
export function afterReversal(
  memory: AutoTopUpMemory,
  reason: 'refunded' | 'disputed',
  methodId: string | null,
  nowMicros: InstantMicros,
): AutoTopUpMemory {
  return afterPause(memory, { reason, code: null, methodId, sinceMicros: nowMicros })
}

/**
 * Keeps the first pause, unless the new one can only be ended by another card. That one must not be forgotten, or the
 * card would be charged again.
 */
export function afterPause(memory: AutoTopUpMemory, pause: Pause): AutoTopUpMemory {
  const isReplaced = memory.pause === null || (isOfCard(pause) && !isOfCard(memory.pause))
  return isReplaced ? { ...memory, pause } : memory
}

/**
 * Resets the count after a payment, automatic or manual, with the card of the declines: the card works. A pause stays,
 * because only a person ends it.
 */
export function afterSuccess(
  memory: AutoTopUpMemory,
  trigger: 'automatic' | 'manual',
  methodId: string | null,
): AutoTopUpMemory {
  const isRowOver = trigger === 'automatic' || memory.declinedMethodId === methodId
  return isRowOver ? { ...memory, declinesInARow: 0, declinedMethodId: null } : memory
}

/** Whether both are the same pause, or both none. Two pauses that begin at once differ in their reason. */
export function isSamePause(a: Pause | null, b: Pause | null): boolean {
  return a?.sinceMicros === b?.sinceMicros && a?.reason === b?.reason
}

/** Whether only another method ends the pause, so that saving the settings does not. */
export function needsAnotherMethod({ pause }: AutoTopUpMemory, methodId: string | null): boolean {
  if (pause === null || pause.methodId === null || pause.methodId !== methodId) return false
  return isOfCard(pause)
}

function isOfCard({ reason }: Pause): boolean {
  return reason === 'card_stopped' || reason === 'disputed'
}

/** Returns the decline that led to the pause, in words for a person. Null if the pause's reason says enough. */
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

/**
 * Whether a new payment method by itself ends the pause. This is so after declines that wait for funds or another card.
 */
export function endsWithNewMethod({ pause }: AutoTopUpMemory): boolean {
  return pause?.reason === 'declined'
}
