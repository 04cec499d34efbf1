import { describe, expect, it } from 'vitest'
import { alertLevels } from '../../../src/core/account/alerts.ts'
import { type AccountState, type Movement, openAccount, post } from '../../../src/core/account/state.ts'
import { chainStarts } from '../../../src/ledger/changes/chain-start.ts'
import { testAccount } from '../../support/catalog.ts'

const before: AccountState = {
  ...openAccount('acme', 'EUR', alertLevels(testAccount()), 0).account,
  balanceMicros: 20_000_000n,
  lastSequence: 7n,
}

/** Posts the amounts one after the other. */
function posted(account: AccountState, amounts: readonly bigint[]): { after: AccountState; movements: Movement[] } {
  let after = account
  const movements = amounts.map((amountMicros): Movement => {
    const { account: next, posting } = post(after, amountMicros)
    after = next
    return { posting, origin: { kind: 'usage', eventId: 'e' }, occurredAtMicros: 0 }
  })
  return { after, movements }
}

const { after, movements } = posted(before, [5_000_000n, -1_000_000n])

function withPosting(index: number, changed: Partial<Movement['posting']>): Movement[] {
  return movements.map((movement, i) =>
    i === index ? { ...movement, posting: { ...movement.posting, ...changed } } : movement,
  )
}

describe('movements start', () => {
  it('at the newest movement and the balance before them, for each account in the order given', () => {
    const other = { ...before, accountId: 'globex', lastSequence: 0n, balanceMicros: 0n }
    const ofOther = posted(other, [-3n])
    const mixed = [movements[0]!, ofOther.movements[0]!, movements[1]!]
    expect(chainStarts([ofOther.after, after], mixed)).toEqual([
      { lastSequence: 0n, balanceMicros: 0n },
      { lastSequence: 7n, balanceMicros: 20_000_000n },
    ])
  })

  it('where the account is, if it has none', () => {
    expect(chainStarts([before], [])).toEqual([{ lastSequence: 7n, balanceMicros: 20_000_000n }])
  })
})

describe('movements are a bug', () => {
  it.each<[string, AccountState, Movement[]]>([
    ['of an account that does not change', after, withPosting(1, { accountId: 'other' })],
    ['with a gap between sequences', after, withPosting(1, { sequence: 10n })],
    ['with a sequence twice', after, withPosting(1, { sequence: 8n })],
    ['with a gap between balances', after, withPosting(1, { balanceBeforeMicros: 0n })],
    ['with an amount that is not the difference', after, withPosting(1, { amountMicros: -2_000_000n })],
    ['that end at another balance', { ...after, balanceMicros: 0n }, movements],
    ['that end at another sequence', { ...after, lastSequence: 8n }, movements],
    ['of which the last is missing', after, movements.slice(0, 1)],
  ])('%s', (_what, account, some) => {
    expect(() => chainStarts([account], some)).toThrow(expect.objectContaining({ faultCode: 'invariant_broken' }))
  })
})
