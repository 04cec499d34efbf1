/**
 * The credit of one account. Two things happen to it: a movement is posted, and the result of the movements is
 * announced. The service status follows the balance: at or below zero, outbound calls and inbound toll-free calls are
 * blocked.
 */
import type { InstantMicros } from '../instant.ts'
import type { Currency, Micros } from '../money.ts'
import {
  type AlertKind,
  type AlertLevels,
  type AlertRaised,
  type CrossingState,
  crossingStateWithoutCredit,
  crossings,
} from './alerts.ts'

export type ServiceStatus = 'active' | 'blocked'

/** What is blocked while the credit is exhausted. Inbound standard calls and emergency calls are never blocked. */
export const BLOCKED_WITHOUT_CREDIT = ['outbound_calls', 'inbound_toll_free'] as const

export interface AccountState extends CrossingState {
  readonly accountId: string
  readonly currency: Currency
  readonly settingsVersion: number
  readonly balanceMicros: Micros
  /** Sequence of the account's newest movement, 0 before the first. */
  readonly lastSequence: bigint
  /** Version of the newest balance-changed event, 0 before the first. */
  readonly balanceVersion: bigint
  readonly status: ServiceStatus
  /** Version of the newest service-status event, 0 before the first. */
  readonly statusVersion: bigint
  readonly statusSinceMicros: InstantMicros
  /** Version of the newest alert, 0 before the first. */
  readonly alertVersion: bigint
  /** A balance below this requests an automatic top-up. Null if none may be requested now (see `armedBelowMicros`). */
  readonly autoTopUpBelowMicros: Micros | null
}

/** What moved the credit. Consumers must accept values that are added later. */
export type BalanceCause = 'usage' | 'adjustment' | 'top_up' | 'refund' | 'dispute' | 'restore'

/** One change of credit with its place in the account's chain. A positive `amountMicros` adds credit. */
export interface Posting {
  readonly accountId: string
  readonly sequence: bigint
  readonly amountMicros: Micros
  readonly balanceBeforeMicros: Micros
  readonly balanceAfterMicros: Micros
  readonly currency: Currency
}

/**
 * What a movement came from: an event, a correction with the movement it reverses, a person with a reason, a top-up, or
 * the refund or dispute of a top-up. A failed refund and a won dispute have the same kind with a positive amount.
 */
export type MovementOrigin =
  | { readonly kind: 'usage'; readonly eventId: string }
  | { readonly kind: 'reversal'; readonly eventId: string; readonly reversesSequence: bigint }
  | { readonly kind: 'adjustment'; readonly actor: string; readonly reason: string }
  | { readonly kind: 'top_up'; readonly topUpId: string }
  | { readonly kind: 'refund' | 'dispute'; readonly topUpId: string; readonly reversesSequence: bigint }

export interface Movement {
  readonly posting: Posting
  readonly origin: MovementOrigin
  readonly occurredAtMicros: InstantMicros
}

export interface BalanceChanged {
  readonly accountId: string
  readonly version: bigint
  readonly balanceBeforeMicros: Micros
  readonly balanceAfterMicros: Micros
  readonly currency: Currency
  readonly cause: BalanceCause
  readonly firstSequence: bigint
  /** One less than `firstSequence` if no movement was made. */
  readonly lastSequence: bigint
}

export interface ServiceStatusChanged {
  readonly accountId: string
  readonly version: bigint
  readonly status: ServiceStatus
  readonly blocked: readonly string[]
  readonly reason: 'credit_exhausted' | 'credit_available'
  readonly sinceMicros: InstantMicros
}

export interface Settled {
  readonly account: AccountState
  readonly balanceChanged: BalanceChanged | null
  readonly statusChanged: ServiceStatusChanged | null
  readonly alerts: readonly AlertRaised[]
  /**
   * Whether the balance ended below the automatic top-up threshold. It is reported once: `autoTopUpBelowMicros` is null
   * afterwards.
   */
  readonly isTopUpDue: boolean
}

/** Adds one movement to the account's chain. Throws a RangeError if the amount is 0. */
export function post(account: AccountState, amountMicros: Micros): { account: AccountState; posting: Posting } {
  if (amountMicros === 0n) throw new RangeError(`account ${account.accountId}: a movement of 0`)
  const balanceAfterMicros = account.balanceMicros + amountMicros
  const sequence = account.lastSequence + 1n
  return {
    account: { ...account, balanceMicros: balanceAfterMicros, lastSequence: sequence },
    posting: {
      accountId: account.accountId,
      sequence,
      amountMicros,
      balanceBeforeMicros: account.balanceMicros,
      balanceAfterMicros,
      currency: account.currency,
    },
  }
}

/**
 * Settles an account after the postings that led from `before` to `after`, which may differ in nothing else. Returns the
 * account with the versions of what is announced: one balance change, however many postings there were; a status change
 * if the balance ended on the other side of zero; and an alert for each level it fell below. Also returns whether an
 * automatic top-up is due.
 */
export function settle(
  before: AccountState,
  after: AccountState,
  cause: BalanceCause,
  levels: AlertLevels,
  nowMicros: InstantMicros,
): Settled {
  const disarmed = disarmIfTopUpDue(after)
  const { isTopUpDue } = disarmed
  let { account } = disarmed
  let balanceChanged: BalanceChanged | null = null
  if (after.lastSequence !== before.lastSequence) {
    account = { ...account, balanceVersion: before.balanceVersion + 1n }
    balanceChanged = {
      accountId: account.accountId,
      version: account.balanceVersion,
      balanceBeforeMicros: before.balanceMicros,
      balanceAfterMicros: after.balanceMicros,
      currency: account.currency,
      cause,
      firstSequence: before.lastSequence + 1n,
      lastSequence: after.lastSequence,
    }
  }
  let statusChanged: ServiceStatusChanged | null = null
  const status: ServiceStatus = account.balanceMicros <= 0n ? 'blocked' : 'active'
  if (status !== before.status) ({ account, statusChanged } = changeStatus(account, status, nowMicros))
  const reviewed = reviewAlerts(account, levels)
  if (statusChanged?.status !== 'blocked') {
    return { account: reviewed.account, balanceChanged, statusChanged, alerts: reviewed.alerts, isTopUpDue }
  }
  const exhausted = raise(reviewed.account, 'exhausted', 0n)
  return {
    account: exhausted.account,
    balanceChanged,
    statusChanged,
    alerts: [...reviewed.alerts, exhausted.alert],
    isTopUpDue,
  }
}

/**
 * Returns whether an automatic top-up is due, and the account, which then has no threshold, so that none is requested
 * twice. Compares the balance with the threshold, whatever moved it, so none is missed.
 */
export function disarmIfTopUpDue(account: AccountState): { account: AccountState; isTopUpDue: boolean } {
  const { autoTopUpBelowMicros: belowMicros, balanceMicros } = account
  const isTopUpDue = belowMicros !== null && balanceMicros < belowMicros
  return { account: isTopUpDue ? { ...account, autoTopUpBelowMicros: null } : account, isTopUpDue }
}

/** Compares the balance with the current levels, and raises an alert for each level it is newly below. */
export function reviewAlerts(
  before: AccountState,
  levels: AlertLevels,
): { account: AccountState; alerts: AlertRaised[] } {
  const { isLow, isBelowCustomLevel, crossed } = crossings(before, before.balanceMicros, levels)
  let account: AccountState = { ...before, isLow, isBelowCustomLevel }
  const alerts: AlertRaised[] = []
  for (const { kind, levelMicros } of crossed) {
    const raised = raise(account, kind, levelMicros)
    account = raised.account
    alerts.push(raised.alert)
  }
  return { account, alerts }
}

function raise(account: AccountState, kind: AlertKind, levelMicros: Micros) {
  const version = account.alertVersion + 1n
  const { accountId, balanceMicros, currency } = account
  const alert: AlertRaised = { accountId, version, kind, levelMicros, balanceMicros, currency }
  return { account: { ...account, alertVersion: version }, alert }
}

/**
 * Republishes the account's state in a new epoch, after the ledger was restored to an earlier point: consumers may know
 * versions that were lost. Makes no movement.
 */
export function restate(before: AccountState): {
  account: AccountState
  balanceChanged: BalanceChanged
  statusChanged: ServiceStatusChanged
} {
  const account: AccountState = {
    ...before,
    balanceVersion: before.balanceVersion + 1n,
    statusVersion: before.statusVersion + 1n,
  }
  const { accountId, balanceMicros, currency, lastSequence } = account
  return {
    account,
    balanceChanged: {
      accountId,
      version: account.balanceVersion,
      balanceBeforeMicros: balanceMicros,
      balanceAfterMicros: balanceMicros,
      currency,
      cause: 'restore',
      firstSequence: lastSequence + 1n,
      lastSequence,
    },
    statusChanged: statusOf(account),
  }
}

/** Creates the state of a new account. It has no credit, so it starts blocked. */
export function openAccount(
  accountId: string,
  currency: Currency,
  levels: AlertLevels,
  nowMicros: InstantMicros,
): { account: AccountState; statusChanged: ServiceStatusChanged } {
  const unopened: AccountState = {
    accountId,
    currency,
    settingsVersion: 1,
    balanceMicros: 0n,
    lastSequence: 0n,
    balanceVersion: 0n,
    status: 'active',
    statusVersion: 0n,
    statusSinceMicros: nowMicros,
    alertVersion: 0n,
    autoTopUpBelowMicros: null,
    ...crossingStateWithoutCredit(levels),
  }
  return changeStatus(unopened, 'blocked', nowMicros)
}

function changeStatus(before: AccountState, status: ServiceStatus, nowMicros: InstantMicros) {
  const statusVersion = before.statusVersion + 1n
  const account: AccountState = { ...before, status, statusVersion, statusSinceMicros: nowMicros }
  return { account, statusChanged: statusOf(account) }
}

/** The account's status as an event. */
function statusOf(account: AccountState): ServiceStatusChanged {
  const isBlocked = account.status === 'blocked'
  return {
    accountId: account.accountId,
    version: account.statusVersion,
    status: account.status,
    blocked: isBlocked ? BLOCKED_WITHOUT_CREDIT : [],
    reason: isBlocked ? 'credit_exhausted' : 'credit_available',
    sinceMicros: account.statusSinceMicros,
  }
}
