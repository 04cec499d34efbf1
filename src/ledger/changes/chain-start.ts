/** Checks that movements are a chain, and finds where the chain of each account starts. */
import type { AccountState, Movement } from '../../core/account/state.ts'
import type { Micros } from '../../core/money.ts'
import { Fault } from '../../platform/faults.ts'

/** An account's newest movement and its balance before a transaction. */
export interface ChainStart {
  readonly lastSequence: bigint
  readonly balanceMicros: Micros
}

/**
 * Returns for each account where it was before its movements, in the same order. Throws the fault `invariant_broken` if an
 * account's movements have a gap or do not lead to its state, or if a movement is of none of the accounts. `movements` are
 * in the order of their sequences within each account.
 */
export function chainStarts(accounts: readonly AccountState[], movements: readonly Movement[]): ChainStart[] {
  const movementsByAccount = Map.groupBy(movements, ({ posting }) => posting.accountId)
  const starts = accounts.map((account) => {
    const own = movementsByAccount.get(account.accountId) ?? []
    movementsByAccount.delete(account.accountId)
    return chainStart(account, own)
  })
  for (const accountId of movementsByAccount.keys()) throw broken(accountId, 'it has movements, but does not change')
  return starts
}

function chainStart(account: AccountState, movements: readonly Movement[]): ChainStart {
  const { accountId } = account
  const start = {
    lastSequence: account.lastSequence - BigInt(movements.length),
    balanceMicros: movements[0]?.posting.balanceBeforeMicros ?? account.balanceMicros,
  }
  let { lastSequence, balanceMicros } = start
  for (const { posting } of movements) {
    const { sequence, amountMicros, balanceBeforeMicros, balanceAfterMicros } = posting
    if (sequence !== lastSequence + 1n) throw broken(accountId, `movement ${sequence} follows ${lastSequence}`)
    if (balanceBeforeMicros !== balanceMicros || balanceAfterMicros !== balanceMicros + amountMicros) {
      throw broken(accountId, `movement ${sequence} does not begin at the balance before it, or does not add up`)
    }
    lastSequence = sequence
    balanceMicros = balanceAfterMicros
  }
  if (account.balanceMicros !== balanceMicros) throw broken(accountId, 'its movements do not lead to its balance')
  return start
}

function broken(accountId: string, what: string): Fault {
  return new Fault('invariant_broken', `account ${accountId}: ${what}`)
}
