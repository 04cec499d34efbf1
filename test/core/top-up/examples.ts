/** A top-up in each state, and one input of each kind, for the tests of the machine. */
import type { Decline } from '../../../src/core/top-up/declines.ts'
import type { TopUp, TopUpNews, TopUpState } from '../../../src/core/top-up/machine.ts'

export const NOW = 1_700_000_000_000_000
export const SECOND = 1_000_000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

const REQUESTED: TopUp = {
  topUpId: 'top-up-1',
  accountId: 'acme',
  trigger: 'automatic',
  amountMicros: 20_000_000n,
  currency: 'EUR',
  state: 'requested',
  reason: null,
  requestedAtMicros: NOW - MINUTE,
  attempts: 0,
  attemptId: null,
  paymentId: null,
  methodId: null,
  confirmedAtMicros: null,
  ending: null,
  nextTryAtMicros: NOW - SECOND,
  silences: 0,
  actionUrl: null,
  actionUntilMicros: null,
}

const PREPARED: TopUp = {
  ...REQUESTED,
  state: 'prepared',
  attempts: 1,
  attemptId: 'attempt-1',
  paymentId: 'payment-1',
  methodId: 'card-1',
}

/** A top-up in its first attempt, one second after it entered the state. */
export function topUpIn(state: TopUpState, fields: Partial<TopUp> = {}): TopUp {
  const confirmed = { ...PREPARED, state, confirmedAtMicros: NOW - SECOND }
  switch (state) {
    case 'requested':
      return { ...REQUESTED, ...fields }
    case 'prepared':
      return { ...PREPARED, ...fields }
    case 'needs_action':
      return { ...confirmed, actionUrl: 'https://bank.example/1', actionUntilMicros: NOW - SECOND + DAY, ...fields }
    default:
      return { ...confirmed, ...fields }
  }
}

export const NO_FUNDS: Decline = {
  code: 'insufficient_funds',
  advice: 'retry_later',
  why: 'funds',
  retryAfterMicros: null,
}
export const EXPIRED: Decline = { code: 'expired_card', advice: 'ask_customer', why: 'expired', retryAfterMicros: null }
export const STOLEN: Decline = { code: 'stolen_card', advice: 'stop', why: 'hard', retryAfterMicros: null }

export const CAPPED = { state: 'skipped', reason: 'monthly_cap' } as const
export const TURNED_OFF = { state: 'no_longer_needed', reason: 'turned_off' } as const

export const NEWS = {
  prepared: {
    kind: 'prepared',
    attemptId: 'attempt-2',
    paymentId: 'payment-2',
    methodId: 'card-2',
    amountMicros: 30_000_000n,
  },
  adopted: {
    kind: 'adopted',
    attemptId: 'attempt-3',
    number: 3,
    paymentId: 'payment-3',
    methodId: null,
    amountMicros: 30_000_000n,
    confirmedAtMicros: NOW - MINUTE,
  },
  confirming: { kind: 'confirming' },
  unwanted: { kind: 'unwanted', ending: CAPPED },
  wait: { kind: 'wait', untilMicros: NOW + MINUTE },
  unavailable: { kind: 'unavailable', retryAfterMicros: null },
  unknown: { kind: 'unknown' },
  refused: { kind: 'refused', code: 'amount_too_small' },
  unconfirmed: { kind: 'unconfirmed' },
  succeeded: { kind: 'succeeded' },
  processing: { kind: 'processing' },
  needs_action: { kind: 'needs_action', url: 'https://bank.example/2' },
  declined: { kind: 'declined', decline: NO_FUNDS },
  canceled: { kind: 'canceled' },
} as const satisfies { readonly [Kind in TopUpNews['kind']]: Extract<TopUpNews, { readonly kind: Kind }> }
