/**
 * Invariants D and F when a relay is stopped past its lease and resumed after its successor published: the last status of every
 * account on the topic is the database's.
 */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Serve, startServe } from '../../stack/serve.ts'
import { until } from '../../testkit/until.ts'
import { createInstallation, type TestInstallation } from '../support/installation.ts'
import { adjust } from '../support/ledger.ts'
import { newestByAccount } from '../support/newest.ts'

const FLIPS_BEFORE = 30
const FLIPS_AFTER = 10

let installation: TestInstallation
let relays: Serve[] = []

beforeAll(async () => {
  installation = await createInstallation()
  const environment = { ...installation.environment, TOLLGATE_ROLES: 'relay' }
  // The first leads all shards by the time the second starts.
  relays = [await startServe(environment)]
  await installation.untilDrained()
  relays.push(await startServe(environment))
})

afterAll(async () => {
  for (const relay of relays) process.kill(relay.pid, 'SIGCONT')
  await Promise.all(relays.map((relay) => relay.stop()))
  await installation?.close()
})

/** Takes every account across zero, in concurrent transactions. */
async function flipAll(): Promise<void> {
  const balances = await installation.balances()
  await Promise.all(
    [...balances].map(([accountId, balanceMicros]) => {
      const amountMicros = balanceMicros > 0n ? -balanceMicros : 1_000_000n - balanceMicros
      return adjust(installation, accountId, amountMicros, 'flip')
    }),
  )
}

it('D, F: the last status on the topic is the database’s', async () => {
  const [leader] = relays as [Serve, Serve]
  for (let flip = 0; flip < FLIPS_BEFORE; flip++) {
    await flipAll()
    // In the middle of the stream, whatever it holds.
    if (flip === FLIPS_BEFORE / 2) process.kill(leader.pid, 'SIGSTOP')
  }
  await installation.untilDrained()
  process.kill(leader.pid, 'SIGCONT')
  for (let flip = 0; flip < FLIPS_AFTER; flip++) await flipAll()
  await until('the resumed relay works again', async () => (await leader.figures()).size > 0)
  await installation.untilDrained()

  const events = await installation.readTopic('credit.service-status.v1')
  const { rows: accounts } = await installation.pool.query<Record<string, unknown>>(
    'select account_id, status, status_version::int as version from tollgate.accounts',
  )
  const newest = newestByAccount(events)
  const last = new Map(events.map((event) => [event.account_id, event]))
  for (const { account_id, status, version } of accounts) {
    expect(last.get(account_id)).toMatchObject({ account_id, status, version })
    expect(newest.get(String(account_id))).toMatchObject({ status, version })
  }
  // Compaction keeps the last message: order on the topic, not only versions, must be the database's.
  const versions = Map.groupBy(events, ({ account_id }) => account_id)
  for (const [, ofAccount] of versions) {
    const firstSeen = [...new Set(ofAccount.map(({ version }) => Number(version)))]
    expect(firstSeen).toEqual(firstSeen.toSorted((a, b) => a - b))
  }
})
