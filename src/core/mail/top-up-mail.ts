/**
 * The mails of top-ups and payments after a transaction: money added or reversed, the first of several declines, an
 * approval that is needed, a pause, a limit. Nothing is said twice: a decline that paused automatic top-up is in the
 * mail of the pause, and the mail about reversed money also says that it paused.
 */
import type { AccountState, Movement } from '../account/state.ts'
import { formatInstant, type InstantMicros } from '../instant.ts'
import { formatMoney, type Micros } from '../money.ts'
import { whyDeclined } from '../top-up/declines.ts'
import { type AutoTopUpSettings, MAX_ATTEMPTS_IN_24_HOURS } from '../top-up/judge.ts'
import type { TopUp } from '../top-up/machine.ts'
import {
  type AutoTopUpMemory,
  isSamePause,
  MAX_DECLINES_IN_A_ROW,
  needsAnotherMethod,
  whyPaused,
} from '../top-up/memory.ts'
import type { TopUpStep } from '../top-up/step.ts'
import type { Mail, MailKind, MailOf } from './mail.ts'

/** The state of automatic top-up, before or after the transaction. */
export interface AutoTopUpStanding {
  readonly memory: AutoTopUpMemory
  /** The limit that it waits for. */
  readonly waits: { readonly untilMicros: InstantMicros; readonly limit: string } | null
}

/** What one transaction changed about an account's top-ups. */
export interface TopUpUpdate {
  readonly accountBefore: AccountState
  readonly account: AccountState
  readonly before: AutoTopUpStanding
  readonly after: AutoTopUpStanding
  /** The settings now in force. */
  readonly settings: AutoTopUpSettings | null
  /** The method that automatic top-ups charge now. */
  readonly methodId: string | null
  /** The changed top-up in its new state. Null if none changed. */
  readonly topUp: TopUp | null
  readonly steps: readonly TopUpStep[]
  /** Movements of payments, in order. */
  readonly movements: readonly Movement[]
  /** When the payment was made that the reversed or returned money belongs to. */
  readonly paidAtMicros: InstantMicros | null
}

/** A customer who adds credit watches the page for about this long after confirming. A later decline is mailed. */
const WATCHED_MICROS = 60_000_000

/** Returns the mails to send. */
export function topUpMails(update: TopUpUpdate, nowMicros: InstantMicros): Mail[] {
  const taken = moneyReversed(update, nowMicros)
  const mails = [
    taken ?? creditAdded(update, nowMicros),
    taken === null ? paused(update) : null,
    declined(update, nowMicros),
    approval(update),
    limitReached(update),
  ]
  return mails.filter((mail) => mail !== null)
}

function mail<Kind extends MailKind>(
  { account: { accountId } }: TopUpUpdate,
  kind: Kind,
  occurrence: string,
  figures: MailOf<Kind>['figures'],
): MailOf<Kind> {
  return { accountId, kind, occurrence, figures }
}

const KIND_OF_ADDED = { top_up: 'top_up', dispute: 'dispute_won', refund: 'refund_failed' } as const

function creditAdded(update: TopUpUpdate, nowMicros: InstantMicros): Mail | null {
  const { accountBefore, account, topUp, movements } = update
  const last = movements.findLast(({ posting }) => posting.amountMicros > 0n)
  if (last === undefined || topUp === null) return null
  const { kind } = last.origin
  if (kind !== 'top_up' && kind !== 'dispute' && kind !== 'refund') return null
  const isBlocked = account.status === 'blocked'
  const isUnblocked = accountBefore.status === 'blocked' && !isBlocked
  // A new account starts blocked: with its first credit, calls do not work *again*.
  const isAgain = isUnblocked && accountBefore.statusVersion > 1n
  return mail(update, 'credit_added', String(last.posting.sequence), {
    kind: KIND_OF_ADDED[kind],
    trigger: topUp.trigger,
    amount: formatMoney(last.posting.amountMicros),
    balance: formatMoney(account.balanceMicros),
    method_id: topUp.methodId,
    at: formatInstant(nowMicros),
    calls: isAgain ? 'work_again' : isBlocked ? 'still_blocked' : null,
  })
}

/** The seller makes refunds, mostly at the customer's request. They are mailed only if they pause automatic top-up. */
function moneyReversed(update: TopUpUpdate, nowMicros: InstantMicros): Mail | null {
  const { account, after, methodId, movements, paidAtMicros } = update
  const left = movements.filter(({ posting }) => posting.amountMicros < 0n)
  const last = left.at(-1)
  if (last === undefined) return null
  const reason = left.some(({ origin }) => origin.kind === 'dispute') ? 'disputed' : 'refunded'
  const isPaused = hasPaused(update)
  if (reason === 'refunded' && !isPaused) return null
  return mail(update, 'taken_back', String(last.posting.sequence), {
    reason,
    amount: formatMoney(left.reduce((sum: Micros, { posting }) => sum - posting.amountMicros, 0n)),
    paid_at: formatInstant(paidAtMicros ?? nowMicros),
    balance: formatMoney(account.balanceMicros),
    is_paused: isPaused,
    needs_another_method: isPaused && needsAnotherMethod(after.memory, methodId),
  })
}

function hasPaused({ before, after, settings }: TopUpUpdate): boolean {
  return settings?.isOn === true && after.memory.pause !== null && !isSamePause(after.memory.pause, before.memory.pause)
}

function paused(update: TopUpUpdate): Mail | null {
  const { account, after, methodId } = update
  const { pause } = after.memory
  if (pause === null || !hasPaused(update)) return null
  const why = whyPaused(pause)
  const since = formatInstant(pause.sinceMicros)
  return mail(update, 'paused', since, {
    reason: pause.reason,
    why,
    method_id: why === null ? null : pause.methodId,
    since,
    needs_another_method: needsAnotherMethod(after.memory, methodId),
    balance: formatMoney(account.balanceMicros),
  })
}

/**
 * Only the first of several declines is mailed. A second is expected, because the first mail names the next try; a
 * third pauses.
 */
function declined(update: TopUpUpdate, nowMicros: InstantMicros): Mail | null {
  const { account, before, after, topUp, steps } = update
  const step = steps.find(({ kind }) => kind === 'declined' || kind === 'failed')
  if (step === undefined || topUp === null || step.reason === null || hasPaused(update)) return null
  const isCounted = after.memory !== before.memory && after.memory.declinesInARow === 1
  const isUnwatched = nowMicros - (topUp.confirmedAtMicros ?? nowMicros) > WATCHED_MICROS
  if (topUp.trigger === 'automatic' ? !isCounted : !isUnwatched) return null
  const number = Math.min(after.memory.declinesInARow + 1, MAX_DECLINES_IN_A_ROW)
  const { untilMicros } = step
  return mail(update, 'declined', `${topUp.topUpId} ${topUp.attempts}`, {
    trigger: topUp.trigger,
    amount: formatMoney(topUp.amountMicros),
    why: whyDeclined(step.reason),
    method_id: topUp.methodId ?? after.memory.declinedMethodId,
    balance: formatMoney(account.balanceMicros),
    next_try: untilMicros === null ? null : { number, of_tries: MAX_DECLINES_IN_A_ROW, at: formatInstant(untilMicros) },
  })
}

/** Only for automatic top-ups: a customer who pays manually is already on the bank's page. */
function approval(update: TopUpUpdate): Mail | null {
  const step = update.steps.find(({ kind }) => kind === 'needs_action')
  if (step?.trigger !== 'automatic' || step.untilMicros === null || step.amountMicros === null) return null
  return mail(update, 'approval', `${step.topUpId} ${step.attempt}`, {
    amount: formatMoney(step.amountMicros),
    until: formatInstant(step.untilMicros),
  })
}

function limitReached(update: TopUpUpdate): Mail | null {
  const { account, before, after, settings } = update
  const { waits } = after
  if (waits === null || settings === null) return null
  if (waits.limit === before.waits?.limit && waits.untilMicros === before.waits.untilMicros) return null
  const until = formatInstant(waits.untilMicros)
  return mail(update, 'limit_reached', `${waits.limit} ${until}`, {
    limit: waits.limit === 'monthly_cap' ? 'monthly_cap' : 'day_limit',
    until,
    amount: formatMoney(settings.amountMicros),
    cap: settings.monthlyCapMicros === null ? null : formatMoney(settings.monthlyCapMicros),
    attempts_in_24_hours: MAX_ATTEMPTS_IN_24_HOURS,
    balance: formatMoney(account.balanceMicros),
  })
}
