/**
 * The live view on a real Redis and a real database. Redis may disappear, hang or return old data at any moment: every answer
 * still equals the database's, and the view repairs itself.
 */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import fc from 'fast-check'
import { Redis } from 'ioredis'
import type pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { claimLeases, newHolder } from '../../src/outbox/leases.ts'
import { SHARDS } from '../../src/outbox/messages.ts'
import { encodePack } from '../../src/outbox/pack.ts'
import { deletePacks, readPacks } from '../../src/outbox/packs.ts'
import { createLog } from '../../src/platform/log.ts'
import { type Counter, type Gauge, Registry } from '../../src/platform/metrics.ts'
import { createPool, inTransaction } from '../../src/platform/postgres.ts'
import { applyChanges } from '../../src/view/apply.ts'
import { encodeViewChanges, type FairUseMinutes, linesOf, type ViewChange } from '../../src/view/changes.ts'
import { createViewFeed, type ViewFeed } from '../../src/view/feed.ts'
import { beginGeneration } from '../../src/view/generation.ts'
import { channelsOf, keysOf, shardOfAccount } from '../../src/view/keys.ts'
import { createViewListener } from '../../src/view/listen.ts'
import { type AskedFairUse, connectViewReader, readAccountView, type ViewAnswer } from '../../src/view/read.ts'
import { rebuildView } from '../../src/view/rebuild.ts'
import { leadShard, TRUST_MS, vouch } from '../../src/view/vouch.ts'
import { type Stack, startStack } from '../../stack/stack.ts'
import { until } from '../../testkit/until.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { type Ended, runTollgate } from '../support/tollgate.ts'

const log = createLog('silent')
const ALL_SHARDS = Array.from({ length: SHARDS }, (_, shard) => shard)

let stack: Stack
/** What Redis loads at a restart. */
let snapshot: string
let database: TestDatabase
let pool: pg.Pool
/** For inspection; the tested code has its own connections. */
let admin: Redis
let reader: Redis
let feeds: ViewFeed[]
let relays: RelayStandIn[]

beforeAll(async () => {
  ;[stack, database] = await Promise.all([startStack({ only: ['redis'] }), createDatabase()])
  pool = createPool(database.url, log)
  admin = new Redis(stack.redisUrl)
  // Each lost connection is an error; the client reconnects.
  admin.on('error', () => {})
  const [, folder] = (await admin.config('GET', 'dir')) as [string, string]
  snapshot = join(folder, 'dump.rdb')
})

afterAll(async () => {
  admin?.disconnect()
  await pool?.end()
  await database?.drop()
  await stack?.stop()
})

beforeEach(async () => {
  feeds = []
  relays = []
  // Leftovers of a failed test.
  await stack.components.redis.kill('SIGCONT')
  await rm(snapshot, { force: true })
  await stack.components.redis.start()
  await until('Redis answers', () =>
    admin.ping().then(
      () => true,
      () => false,
    ),
  )
  await admin.flushall()
  await pool.query('delete from tollgate.live_view_shards')
  await pool.query('delete from tollgate.outbox_packs')
  await pool.query('delete from tollgate.fair_use_counters')
  await pool.query('delete from tollgate.accounts')
  reader = connectViewReader(stack.redisUrl, log)
  await until('the reader is connected', () => reader.status === 'ready')
})

afterEach(async () => {
  await Promise.all(relays.map((relay) => relay.stop()))
  await Promise.all(feeds.map((feed) => feed.stop()))
  reader.disconnect()
})

function startFeed(registry = new Registry()): ViewFeed {
  const feed = createViewFeed({ redisUrl: stack.redisUrl, pool, log, registry })
  feeds.push(feed)
  return feed
}

/** The relay's part, without Kafka. */
interface RelayStandIn {
  /** Takes everything from the outbox, in as many rounds as needed. */
  drain(): Promise<void>
  stop(): Promise<void>
}

/** What no feed takes. */
const UNREADABLE = Buffer.from('9')

/** `isMissed` selects the packs that the view does not get. */
function startRelay(feed: ViewFeed, isMissed: () => boolean = () => false): RelayStandIn {
  for (const shard of ALL_SHARDS) feed.lead(shard)
  let isStopping = false
  const loops = ALL_SHARDS.map(async (shard) => {
    while (!isStopping) {
      await relayOnce(feed, shard, isMissed)
      await feed.beat(shard)
      await delay(10)
    }
  })
  const relay = {
    drain: () =>
      until('the outbox is empty', async () => (await pool.query('select from tollgate.outbox_packs')).rowCount === 0),
    async stop() {
      isStopping = true
      await Promise.all(loops)
    },
  }
  relays.push(relay)
  return relay
}

async function relayOnce(feed: ViewFeed, shard: number, isMissed: () => boolean = () => false): Promise<void> {
  const packs = await readPacks(pool, 'now', [shard], [], { packsPerShard: 32, bytes: 1_000_000 })
  if (packs.length === 0) return
  const changes = packs.flatMap(({ viewChanges }) => viewChanges ?? [])
  const isInView = await feed.apply(shard, isMissed() ? [UNREADABLE] : changes)
  const holder = newHolder('stand-in')
  expect(await claimLeases(pool, 'now', [shard], holder)).toEqual([shard])
  await deletePacks(pool, 'now', holder, packs, isInView ? [] : [shard])
}

async function createAccounts(accountIds: readonly string[]): Promise<void> {
  await pool.query(
    `insert into tollgate.accounts (account_id, currency, settings_version, balance_micros, balance_version, status_version)
     select account_id, 'EUR', 1, 5000000, 1, 1 from unnest($1::text[]) as account_id`,
    [accountIds],
  )
}

interface ChangedRow {
  balance_micros: bigint
  balance_version: bigint
  status: 'active' | 'blocked'
  status_version: bigint
  since_micros: bigint
  settings_version: number
  minutes_version: bigint
}

const CYCLE = { cycleAnchor: '2026-01-31', cycleStart: new Date().toISOString().slice(0, 10) }

/** Sets an account's balance and a user's minutes, as a batch does: with the pack that announces it. */
async function change(accountId: string, balanceMicros: bigint, minutes: number): Promise<void> {
  await inTransaction(pool, async (connection) => {
    const { rows } = await connection.query<ChangedRow>(
      `with account as (
         update tollgate.accounts
            set balance_micros = $2::bigint, balance_version = balance_version + 1,
                status = case when $2::bigint > 0 then 'active' else 'blocked' end,
                status_version = status_version + ((status = 'active') <> ($2::bigint > 0))::integer,
                status_since = case when (status = 'active') = ($2::bigint > 0) then status_since else clock_timestamp() end
          where account_id = $1::text
         returning *),
       counter as (
         insert into tollgate.fair_use_counters as c (account_id, user_id, cycle_anchor, cycle_start, minutes)
         values ($1::text, 'ann', $3::date, $4::date, $5::integer)
             on conflict (account_id, user_id, cycle_anchor, cycle_start)
                do update set minutes = excluded.minutes, version = c.version + 1
         returning version)
       select account.*, (extract(epoch from status_since) * 1000000)::bigint as since_micros,
              counter.version as minutes_version
         from account, counter`,
      [accountId, balanceMicros, CYCLE.cycleAnchor, CYCLE.cycleStart, minutes],
    )
    const row = rows[0]!
    const viewChange: ViewChange = {
      accountId,
      epoch: 1,
      balance: { version: row.balance_version, balanceMicros: row.balance_micros, currency: 'EUR' },
      status: { version: row.status_version, status: row.status, sinceMicros: Number(row.since_micros) },
      settingsVersion: row.settings_version,
      fairUse: [{ userId: 'ann', ...CYCLE, version: row.minutes_version, minutes }],
    }
    await connection.query(
      `insert into tollgate.outbox_packs (pack_id, shard, lane, message_count, messages, view_changes, recorded_at)
       values (nextval('tollgate.outbox_pack_id'), $1, 'now', 0, $2, $3, clock_timestamp())`,
      [shardOfAccount(accountId), encodePack([]), encodeViewChanges([viewChange])],
    )
  })
}

const ASKED: AskedFairUse = { userId: 'ann', ...CYCLE }

const ask = (accountId: string): Promise<ViewAnswer> => readAccountView({ redis: reader, pool }, accountId, ASKED)

/** Reads each account, compares each answer with the database, and returns where they came from. */
async function sources(accountIds: readonly string[]): Promise<Set<string>> {
  const { rows } = await pool.query<{ account_id: string; known: object }>(
    `select a.account_id, json_build_object('epoch', epoch, 'balance', balance_micros::text, 'balanceVersion', balance_version::text,
            'status', status, 'statusVersion', status_version::text,
            'since', (extract(epoch from status_since) * 1000000)::bigint::text,
            'settings', settings_version, 'minutes', coalesce(c.minutes, 0)) as known
       from tollgate.ledger_epoch, tollgate.accounts a
       left join tollgate.fair_use_counters c on c.account_id = a.account_id and c.user_id = 'ann'
      where a.account_id = any($1::text[])`,
    [accountIds],
  )
  const known = new Map(rows.map((row) => [row.account_id, row.known]))
  const answers = await Promise.all(accountIds.map(ask))
  for (const [i, { view, fairUseMinutes }] of answers.entries()) {
    const shown = view && {
      epoch: view.epoch,
      balance: String(view.balanceMicros),
      balanceVersion: String(view.balanceVersion),
      status: view.status,
      statusVersion: String(view.statusVersion),
      since: String(view.statusSinceMicros),
      settings: view.settingsVersion,
      minutes: fairUseMinutes,
    }
    expect(shown).toEqual(known.get(accountIds[i]!) ?? null)
  }
  return new Set(answers.map(({ from }) => from))
}

const isAll = (found: Set<string>, source: string): boolean => found.size === 1 && found.has(source)

/** Every answer in the meantime is compared with the database, too. */
async function untilFromView(accountIds: readonly string[]): Promise<void> {
  for (const page of pagesOf(accountIds)) {
    await until('all answers come from the view', async () => isAll(await sources(page), 'view'))
  }
}

/** More reads at once would wait longer than a reader's timeout on a busy machine. */
function pagesOf(accountIds: readonly string[], size = 100): string[][] {
  return Array.from({ length: Math.ceil(accountIds.length / size) }, (_, page) =>
    accountIds.slice(page * size, (page + 1) * size),
  )
}

/** The view's answer, which on a busy machine may not come in time at first. */
async function askView(read: () => Promise<ViewAnswer>): Promise<ViewAnswer> {
  let answer: ViewAnswer | undefined
  await until('the view answers', async () => {
    answer = await read()
    return answer.from === 'view'
  })
  return answer!
}

const heartbeats = (): Promise<number> => admin.exists(...ALL_SHARDS.map((shard) => keysOf(shard).heartbeat))

/** The number of connections that Redis has accepted. */
async function connectionsMade(): Promise<number> {
  return Number(/total_connections_received:(\d+)/.exec(await admin.info('stats'))![1])
}

const accountIds = (count: number): string[] => Array.from({ length: count }, (_, i) => `account-${i}`)

describe('for updates of the view,', () => {
  it('newer wins, in any order and with duplicates', async () => {
    // One history of each part; the content of a version follows from its number, across 2^53.
    const versions = fc.tuple(fc.integer({ min: 1, max: 11 }), fc.bigInt({ min: 2n ** 53n - 3n, max: 2n ** 53n + 9n }))
    const fairUse = fc
      .record({
        version: versions,
        userId: fc.constantFrom('ann', 'ben'),
        cycleStart: fc.constantFrom('2199-01-31', '2199-02-28'),
      })
      .map(({ version: [epoch, version], ...counter }) => ({
        epoch,
        counter: { ...counter, cycleAnchor: '2199-01-31', version, minutes: Number(version % 1000n) * epoch },
      }))
    const sent = fc
      .record({
        accountId: fc.constantFrom('acme', 'zenith'),
        versions,
        says: fc.constantFrom('balance', 'status', 'settings', 'top-ups', 'all', 'fair use'),
        fairUse,
      })
      .map(({ accountId, versions: [epoch, version], says, fairUse }): ViewChange => {
        if (says === 'fair use') return { accountId, epoch: fairUse.epoch, fairUse: [fairUse.counter] }
        return {
          accountId,
          epoch,
          ...(['balance', 'all'].includes(says) && {
            balance: { version, balanceMicros: version * BigInt(epoch), currency: 'EUR' },
          }),
          ...(['status', 'all'].includes(says) && {
            status: {
              version,
              status: version % 2n === 0n ? 'active' : 'blocked',
              sinceMicros: Number(version % 1000n),
            },
          }),
          ...(['settings', 'all'].includes(says) && { settingsVersion: Number(version - 2n ** 53n) + 4 }),
          ...(says === 'top-ups' && { topUps: { version } }),
        }
      })
    const histories = fc
      .array(sent, { minLength: 1, maxLength: 30 })
      .chain((history) =>
        fc.tuple(
          fc.constant(history),
          fc.shuffledSubarray([...history, ...history], { minLength: history.length }),
          fc.array(fc.integer({ min: 1, max: 5 })),
        ),
      )
    await fc.assert(
      fc.asyncProperty(histories, async ([history, shuffled, cuts]) => {
        // What the subset omitted is sent at the end.
        const inOrder = await storedAfter([history.toSorted(byVersion)])
        const anyOrder = await storedAfter([...cut(shuffled, cuts), history.toReversed()])
        expect(anyOrder).toEqual(inOrder)
        expect(inOrder).toEqual(modelOf(history))
      }),
      { numRuns: 150 },
    )
  })

  it('parts and fields of a later version are kept, and break nothing', async () => {
    const shard = shardOfAccount('acme')
    const rows = (...of: unknown[]) => [Buffer.from(JSON.stringify(of))]
    await beginGeneration(admin, shard, 'generation')
    await applyChanges(admin, shard, rows(['acme', 'b 1 5 10 EUR 7 0 words;k 1 3 kind;s 1 2', { g: [1] }]))
    await applyChanges(
      admin,
      shard,
      rows(['acme', 'b 1 6 20 EUR 8 0;c 1 1 active 9;k 1 2 old;s 1 3', { f: [], g: {} }]),
    )
    await applyChanges(admin, shard, rows(['acme', 'a 1 1 first;b 1 6 20 EUR 8 0']))
    expect(await admin.get(`${keysOf(shard).prefix}account:acme`)).toBe(
      'generation;a 1 1 first;b 1 6 20 EUR 8 0;c 1 1 active 9;k 1 3 kind;s 1 3',
    )
  })

  it('entries of an earlier version count as absent, and its packs are accepted', async () => {
    const shard = shardOfAccount('acme')
    const key = `${keysOf(shard).prefix}account:acme`
    await beginGeneration(admin, shard, 'generation')
    await admin.set(key, 'generation;9 9 99 EUR;9 9 active 9;9 9')
    await applyChanges(admin, shard, linesOf(Buffer.from('1\n[["acme","1 5 10 EUR","1 2 active 3","1 4"]]')))
    expect(await admin.get(key)).toBe('generation;b 1 5 10 EUR;c 1 2 active 3;s 1 4')
  })

  it('listeners get newer values once, and nothing from a rebuild', async () => {
    const shard = shardOfAccount('acme')
    const subscriber = admin.duplicate()
    const received: string[] = []
    subscriber.on('message', (_channel, text) => received.push(text))
    await subscriber.subscribe(channelsOf(shard, 0).changes)
    const balance = (version: bigint) => ({ version, balanceMicros: version, currency: 'EUR' as const })
    const status = { version: 1n, status: 'active' as const, sinceMicros: 7 }
    const all = { accountId: 'acme', epoch: 1, balance: balance(4n), status, settingsVersion: 1 }
    await publish([all])
    await publish([all])
    await publish([{ ...all, balance: balance(5n) }])
    await publish([{ ...all, balance: balance(3n), topUps: { version: 2n } }])
    await publish([{ ...all, epoch: 2, balance: balance(1n) }])
    await applyChanges(
      admin,
      shard,
      linesOf(encodeViewChanges([{ ...all, epoch: 3, balance: balance(9n) }])),
      'generation',
    )
    await admin.publish(channelsOf(shard, 0).changes, 'the end')
    await until('the end arrives', () => received.at(-1) === 'the end')
    subscriber.disconnect()
    expect(received.slice(0, -1)).toEqual([
      'acme\tb 1 4 4 EUR;c 1 1 active 7;s 1 1',
      'acme\tb 1 5 5 EUR',
      'acme\tt 1 2',
      'acme\tb 2 1 1 EUR;c 2 1 active 7;s 2 1',
    ])
  })

  it('a user counts per cycle, and is removed some days after the cycle', async () => {
    await publish([{ accountId: 'acme', epoch: 1, fairUse: [{ userId: 'ann', ...CYCLE, version: 1n, minutes: 7 }] }])
    const [key] = await admin.keys('*fair-use*')
    const days = (await admin.ttl(key!)) / 86_400
    expect(days).toBeGreaterThan(36)
    expect(days).toBeLessThan(39)
  })

  const byVersion = (a: ViewChange, b: ViewChange): number => {
    const of = (one: ViewChange) =>
      one.balance?.version ?? one.status?.version ?? one.topUps?.version ?? BigInt(one.settingsVersion ?? 0)
    return a.epoch - b.epoch || Number(of(a) - of(b))
  }

  async function publish(changes: readonly ViewChange[]): Promise<void> {
    for (const [shard, own] of Map.groupBy(changes, ({ accountId }) => shardOfAccount(accountId))) {
      await beginGeneration(admin, shard, 'generation')
      await applyChanges(admin, shard, linesOf(encodeViewChanges(own)))
    }
  }

  async function storedAfter(batches: readonly (readonly ViewChange[])[]): Promise<Record<string, string>> {
    await admin.flushall()
    for (const batch of batches) await publish(batch)
    const stored: Record<string, string> = {}
    for (const key of await admin.keys('*account:*')) stored[key.split('account:')[1]!] = (await admin.get(key))!
    for (const key of await admin.keys('*fair-use:*')) {
      for (const [user, minutes] of Object.entries(await admin.hgetall(key))) {
        stored[`${key.split('fair-use:')[1]!} ${user}`] = minutes
      }
    }
    return stored
  }

  /** The newest of each part, found by comparing numbers. */
  function modelOf(history: readonly ViewChange[]): Record<string, string> {
    const newest = new Map<string, { epoch: number; version: bigint; text: string }>()
    const hear = (name: string, epoch: number, version: bigint, rest: string) => {
      const before = newest.get(name)
      if (before && (before.epoch > epoch || (before.epoch === epoch && before.version >= version))) return
      newest.set(name, { epoch, version, text: `${epoch} ${version}${rest}` })
    }
    const stored: Record<string, string> = {}
    for (const { accountId, epoch, balance, status, settingsVersion, topUps, fairUse } of history) {
      if (balance) hear(`${accountId}/b`, epoch, balance.version, ` ${balance.balanceMicros} EUR`)
      if (status) hear(`${accountId}/c`, epoch, status.version, ` ${status.status} ${status.sinceMicros}`)
      if (settingsVersion !== undefined) hear(`${accountId}/s`, epoch, BigInt(settingsVersion), '')
      if (topUps) hear(`${accountId}/t`, epoch, topUps.version, '')
      for (const { userId, cycleAnchor, cycleStart, version, minutes } of fairUse ?? []) {
        const name = `${cycleAnchor}:${cycleStart}:${accountId} ${userId}`
        hear(name, epoch, version, ` ${minutes}`)
        stored[name] = `generation;${newest.get(name)!.text}`
      }
      if (balance || status || topUps || settingsVersion !== undefined) {
        const parts = ['b', 'c', 's', 't'].flatMap((name) => {
          const part = newest.get(`${accountId}/${name}`)
          return part === undefined ? [] : `${name} ${part.text}`
        })
        stored[accountId] = ['generation', ...parts].join(';')
      }
    }
    return stored
  }

  function cut(changes: readonly ViewChange[], sizes: readonly number[]): ViewChange[][] {
    const rest = [...changes]
    return [...sizes.map((size) => rest.splice(0, size)), rest].filter((one) => one.length > 0)
  }
})

describe('answers', () => {
  const ids = accountIds(40)

  async function startTrusted(registry?: Registry): Promise<RelayStandIn> {
    await createAccounts(ids)
    await Promise.all(ids.map((id, i) => change(id, BigInt(i - 5), i)))
    const relay = startRelay(startFeed(registry))
    await relay.drain()
    await untilFromView(ids)
    return relay
  }

  async function changeAll(): Promise<void> {
    await Promise.all(ids.map((id, i) => change(id, BigInt(100 - i * 4), 1000 + i)))
  }

  it.each<{ fault: string; fail: () => Promise<unknown>; recover?: () => Promise<unknown> }>([
    { fault: 'is flushed', fail: () => admin.flushall() },
    {
      fault: 'is restarted empty',
      async fail() {
        await stack.components.redis.kill()
        await stack.components.redis.start()
      },
    },
    {
      fault: 'is down for a while',
      fail: () => stack.components.redis.kill(),
      recover: () => stack.components.redis.start(),
    },
    {
      fault: 'hangs, and wakes with what was sent meanwhile',
      fail: () => stack.components.redis.kill('SIGSTOP'),
      recover: () => stack.components.redis.kill('SIGCONT'),
    },
    {
      fault: 'is slow for six seconds',
      // Longer than everything below needs until it has recovered.
      fail: () => admin.call('client', 'pause', '6000', 'all'),
      recover: () => admin.ping(),
    },
  ])('equal those of the database when Redis $fault, and come from the view again', async ({ fail, recover }) => {
    const relay = await startTrusted()
    await fail()
    if (recover) await until('the database answers', async () => isAll(await sources(ids), 'database'))
    await changeAll()
    await relay.drain()
    if (recover) {
      // No earlier heartbeat outlives this, so the next result is new.
      for (const deadline = Date.now() + 2_500; Date.now() < deadline; ) {
        expect(await sources(ids)).toEqual(new Set(['database']))
      }
      await recover()
    }
    await untilFromView(ids)
  })

  it('equal those of the database if Redis is restarted from an older snapshot, including the heartbeat', async () => {
    const relay = await startTrusted()
    await until('a snapshot has all heartbeats', async () => {
      await admin.save()
      return (await heartbeats()) === SHARDS
    })
    await changeAll()
    await relay.drain()
    await untilFromView(ids)
    await relay.stop()
    await stack.components.redis.kill()
    await stack.components.redis.start()
    await until('the reader is connected', () => reader.status === 'ready')
    expect(await sources(ids)).toEqual(new Set(['database']))

    startRelay(startFeed())
    await untilFromView(ids)
  })

  it('come from the database once the heartbeat is older than two seconds', async () => {
    const relay = await startTrusted()
    await relay.stop()
    await until('no heartbeat is left', async () => (await heartbeats()) === 0, 2 * TRUST_MS)
    await changeAll()
    expect(await sources(ids)).toEqual(new Set(['database']))
  })

  it('come from the database for evicted entries, and for unknown accounts', async () => {
    await startTrusted()
    await admin.del(`tollgate:{${shardOfAccount(ids[0]!)}}:account:${ids[0]}`)
    await admin.del(`tollgate:{${shardOfAccount(ids[1]!)}}:fair-use:${CYCLE.cycleAnchor}:${CYCLE.cycleStart}:${ids[1]}`)
    expect(await sources([ids[0]!])).toEqual(new Set(['database']))
    expect(await sources([ids[1]!])).toEqual(new Set(['database']))
    expect(await askView(() => readAccountView({ redis: reader, pool }, ids[1]!))).toMatchObject({
      fairUseMinutes: null,
    })
    expect(await ask('nobody')).toEqual({ from: 'database', view: null, fairUseMinutes: null })
  })

  it('wait once, and briefly, for a Redis that hangs', async () => {
    await startTrusted()
    await stack.components.redis.kill('SIGSTOP')
    const startedAt = performance.now()
    expect(await sources([ids[0]!])).toEqual(new Set(['database']))
    expect(performance.now() - startedAt).toBeLessThan(2_000)
    const tookMs: number[] = []
    for (const id of ids) {
      const askedAt = performance.now()
      expect(await ask(id)).toMatchObject({ from: 'database' })
      tookMs.push(performance.now() - askedAt)
    }
    // Each read that waited would take 50 ms.
    expect(tookMs.toSorted((a, b) => a - b)[ids.length / 2]).toBeLessThan(50)
  })

  it('are counted: misses, rebuilds, and whether the view is trusted', async () => {
    const registry = new Registry()
    const relay = await startTrusted(registry)
    const valuesOf = async (name: string) =>
      (await (registry.getSingleMetric(name) as Counter<string> | Gauge<string>).get()).values
    const trusted = async () => (await valuesOf('tollgate_view_trusted')).map(({ value }) => value)
    expect(await trusted()).toEqual([1, 1, 1, 1])
    await stack.components.redis.kill()
    await changeAll()
    await relay.drain()
    const misses = await valuesOf('tollgate_view_misses_total')
    expect(misses.map(({ labels }) => labels.shard).toSorted()).toEqual(['0', '1', '2', '3'])
    await until('no view is trusted', async () => (await trusted()).every((value) => value === 0))
    await stack.components.redis.start()
    await untilFromView(ids)
    expect(await valuesOf('tollgate_view_rebuilds_total')).toContainEqual({ labels: { result: 'done' }, value: 2 })
  })
})

describe('a leader', () => {
  const id = 'acme'
  const shard = shardOfAccount(id)
  const hasHeartbeat = async () => (await admin.exists(keysOf(shard).heartbeat)) === 1

  async function beatUntilVouched(feed: ViewFeed): Promise<void> {
    await until('the view is vouched for', async () => {
      await feed.beat(shard)
      return hasHeartbeat()
    })
  }

  /** A heartbeat that is due, and has been answered. */
  async function nextBeat(feed: ViewFeed): Promise<void> {
    await delay(510)
    await feed.beat(shard)
  }

  it('leaves a miss that its successor finds and repairs', async () => {
    await createAccounts([id])
    const first = startFeed()
    first.lead(shard)
    await beatUntilVouched(first)
    await change(id, -5n, 3)
    await relayOnce(first, shard, () => true)
    // Withdrawn at once, not only when it expires.
    expect(await hasHeartbeat()).toBe(false)
    await first.stop()

    const second = startFeed()
    second.lead(shard)
    await until('the feed is connected', () => isConnected())
    await second.beat(shard)
    expect(await hasHeartbeat()).toBe(false)
    expect(await sources([id])).toEqual(new Set(['database']))
    await beatUntilVouched(second)
    await untilFromView([id])
  })

  it('that was paused does not vouch for a view that its successor leads', async () => {
    await createAccounts([id])
    const [first, second] = [startFeed(), startFeed()]
    first.lead(shard)
    await beatUntilVouched(first)
    await until('both feeds are connected', () => isConnected(2))
    second.lead(shard)
    await second.beat(shard)
    // The database counts no miss: only the token shows it.
    await admin.del(keysOf(shard).heartbeat)
    await nextBeat(first)
    expect(await hasHeartbeat()).toBe(false)
    await nextBeat(second)
    expect(await hasHeartbeat()).toBe(true)
  })

  it('that overwrote its successor’s token delays its vouching only briefly', async () => {
    await createAccounts([id])
    const [first, second] = [startFeed(), startFeed()]
    await until('both feeds are connected', () => isConnected(2))
    second.lead(shard)
    await beatUntilVouched(second)
    first.lead(shard)
    await nextBeat(first)
    await first.stop()
    await admin.del(keysOf(shard).heartbeat)
    await beatUntilVouched(second)
  })

  it('whose heartbeat reaches Redis late does not vouch', async () => {
    await rebuildView({ redis: admin, pool }, [shard])
    const nowMs = await leadShard(admin, shard, 'token')
    const beat = { token: 'token', isComplete: true }
    const late = await vouch(admin, shard, { ...beat, goodUntilMs: nowMs })
    expect(late.verdict).toBe('too late')
    expect(await hasHeartbeat()).toBe(false)
    const inTime = await vouch(admin, shard, { ...beat, goodUntilMs: nowMs + 2_000 })
    expect(inTime.verdict).toBe('vouched')
    expect(await admin.pttl(keysOf(shard).heartbeat)).toBeLessThanOrEqual(2_000)
  })

  it('abandons a Redis that hangs within about a second, and then at once', async () => {
    const feed = startFeed()
    const changes = [encodeViewChanges([{ accountId: id, epoch: 1, settingsVersion: 1 }])]
    expect(await feed.apply(shard, changes)).toBe(true)
    await stack.components.redis.kill('SIGSTOP')
    const startedAt = performance.now()
    expect(await feed.apply(shard, changes)).toBe(false)
    const abandonedAt = performance.now()
    expect(abandonedAt - startedAt).toBeLessThan(5_000)
    for (let i = 0; i < 20; i++) expect(await feed.apply(shard, changes)).toBe(false)
    expect(performance.now() - abandonedAt).toBeLessThan(1_000)
    await stack.components.redis.kill('SIGCONT')
    await until('Redis takes changes again', () => feed.apply(shard, changes))
  })

  it('does not flood a Redis that is full, or the log, and returns when there is room', async () => {
    await createAccounts([id])
    await admin.config('SET', 'maxmemory', '1')
    const lines: string[] = []
    const feed = createViewFeed({
      redisUrl: stack.redisUrl,
      pool,
      log: createLog('warn', { write: (line) => lines.push(line) }),
      registry: new Registry(),
    })
    feeds.push(feed)
    startRelay(feed)
    try {
      await until('it has failed', () => lines.length > 0)
      const before = await connectionsMade()
      await delay(2_500)
      expect((await connectionsMade()) - before).toBeLessThanOrEqual(4)
      expect(lines).toEqual([expect.stringContaining('OOM')])
    } finally {
      await admin.config('SET', 'maxmemory', '0')
    }
    await until('the view is vouched for', hasHeartbeat)
  })

  it('does not count a reconnect as a miss', async () => {
    const feed = startFeed()
    const changes = [encodeViewChanges([{ accountId: id, epoch: 1, settingsVersion: 1 }])]
    for (let i = 0; i < 5; i++) {
      expect(await feed.apply(shard, changes)).toBe(true)
      await admin.call('client', 'kill', 'type', 'normal', 'skipme', 'yes')
    }
    expect(await feed.apply(shard, changes)).toBe(true)
  })

  it('refuses changes that it cannot read, so that they count as missed', async () => {
    const feed = startFeed()
    await beginGeneration(admin, shard, 'generation')
    const changes = [encodeViewChanges([{ accountId: id, epoch: 1, settingsVersion: 1 }])]
    expect(await feed.apply(shard, [UNREADABLE])).toBe(false)
    expect(await feed.apply(shard, changes)).toBe(true)
    expect(await feed.apply(shard, [Buffer.from('2\n[["acme"')])).toBe(false)
  })

  /** Feeds name their connections alike; the reader has one, too. */
  async function isConnected(count = 1): Promise<boolean> {
    const clients = (await admin.call('client', 'list')) as string
    return clients.split('\n').filter((client) => client.includes('name=tollgate-view')).length >= count + 1
  }
})

describe('a listener', () => {
  it('gets newer values while the view is vouched for, and reports where it may have missed something', async () => {
    const ids = accountIds(20)
    await createAccounts(ids)
    const relay = startRelay(startFeed())
    const newest = new Map<string, bigint>()
    const missed: string[] = []
    const listener = createViewListener(stack.redisUrl, log)
    listener.open({
      wants: (accountId) => accountId !== ids[19],
      newer: (accountId, { balance }) => newest.set(accountId, balance!.version),
      missed: (isOf) => missed.push(...ids.filter(isOf)),
    })
    const areAllFollowed = () => ids.every((accountId) => listener.isHeard(accountId))
    const takeMissed = () => new Set(missed.splice(0))
    try {
      await until('the view is vouched for', areAllFollowed)
      expect(takeMissed()).toEqual(new Set(ids))
      for (const accountId of ids) await change(accountId, 7n, 1)
      await relay.drain()
      await until('all but one have a newer value', () => newest.size === 19)
      expect(new Set(newest.values())).toEqual(new Set([2n]))
      expect(takeMissed()).toEqual(new Set())

      // Rebuilt, it has what the previous one may have missed.
      await rebuildView({ redis: admin, pool }, ALL_SHARDS)
      await until('the new generation is vouched for', () => new Set(missed).size === ids.length)
      takeMissed()

      await stack.components.redis.kill()
      await until('no account is followed', () => ids.every((accountId) => !listener.isHeard(accountId)), 1_500)
      await change(ids[0]!, 8n, 2)
      await stack.components.redis.start()
      await until('all accounts are followed again', areAllFollowed)
      expect(takeMissed()).toEqual(new Set(ids))
    } finally {
      listener.close()
    }
    expect(areAllFollowed()).toBe(false)
  })

  it('takes what it cannot read for something that it missed', async () => {
    const missed: string[] = []
    const listener = createViewListener(stack.redisUrl, log)
    listener.open({
      wants: () => true,
      newer: (accountId) => missed.push(`not ${accountId}`),
      missed: (isOf) => missed.push(...['acme', 'other'].filter(isOf)),
    })
    const { changes } = channelsOf(shardOfAccount('acme'), 0)
    try {
      await until('it listens', async () => (await admin.publish(changes, 'acme\tb 1 two 3 EUR')) > 0)
      await until('it has been told', () => missed.length > 0)
      expect(new Set(missed)).toEqual(new Set(['acme']))
    } finally {
      listener.close()
    }
  })

  it('hears nothing of another database of the same Redis', async () => {
    const shard = shardOfAccount('acme')
    const elsewhere = new Redis(`${stack.redisUrl}/1`)
    const versions: bigint[] = []
    const listener = createViewListener(stack.redisUrl, log)
    listener.open({
      wants: () => true,
      newer: (_accountId, { settings }) => versions.push(settings!.version),
      missed: () => {},
    })
    const publishIn = async (redis: Redis, settingsVersion: number) => {
      await beginGeneration(redis, shard, `generation-${settingsVersion}`)
      const changes = linesOf(encodeViewChanges([{ accountId: 'acme', epoch: 1, settingsVersion }]))
      await applyChanges(redis, shard, changes)
      await redis.del(keysOf(shard).rebuild)
    }
    try {
      let version = 100
      await until('it hears its own database', async () => {
        await publishIn(elsewhere, ++version)
        await publishIn(admin, version - 100)
        return versions.filter((heard) => heard < 100n).length >= 3
      })
      expect(versions.filter((heard) => heard > 100n)).toEqual([])
      expect(listener.isHeard('acme')).toBe(false)
    } finally {
      listener.close()
      elsewhere.disconnect()
    }
  })

  it('does not flood a Redis that refuses its subscription', async () => {
    await admin.call('ACL', 'SETUSER', 'limited', 'on', '>secret', '~*', '&*', '+@all', '-subscribe')
    const lines: string[] = []
    const listener = createViewListener(
      stack.redisUrl.replace('redis://', 'redis://limited:secret@'),
      createLog('warn', { write: (line) => lines.push(line) }),
    )
    const before = await connectionsMade()
    listener.open({ wants: () => true, newer: () => {}, missed: () => {} })
    try {
      await until('it has failed', () => lines.length > 0)
      await delay(1_000)
      expect(lines).toEqual([expect.stringContaining('NOPERM')])
      expect((await connectionsMade()) - before).toBe(1)
    } finally {
      listener.close()
      await admin.call('ACL', 'DELUSER', 'limited')
    }
  })

  it('gets nothing from a view that nobody feeds, and learns of that within two seconds', async () => {
    await createAccounts(['acme'])
    const listener = createViewListener(stack.redisUrl, log)
    listener.open({ wants: () => true, newer: () => {}, missed: () => {} })
    try {
      const relay = startRelay(startFeed())
      await until('the view is vouched for', () => listener.isHeard('acme'))
      await relay.stop()
      await until('the account is no longer followed', () => !listener.isHeard('acme'), 2 * TRUST_MS)
    } finally {
      listener.close()
    }
  })
})

describe('a rebuild', () => {
  it('concurrent with changes and misses ends equal to the database', async () => {
    const ids = accountIds(5_000)
    await createAccounts(ids)
    let seed = 7
    const random = (below: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31
      return Math.floor((seed / 2 ** 31) * below)
    }
    const feed = startFeed()
    let isDone = false
    let taken = 0
    const relay = startRelay(feed, () => !isDone && ++taken % 20 === 0)
    const writers = [0, 1, 2].map(async () => {
      while (!isDone) await change(ids[random(ids.length)]!, BigInt(random(1000) - 300), random(500))
    })
    for (let i = 0; i < 8; i++) {
      // In addition to those that misses trigger; either may overtake the other.
      await rebuildView({ redis: admin, pool }, ALL_SHARDS).catch(() => {})
      await delay(300)
    }
    isDone = true
    await Promise.all(writers)
    await relay.drain()
    expect((await pool.query('select from tollgate.live_view_shards where misses > 0')).rowCount).toBeGreaterThan(0)
    const changed = await pool.query<{ account_id: string }>(
      'select distinct account_id from tollgate.fair_use_counters',
    )
    expect(changed.rowCount).toBeGreaterThan(100)
    await untilFromView(changed.rows.map((row) => row.account_id))
    for (const page of pagesOf(ids.slice(0, 500))) {
      await until('unchanged entries come from the view', async () => {
        const answers = await Promise.all(page.map((id) => readAccountView({ redis: reader, pool }, id)))
        for (const { view } of answers) expect(view).not.toBeNull()
        return answers.every(({ from }) => from === 'view')
      })
    }
  })

  /** The database, with an action after the accounts are read and before they are in the view. */
  function poolWithin(happens: () => Promise<unknown>): pg.Pool {
    const query = async (statement: pg.QueryConfig | string, values?: unknown[]) => {
      const result = await pool.query(statement as string, values)
      if (typeof statement === 'object' && statement.name === 'view-accounts') await happens()
      return result
    }
    return { query } as unknown as pg.Pool
  }

  it('overwrites nothing newer than what it read', async () => {
    await createAccounts(['acme'])
    const shard = shardOfAccount('acme')
    const feed = startFeed()
    feed.lead(shard)
    const changed = poolWithin(async () => {
      await change('acme', -7n, 3)
      await relayOnce(feed, shard)
    })
    await rebuildView({ redis: admin, pool: changed }, [shard])
    await until('the view is vouched for', async () => {
      await feed.beat(shard)
      return (await heartbeats()) === 1
    })
    await untilFromView(['acme'])
  })

  it('does not clear a miss that came after it began', async () => {
    const addMiss = () => pool.query('update tollgate.live_view_shards set misses = misses + 1')
    await pool.query('insert into tollgate.live_view_shards (shard, misses) values (0, 4)')
    await rebuildView({ redis: admin, pool: poolWithin(addMiss) }, [0])
    const { rows } = await pool.query('select misses, misses_mended from tollgate.live_view_shards')
    expect(rows).toEqual([{ misses: 5n, misses_mended: 4n }])
  })

  it('starts without a request if the view was built without parts that exist by now', async () => {
    await createAccounts(['acme'])
    const shard = shardOfAccount('acme')
    await change('acme', 700n, 9)
    startRelay(startFeed())
    await untilFromView(['acme'])
    const generation = () => admin.hget(keysOf(shard).state, 'generation')
    const before = await generation()
    await admin.hset(keysOf(shard).state, 'built', before!)
    await until('it is rebuilt', async () => (await generation()) !== before)
    await untilFromView(['acme'])
  })

  it('is incomplete if Redis lost what it had written', async () => {
    await expect(rebuildView({ redis: admin, pool: poolWithin(() => admin.flushall()) }, [0])).rejects.toThrow(
      'interrupted by another rebuild',
    )
    const restarted = poolWithin(async () => {
      await admin.save()
      await stack.components.redis.kill()
      await stack.components.redis.start()
      await until('Redis is connected', () => admin.status === 'ready')
    })
    await expect(rebuildView({ redis: admin, pool: restarted }, [1])).rejects.toThrow('interrupted by another rebuild')
    expect((await pool.query('select from tollgate.live_view_shards')).rowCount).toBe(0)
  })

  it('waits for another one of the same shard', async () => {
    await beginGeneration(admin, 2, 'another')
    expect(await rebuildView({ redis: admin, pool }, [1, 2])).toMatchObject({ shards: [1], busy: [2] })
  })

  it('by command fixes a wrong value, and removes an unknown account', async () => {
    const id = 'acme'
    const shard = shardOfAccount(id)
    const unknownId = Array.from({ length: 100 }, (_, i) => `ghost-${i}`).find((one) => shardOfAccount(one) === shard)!
    await createAccounts([id])
    await change(id, 700n, 9)
    const relay = startRelay(startFeed())
    await relay.drain()
    await untilFromView([id])
    const wrong = [id, unknownId].map(
      (accountId): ViewChange => ({
        accountId,
        epoch: 9,
        balance: { version: 99n, balanceMicros: 123n, currency: 'EUR' },
        status: { version: 99n, status: 'active', sinceMicros: 1 },
        settingsVersion: 99,
        fairUse: [{ userId: 'ann', ...CYCLE, version: 99n, minutes: 99 } satisfies FairUseMinutes],
      }),
    )
    await applyChanges(admin, shard, linesOf(encodeViewChanges(wrong)))
    for (const accountId of [id, unknownId]) {
      const answer = await askView(() => ask(accountId))
      expect(answer).toMatchObject({ view: { balanceMicros: 123n }, fairUseMinutes: 99 })
    }

    const ended = await tollgate('view', 'rebuild')
    expect(ended).toEqual({ exitCode: 0, stdout: '', stderr: 'the live view was rebuilt: 1 account\n' })
    expect(await ask(unknownId)).toEqual({ from: 'database', view: null, fairUseMinutes: null })
    await untilFromView([id])
    expect(await ask(unknownId)).toEqual({ from: 'database', view: null, fairUseMinutes: null })
  })

  it('by command reports that Redis is down', async () => {
    await stack.components.redis.kill()
    const ended = await tollgate('view', 'rebuild')
    await stack.components.redis.start()
    expect(ended).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('Redis is not responding') })
  })

  function tollgate(...args: string[]): Promise<Ended> {
    return runTollgate({ TOLLGATE_DATABASE_URL: database.url, TOLLGATE_REDIS_URL: stack.redisUrl }, ...args)
  }
})
