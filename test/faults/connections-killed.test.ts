/**
 * Invariants A, B and G when the database drops connections in the middle of transactions: the rater keeps running and catches
 * up.
 */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Serve, startServe } from '../../stack/serve.ts'
import { until } from '../../testkit/until.ts'
import { CALLS_TOPIC, someCalls } from '../support/calls.ts'
import { brokenChains } from '../support/chains.ts'
import { createInstallation, type TestInstallation } from '../support/installation.ts'
import { modelBalances } from '../support/model.ts'

const ITEMS = 30_000
const TIMES = 8

let installation: TestInstallation
let serve: Serve

beforeAll(async () => {
  installation = await createInstallation()
  serve = await startServe({ ...installation.environment, TOLLGATE_BATCH_EVENTS: '100' })
})

afterAll(async () => {
  await serve?.stop()
  await installation?.close()
})

/** Connections of the rater and the relay with an open transaction, but not those of this test. */
const KILL_BUSY = `
  select count(pg_terminate_backend(pid)) as killed from pg_stat_activity
   where datname = current_database() and application_name = 'tollgate' and pid <> pg_backend_pid() and xact_start is not null`

it('A, B, G: connections killed inside transactions lose nothing, and the same process continues', async () => {
  const { items, messages, produced } = someCalls(installation, 11, ITEMS)
  const producing = installation.produce(CALLS_TOPIC, messages)
  for (let time = 0; time < TIMES; time++) {
    await until('a transaction in progress is killed', async () => {
      const { rows } = await installation.pool.query<{ killed: bigint }>(KILL_BUSY)
      return rows[0]!.killed > 0n
    })
  }
  await producing
  await installation.untilDrained()

  expect(serve.ended.aborted).toBe(false)
  expect((await serve.figures()).get('tollgate_retries_total{stage="ledger"}')).toBeGreaterThan(0)
  expect(await installation.balances()).toEqual(modelBalances(installation.accounts, items))
  expect(await brokenChains(installation.pool)).toEqual([])
  const { rows } = await installation.pool.query('select count(*)::int as count from tollgate.usage_identity')
  expect(rows[0].count).toBe(produced.events)
})
