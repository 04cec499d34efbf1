/**
 * Many streams of one process while usage is rated, clients reconnect, Redis is killed and the database is restored: each ends
 * at the database's state, and none ever goes backwards. `TOLLGATE_TEST_STREAMS=2000` before the command opens as many, and
 * reports their cost.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { Message } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formatMoney } from '../../src/core/money.ts'
import { createApiKey } from '../../src/ledger/access/api-keys.ts'
import { applyAccounts } from '../../src/ledger/accounts/apply-accounts.ts'
import { CatalogStore } from '../../src/ledger/catalogs/catalogs.ts'
import { type Serve, startServe } from '../../stack/serve.ts'
import { type Stack, startStack } from '../../stack/stack.ts'
import { createRandom } from '../../testkit/random.ts'
import { createTraffic } from '../../testkit/traffic.ts'
import { until, within } from '../../testkit/until.ts'
import { CALLS_TOPIC } from '../support/calls.ts'
import { createInstallation, type TestInstallation } from '../support/installation.ts'
import { type Follower, follow } from '../support/live.ts'

const { TOLLGATE_TEST_STREAMS: GIVEN_STREAMS } = process.env
const STREAMS = Number(GIVEN_STREAMS ?? 200)
const STREAMS_PER_ACCOUNT = 4
const OPENED_AT_ONCE = 50
const SEND_INTERVAL_MS = 100
const CALLS_PER_SEND = Math.max(60, Math.ceil(STREAMS / 10))
/** Longer when the cost is measured. */
const LOAD_MS = GIVEN_STREAMS === undefined ? 5_000 : 20_000
const RECONNECT_INTERVAL_MS = 20
const CAUGHT_UP_WITHIN_MS = 60_000
const MIB = 1024 * 1024

let redis: Stack
let installation: TestInstallation
let rater: Serve
let api: Serve
let token: string
let accountIds: string[]
let followers: Follower[]
let nextCalls: () => Message[]

beforeAll(async () => {
  // A separate one, to be killed.
  redis = await startStack({ only: ['redis'] })
  installation = await createInstallation({ TOLLGATE_REDIS_URL: redis.redisUrl })
  const { accounts, startMicros, encode } = installation
  const more = Array.from({ length: Math.ceil(STREAMS / STREAMS_PER_ACCOUNT) }, (_, i) => ({
    ...accounts[i % accounts.length]!,
    accountId: `followed-${i}`,
  }))
  const applied = await applyAccounts(installation, new CatalogStore(), more, 'test')
  if (!('applied' in applied)) throw new Error(JSON.stringify(applied))
  accountIds = more.map(({ accountId }) => accountId)
  const traffic = createTraffic({ seed: 11, accounts: more, startMicros, kinds: 'calls', weight: () => 1 })
  nextCalls = () =>
    Array.from({ length: CALLS_PER_SEND }, () => traffic.next()).map((item) =>
      item.kind === 'junk'
        ? { key: item.accountKey, value: item.value }
        : { key: item.event.account_id, value: Buffer.from(encode(CALLS_TOPIC, item.event)) },
    )
  rater = await startRater()
  api = await startServe({
    ...installation.environment,
    TOLLGATE_ROLES: 'api',
    // A client may be back before its disconnection is noticed.
    TOLLGATE_API_STREAMS: String(STREAMS * 2),
    TOLLGATE_API_STREAMS_PER_CALLER: String(STREAMS * 2),
    TOLLGATE_API_REQUESTS_PER_MINUTE: '1000000',
  })
  const key = { name: 'page', scopes: ['read'], accountIds: null, actor: 'test' }
  token = (await createApiKey(installation.pool, key)).token
})

afterAll(async () => {
  await Promise.all([rater?.stop(), api?.stop()])
  await installation?.close()
  await redis?.stop()
})

function startRater(): Promise<Serve> {
  return startServe({ ...installation.environment, TOLLGATE_ROLES: 'rater,relay', TOLLGATE_BATCH_EVENTS: '200' })
}

/** Produces usage until stopped. */
async function rateUntil(stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    await installation.produce(CALLS_TOPIC, nextCalls())
    await delay(SEND_INTERVAL_MS)
  }
}

/** Disconnects clients, which reconnect with the id of their last event, and returns how often. */
async function reconnectUntil(stop: AbortSignal): Promise<number> {
  const random = createRandom(5)
  let times = 0
  while (!stop.aborted) {
    const follower = followers[random.whole(followers.length - 1)]!
    await follower.leave()
    follower.comeBack()
    times++
    await delay(RECONNECT_INTERVAL_MS)
  }
  return times
}

interface AccountPosition {
  readonly epoch: number
  readonly version: number
  readonly balance: string
  readonly status: string
}

async function readPositions(): Promise<Map<string, AccountPosition>> {
  const { rows } = await installation.pool.query(
    `select account_id, epoch, balance_version, balance_micros, status
       from tollgate.accounts, tollgate.ledger_epoch where account_id = any($1)`,
    [accountIds],
  )
  return new Map(
    rows.map(({ account_id, epoch, balance_version, balance_micros, status }) => [
      account_id,
      { epoch, version: Number(balance_version), balance: formatMoney(balance_micros), status },
    ]),
  )
}

/** Waits until the last event of each is the database's state. */
async function untilCaughtUp(): Promise<void> {
  const known = await readPositions()
  const behind = () =>
    followers.filter((follower, i) => {
      const shown = follower.newest('balance')
      const { epoch, version, balance, status } = known.get(accountIds[i % accountIds.length]!)!
      const isNewest = shown?.epoch === epoch && shown.version === version && shown.balance === balance
      return !(isNewest && shown.status === status)
    }).length
  await until('every stream is where the database is', () => behind() === 0, CAUGHT_UP_WITHIN_MS, behind)
}

const stepsBack = () => followers.flatMap((follower) => follower.stepsBack)

async function figure(name: string): Promise<number> {
  return (await api.figures()).get(name) ?? 0
}

const updatesFrom = (source: 'view' | 'database') => figure(`tollgate_live_updates_total{source="${source}"}`)

async function residentMiB(): Promise<number> {
  return Math.round((await figure('tollgate_process_resident_memory_bytes')) / MIB)
}

describe(`${STREAMS} streams`, () => {
  it('open with the state of each account', async () => {
    const before = await residentMiB()
    followers = []
    for (let at = 0; at < STREAMS; at += OPENED_AT_ONCE) {
      const opened = Array.from({ length: Math.min(OPENED_AT_ONCE, STREAMS - at) }, (_, i) =>
        follow({ url: api.apiUrl, token, accountId: accountIds[(at + i) % accountIds.length]! }),
      )
      followers.push(...opened)
      await until('all have their balance', () => opened.every((one) => one.newest('balance') !== undefined))
    }
    await untilCaughtUp()
    expect(await figure('tollgate_live_streams')).toBe(STREAMS)
    if (GIVEN_STREAMS !== undefined)
      console.log(`memory of the process: ${before} MiB, then ${await residentMiB()} MiB`)
  })

  it('under load, with reconnecting clients, end at the database’s state, and never go backwards', async () => {
    await until('all accounts are followed in the view', async () => {
      return (await figure('tollgate_live_accounts_heard')) === accountIds.length
    })
    const [fromView, fromDatabase] = [await updatesFrom('view'), await updatesFrom('database')]
    const stop = new AbortController()
    const running = [rateUntil(stop.signal), reconnectUntil(stop.signal)] as const
    await delay(LOAD_MS)
    stop.abort()
    const [, times] = await Promise.all(running)
    await installation.untilDrained()
    await untilCaughtUp()
    expect(stepsBack()).toEqual([])
    expect(times).toBeGreaterThan(20)
    expect(await updatesFrom('view')).toBeGreaterThan(fromView + accountIds.length)
    // For an account whose only client reconnects the database is read, and is sometimes ahead.
    expect(await updatesFrom('database')).toBeLessThan(fromDatabase + times * 2)
    expect(Math.max(...followers.map((follower) => follower.count('balance')))).toBeGreaterThan(3)
    if (GIVEN_STREAMS !== undefined) {
      const balances = followers.reduce((sum, follower) => sum + follower.count('balance'), 0)
      console.log(`memory after ${balances} balances and ${times} reconnects: ${await residentMiB()} MiB`)
    }
  })

  it('continue while Redis is killed and comes back', async () => {
    const stop = new AbortController()
    const running = [rateUntil(stop.signal), reconnectUntil(stop.signal)]
    await delay(1_000)
    await redis.components.redis.kill()
    const fromDatabase = await updatesFrom('database')
    await until(
      'updates come from the database instead',
      async () => (await updatesFrom('database')) > fromDatabase + 20,
    )
    await redis.components.redis.start()
    const fromView = await updatesFrom('view')
    await until('all accounts are followed in the view again', async () => {
      return (await figure('tollgate_live_accounts_heard')) === accountIds.length
    })
    await until('updates come from the view again', async () => (await updatesFrom('view')) > fromView + 20)
    stop.abort()
    await Promise.all(running)
    await installation.untilDrained()
    await untilCaughtUp()
    expect(stepsBack()).toEqual([])
  })

  it('send the newer epoch after a restore, despite the higher versions from before', async () => {
    await installation.database.backUp()
    await installation.produce(CALLS_TOPIC, Array.from({ length: 20 }, nextCalls).flat())
    await installation.untilDrained()
    await untilCaughtUp()
    const before = await readPositions()
    await installation.database.restore()
    await installation.produce(CALLS_TOPIC, nextCalls())
    await until('the rater notices, and ends', () => rater.ended.aborted)
    rater = await startRater()
    await installation.untilDrained()
    await untilCaughtUp()
    const after = await readPositions()
    for (const accountId of accountIds) {
      expect(after.get(accountId)!.epoch).toBeGreaterThan(before.get(accountId)!.epoch)
    }
    expect(stepsBack()).toEqual([])
    await until(
      'disconnected clients are no longer counted',
      async () => (await figure('tollgate_live_streams')) === STREAMS,
    )
  })

  it('do not delay a stop, and are asked to reconnect', async () => {
    const stoppedAt = performance.now()
    await api.stop()
    expect(performance.now() - stoppedAt).toBeLessThan(10_000)
    const reasons = await within('the end of all', Promise.all(followers.map((follower) => follower.ended())), 10_000)
    expect(new Set(reasons)).toEqual(new Set(['stopping']))
    expect(Math.min(...followers.map(({ retries }) => retries[0]!))).toBeGreaterThanOrEqual(1_000)
    expect(new Set(followers.map(({ retries }) => retries[0])).size).toBeGreaterThan(50)
  })
})
