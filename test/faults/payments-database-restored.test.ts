/**
 * Invariant E when the ledger's database is restored to an earlier point, but Kafka and the payment provider are not: payments
 * since the backup are credit again within two minutes, nobody is charged twice, and automatic top-up that was turned off since
 * stays off until a person decides otherwise. Nobody intervenes but the supervisor, which restarts the rater.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Serve, startServe } from '../../stack/serve.ts'
import { saveCard, turnAutoTopUpOn } from '../../testkit/auto-top-up.ts'
import { until } from '../../testkit/until.ts'
import { createInstallation, type TestInstallation } from '../support/installation.ts'
import { adjust, apply } from '../support/ledger.ts'
import { CARDS } from '../support/payments.ts'
import { openTestSandbox, type TestSandbox } from '../support/sandbox.ts'
import { runTollgate, runVerify } from '../support/tollgate.ts'

/** Starts with 3.00; 5.00 is charged while there is less than 1.00. */
const AUTOMATIC = ['charged', 'turned-off', 'charged-then-turned-off'] as const
const BY_HAND = ['asked-for', 'asked-for-before'] as const
const ACCOUNTS = [...AUTOMATIC, ...BY_HAND]
const FIGURES = { thresholdMicros: 1_000_000n, amountMicros: 5_000_000n }
/** The time within which credit is back. */
const WITHIN_MS = 120_000

let installation: TestInstallation
let sandbox: TestSandbox
let rater: Serve
let payments: Serve[] = []
let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tollgate-'))
  installation = await createInstallation()
  sandbox = openTestSandbox(installation)
  const [sample] = installation.accounts
  await apply(
    installation,
    ACCOUNTS.map((accountId) => ({ ...sample!, accountId, contacts: [] })),
  )
  for (const accountId of ACCOUNTS) await adjust(installation, accountId, 3_000_000n)
  const number = CARDS.good
  for (const accountId of AUTOMATIC) {
    await turnAutoTopUpOn(installation, sandbox.desk, { accountId, number, ...FIGURES })
  }
  for (const accountId of BY_HAND) {
    await saveCard(installation, sandbox.desk, { accountId, number, consent: () => null, actor: 'ann' })
  }
  rater = await startServe({ ...installation.environment, TOLLGATE_ROLES: 'rater,relay' })
})

afterAll(async () => {
  await Promise.all([rater, ...payments].map((serve) => serve?.stop()))
  await sandbox?.drop()
  await installation?.close()
  await rm(directory, { recursive: true })
})

const startPayments = () => startServe({ ...installation.environment, TOLLGATE_ROLES: 'payments' })

async function run(...args: string[]): Promise<void> {
  const ended = await runTollgate(installation.environment, ...args, '--actor', 'ann')
  expect(ended, args.join(' ')).toMatchObject({ exitCode: 0 })
}

let sent = 0

/** Lookups at 0.004 each. */
async function use(accountId: string, quantity: number): Promise<void> {
  const record = {
    event_id: `event-${++sent}`,
    account_id: accountId,
    occurred_at: installation.startMicros,
    user_id: null,
    interaction_id: null,
    sku: 'number-lookup',
    quantity,
  }
  const value = Buffer.from(installation.encode('usage.other.v1', record))
  await installation.produce('usage.other.v1', [{ key: accountId, value }])
}

async function balances(): Promise<Record<string, number>> {
  const all = await installation.balances()
  return Object.fromEntries(ACCOUNTS.map((accountId) => [accountId, Number(all.get(accountId)) / 1e6]))
}

/** Balances without what was recorded since an instant of the database. */
async function balancesBefore(instant: string): Promise<Record<string, number>> {
  const { rows } = await installation.pool.query<{ account_id: string; micros: bigint }>(
    `select distinct on (account_id) account_id, balance_after_micros as micros
       from tollgate.movements where recorded_at < $1::timestamptz order by account_id, sequence desc`,
    [instant],
  )
  return Object.fromEntries(rows.map(({ account_id, micros }) => [account_id, Number(micros) / 1e6]))
}

async function untilBalancesAre(wanted: Record<string, number>): Promise<void> {
  let seen: Record<string, number> = {}
  await until(
    'the balances are as they should be',
    async () => {
      seen = await balances()
      return ACCOUNTS.every((accountId) => seen[accountId] === wanted[accountId])
    },
    WITHIN_MS,
    () => seen,
  )
}

async function pauses(): Promise<Record<string, string>> {
  const { rows } = await installation.pool.query<{ account_id: string; pause_reason: string }>(
    'select account_id, pause_reason from tollgate.auto_top_up_memory where pause_reason is not null',
  )
  return Object.fromEntries(rows.map((row) => [row.account_id, row.pause_reason]))
}

/** Every confirmed payment at the sandbox, by account. */
async function paymentsMade(): Promise<string[]> {
  const all = await sandbox.desk.listPayments(null, { after: null, limit: 100 })
  return all
    .filter(({ state }) => state !== 'unconfirmed' && state !== 'canceled')
    .map(({ accountId, paymentId, state }) => `${accountId} ${paymentId} ${state}`)
    .toSorted()
}

it('E: credit paid since the backup is back within two minutes, charged once, and nothing is charged where top-ups were turned off', async () => {
  await run('top-up', 'now', 'asked-for-before', '20')
  await installation.database.backUp()

  payments = await Promise.all([startPayments(), startPayments()])
  await run('top-up', 'now', 'asked-for', '10')
  await use('charged', 525)
  await use('charged-then-turned-off', 525)
  await untilBalancesAre({
    charged: 5.9,
    'turned-off': 3,
    'charged-then-turned-off': 5.9,
    'asked-for': 13,
    'asked-for-before': 23,
  })
  for (const accountId of ['turned-off', 'charged-then-turned-off']) {
    await run('top-up', 'settings', accountId, '--off')
  }
  await use('turned-off', 525)
  await until('turning off is marked at the provider', async () => {
    const { rows } = await installation.pool.query('select from tollgate.payment_customers where is_mark_due')
    return rows.length === 0
  })
  await installation.untilDrained()
  const wanted: Record<string, number> = { ...(await balances()), 'charged-then-turned-off': 0.7 }
  expect(wanted['turned-off']).toBe(0.9)
  const made = await paymentsMade()
  expect(made).toHaveLength(4)

  const { rows } = await installation.pool.query<{ now: string }>('select clock_timestamp()::text as now')
  await installation.database.restore()
  const restoredAt = performance.now()
  // The payments processes may have begun to post credit again.
  expect(await balancesBefore(rows[0]!.now)).toMatchObject({ charged: 3, 'asked-for': 3, 'asked-for-before': 3 })
  await use('charged-then-turned-off', 1_300)
  await until('the rater notices, and ends', () => rater.ended.aborted)
  rater = await startServe({ ...installation.environment, TOLLGATE_ROLES: 'rater,relay' })

  await untilBalancesAre(wanted)
  let paused: Record<string, string> = {}
  await until('what was turned off is paused', async () => {
    paused = await pauses()
    return Object.keys(paused).length === 2
  })
  expect(performance.now() - restoredAt).toBeLessThan(WITHIN_MS)
  expect(paused).toEqual({ 'turned-off': 'restored', 'charged-then-turned-off': 'restored' })
  await until('no top-up is open', async () => {
    const { rows } = await installation.pool.query(
      `select from tollgate.top_ups where state in ('requested', 'prepared', 'charging', 'unknown')`,
    )
    return rows.length === 0
  })
  await installation.untilDrained()
  expect(await paymentsMade()).toEqual(made)
  expect(await balances()).toEqual(wanted)
  // Both have continued all the while.
  expect(payments.map(({ ended }) => ended.aborted)).toEqual([false, false])
  expect(await runVerify(installation.environment)).toMatchObject({ exitCode: 0, stdout: '' })
}, 300_000)

it('an account whose top-ups were turned off is charged again only after new consent', async () => {
  const made = await paymentsMade()
  const terms = join(directory, 'terms.txt')
  await writeFile(terms, 'I agree that my card is charged automatically.')
  await run('top-up', 'resume', 'turned-off', '--consent-by', 'ann', '--consent-text', terms)
  await until('it is charged', async () => (await balances())['turned-off'] === 5.9)
  expect(await paymentsMade()).toHaveLength(made.length + 1)
})
