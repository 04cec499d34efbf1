/** Asserts what must hold of changes before they are written. A violation is a bug, so it is thrown. */
import type { AccountChange } from '../../core/changes/account-change.ts'
import { Fault } from '../../platform/faults.ts'

/**
 * Throws the fault `invariant_broken` if an account has several changes, if a new account has movements, if movements are
 * not announced as a change of the balance, or if settings are of another account. The chain of the movements is checked
 * where the account is updated (`updateAccounts`).
 */
export function assertChanges(changes: readonly AccountChange[]): void {
  const accountIds = new Set(changes.map(({ account }) => account.accountId))
  if (accountIds.size < changes.length) throw broken('an account has two changes in one transaction')
  for (const change of changes) assertChange(change)
}

function assertChange({ account, cause, settings, movements, balanceChanged }: AccountChange): void {
  const { accountId } = account
  if (settings !== null && settings.accountId !== accountId) {
    throw broken(`account ${accountId} would get the settings of ${settings.accountId}`)
  }
  if (cause === 'account_created' && movements.length > 0)
    throw broken(`account ${accountId} is new, but has movements`)
  // After a restore the balance is announced again without a movement.
  if (cause === 'restore') return
  const [first, last] = [movements[0]?.posting, movements.at(-1)?.posting]
  const isAnnounced =
    balanceChanged?.firstSequence === first?.sequence &&
    balanceChanged?.lastSequence === last?.sequence &&
    balanceChanged?.balanceBeforeMicros === first?.balanceBeforeMicros &&
    balanceChanged?.balanceAfterMicros === last?.balanceAfterMicros
  if (!isAnnounced)
    throw broken(`account ${accountId}: the announced change of its balance is not that of its movements`)
}

function broken(message: string): Fault {
  return new Fault('invariant_broken', message)
}
