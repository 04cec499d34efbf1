/**
 * Raters, relays and jobs as separate processes, killed at random under traffic of all kinds, and restarted as by a supervisor.
 * The same traffic goes through the model; the books must not depend on which process died when.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { readOffsets } from '../../src/ledger/epochs/consumer-offsets.ts'
import { USAGE_TOPICS } from '../../src/topics.ts'
import { type Serve, startServe } from '../../stack/serve.ts'
import { createRandom } from '../../testkit/random.ts'
import { createTraffic, type TrafficItem } from '../../testkit/traffic.ts'
import { until } from '../../testkit/until.ts'
import type { TestInstallation } from './installation.ts'
import { createModel, type Model } from './model.ts'
import { summedUp } from './rolled-up.ts'
import { testKafka } from './topics.ts'

export interface KillOptions {
  readonly kills: number
  readonly seed: number
  readonly eventsPerSecond: number
  /** The database of the jobs; by default the shared one. */
  readonly jobsDatabaseUrl?: string
}

export interface Aftermath {
  readonly model: Model
  readonly killed: readonly string[]
  /** Movements in the sums by day when the last message had been produced. */
  readonly summedUpDuringLoad: number
  /** Comparisons of both sides' offsets during all that, and what was committed to Kafka ahead of the database. */
  readonly offsetChecks: number
  readonly offsetsAhead: readonly string[]
}

const ROLES = ['rater', 'relay', 'jobs', 'rater', 'relay', 'jobs'] as const
const DIFFERENT_ROLES = new Set(ROLES).size
const SEND_INTERVAL_MS = 100
/** The maximum number of events recorded between two kills: a kill hits a batch, a commit or a send. */
const MAX_EVENTS_BETWEEN_KILLS = 2_000

/** Returns when everything that was produced is recorded and published. */
export async function killUnderLoad(
  installation: TestInstallation,
  { kills, seed, eventsPerSecond, jobsDatabaseUrl }: KillOptions,
): Promise<Aftermath> {
  const random = createRandom(seed)
  const fleet = await Promise.all(ROLES.map((role) => start(role)))
  const killed: string[] = []
  const stop = new AbortController()
  const producing = produce(stop.signal)
  const watch = watchOffsets(installation)
  try {
    for (let kill = 0; kill < kills; kill++) {
      const before = await recorded(installation)
      const between = random.whole(MAX_EVENTS_BETWEEN_KILLS)
      await until('more is recorded', async () => (await recorded(installation)) > before + between, 120_000)
      // Each role in turn, either of its two processes.
      const at = (kill % DIFFERENT_ROLES) + DIFFERENT_ROLES * random.whole(2)
      if (ROLES[at] === 'jobs') await untilSummingUp(installation)
      killed.push(ROLES[at]!)
      await fleet[at]!.stop('SIGKILL')
      fleet[at] = await start(ROLES[at]!)
    }
    // A killed job may have been the first to sum anything up, and its successor is still busy with that.
    await until('movements are summed up during the load', async () => (await summedUp(installation.pool)) > 1_000)
    stop.abort()
    const model = await producing
    const summedUpDuringLoad = await summedUp(installation.pool)
    await installation.untilDrained()
    return { model, killed, summedUpDuringLoad, ...(await watch.stop()) }
  } finally {
    stop.abort()
    await watch.stop()
    await Promise.all(fleet.map((serve) => serve.stop()))
  }

  function start(role: string): Promise<Serve> {
    // Small batches, so that a kill often comes in the middle of many.
    const own = role === 'jobs' && jobsDatabaseUrl !== undefined ? { TOLLGATE_DATABASE_URL: jobsDatabaseUrl } : {}
    return startServe({ ...installation.environment, TOLLGATE_ROLES: role, TOLLGATE_BATCH_EVENTS: '200', ...own })
  }

  async function produce(signal: AbortSignal): Promise<Model> {
    const traffic = createTraffic({ seed, accounts: installation.accounts, startMicros: installation.startMicros })
    const model = createModel(installation.accounts)
    const isComparable = withoutCorrectedCalls()
    while (!signal.aborted) {
      const next = Array.from({ length: (eventsPerSecond * SEND_INTERVAL_MS) / 1000 }, () => traffic.next())
      const items = next.filter(isComparable)
      for (const item of items) model.take(item)
      for (const [topic, ofTopic] of Map.groupBy(items, ({ topic }) => topic)) {
        await installation.produce(topic, ofTopic.map(asMessage))
      }
      await delay(SEND_INTERVAL_MS, undefined, { signal }).catch(() => {})
    }
    return model
  }

  function asMessage(item: TrafficItem) {
    if (item.kind === 'junk') return { key: item.accountKey, value: item.value }
    return { key: item.event.account_id, value: Buffer.from(installation.encode(item.topic, item.event)) }
  }
}

/** Kafka first, then the database: anything in between only increases the database's lead. */
function watchOffsets({ pool, config }: TestInstallation) {
  const offsetsAhead: string[] = []
  let offsetChecks = 0
  let isStopping = false
  const watching = watch()
  return {
    async stop() {
      isStopping = true
      await watching
      return { offsetChecks, offsetsAhead }
    },
  }

  async function watch(): Promise<void> {
    const admin = testKafka().admin()
    await admin.connect()
    while (!isStopping) {
      const topics = [...USAGE_TOPICS.keys()]
      const committed = await admin.fetchOffsets({ groupId: config.kafka.consumerGroup, topics })
      const stored = new Map(
        (await readOffsets(pool, config.kafka.consumerGroup)).map((one) => [
          `${one.topic}/${one.partition}`,
          one.nextOffset,
        ]),
      )
      for (const { topic, partitions } of committed) {
        for (const { partition, offset } of partitions) {
          const inDatabase = stored.get(`${topic}/${partition}`) ?? 0n
          if (BigInt(offset) > inDatabase) offsetsAhead.push(`${topic}/${partition}: ${offset} > ${inDatabase}`)
        }
      }
      offsetChecks++
      await delay(50)
    }
    await admin.disconnect()
  }
}

/**
 * Topics are read concurrently. The minutes returned by the correction of a covered call are available to later calls, and
 * which those are depends on the order: only these sums may differ between runs. All others are the same in any order.
 */
function withoutCorrectedCalls(): (item: TrafficItem) => boolean {
  const otherEventIds = new Set<string>()
  return (item) => {
    if (item.kind === 'junk') return true
    if (item.topic === 'usage.corrections.v1') return otherEventIds.has(item.event.corrects)
    if (item.topic !== 'usage.calls.v1') otherEventIds.add(item.event.event_id)
    return true
  }
}

/** Jobs pause most of the time: a kill should come in the middle of a share. */
async function untilSummingUp({ pool }: TestInstallation): Promise<void> {
  await until('a share is being summed up', async () => {
    const { rows } = await pool.query(
      `select from pg_locks
        where relation = 'tollgate.usage_by_day'::regclass and mode = 'RowExclusiveLock'
          and database = (select oid from pg_database where datname = current_database())`,
    )
    return rows.length > 0
  })
}

/** Events recorded so far. */
export async function recorded({ pool }: TestInstallation): Promise<number> {
  const { rows } = await pool.query('select count(*)::int as count from tollgate.usage_identity')
  return rows[0].count
}
