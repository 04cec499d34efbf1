/**
 * The life of a top-up: one request for credit, and the attempts to pay for it, one after the other.
 *
 * A payment is first *prepared* at the provider (it cannot charge yet, and its id is stored), then *confirmed*. From
 * then on its state is always read by that id. So if an answer never comes, the payment can still be looked up, and
 * confirming it twice cannot charge twice. A declined payment is over; the next attempt prepares another one.
 *
 * The table below is the whole machine, with a column for every kind of news. `ignored` news came late, twice or out of
 * order and changes nothing. `impossible` news means a bug and throws.
 */
import { type InstantMicros, MICROS_PER_DAY } from '../instant.ts'
import type { Currency, Micros } from '../money.ts'
import { CANCELED_AT_PROVIDER, type Decline, LAPSED } from './declines.ts'
import { type AutoTopUpMemory, afterDecline, afterPause, afterSuccess, isSamePause, type Pause } from './memory.ts'

export const TOP_UP_STATES = [
  /** Waits for the first or the next attempt. */
  'requested',
  /** The provider has a payment that is not confirmed. */
  'prepared',
  /** About to be confirmed. Stored before the request is made. */
  'charging',
  /** Perhaps confirmed, but no answer came: money may have moved. */
  'unknown',
  /** The bank is processing it, for seconds or days. It is not credit yet. */
  'processing',
  /** The customer must approve it with the bank. */
  'needs_action',
  'succeeded',
  'failed',
  'canceled',
  /** A limit forbids it for now. */
  'skipped',
  /** The reason for it no longer exists. */
  'no_longer_needed',
] as const
export type TopUpState = (typeof TOP_UP_STATES)[number]

/** States that may still lead to a charge. An account has at most one automatic top-up in these states. */
export const OPEN_STATES = ['requested', 'prepared', 'charging', 'unknown', 'processing', 'needs_action'] as const

/** What requested it: the account's settings, or a person. */
export type TopUpTrigger = 'automatic' | 'manual'

/** How a top-up ends: at once if nothing is prepared, else after the provider has canceled the payment. */
export interface Ending {
  readonly state: 'skipped' | 'no_longer_needed' | 'canceled' | 'failed'
  /** A code for events and pages: `monthly_cap`, `turned_off`, ... */
  readonly reason: string
}

export interface TopUp {
  readonly topUpId: string
  readonly accountId: string
  readonly trigger: TopUpTrigger
  /** The amount of the current or next attempt. */
  readonly amountMicros: Micros
  readonly currency: Currency
  readonly state: TopUpState
  /** Why it is in this state, as a code. Null if the state says enough. */
  readonly reason: string | null
  readonly requestedAtMicros: InstantMicros
  /** The number of attempts that prepared a payment. */
  readonly attempts: number
  /** The current attempt and its payment at the provider. Null before it is prepared and after it is declined. */
  readonly attemptId: string | null
  readonly paymentId: string | null
  readonly methodId: string | null
  /**
   * When the current attempt was confirmed; limits count by it. Null if it is not, or turned out not to be, confirmed.
   */
  readonly confirmedAtMicros: InstantMicros | null
  /** Set if the prepared payment must be canceled. */
  readonly ending: Ending | null
  /** Do not look at it before this time. */
  readonly nextTryAtMicros: InstantMicros
  /** Requests and looks without anything new since the state last changed, whether answered or not. The backoff depends on it. */
  readonly silences: number
  /** Where the customer approves it, and until when, while approval is needed. */
  readonly actionUrl: string | null
  readonly actionUntilMicros: InstantMicros | null
}

/** What the provider may say about a payment. */
export type PaymentNews =
  | { readonly kind: 'unconfirmed' }
  | { readonly kind: 'succeeded' }
  | { readonly kind: 'processing' }
  | { readonly kind: 'needs_action'; readonly url: string }
  | { readonly kind: 'declined'; readonly decline: Decline }
  | { readonly kind: 'canceled' }

export type TopUpNews =
  | PaymentNews
  /** This attempt prepared a payment. */
  | {
      readonly kind: 'prepared'
      readonly attemptId: string
      readonly paymentId: string
      readonly methodId: string
      readonly amountMicros: Micros
    }
  /** A payment that was not stored here turned up at the provider, and becomes this top-up's attempt. Its state follows. */
  | {
      readonly kind: 'adopted'
      readonly attemptId: string
      readonly number: number
      readonly paymentId: string
      readonly methodId: string | null
      readonly amountMicros: Micros
      readonly confirmedAtMicros: InstantMicros
    }
  /** The prepared payment is about to be confirmed. Stored before the request is made. */
  | { readonly kind: 'confirming' }
  /** A judgement before an attempt or a confirmation: not now, or no longer. */
  | { readonly kind: 'unwanted'; readonly ending: Ending }
  /** A judgement before an attempt: not yet. */
  | { readonly kind: 'wait'; readonly untilMicros: InstantMicros }
  /** The provider did not accept the request. */
  | { readonly kind: 'unavailable'; readonly retryAfterMicros: number | null }
  /** No answer, or an answer that does not say what happened. */
  | { readonly kind: 'unknown' }
  /** The provider refuses the request itself and would do so again. Nothing was charged. */
  | { readonly kind: 'refused'; readonly code: string }

type Outcome = TopUpState | 'ignored' | 'impossible' | 'declined' | 'ends'

/** The news about a confirmed payment. */
const ANSWERS = {
  succeeded: 'succeeded',
  processing: 'processing',
  needs_action: 'needs_action',
  declined: 'declined',
  canceled: 'ends',
} as const

/**
 * A top-up that is over. If its payment turns out to have succeeded, money was taken, and the top-up becomes
 * `succeeded`.
 */
const OVER = {
  prepared: 'impossible',
  adopted: 'ignored',
  confirming: 'impossible',
  unwanted: 'ignored',
  wait: 'ignored',
  unavailable: 'ignored',
  unknown: 'ignored',
  refused: 'ignored',
  unconfirmed: 'ignored',
  succeeded: 'succeeded',
  processing: 'ignored',
  needs_action: 'ignored',
  declined: 'ignored',
  canceled: 'ignored',
} as const

/**
 * `declined` leads to the next attempt or to the end, depending on the kind of decline. `ends` leads to the intended
 * ending if the payment was canceled for one, else to `canceled`.
 */
export const TRANSITIONS: Readonly<Record<TopUpState, Readonly<Record<TopUpNews['kind'], Outcome>>>> = {
  // It has no payment, so news about an earlier payment does not matter.
  requested: {
    prepared: 'prepared',
    adopted: 'prepared',
    confirming: 'impossible',
    unwanted: 'ends',
    wait: 'requested',
    // The preparation failed or is in doubt. It cannot charge, so the next one uses a new key.
    unavailable: 'requested',
    unknown: 'requested',
    refused: 'failed',
    unconfirmed: 'ignored',
    succeeded: 'ignored',
    processing: 'ignored',
    needs_action: 'ignored',
    declined: 'ignored',
    canceled: 'ignored',
  },
  prepared: {
    prepared: 'impossible',
    // It has a payment of its own.
    adopted: 'ignored',
    confirming: 'charging',
    // Stays until the provider has canceled the payment.
    unwanted: 'prepared',
    wait: 'prepared',
    unavailable: 'prepared',
    unknown: 'prepared',
    // Even canceling is refused: there is nothing to cancel, and nothing was charged.
    refused: 'failed',
    unconfirmed: 'prepared',
    ...ANSWERS,
  },
  charging: {
    prepared: 'impossible',
    adopted: 'ignored',
    confirming: 'ignored',
    unwanted: 'impossible',
    wait: 'impossible',
    // The request was not accepted, so nothing was charged. It is judged again before the next try.
    unavailable: 'prepared',
    unknown: 'unknown',
    // Nothing was charged. It fails after the provider has canceled the payment, because an earlier request may still
    // arrive.
    refused: 'prepared',
    unconfirmed: 'prepared',
    ...ANSWERS,
  },
  unknown: {
    prepared: 'impossible',
    adopted: 'ignored',
    confirming: 'impossible',
    unwanted: 'impossible',
    wait: 'impossible',
    // That the provider is unavailable now says nothing about the first request.
    unavailable: 'unknown',
    unknown: 'unknown',
    refused: 'unknown',
    unconfirmed: 'prepared',
    ...ANSWERS,
  },
  processing: {
    prepared: 'impossible',
    adopted: 'ignored',
    confirming: 'impossible',
    unwanted: 'impossible',
    wait: 'impossible',
    unavailable: 'processing',
    unknown: 'processing',
    refused: 'processing',
    unconfirmed: 'processing',
    ...ANSWERS,
  },
  needs_action: {
    prepared: 'impossible',
    adopted: 'ignored',
    confirming: 'impossible',
    // To be canceled, for example because the account was closed. Stays until the provider has done so.
    unwanted: 'needs_action',
    wait: 'impossible',
    unavailable: 'needs_action',
    unknown: 'needs_action',
    refused: 'needs_action',
    unconfirmed: 'needs_action',
    ...ANSWERS,
  },
  succeeded: { ...OVER, succeeded: 'ignored' },
  failed: OVER,
  canceled: OVER,
  skipped: OVER,
  no_longer_needed: OVER,
}

/** Whether the top-up may still lead to a charge. */
export function isOpen({ state }: Pick<TopUp, 'state'>): boolean {
  return (OPEN_STATES as readonly TopUpState[]).includes(state)
}

/** How long to wait for the customer's approval. */
export const APPROVAL_MICROS = MICROS_PER_DAY

/** The result of a transition. */
export interface Advanced {
  readonly topUp: TopUp
  /** Whether to announce it: the state changed, or another attempt is due. */
  readonly isAnnounced: boolean
  /** The account's memory of automatic top-up afterwards. */
  readonly memory: AutoTopUpMemory
  /** The pause that it started. Null if it started none. */
  readonly paused: Pause | null
}

/**
 * Applies news to a top-up. Returns null if the news changes nothing. News of a payment must be about the top-up's own
 * `paymentId`. `chance`, from 0 to below 1, spreads retries. Throws for news that only a bug can cause. One function:
 * what the table of transitions does not decide by itself, a case per kind of news.
 */
export function advance(
  before: TopUp,
  news: TopUpNews,
  memory: AutoTopUpMemory,
  nowMicros: InstantMicros,
  chance: number,
): Advanced | null {
  const outcome = TRANSITIONS[before.state][news.kind]
  if (outcome === 'ignored') return null
  if (outcome === 'impossible') {
    throw new TypeError(`top-up ${before.topUpId} is ${before.state} and cannot take ${news.kind}`)
  }
  const unchanged = { memory, paused: null }
  if (outcome === 'declined') return declined(before, (news as { decline: Decline }).decline, memory, nowMicros, chance)
  if (outcome === 'ends') {
    const hasLapsed = before.actionUntilMicros !== null && before.actionUntilMicros <= nowMicros
    if (news.kind === 'canceled' && before.ending === null) {
      if (hasLapsed) return declined(before, LAPSED, memory, nowMicros, chance)
      // A new attempt would only be canceled again. A person must look at it.
      if (before.trigger === 'automatic') return declined(before, CANCELED_AT_PROVIDER, memory, nowMicros, chance)
    }
    const ending = news.kind === 'unwanted' ? news.ending : (before.ending ?? BY_PROVIDER)
    return { ...unchanged, topUp: over(before, ending.state, ending.reason), isAnnounced: true }
  }
  switch (news.kind) {
    case 'prepared': {
      const { attemptId, paymentId, methodId, amountMicros } = news
      const attempt = { attemptId, paymentId, methodId, amountMicros, attempts: before.attempts + 1 }
      return { ...unchanged, topUp: { ...forward(before, outcome, nowMicros), ...attempt }, isAnnounced: false }
    }
    case 'adopted': {
      const { attemptId, number: attempts, paymentId, methodId, amountMicros, confirmedAtMicros } = news
      const attempt = { attemptId, attempts, paymentId, methodId, amountMicros, confirmedAtMicros }
      return { ...unchanged, topUp: { ...forward(before, outcome, nowMicros), ...attempt }, isAnnounced: false }
    }
    case 'confirming': {
      if (before.ending !== null) throw new TypeError(`top-up ${before.topUpId} is to be canceled, not confirmed`)
      // Outages before this still count, so that the payment is not confirmed every second while the provider is down.
      const { silences } = before
      const topUp = { ...forward(before, outcome, nowMicros), confirmedAtMicros: nowMicros, silences }
      return { ...unchanged, topUp, isAnnounced: true }
    }
    case 'unwanted':
      return {
        ...unchanged,
        topUp: { ...before, state: outcome, ending: before.ending ?? news.ending, nextTryAtMicros: nowMicros },
        isAnnounced: false,
      }
    case 'wait':
      return {
        ...unchanged,
        topUp: { ...before, state: outcome, nextTryAtMicros: Math.max(nowMicros, news.untilMicros) },
        isAnnounced: false,
      }
    case 'unavailable':
    case 'unknown':
    case 'unconfirmed': {
      // Nothing changed, unless it must be canceled and was not.
      if (news.kind === 'unconfirmed' && before.state === 'prepared' && before.ending === null) return null
      const retryAfterMicros = news.kind === 'unavailable' ? (news.retryAfterMicros ?? 0) : 0
      const topUp = silent(before, outcome, retryAfterMicros, nowMicros, chance)
      return { ...unchanged, topUp, isAnnounced: outcome === 'unknown' && before.state !== 'unknown' }
    }
    case 'refused': {
      // A refused lookup says nothing about the payment.
      if (outcome !== 'failed' && outcome !== 'prepared') {
        return { ...unchanged, topUp: silent(before, outcome, 0, nowMicros, chance), isAnnounced: false }
      }
      const ending: Ending = { state: 'failed', reason: news.code }
      const topUp: TopUp =
        outcome === 'failed'
          ? over(before, ending.state, ending.reason)
          : { ...before, state: outcome, ending, confirmedAtMicros: null, nextTryAtMicros: nowMicros }
      // Every other try would be refused too. A person must look at it.
      const pause: Pause = { reason: 'refused', code: news.code, methodId: before.methodId, sinceMicros: nowMicros }
      const after = before.trigger === 'automatic' ? afterPause(memory, pause) : memory
      return { topUp, isAnnounced: outcome === 'failed', memory: after, paused: newPause(memory, after) }
    }
    case 'needs_action': {
      const isAgain = before.state === 'needs_action'
      const silences = isAgain ? before.silences + 1 : 0
      const actionUntilMicros = before.actionUntilMicros ?? nowMicros + APPROVAL_MICROS
      // A payment that must still be canceled does not wait for an hour.
      const waitMicros =
        before.ending === null ? lookBackoffMicros(silences, chance) : silenceBackoffMicros(false, silences + 1, chance)
      const topUp: TopUp = {
        ...forward(before, outcome, nowMicros),
        confirmedAtMicros: before.confirmedAtMicros ?? nowMicros,
        actionUrl: news.url,
        actionUntilMicros,
        nextTryAtMicros: beforeLapse(actionUntilMicros, waitMicros, nowMicros),
        silences,
      }
      return { ...unchanged, topUp, isAnnounced: !isAgain }
    }
    case 'processing': {
      const isAgain = before.state === 'processing'
      const silences = isAgain ? before.silences + 1 : 0
      const topUp: TopUp = {
        ...forward(before, outcome, nowMicros),
        confirmedAtMicros: before.confirmedAtMicros ?? nowMicros,
        nextTryAtMicros: nowMicros + lookBackoffMicros(silences, chance),
        silences,
      }
      return { ...unchanged, topUp, isAnnounced: !isAgain }
    }
    case 'succeeded': {
      const topUp = { ...over(before, 'succeeded', null), confirmedAtMicros: before.confirmedAtMicros ?? nowMicros }
      return { ...unchanged, topUp, isAnnounced: true, memory: afterSuccess(memory, before.trigger, before.methodId) }
    }
    default:
      throw new TypeError(`top-up ${before.topUpId}: ${news.kind} leads to ${outcome}, which is not implemented`)
  }
}

/** The provider, or a person in its dashboard, canceled the payment. */
const BY_PROVIDER: Ending = { state: 'canceled', reason: 'canceled_at_provider' }

function declined(
  before: TopUp,
  decline: Decline,
  memory: AutoTopUpMemory,
  nowMicros: InstantMicros,
  chance: number,
): Advanced {
  if (before.trigger === 'manual') {
    return { topUp: over(before, 'failed', decline.code), isAnnounced: true, memory, paused: null }
  }
  const after = afterDecline(memory, decline, before.methodId, nowMicros, chance)
  const paused = newPause(memory, after.memory)
  if (after.nextTryAtMicros === null || before.ending !== null) {
    return { topUp: over(before, 'failed', decline.code), isAnnounced: true, memory: after.memory, paused }
  }
  const topUp: TopUp = {
    ...over(before, 'requested', decline.code),
    attemptId: null,
    paymentId: null,
    methodId: null,
    confirmedAtMicros: null,
    nextTryAtMicros: after.nextTryAtMicros,
  }
  return { topUp, isAnnounced: true, memory: after.memory, paused }
}

function newPause(memory: AutoTopUpMemory, after: AutoTopUpMemory): Pause | null {
  return isSamePause(after.pause, memory.pause) ? null : after.pause
}

function forward(before: TopUp, state: TopUpState, nowMicros: InstantMicros): TopUp {
  const noAction = { actionUrl: null, actionUntilMicros: null }
  return { ...before, ...noAction, state, reason: null, silences: 0, nextTryAtMicros: nowMicros }
}

/** Nothing was learned. It is tried or looked up again later. */
function silent(
  before: TopUp,
  state: TopUpState,
  atLeastMicros: number,
  nowMicros: InstantMicros,
  chance: number,
): TopUp {
  const silences = before.silences + 1
  const isInDoubt = state === 'unknown' || before.state === 'unknown'
  const waitMicros = Math.max(silenceBackoffMicros(isInDoubt, silences, chance), atLeastMicros)
  const { actionUntilMicros } = before
  const nextTryAtMicros =
    actionUntilMicros === null || atLeastMicros > 0
      ? nowMicros + waitMicros
      : beforeLapse(actionUntilMicros, waitMicros, nowMicros)
  // A payment that turns out to be unconfirmed is confirmed again and counts by that time.
  const confirmedAtMicros = state === 'prepared' ? null : before.confirmedAtMicros
  return { ...before, state, silences, confirmedAtMicros, nextTryAtMicros }
}

/** Limits the wait to the end of the approval period. Ignored after that. */
function beforeLapse(actionUntilMicros: InstantMicros, waitMicros: number, nowMicros: InstantMicros): InstantMicros {
  const atMicros = nowMicros + waitMicros
  return actionUntilMicros > nowMicros ? Math.min(atMicros, actionUntilMicros) : atMicros
}

function over(before: TopUp, state: TopUpState, reason: string | null): TopUp {
  return { ...before, state, reason, silences: 0, ending: null, actionUrl: null, actionUntilMicros: null }
}

const SECOND = 1_000_000
const MINUTE = 60 * SECOND

/**
 * The wait after the n-th unanswered request or outage: about 1, 2, 4 ... seconds. While it is `unknown` whether a payment
 * has charged, it is looked up at least every 30 seconds; any other is tried at least every 5 minutes. Half of the wait is
 * random.
 */
function silenceBackoffMicros(isInDoubt: boolean, silences: number, chance: number): number {
  const maxWaitMicros = isInDoubt ? 30 * SECOND : 5 * MINUTE
  return jittered(Math.min(maxWaitMicros, 2 ** Math.min(silences - 1, 20) * SECOND), chance)
}

/**
 * The wait before a payment that the bank or the customer has to act on (`processing`, `needs_action`) is looked up, in case
 * its webhook never arrives: about 10, 20, 40 ... seconds, at most an hour.
 */
function lookBackoffMicros(looks: number, chance: number): number {
  return jittered(Math.min(60 * MINUTE, 2 ** Math.min(looks, 20) * 10 * SECOND), chance)
}

function jittered(micros: number, chance: number): number {
  return Math.round(micros * (0.5 + chance / 2))
}
