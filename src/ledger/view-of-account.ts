/** What the live view learns of an account: all of its parts with their versions, of which the view keeps what is newer. */
import type { AccountState } from '../core/account/state.ts'
import type { ViewChange } from '../view/changes.ts'

export function viewOfAccount(account: AccountState, epoch: number): ViewChange {
  return {
    accountId: account.accountId,
    epoch,
    balance: { version: account.balanceVersion, balanceMicros: account.balanceMicros, currency: account.currency },
    status: { version: account.statusVersion, status: account.status, sinceMicros: account.statusSinceMicros },
    settingsVersion: account.settingsVersion,
  }
}
