/**
 * A change of one account outside of a usage batch, decided whole: the account as it is afterwards, what is stored beside
 * it, and what is announced. The ledger's writer stores any number of them in one transaction.
 */

import { alertLevels } from '../account/alerts.ts'
import {
  type AccountState,
  askForTopUp,
  type BalanceCause,
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

/** What led to a change of status, to an alert, or to a step of a top-up. */
export type ChangeCause = BalanceCause | 'settings' | 'account_created' | 'account_closed' | 'payment_method'

export interface AccountChange extends Settled {
  readonly cause: ChangeCause
  /** The version of the settings that is appended, `account.settingsVersion`; null when they stay as they are. */
  readonly settings: AccountSettings | null
  /** Who changed them, where that is known. */
  readonly settingsActor: string | null
  readonly movements: readonly Movement[]
  /** What is announced of top-ups, in this order; the top-up that is due, where one is, comes after them. */
  readonly topUpSteps: readonly TopUpStep[]
  /** What the account's contacts are written, beside the mail of an alert. */
  readonly mails: readonly Mail[]
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

/** Gives the account its next version of settings. A level that is now above the balance raises its alert. */
export function changeSettings(
  before: AccountState,
  settings: AccountSettings,
  actor: string | null = null,
): AccountChange {
  const next = { ...before, settingsVersion: before.settingsVersion + 1 }
  return { ...NOTHING, ...reviewAlerts(next, alertLevels(settings)), cause: 'settings', settings, settingsActor: actor }
}

/** A new account, with its first settings. */
export function createAccount(
  settings: AccountSettings,
  nowMicros: InstantMicros,
  actor: string | null = null,
): AccountChange {
  const opened = openAccount(settings.accountId, settings.currency, alertLevels(settings), nowMicros)
  return { ...NOTHING, ...opened, cause: 'account_created', settings, settingsActor: actor }
}

/** Balance and status republished under a new epoch. */
export function restateAccount(before: AccountState): AccountChange {
  return { ...NOTHING, ...restate(before), cause: 'restore' }
}

/** No change of the account itself: for what is announced or remembered beside it. */
export function keepAccount(account: AccountState, cause: ChangeCause): AccountChange {
  return { ...NOTHING, account, cause }
}

/** The change with what a balance is compared with from now on; asked at once, so a balance that is below it is not missed. */
export function rearm(change: AccountChange, autoTopUpBelowMicros: Micros | null): AccountChange {
  return { ...change, ...askForTopUp({ ...change.account, autoTopUpBelowMicros }) }
}

const NOTHING = {
  balanceChanged: null,
  statusChanged: null,
  alerts: [],
  topUpDue: false,
  settings: null,
  settingsActor: null,
  movements: [],
  topUpSteps: [],
  mails: [],
} as const
