/**
 * Invariants A, B and C under SIGKILL: whatever the moment the rater dies, each event is debited once, and the books are
 * what an independent count of the same traffic says.
 */
import { hash } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { OPENING_CREDIT } from '../../demo/opening-credit.ts'
import { createTraffic } from '../../demo/traffic.ts'
import { loadCatalog } from '../../src/catalog/load.ts'
import type { Book } from '../../src/core/account/book.ts'
import { creditTaken, decideUsage, evolve } from '../../src/core/account/decide.ts'
import { parseMoney } from '../../src/core/money.ts'
import { contentOf } from '../../src/core/usage/content.ts'
import { readUsage } from '../../src/core/usage/read.ts'
import { startServe } from '../../stack/serve.ts'
import { createInstallation, type TestInstallation } from '../support/installation.ts'
import { until } from '../support/until.ts'

const TOPIC = 'usage.calls.v1'
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
  const traffic = createTraffic({ seed: 7, accounts: installation.accounts, startMicros: installation.startMicros })
  const items = Array.from({ length: ITEMS }, () => traffic.next())
  const messages = items.map((item) =>
    item.kind === 'junk'
      ? { key: item.accountKey, value: item.value }
      : { key: item.event.account_id, value: Buffer.from(installation.encode(TOPIC, item.event)) },
  )

  await installation.produce(TOPIC, messages.slice(0, ITEMS / 2))
  let produced: Promise<void> | undefined
  for (let kill = 1; kill <= KILLS; kill++) {
    // Small batches, so that the kill comes in the middle of many.
    const serve = await startServe({ ...installation.environment, TOLLGATE_BATCH_EVENTS: '200' })
    produced ??= installation.produce(TOPIC, messages.slice(ITEMS / 2))
    await until('some more of the traffic is recorded', async () => (await recorded()) >= (ITEMS / 5) * kill)
    await serve.stop('SIGKILL')
    expect(await recorded(), 'the kill came before the end').toBeLessThan(traffic.produced.events)
  }
  await produced
  const serve = await startServe(installation.environment)
  await installation.untilDrained()
  await serve.stop()

  expect(await recorded()).toBe(traffic.produced.events)
  expect(await installation.balances()).toEqual(independentBalances())
  const { rows: broken } = await installation.pool.query(BROKEN_CHAINS)
  expect(broken).toEqual([])
  const { rows: letters } = await installation.pool.query('select count(*)::int as count from tollgate.dead_letters')
  expect(letters[0].count).toBe(traffic.produced.deadLetters)

  /** The same traffic through the pure core, one event after the other, nothing ever failing. */
  function independentBalances(): Map<string, bigint> {
    const { catalog } = loadCatalog(join(import.meta.dirname, '../../demo/catalog'))
    const book: Book = {
      accounts: new Map(installation.accounts.map((settings) => [settings.accountId, settings])),
      catalogs: [{ version: 1, inForceFromMicros: 0, catalog: catalog! }],
      known: new Map(),
      awaited: new Map(),
      minutesUsed: new Map(),
    }
    const balances = new Map([...OPENING_CREDIT].map(([accountId, amount]) => [accountId, parseMoney(amount)!]))
    for (const item of items) {
      if (item.kind === 'junk') continue
      const read = readUsage(item.event, 'call')
      if ('refusal' in read) continue
      const content = hash('sha256', contentOf(read.event))
      const decided = decideUsage(read.event, content, book)
      evolve(book, read.event, content, decided)
      const balance = balances.get(read.event.accountId)
      if (balance !== undefined) balances.set(read.event.accountId, balance - creditTaken(decided))
    }
    return balances
  }
})

/** A sequence with a gap, a balance before that is not the one after of the movement before, or an end that is not the balance. */
const BROKEN_CHAINS = `
  with chained as (
    select account_id, sequence, balance_before_micros, balance_after_micros,
           lag(sequence, 1, 0::bigint) over chain as previous_sequence,
           lag(balance_after_micros, 1, 0::bigint) over chain as previous_balance,
           lead(sequence) over chain is null as is_last
      from tollgate.movements
    window chain as (partition by account_id order by sequence)
  )
  select c.account_id, c.sequence
    from chained c join tollgate.accounts a using (account_id)
   where c.sequence <> c.previous_sequence + 1
      or c.balance_before_micros <> c.previous_balance
      or (c.is_last and (c.balance_after_micros <> a.balance_micros or c.sequence <> a.last_sequence))`

async function recorded(): Promise<number> {
  const { rows } = await installation.pool.query('select count(*)::int as count from tollgate.usage_identity')
  return rows[0].count
}
