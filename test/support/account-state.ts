/** The state of an account, for tests of the rules that change it. */
import type { AccountState } from '../../src/core/account/state.ts'

/** An active account without alerts or automatic top-up, after seven movements. */
export function testAccountState(balanceMicros: bigint): AccountState {
  return {
    accountId: 'acme',
    currency: 'EUR',
    settingsVersion: 3,
    balanceMicros,
    lastSequence: 7n,
    balanceVersion: 4n,
    status: 'active',
    statusVersion: 2n,
    statusSinceMicros: 5,
    alertVersion: 9n,
    isLow: false,
    isBelowCustomLevel: false,
    autoTopUpBelowMicros: null,
  }
}
