/** Asserts what must hold of changes before they are written. A violation is a bug, so it is thrown. */
import type { AccountChange } from '../../core/changes/account-change.ts'
import { Fault } from '../../platform/faults.ts'

/**
 * Throws the fault `invariant_broken` if an account has several changes, if its movements have a gap or do not lead to its
 * balance, or if settings are of another account.
 */
export function assertChanges(changes: readonly AccountChange[]): void {
  const accountIds = new Set(changes.map(({ account }) => account.accountId))
  if (accountIds.size < changes.length) throw broken('an account has two changes in one transaction')
  for (const change of changes) assertChange(change)
}

function assertChange({ account, settings, movements }: AccountChange): void {
  const { accountId } = account
  if (settings !== null && settings.accountId !== accountId) {
    throw broken(`account ${accountId} would get the settings of ${settings.accountId}`)
  }
  const [first] = movements
  if (first === undefined) return
  let { sequence, balanceBeforeMicros } = first.posting
  for (const { posting } of movements) {
    if (posting.accountId !== accountId)
      throw broken(`a movement of ${posting.accountId} is in a change of ${accountId}`)
    if (posting.sequence !== sequence)
      throw broken(`account ${accountId}: ${posting.sequence} follows ${sequence - 1n}`)
    if (posting.balanceBeforeMicros !== balanceBeforeMicros) {
      throw broken(`account ${accountId}: movement ${sequence} does not begin at the balance before it`)
    }
    sequence++
    balanceBeforeMicros = posting.balanceAfterMicros
  }
  if (account.lastSequence !== sequence - 1n || account.balanceMicros !== balanceBeforeMicros) {
    throw broken(`account ${accountId}: its movements do not lead to its balance`)
  }
}

function broken(message: string): Fault {
  return new Fault('invariant_broken', message)
}
