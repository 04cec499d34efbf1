/**
 * Invariants A, B and C under SIGKILL: whatever the moment the rater dies, each event is debited once, and the books are
 * what an independent count of the same traffic says.
 */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startServe } from '../../stack/serve.ts'
import { CALLS_TOPIC, someCalls } from '../support/calls.ts'
import { brokenChains } from '../support/chains.ts'
import { createInstallation, type TestInstallation } from '../support/installation.ts'
import { modelBalances } from '../support/model.ts'
import { until } from '../support/until.ts'

const ITEMS = 30_000
const KILLS = 3

let installation: TestInstallation

beforeAll(async () => {
  installation = await createInstallation()
})

afterAll(async () => {
  await installation?.close()
})

it('A, B, C: a rater killed three times under load debits every event exactly once', async () => {
  const { items, messages, produced } = someCalls(installation, 7, ITEMS)
  await installation.produce(CALLS_TOPIC, messages.slice(0, ITEMS / 2))
  let secondHalf: Promise<void> | undefined
  for (let kill = 1; kill <= KILLS; kill++) {
    // Small batches, so that the kill comes in the middle of many.
    const serve = await startServe({ ...installation.environment, TOLLGATE_BATCH_EVENTS: '100' })
    secondHalf ??= installation.produce(CALLS_TOPIC, messages.slice(ITEMS / 2))
    await until('some more of the traffic is recorded', async () => (await recorded()) >= (ITEMS / 6) * kill)
    await serve.stop('SIGKILL')
    expect(await recorded(), 'the kill came before the end').toBeLessThan(produced.events)
  }
  await secondHalf
  const serve = await startServe(installation.environment)
  await installation.untilDrained()
  await serve.stop()

  expect(await recorded()).toBe(produced.events)
  expect(await installation.balances()).toEqual(modelBalances(installation.accounts, items))
  expect(await brokenChains(installation.pool)).toEqual([])
  const { rows: letters } = await installation.pool.query('select count(*)::int as count from tollgate.dead_letters')
  expect(letters[0].count).toBe(produced.deadLetters)
})

async function recorded(): Promise<number> {
  const { rows } = await installation.pool.query('select count(*)::int as count from tollgate.usage_identity')
  return rows[0].count
}
