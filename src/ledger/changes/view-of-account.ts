/** What the live view learns of an account: all of its parts with their versions, of which the view keeps what is newer. */
import type { AccountState } from '../../core/account/state.ts'
import type { ViewChange } from '../../view/changes.ts'
import type { AnnouncedStep } from './announce.ts'

/** `steps` are those of the account's top-ups that the same transaction announces, in their order. */
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
