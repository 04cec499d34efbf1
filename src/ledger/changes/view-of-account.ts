/** Builds the live view's update of an account: all parts with their versions, of which the view keeps the newer ones. */
import type { AccountState } from '../../core/account/state.ts'
import type { ViewChange } from '../../view/changes.ts'
import type { AnnouncedStep } from './announced-records.ts'

/** The update for the live view. `steps`: the top-up steps that the same transaction announces for the account, in order. */
export function viewOfAccount(
  account: AccountState,
  epoch: number,
  steps: readonly Pick<AnnouncedStep, 'version'>[] = [],
): ViewChange {
  const lastStep = steps.at(-1)
  return {
    accountId: account.accountId,
    epoch,
    balance: {
      version: account.balanceVersion,
      balanceMicros: account.balanceMicros,
      currency: account.currency,
      lastSequence: account.lastSequence,
      alertVersion: account.alertVersion,
    },
    status: { version: account.statusVersion, status: account.status, sinceMicros: account.statusSinceMicros },
    settingsVersion: account.settingsVersion,
    ...(lastStep === undefined ? {} : { topUps: { version: lastStep.version } }),
  }
}
