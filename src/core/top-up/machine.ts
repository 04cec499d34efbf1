/**
 * The life of a top-up: one wish for credit, and the attempts to pay for it, one after the other.
 *
 * A payment is *prepared* at the provider (nothing can be taken by it yet; its id is stored), then *confirmed*. What became
 * of it is read by that id for ever after. So an answer that never comes leaves one question, what became of this payment,
 * and confirming it twice cannot charge twice. A declined payment is over; another attempt prepares another.
 *
 * The table below is the whole machine, a column for everything that may be heard in a state. `ignored` came late, twice or
 * out of order, and changes nothing. `impossible` means a bug of ours, and throws.
 */
import { type InstantMicros, MICROS_PER_DAY } from '../instant.ts'
import type { Currency, Micros } from '../money.ts'
import { CANCELED_AT_PROVIDER, type Decline, LAPSED } from './declines.ts'
import { type AutoTopUpMemory, afterDecline, afterPause, afterSuccess, type Pause } from './memory.ts'

export const TOP_UP_STATES = [
  /** Waits for an attempt, or for the next one. */
  'requested',
  /** The provider holds a payment that nobody has confirmed. */
  'prepared',
  /** About to be confirmed, stored before it is. */
  'charging',
  /** Confirmed perhaps, and no answer came: money may have moved. */
  'unknown',
  /** The bank has it, for seconds or days; it is not credit yet. */
  'processing',
  /** The customer has to approve it with the bank. */
  'needs_action',
  'succeeded',
  'failed',
  'canceled',
  /** A limit forbids it for now. */
  'skipped',
  /** What it was for is gone. */
  'no_longer_needed',
] as const
export type TopUpState = (typeof TOP_UP_STATES)[number]

/** States that may still lead to a charge; of automatic top-ups an account has at most one in these. */
export const OPEN_STATES = ['requested', 'prepared', 'charging', 'unknown', 'processing', 'needs_action'] as const

/** Who asked for it: the account's settings, or a person. */
export type TopUpTrigger = 'automatic' | 'manual'

/** What a top-up ends as: at once where nothing is prepared, else once the provider has canceled the payment. */
export interface Ending {
  readonly state: 'skipped' | 'no_longer_needed' | 'canceled' | 'failed'
  /** A code, for events and pages: `monthly_cap`, `turned_off`, ... */
  readonly reason: string
}

export interface TopUp {
  readonly topUpId: string
  readonly accountId: string
  readonly trigger: TopUpTrigger
  /** What the current or next attempt charges. */
  readonly amountMicros: Micros
  readonly currency: Currency
  readonly state: TopUpState
  /** Why it is in this state, a code; null where the state says it. */
  readonly reason: string | null
  readonly requestedAtMicros: InstantMicros
  /** Attempts so far that prepared a payment. */
  readonly attempts: number
  /** The current attempt and its payment at the provider; null before it is prepared and after it is declined. */
  readonly attemptId: string | null
  readonly paymentId: string | null
  readonly methodId: string | null
  /** When the current attempt was confirmed; the limits count by it. Null where it was not, or turned out not to be. */
  readonly confirmedAtMicros: InstantMicros | null
  /** Set when the prepared payment is to be canceled. */
  readonly ending: Ending | null
  /** Not to be looked at again before. */
  readonly nextTryAtMicros: InstantMicros
  /** Silences and outages since the provider last moved it on; backing off counts by it. */
  readonly silences: number
  /** Where the customer approves it, and until when, while it needs that. */
  readonly actionUrl: string | null
  readonly actionUntilMicros: InstantMicros | null
}

/** What the provider may say of a payment. */
export type PaymentNews =
  | { readonly kind: 'unconfirmed' }
  | { readonly kind: 'succeeded' }
  | { readonly kind: 'processing' }
  | { readonly kind: 'needs_action'; readonly url: string }
  | { readonly kind: 'declined'; readonly decline: Decline }
  | { readonly kind: 'canceled' }

export type TopUpNews =
  | PaymentNews
  /** A payment was prepared, by this attempt. */
  | {
      readonly kind: 'prepared'
      readonly attemptId: string
      readonly paymentId: string
      readonly methodId: string
      readonly amountMicros: Micros
    }
  /** The prepared payment is about to be confirmed; stored before it is. */
  | { readonly kind: 'confirming' }
  /** Judged before an attempt, or before confirming: not now, or not any more. */
  | { readonly kind: 'ended'; readonly ending: Ending }
  /** Judged before an attempt: not yet. */
  | { readonly kind: 'wait'; readonly untilMicros: InstantMicros }
  /** The provider took nothing in. */
  | { readonly kind: 'unavailable'; readonly retryAfterMicros: number | null }
  /** No answer, or one that does not say what happened. */
  | { readonly kind: 'unknown' }
  /** The provider refuses the request itself, and would each time: nothing was charged. */
  | { readonly kind: 'refused'; readonly code: string }

type Outcome = TopUpState | 'ignored' | 'impossible' | 'declined' | 'ended'

/** What is heard of a payment that was confirmed. */
const ANSWERS = {
  succeeded: 'succeeded',
  processing: 'processing',
  needs_action: 'needs_action',
  declined: 'declined',
  canceled: 'ended',
} as const

/** A top-up that is over: a payment that turns out to have succeeded is money taken, and the only way back. */
const OVER = {
  prepared: 'impossible',
  confirming: 'impossible',
  ended: 'ignored',
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
 * `declined` leads on by the kind of decline: to the next attempt, or to the end. `ended` leads to the ending that was
 * meant when the payment was canceled, and to `canceled` when nobody here meant any.
 */
export const TRANSITIONS: Readonly<Record<TopUpState, Readonly<Record<TopUpNews['kind'], Outcome>>>> = {
  // It has no payment: what is said of an earlier one does not concern it.
  requested: {
    prepared: 'prepared',
    confirming: 'impossible',
    ended: 'ended',
    wait: 'requested',
    // A preparation that failed, or nobody knows: no money moves by one, so the next is made with a new key.
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
    confirming: 'charging',
    // Stays until the provider has canceled the payment.
    ended: 'prepared',
    wait: 'prepared',
    unavailable: 'prepared',
    unknown: 'prepared',
    // Even to cancel it is refused: there is nothing to cancel, and nothing was charged.
    refused: 'failed',
    unconfirmed: 'prepared',
    ...ANSWERS,
  },
  charging: {
    prepared: 'impossible',
    confirming: 'ignored',
    ended: 'impossible',
    wait: 'impossible',
    // Nothing was taken in, so nothing was charged: it is judged again before the next try.
    unavailable: 'prepared',
    unknown: 'unknown',
    // Nothing was charged; it fails once the provider has canceled the payment, lest a call still on its way charges it.
    refused: 'prepared',
    unconfirmed: 'prepared',
    ...ANSWERS,
  },
  unknown: {
    prepared: 'impossible',
    confirming: 'impossible',
    ended: 'impossible',
    wait: 'impossible',
    // That it answers nothing now says nothing of the first time.
    unavailable: 'unknown',
    unknown: 'unknown',
    refused: 'unknown',
    unconfirmed: 'prepared',
    ...ANSWERS,
  },
  processing: {
    prepared: 'impossible',
    confirming: 'impossible',
    ended: 'impossible',
    wait: 'impossible',
    unavailable: 'processing',
    unknown: 'processing',
    refused: 'processing',
    unconfirmed: 'processing',
    ...ANSWERS,
  },
  needs_action: {
    prepared: 'impossible',
    confirming: 'impossible',
    // Meant to be canceled, as when the account is closed: stays until the provider has done it.
    ended: 'needs_action',
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

export function isOpen({ state }: Pick<TopUp, 'state'>): boolean {
  return (OPEN_STATES as readonly TopUpState[]).includes(state)
}

/** How long an approval is waited for. */
export const APPROVAL_MICROS = MICROS_PER_DAY

export interface Advanced {
  readonly topUp: TopUp
  /** Whether consumers learn of it: another state, or another attempt to come. */
  readonly isNews: boolean
  /** What is remembered of the account's automatic top-up afterwards. */
  readonly memory: AutoTopUpMemory
  /** The pause that began with it; null when none did. */
  readonly paused: Pause | null
}

/**
 * Where the news takes the top-up; null: nowhere, it changes nothing. News of a payment must be of the top-up's own,
 * `paymentId`. `chance`, from 0 to below 1, spreads what is tried again. Throws where only a bug leads.
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
    throw new TypeError(`top-up ${before.topUpId} is ${before.state} and cannot hear ${news.kind}`)
  }
  const unchanged = { memory, paused: null }
  if (outcome === 'declined') return declined(before, (news as { decline: Decline }).decline, memory, nowMicros, chance)
  if (outcome === 'ended') {
    const hasLapsed = before.actionUntilMicros !== null && before.actionUntilMicros <= nowMicros
    if (news.kind === 'canceled' && before.ending === null) {
      if (hasLapsed) return declined(before, LAPSED, memory, nowMicros, chance)
      // Asked for anew it would only be canceled again: a person has to look at it.
      if (before.trigger === 'automatic') return declined(before, CANCELED_AT_PROVIDER, memory, nowMicros, chance)
    }
    const ending = news.kind === 'ended' ? news.ending : (before.ending ?? BY_PROVIDER)
    return { ...unchanged, topUp: over(before, ending.state, ending.reason), isNews: true }
  }
  switch (news.kind) {
    case 'prepared': {
      const { attemptId, paymentId, methodId, amountMicros } = news
      const attempt = { attemptId, paymentId, methodId, amountMicros, attempts: before.attempts + 1 }
      return { ...unchanged, topUp: { ...forward(before, outcome, nowMicros), ...attempt }, isNews: false }
    }
    case 'confirming': {
      if (before.ending !== null) throw new TypeError(`top-up ${before.topUpId} is to be canceled, not confirmed`)
      // Outages before it still count: while the provider is down it is not confirmed again every second.
      const { silences } = before
      const topUp = { ...forward(before, outcome, nowMicros), confirmedAtMicros: nowMicros, silences }
      return { ...unchanged, topUp, isNews: true }
    }
    case 'ended':
      return {
        ...unchanged,
        topUp: { ...before, state: outcome, ending: before.ending ?? news.ending, nextTryAtMicros: nowMicros },
        isNews: false,
      }
    case 'wait':
      return {
        ...unchanged,
        topUp: { ...before, state: outcome, nextTryAtMicros: Math.max(nowMicros, news.untilMicros) },
        isNews: false,
      }
    case 'unavailable':
    case 'unknown':
    case 'unconfirmed': {
      // It is what it was, unless it is to be canceled and was not.
      if (news.kind === 'unconfirmed' && before.state === 'prepared' && before.ending === null) return null
      const retryAfterMicros = news.kind === 'unavailable' ? (news.retryAfterMicros ?? 0) : 0
      const topUp = silent(before, outcome, retryAfterMicros, nowMicros, chance)
      return { ...unchanged, topUp, isNews: outcome === 'unknown' && before.state !== 'unknown' }
    }
    case 'refused': {
      // A look that is refused says nothing of the payment.
      if (outcome !== 'failed' && outcome !== 'prepared') {
        return { ...unchanged, topUp: silent(before, outcome, 0, nowMicros, chance), isNews: false }
      }
      const ending: Ending = { state: 'failed', reason: news.code }
      const topUp: TopUp =
        outcome === 'failed'
          ? over(before, ending.state, ending.reason)
          : { ...before, state: outcome, ending, confirmedAtMicros: null, nextTryAtMicros: nowMicros }
      // Each further try would be refused: a person has to look at it.
      const pause: Pause = { reason: 'refused', code: news.code, methodId: before.methodId, sinceMicros: nowMicros }
      const after = before.trigger === 'automatic' ? afterPause(memory, pause) : memory
      return { topUp, isNews: outcome === 'failed', memory: after, paused: begun(memory, after) }
    }
    case 'needs_action': {
      const isAgain = before.state === 'needs_action'
      const silences = isAgain ? before.silences + 1 : 0
      const actionUntilMicros = before.actionUntilMicros ?? nowMicros + APPROVAL_MICROS
      // One that is to be canceled, and is not yet, is not left to itself for an hour.
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
      return { ...unchanged, topUp, isNews: !isAgain }
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
      return { ...unchanged, topUp, isNews: !isAgain }
    }
    case 'succeeded': {
      const topUp = { ...over(before, 'succeeded', null), confirmedAtMicros: before.confirmedAtMicros ?? nowMicros }
      return { ...unchanged, topUp, isNews: true, memory: afterSuccess(memory, before.trigger, before.methodId) }
    }
    default:
      throw new TypeError(`top-up ${before.topUpId}: ${news.kind} leads to ${outcome} and nobody says how`)
  }
}

/** The provider, or somebody at its dashboard, canceled the payment. */
const BY_PROVIDER: Ending = { state: 'canceled', reason: 'canceled_at_provider' }

function declined(
  before: TopUp,
  decline: Decline,
  memory: AutoTopUpMemory,
  nowMicros: InstantMicros,
  chance: number,
): Advanced {
  if (before.trigger === 'manual') {
    return { topUp: over(before, 'failed', decline.code), isNews: true, memory, paused: null }
  }
  const after = afterDecline(memory, decline, before.methodId, nowMicros, chance)
  const paused = begun(memory, after.memory)
  if (after.nextTryAtMicros === null || before.ending !== null) {
    return { topUp: over(before, 'failed', decline.code), isNews: true, memory: after.memory, paused }
  }
  const topUp: TopUp = {
    ...over(before, 'requested', decline.code),
    attemptId: null,
    paymentId: null,
    methodId: null,
    confirmedAtMicros: null,
    nextTryAtMicros: after.nextTryAtMicros,
  }
  return { topUp, isNews: true, memory: after.memory, paused }
}

function begun(memory: AutoTopUpMemory, after: AutoTopUpMemory): Pause | null {
  return after.pause === memory.pause ? null : after.pause
}

function forward(before: TopUp, state: TopUpState, nowMicros: InstantMicros): TopUp {
  const noAction = { actionUrl: null, actionUntilMicros: null }
  return { ...before, ...noAction, state, reason: null, silences: 0, nextTryAtMicros: nowMicros }
}

/** Nothing was learned: it is tried, or looked at, again after a while. */
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
  // What was confirmed once and turns out not to be is confirmed anew, and counts by that instant.
  const confirmedAtMicros = state === 'prepared' ? null : before.confirmedAtMicros
  return { ...before, state, silences, confirmedAtMicros, nextTryAtMicros }
}

/** Looks at it no later than when the approval lapses; once it has, as if there were no such instant. */
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
 * How long to wait after the n-th silence or outage: about 1, 2, 4 ... seconds. A payment of which money may have moved is
 * looked up at least every 30 seconds, any other is tried at least every 5 minutes. Half of it is chance.
 */
function silenceBackoffMicros(isInDoubt: boolean, silences: number, chance: number): number {
  const mostMicros = isInDoubt ? 30 * SECOND : 5 * MINUTE
  return jittered(Math.min(mostMicros, 2 ** Math.min(silences - 1, 20) * SECOND), chance)
}

/** Until a payment that somebody else has in hand is looked up again, in case the webhook about it never comes. */
function lookBackoffMicros(looks: number, chance: number): number {
  return jittered(Math.min(60 * MINUTE, 2 ** Math.min(looks, 20) * 10 * SECOND), chance)
}

function jittered(micros: number, chance: number): number {
  return Math.round(micros * (0.5 + chance / 2))
}
