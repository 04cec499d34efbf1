import { describe, expect, it } from 'vitest'
import type { Movement } from '../../../src/core/account/state.ts'
import {
  type AccountChange,
  changeSettings,
  postCredit,
  restateAccount,
} from '../../../src/core/changes/account-change.ts'
import { assertChanges } from '../../../src/ledger/changes/assert-changes.ts'
import { testAccountState } from '../../support/account-state.ts'
import { testAccount } from '../../support/catalog.ts'

const NOW = 1_700_000_000_000_000
const settings = testAccount()
const account = testAccountState(20_000_000n)

function credit(amountMicros: bigint) {
  return { amountMicros, origin: { kind: 'adjustment', actor: 'ops', reason: 'test' } as const, occurredAtMicros: NOW }
}

const CHANGE = postCredit(account, settings, [credit(5_000_000n), credit(-1_000_000n)], NOW)

function withMovement(index: number, posting: Partial<Movement['posting']>): AccountChange {
  const movements = CHANGE.movements.map((movement, i) =>
    i === index ? { ...movement, posting: { ...movement.posting, ...posting } } : movement,
  )
  return { ...CHANGE, movements }
}

describe('changes are written', () => {
  it.each<[string, AccountChange[]]>([
    ['none', []],
    ['with movements', [CHANGE]],
    ['with settings', [changeSettings(account, settings)]],
    ['of a balance announced again after a restore', [restateAccount(account)]],
  ])('%s', (_, changes) => {
    expect(() => assertChanges(changes)).not.toThrow()
  })
})

describe('changes are a bug', () => {
  it.each<[string, AccountChange[]]>([
    ['two of one account', [CHANGE, changeSettings(account, settings)]],
    ['settings of another account', [changeSettings(account, { ...settings, accountId: 'other' })]],
    ['a new account with movements', [{ ...CHANGE, cause: 'account_created' }]],
    ['movements that are not announced', [{ ...CHANGE, balanceChanged: null }]],
    ['an announcement without movements', [{ ...CHANGE, movements: [] }]],
    ['an announcement of another first movement', [withMovement(0, { sequence: 7n })]],
    ['an announcement of another last movement', [withMovement(1, { sequence: 10n })]],
    ['an announcement of another balance before', [withMovement(0, { balanceBeforeMicros: 0n })]],
    ['an announcement of another balance after', [withMovement(1, { balanceAfterMicros: 0n })]],
  ])('%s', (_, changes) => {
    expect(() => assertChanges(changes)).toThrow(expect.objectContaining({ faultCode: 'invariant_broken' }))
  })
})
