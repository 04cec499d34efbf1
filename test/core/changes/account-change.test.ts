import { describe, expect, it } from 'vitest'
import {
  type CreditEntry,
  changeSettings,
  createAccount,
  postCredit,
} from '../../../src/core/changes/account-change.ts'
import { testAccountState } from '../../support/account-state.ts'
import { testAccount } from '../../support/catalog.ts'

const NOW = 1_700_000_000_000_000
const settings = testAccount()
const account = testAccountState(20_000_000n)

const topUp: CreditEntry = {
  amountMicros: 50_000_000n,
  origin: { kind: 'top_up', topUpId: 't1' },
  occurredAtMicros: NOW - 1,
}
const dispute: CreditEntry = {
  amountMicros: -75_000_000n,
  origin: { kind: 'dispute', topUpId: 't1', reversesSequence: 8n },
  occurredAtMicros: NOW,
}

describe('credit posted to an account', () => {
  it('is one movement per entry, and one balance change whose cause is the last entry', () => {
    const change = postCredit(account, settings, [topUp, dispute], NOW)
    expect(change.movements).toMatchObject([
      { posting: { sequence: 8n, balanceAfterMicros: 70_000_000n }, ...withoutAmount(topUp) },
      { posting: { sequence: 9n, balanceAfterMicros: -5_000_000n }, ...withoutAmount(dispute) },
    ])
    expect(change).toMatchObject({
      cause: 'dispute',
      settings: null,
      account: { balanceMicros: -5_000_000n, balanceVersion: 5n, settingsVersion: 3, status: 'blocked' },
      balanceChanged: { cause: 'dispute', firstSequence: 8n, lastSequence: 9n, balanceBeforeMicros: 20_000_000n },
      statusChanged: { status: 'blocked' },
      alerts: [{ kind: 'low' }, { kind: 'exhausted' }],
    })
  })

  it.each(['top_up', 'refund', 'dispute'] as const)('has %s as its cause', (kind) => {
    const origin = kind === 'top_up' ? { kind, topUpId: 't1' } : { kind, topUpId: 't1', reversesSequence: 1n }
    expect(postCredit(account, settings, [{ ...topUp, origin }], NOW).balanceChanged?.cause).toBe(kind)
  })
})

function withoutAmount({ origin, occurredAtMicros }: CreditEntry) {
  return { origin, occurredAtMicros }
}

describe('changed settings', () => {
  it('get the next version, and raise the alert of a level that is now above the balance', () => {
    const change = changeSettings(account, { ...settings, customAlertLevelMicros: 25_000_000n })
    expect(change).toMatchObject({
      cause: 'settings',
      account: { settingsVersion: 4, balanceVersion: 4n, isBelowCustomLevel: true },
      alerts: [{ kind: 'custom_level', version: 10n }],
      balanceChanged: null,
      statusChanged: null,
      movements: [],
    })
  })

  it('raise nothing if the levels stay', () => {
    expect(changeSettings(account, { ...settings, tariff: 'other' }).alerts).toEqual([])
  })
})

it('a new account is blocked because it was created', () => {
  const change = createAccount(settings, NOW)
  expect(change).toMatchObject({
    cause: 'account_created',
    settings,
    account: { accountId: 'acme', settingsVersion: 1, balanceMicros: 0n },
    statusChanged: { status: 'blocked' },
    balanceChanged: null,
  })
})
