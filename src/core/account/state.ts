/**
 * The credit of one account, and the two things that may happen to it: a movement is posted, and what was posted is
 * announced. Status follows the balance: at or below zero, outbound and inbound toll-free calls are blocked.
 */
import type { InstantMicros } from '../instant.ts'
import type { Currency, Micros } from '../money.ts'

export type ServiceStatus = 'active' | 'blocked'

/** What is blocked while the credit is used up. Inbound standard and emergency calls never are. */
export const BLOCKED_WITHOUT_CREDIT = ['outbound_calls', 'inbound_toll_free'] as const

export interface AccountState {
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
}

/** One change of credit with its place in the account's chain. `amountMicros` above zero adds credit. */
export interface Posting {
  readonly accountId: string
  readonly sequence: bigint
  readonly amountMicros: Micros
  readonly balanceBeforeMicros: Micros
  readonly balanceAfterMicros: Micros
  readonly currency: Currency
}

export interface BalanceChanged {
  readonly accountId: string
  readonly version: bigint
  readonly balanceBeforeMicros: Micros
  readonly balanceAfterMicros: Micros
  readonly currency: Currency
  readonly cause: 'usage' | 'adjustment'
  readonly firstSequence: bigint
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
 * What the world is told after the postings that led from `before` to `after`: one balance change however many there
 * were, and a status change if the balance ended on the other side of zero.
 */
export function settle(
  before: AccountState,
  after: AccountState,
  cause: BalanceChanged['cause'],
  nowMicros: InstantMicros,
): Settled {
  let account = after
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
  const status: ServiceStatus = account.balanceMicros <= 0n ? 'blocked' : 'active'
  if (status === before.status) return { account, balanceChanged, statusChanged: null }
  const changed = changeStatus(account, status, nowMicros)
  return { ...changed, balanceChanged }
}

/** An account as it is created: no credit, and so blocked from its first moment. */
export function openAccount(
  accountId: string,
  currency: Currency,
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
  }
  return changeStatus(unopened, 'blocked', nowMicros)
}

function changeStatus(account: AccountState, status: ServiceStatus, nowMicros: InstantMicros) {
  const statusVersion = account.statusVersion + 1n
  const statusChanged: ServiceStatusChanged = {
    accountId: account.accountId,
    version: statusVersion,
    status,
    blocked: status === 'blocked' ? BLOCKED_WITHOUT_CREDIT : [],
    reason: status === 'blocked' ? 'credit_exhausted' : 'credit_available',
    sinceMicros: nowMicros,
  }
  return { account: { ...account, status, statusVersion, statusSinceMicros: nowMicros }, statusChanged }
}
