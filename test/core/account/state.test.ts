import { describe, expect, it } from 'vitest'
import { alertLevels } from '../../../src/core/account/alerts.ts'
import {
  type AccountState,
  disarmIfTopUpDue,
  openAccount,
  post,
  restate,
  settle,
} from '../../../src/core/account/state.ts'
import { testAccountState } from '../../support/account-state.ts'

const NOW = 1_700_000_000_000_000
/** No alert levels: alerts.test.ts covers them. */
const LEVELS = alertLevels({ lowAlertLevelMicros: 1n, customAlertLevelMicros: null })
const BLOCKED = ['outbound_calls', 'inbound_toll_free']

const account = testAccountState(100n)

describe('a new account', () => {
  it('has no credit, so it is blocked from the start', () => {
    const { account: opened, statusChanged } = openAccount('acme', 'USD', LEVELS, NOW)
    expect(opened).toEqual({
      accountId: 'acme',
      currency: 'USD',
      settingsVersion: 1,
      balanceMicros: 0n,
      lastSequence: 0n,
      balanceVersion: 0n,
      status: 'blocked',
      statusVersion: 1n,
      statusSinceMicros: NOW,
      alertVersion: 0n,
      autoTopUpBelowMicros: null,
      isLow: true,
      isBelowCustomLevel: false,
    })
    expect(statusChanged).toEqual({
      accountId: 'acme',
      version: 1n,
      status: 'blocked',
      blocked: BLOCKED,
      reason: 'credit_exhausted',
      sinceMicros: NOW,
    })
  })
})

describe('a posting', () => {
  it('continues the chain', () => {
    const { account: after, posting } = post(account, -30n)
    expect(posting).toEqual({
      accountId: 'acme',
      sequence: 8n,
      amountMicros: -30n,
      balanceBeforeMicros: 100n,
      balanceAfterMicros: 70n,
      currency: 'EUR',
    })
    expect(after).toEqual({ ...account, balanceMicros: 70n, lastSequence: 8n })
  })

  it('of 0 is a bug', () => {
    expect(() => post(account, 0n)).toThrow('account acme: a movement of 0')
  })
})

describe('the announcement after postings', () => {
  it('is empty if there were none', () => {
    expect(settle(account, account, 'usage', LEVELS, NOW)).toEqual({
      account,
      balanceChanged: null,
      statusChanged: null,
      alerts: [],
      isTopUpDue: false,
    })
  })

  it('is one balance change for any number of postings', () => {
    const after = post(post(account, -30n).account, 10n).account
    expect(settle(account, after, 'adjustment', LEVELS, NOW)).toEqual({
      account: { ...after, balanceVersion: 5n },
      balanceChanged: {
        accountId: 'acme',
        version: 5n,
        balanceBeforeMicros: 100n,
        balanceAfterMicros: 80n,
        currency: 'EUR',
        cause: 'adjustment',
        firstSequence: 8n,
        lastSequence: 9n,
      },
      statusChanged: null,
      alerts: [],
      isTopUpDue: false,
    })
  })

  it.each([
    ['above zero', 100n, 'active', -99n, null],
    ['to exactly zero', 100n, 'active', -100n, 'blocked'],
    ['below zero', 100n, 'active', -101n, 'blocked'],
    ['deeper below zero', -1n, 'blocked', -1n, null],
    ['up, but not above zero', -5n, 'blocked', 5n, null],
    ['up, above zero', -5n, 'blocked', 6n, 'active'],
  ] as const)('has a status change only if the balance crosses: %s', (_what, before, status, amount, becomes) => {
    const own: AccountState = { ...account, balanceMicros: before, status }
    const settled = settle(own, post(own, amount).account, 'usage', LEVELS, NOW)
    if (becomes === null) {
      expect(settled.statusChanged).toBeNull()
      expect(settled.account).toMatchObject({ status, statusVersion: 2n, statusSinceMicros: 5 })
      return
    }
    expect(settled.account).toMatchObject({ status: becomes, statusVersion: 3n, statusSinceMicros: NOW })
    expect(settled.statusChanged).toEqual({
      accountId: 'acme',
      version: 3n,
      status: becomes,
      blocked: becomes === 'blocked' ? BLOCKED : [],
      reason: becomes === 'blocked' ? 'credit_exhausted' : 'credit_available',
      sinceMicros: NOW,
    })
  })
})

describe('an automatic top-up', () => {
  it.each([
    ['above the threshold', 100n, 70n, -29n, false],
    ['at the threshold, which is not below it', 100n, 70n, -30n, false],
    ['below the threshold', 100n, 70n, -31n, true],
    ['below the threshold although credit was added', 10n, 70n, 20n, true],
    ['far below zero without a threshold', 100n, null, -900n, false],
  ] as const)('is due by the final balance: %s', (_what, balanceMicros, autoTopUpBelowMicros, amount, isDue) => {
    const own: AccountState = { ...account, balanceMicros, autoTopUpBelowMicros }
    const settled = settle(own, post(own, amount).account, 'usage', LEVELS, NOW)
    expect(settled.isTopUpDue).toBe(isDue)
    expect(settled.account.autoTopUpBelowMicros).toBe(isDue ? null : autoTopUpBelowMicros)
  })

  it('is requested once: the next debit has no threshold to compare with', () => {
    const own: AccountState = { ...account, autoTopUpBelowMicros: 70n }
    const first = settle(own, post(own, -40n).account, 'usage', LEVELS, NOW).account
    expect(settle(first, post(first, -40n).account, 'usage', LEVELS, NOW).isTopUpDue).toBe(false)
  })

  it('depends on the balance, not on a crossing: a balance already below is due as soon as top-ups are armed', () => {
    expect(disarmIfTopUpDue({ ...account, autoTopUpBelowMicros: 101n })).toEqual({
      account: { ...account, autoTopUpBelowMicros: null },
      isTopUpDue: true,
    })
  })

  it('can be due together with a status change and an exhausted alert', () => {
    const own: AccountState = { ...account, autoTopUpBelowMicros: 70n }
    const settled = settle(own, post(own, -100n).account, 'usage', LEVELS, NOW)
    expect(settled).toMatchObject({ isTopUpDue: true, statusChanged: { status: 'blocked' } })
    expect(settled.alerts.map(({ kind }) => kind)).toContain('exhausted')
    expect(settled.account.autoTopUpBelowMicros).toBeNull()
  })
})

describe('a republished account', () => {
  it('has balance and status with their next versions, and no movement', () => {
    const { account: after, balanceChanged, statusChanged } = restate(account)
    expect(after).toEqual({ ...account, balanceVersion: 5n, statusVersion: 3n })
    expect(balanceChanged).toMatchObject({
      version: 5n,
      balanceBeforeMicros: 100n,
      balanceAfterMicros: 100n,
      cause: 'restore',
      firstSequence: 8n,
      lastSequence: 7n,
    })
    expect(statusChanged).toMatchObject({ version: 3n, status: 'active', blocked: [], sinceMicros: 5 })
  })
})
