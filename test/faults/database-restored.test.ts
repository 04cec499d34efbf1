/**
 * Invariants A, B, C and D when the database is restored to an earlier point under a running rater: the rater notices, and
 * rates everything since the backup again, under a new epoch that takes precedence over all earlier announcements.
 */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { formatMoney } from '../../src/core/money.ts'
import { type Serve, startServe } from '../../stack/serve.ts'
import { until } from '../../testkit/until.ts'
import { CALLS_TOPIC, someCalls } from '../support/calls.ts'
import { brokenChains } from '../support/chains.ts'
import { createInstallation, type TestInstallation } from '../support/installation.ts'
import { modelBalances } from '../support/model.ts'
import { newestByAccount } from '../support/newest.ts'
import { runVerify } from '../support/tollgate.ts'

const ITEMS = 9_000

let installation: TestInstallation
let serve: Serve

beforeAll(async () => {
  installation = await createInstallation()
  serve = await startServe({ ...installation.environment, TOLLGATE_BATCH_EVENTS: '200' })
})

afterAll(async () => {
  await serve?.stop()
  await installation?.close()
})

interface StoredAccount {
  account_id: string
  balance_micros: bigint
  balance_version: bigint
  status: string
  status_version: bigint
}

it('A, B, C, D: what is missing in the backup is rated again, and the last state of every account is republished', async () => {
  const { items, messages, produced } = someCalls(installation, 3, ITEMS)
  await installation.produce(CALLS_TOPIC, messages.slice(0, ITEMS / 3))
  await installation.untilDrained()
  await installation.database.backUp()

  await installation.produce(CALLS_TOPIC, messages.slice(ITEMS / 3, (ITEMS / 3) * 2))
  await installation.untilDrained()
  const beforeRestore = await installation.balances()
  await installation.database.restore()
  expect(await installation.balances()).not.toEqual(beforeRestore)

  await installation.produce(CALLS_TOPIC, messages.slice((ITEMS / 3) * 2))
  await until('the rater notices, and ends', () => serve.ended.aborted)
  const raised = await epoch()
  serve = await startServe(installation.environment)
  await installation.untilDrained()
  expect(await epoch()).toBe(raised)

  expect(await installation.balances()).toEqual(modelBalances(installation.accounts, items))
  expect(await brokenChains(installation.pool)).toEqual([])
  const { rows: identities } = await installation.pool.query(
    'select count(*)::int as count from tollgate.usage_identity',
  )
  expect(identities[0].count).toBe(produced.events)

  await expectLastStates(2)
})

it('a later assignment does not report the same restore again', async () => {
  const before = await epoch()
  await serve.stop()
  serve = await startServe(installation.environment)
  await installation.untilDrained()
  expect(await epoch()).toBe(before)
})

it('D: another restore of the same backup starts an epoch that was never used', async () => {
  const before = await epoch()
  await serve.stop()
  const balances = await installation.balances()
  await installation.database.restore()
  expect(await epoch()).toBe(1)
  serve = await startServe(installation.environment)
  await installation.untilDrained()
  expect(await installation.balances()).toEqual(balances)
  await expectLastStates(before + 1)
})

async function epoch(): Promise<number> {
  const { rows } = await installation.pool.query<{ epoch: number }>('select epoch from tollgate.ledger_epoch')
  return rows[0]!.epoch
}

/** A consumer's last state is that of the database, under an epoch of at least this. */
async function expectLastStates(minEpoch: number): Promise<void> {
  const now = await epoch()
  expect(now).toBeGreaterThanOrEqual(minEpoch)
  const { rows: accounts } = await installation.pool.query<StoredAccount>('select * from tollgate.accounts')
  const balances = newestByAccount(await installation.readTopic('credit.balance-changed.v1'))
  const statuses = newestByAccount(await installation.readTopic('credit.service-status.v1'))
  for (const account of accounts) {
    expect(balances.get(account.account_id)).toMatchObject({
      epoch: now,
      version: Number(account.balance_version),
      balance_after: formatMoney(account.balance_micros),
    })
    expect(statuses.get(account.account_id)).toMatchObject({
      epoch: now,
      version: Number(account.status_version),
      status: account.status,
    })
  }
  expect(await runVerify(installation.environment)).toMatchObject({ exitCode: 0, stdout: '' })
}
