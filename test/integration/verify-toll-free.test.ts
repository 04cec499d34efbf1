/** `verify` keeps to its rate in every check: charges of toll-free calls are read in pages bounded by movements. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { verifyTollFree } from '../../src/verify/toll-free.ts'
import { makeMovements } from '../../testkit/movements.ts'
import { testAccount } from '../support/catalog.ts'
import { apply, openTestLedger, type TestLedger } from '../support/ledger.ts'

const MOVEMENTS = 21_000

let ledger: TestLedger

beforeAll(async () => {
  ledger = await openTestLedger()
  await apply(
    ledger,
    ['busy', 'idle', 'other'].map((accountId) => testAccount({ accountId })),
  )
  const october = { from: new Date('2026-10-01T00:00:00Z'), to: new Date('2026-11-01T00:00:00Z') }
  for (const accountId of ['busy', 'other']) {
    await makeMovements(ledger.pool, { accountId, count: MOVEMENTS, ...october })
  }
}, 120_000)

afterAll(async () => {
  await ledger?.close()
})

it('a page ends with the account that fills it, and all its movements count', async () => {
  const pages: number[] = []
  await verifyTollFree(ledger.pool, { took: async (rows) => void pages.push(rows) }, () => {})
  expect(pages.map((rows) => Math.floor(rows / MOVEMENTS))).toEqual([1, 1])
})
