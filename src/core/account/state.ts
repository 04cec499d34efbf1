/**
 * The credit of one account, and the two things that may happen to it: a movement is posted, and what was posted is
 * announced. Status follows the balance: at or below zero, outbound and inbound toll-free calls are blocked.
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

/** What is blocked while the credit is used up. Inbound standard and emergency calls never are. */
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
  /** Version of the newest service-status event, 0 while there was none. */
  readonly statusVersion: bigint
  readonly statusSinceMicros: InstantMicros
  /** Version of the newest alert, 0 before the first. */
  readonly alertVersion: bigint
  /** A balance below it asks for an automatic top-up; null: there is nothing to ask for (see `armedBelowMicros`). */
  readonly autoTopUpBelowMicros: Micros | null
}

/** What moved the credit; open for consumers, who may meet more. */
export type BalanceCause = 'usage' | 'adjustment' | 'top_up' | 'refund' | 'dispute' | 'restore'

/** One change of credit with its place in the account's chain. `amountMicros` above zero adds credit. */
export interface Posting {
  readonly accountId: string
  readonly sequence: bigint
  readonly amountMicros: Micros
  readonly balanceBeforeMicros: Micros
  readonly balanceAfterMicros: Micros
  readonly currency: Currency
}

/**
 * What a movement came from: an event, a correction with the movement it reverses, a person with a reason, a top-up, or what
 * a refund or dispute takes of one. A refund that failed or a dispute that was won is of the same kind, above zero.
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
  /** One below the first where no movement was made. */
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
  /** The balance ended below what asks for an automatic top-up. It is asked for once: the account's column is null by now. */
  readonly topUpDue: boolean
}

/** Adds one movement to the account's chain. None is made of 0. */
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
 * What is announced after the postings that led from `before` to `after`: one balance change however many there
 * were, a status change if the balance ended on the other side of zero, and an alert for each level it fell below. And
 * whether it ended where an automatic top-up is due.
 */
export function settle(
  before: AccountState,
  after: AccountState,
  cause: BalanceCause,
  levels: AlertLevels,
  nowMicros: InstantMicros,
): Settled {
  const asked = askForTopUp(after)
  const { topUpDue } = asked
  let { account } = asked
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
    return { account: reviewed.account, balanceChanged, statusChanged, alerts: reviewed.alerts, topUpDue }
  }
  const exhausted = raise(reviewed.account, 'exhausted', 0n)
  return {
    account: exhausted.account,
    balanceChanged,
    statusChanged,
    alerts: [...reviewed.alerts, exhausted.alert],
    topUpDue,
  }
}

/** The question of automatic top-up. Asked of where the account stands, not of what moved it, so it cannot be missed. */
export function askForTopUp(account: AccountState): { account: AccountState; topUpDue: boolean } {
  const { autoTopUpBelowMicros: belowMicros, balanceMicros } = account
  const topUpDue = belowMicros !== null && balanceMicros < belowMicros
  return { account: topUpDue ? { ...account, autoTopUpBelowMicros: null } : account, topUpDue }
}

/** Where the account stands against its levels, as they are now, and the alerts for those it is newly below. */
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
 * The account's state republished under a later epoch, after the ledger was restored to an earlier point: what consumers
 * know may be from a future that no longer is. No movement is made.
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

/** An account as it is created: no credit, and so blocked from its first moment. */
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

/** The status of an account as it is announced. */
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
