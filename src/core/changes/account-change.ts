/**
 * A change of one account outside usage batches, completely decided: the account after it, what is stored with it, and
 * what is announced. The ledger's writer stores any number of them in one transaction.
 */

import { alertLevels } from '../account/alerts.ts'
import {
  type AccountState,
  type BalanceCause,
  disarmIfTopUpDue,
  type Movement,
  type MovementOrigin,
  openAccount,
  post,
  restate,
  reviewAlerts,
  type Settled,
  settle,
} from '../account/state.ts'
import type { InstantMicros } from '../instant.ts'
import type { Mail } from '../mail/mail.ts'
import type { Micros } from '../money.ts'
import type { AccountSettings } from '../settings/settings.ts'
import type { TopUpStep } from '../top-up/step.ts'

/** The cause of a status change, an alert, or a step of a top-up. */
export type ChangeCause = BalanceCause | 'settings' | 'account_created' | 'account_closed' | 'payment_method'

export interface AccountChange extends Settled {
  readonly cause: ChangeCause
  /** The appended version of the settings, with the number `account.settingsVersion`. Null if they do not change. */
  readonly settings: AccountSettings | null
  /** Who changed the settings, if known. */
  readonly settingsActor: string | null
  readonly movements: readonly Movement[]
  /** The steps of top-ups to announce, in order. The request of a due top-up is announced after them. */
  readonly topUpSteps: readonly TopUpStep[]
  /** Mails to the account's contacts, besides the mail of an alert. */
  readonly mails: readonly Mail[]
}

/** What moves credit outside usage. */
export type CreditOrigin = Extract<MovementOrigin, { kind: 'adjustment' | 'top_up' | 'refund' | 'dispute' }>

/** One movement of credit to post. */
export interface CreditEntry {
  /** Positive adds credit, negative takes it. Never 0. */
  readonly amountMicros: Micros
  readonly origin: CreditOrigin
  readonly occurredAtMicros: InstantMicros
}

/**
 * Posts one movement per entry, in order, from sequence `before.lastSequence + 1` on. Makes one balance change, whose
 * cause is the kind of the last entry.
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
  return {
    ...settle(before, account, cause, alertLevels(settings), nowMicros),
    cause,
    settings: null,
    settingsActor: null,
    movements,
    topUpSteps: [],
    mails: [],
  }
}

/** Appends the account's next version of settings. A level that is now above the balance raises its alert. */
export function changeSettings(
  before: AccountState,
  settings: AccountSettings,
  actor: string | null = null,
): AccountChange {
  const next = { ...before, settingsVersion: before.settingsVersion + 1 }
  return { ...NOTHING, ...reviewAlerts(next, alertLevels(settings)), cause: 'settings', settings, settingsActor: actor }
}

/** Creates an account with its first settings. */
export function createAccount(
  settings: AccountSettings,
  nowMicros: InstantMicros,
  actor: string | null = null,
): AccountChange {
  const opened = openAccount(settings.accountId, settings.currency, alertLevels(settings), nowMicros)
  return { ...NOTHING, ...opened, cause: 'account_created', settings, settingsActor: actor }
}

/** Republishes balance and status in a new epoch. */
export function restateAccount(before: AccountState): AccountChange {
  return { ...NOTHING, ...restate(before), cause: 'restore' }
}

/** Leaves the account unchanged, for announcements and mails without a change of the account. */
export function keepAccount(account: AccountState, cause: ChangeCause): AccountChange {
  return { ...NOTHING, account, cause }
}

/**
 * Sets the threshold that the balance is compared with from now on. Compares it at once, so a balance that is already
 * below is not missed.
 */
export function rearm(change: AccountChange, autoTopUpBelowMicros: Micros | null): AccountChange {
  return { ...change, ...disarmIfTopUpDue({ ...change.account, autoTopUpBelowMicros }) }
}

const NOTHING = {
  balanceChanged: null,
  statusChanged: null,
  alerts: [],
  isTopUpDue: false,
  settings: null,
  settingsActor: null,
  movements: [],
  topUpSteps: [],
  mails: [],
} as const
