/**
 * A change of one account outside of a usage batch, decided whole: the account as it is afterwards, what is stored beside
 * it, and what is announced. The ledger's writer stores any number of them in one transaction.
 */
import type { InstantMicros } from '../instant.ts'
import type { Micros } from '../money.ts'
import { alertLevels } from './alerts.ts'
import type { AccountSettings } from './settings.ts'
import {
  type AccountState,
  type BalanceCause,
  type Movement,
  type MovementOrigin,
  openAccount,
  post,
  restate,
  reviewAlerts,
  type Settled,
  settle,
} from './state.ts'

/** What led to a change of status or to an alert. */
export type ChangeCause = BalanceCause | 'settings' | 'account_created'

export interface AccountChange extends Settled {
  readonly cause: ChangeCause
  /** The version of the settings that is appended, `account.settingsVersion`; null when they stay as they are. */
  readonly settings: AccountSettings | null
  readonly movements: readonly Movement[]
}

/** What moves credit outside of usage. */
export type CreditOrigin = Extract<MovementOrigin, { kind: 'adjustment' | 'top_up' | 'refund' | 'dispute' }>

export interface CreditEntry {
  /** Above zero adds credit, below zero takes it; never 0. */
  readonly amountMicros: Micros
  readonly origin: CreditOrigin
  readonly occurredAtMicros: InstantMicros
}

/**
 * Posts one movement an entry, in their order, as sequences `before.lastSequence + 1` and on: one balance change, whose
 * cause is the kind of the last.
 */
export function postCredit(
  before: AccountState,
  settings: AccountSettings,
  entries: readonly [CreditEntry, ...CreditEntry[]],
  nowMicros: InstantMicros,
): AccountChange {
  let account = before
  const movements = entries.map(({ amountMicros, origin, occurredAtMicros }): Movement => {
    const posted = post(account, amountMicros)
    account = posted.account
    return { posting: posted.posting, origin, occurredAtMicros }
  })
  const cause = entries.at(-1)!.origin.kind
  return { ...settle(before, account, cause, alertLevels(settings), nowMicros), cause, settings: null, movements }
}

/** Gives the account its next version of settings. A level that is now above the balance raises its alert. */
export function changeSettings(before: AccountState, settings: AccountSettings): AccountChange {
  const next = { ...before, settingsVersion: before.settingsVersion + 1 }
  return { ...NOTHING, ...reviewAlerts(next, alertLevels(settings)), cause: 'settings', settings }
}

/** A new account, with its first settings. */
export function createAccount(settings: AccountSettings, nowMicros: InstantMicros): AccountChange {
  const opened = openAccount(settings.accountId, settings.currency, alertLevels(settings), nowMicros)
  return { ...NOTHING, ...opened, cause: 'account_created', settings }
}

/** Balance and status republished under a new epoch. */
export function restateAccount(before: AccountState): AccountChange {
  return { ...NOTHING, ...restate(before), cause: 'restore' }
}

const NOTHING = { balanceChanged: null, statusChanged: null, alerts: [], settings: null, movements: [] } as const
