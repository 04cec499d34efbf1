/**
 * Feeds the live view: writes to Redis what the relay takes from the outbox. While nothing is missing there, the leader
 * of a shard vouches for its view twice a second.
 *
 * The view may be trusted when three things hold: the database counts no unmended miss; Redis holds a complete
 * generation, built on this same server; and nobody else leads the shard by now. If one does not hold and Redis
 * answers, the view is rebuilt in the background. Until then the database answers instead, so nothing here throws.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { ViewSink } from '../outbox/leadership.ts'
import type { Logger } from '../platform/log.ts'
import { counter, gauge, type Registry } from '../platform/metrics.ts'
import type { Pool } from '../platform/postgres.ts'
import { type Failure, pause, retry, retryWaitMs } from '../platform/retry.ts'
import { applyChanges } from './apply.ts'
import { linesOf } from './changes.ts'
import { rebuildView } from './rebuild.ts'
import { connectRedis, isConnectionLost, isReadyWithin, isRefusal, reconnect } from './redis.ts'
import { leadShard, TRUST_MS, type Verdict, vouch } from './vouch.ts'

/**
 * How long a change may take to reach the view, or it counts as missed. A broken connection may recover within it. The
 * packs of a change are deleted only afterwards, but sending them to Kafka does not wait.
 */
const ANSWER_TIMEOUT_MS = 1_000
const BEAT_EVERY_MS = 500
/**
 * A leader that the relay still lets beat after this time is the true one, even if another has overwritten its token.
 */
const DEPOSED_MS = 5_000
/** What forces a rebuild of one shard mostly affects all: shards found within this time are rebuilt together. */
const GATHER_MS = BEAT_EVERY_MS + 100
const REBUILD_BACKOFF = { firstMs: 1_000, maxMs: 1_000 }
const RECONNECT_BACKOFF = { firstMs: 10, maxMs: 10 }
/** A Redis that refuses writes, being full or a replica, is left alone for this long. */
const REFUSED_PAUSE_MS = 1_000

const READ_IS_COMPLETE = `
  select misses = misses_mended as is_complete from tollgate.live_view_shards where shard = $1::smallint`

/** The live view as the relay sees it. The default of `knownAtMs` is now. */
export interface ViewFeed extends ViewSink {
  beat(shard: number, knownAtMs?: number): Promise<void>
  /** Ends all leaderships, waits for a rebuild in progress, and closes the connection. */
  stop(): Promise<void>
}

interface FeedParts {
  readonly redisUrl: string
  readonly pool: Pool
  readonly log: Logger
  readonly registry: Registry
}

interface Leadership {
  token: string
  /**
   * How far Redis's clock is ahead of our monotonic one. An estimate that is never too high, so that no heartbeat lives
   * too long. Null until Redis knows of this leadership.
   */
  redisAheadMs: number | null
  beatAtMs: number
  deposedAtMs: number | null
  distrust: NodeJS.Timeout | undefined
}

function viewMetrics(registry: Registry) {
  return {
    viewMissesTotal: counter(registry, {
      name: 'tollgate_view_misses_total',
      help: 'Times that changes did not reach the live view, by shard; a rebuild repairs each',
      labelNames: ['shard'],
    }),
    viewRebuildsTotal: counter(registry, {
      name: 'tollgate_view_rebuilds_total',
      help: 'Rebuilds of the live view by this process, by result',
      labelNames: ['result'],
    }),
    viewTrusted: gauge(registry, {
      name: 'tollgate_view_trusted',
      help: '1 while reads are answered by the live view, 0 while by the database, for the shards that this process leads',
      labelNames: ['shard'],
    }),
  }
}

/**
 * Creates a feed and connects it to Redis. One closure, because all its functions share leaderships, the connection
 * and whether Redis is down.
 */
export function createViewFeed({ redisUrl, pool, log, registry }: FeedParts): ViewFeed {
  const metrics = viewMetrics(registry)
  const redis = connectRedis(redisUrl, log, ANSWER_TIMEOUT_MS)
  const stopping = new AbortController()
  const leaderships = new Map<number, Leadership>()
  const toRebuild = new Set<number>()
  const inRebuild = new Set<number>()
  let rebuilding: Promise<void> | null = null
  /** Redis has failed and not recovered since. */
  let isDown = false
  /** The outage is in the log. An outage lasts until the view is trusted again. */
  let isLogged = false
  let refusedPause: NodeJS.Timeout | undefined

  redis.on('ready', () => {
    isDown = false
    clearTimeout(refusedPause)
    // This may be another Redis, or the same with older data, or it may lack changes that failed.
    for (const shard of leaderships.keys()) void claim(shard)
  })

  return { lead, resign, apply, beat, stop }

  function lead(shard: number): void {
    resign(shard)
    const leadership: Leadership = {
      token: randomUUID(),
      redisAheadMs: null,
      beatAtMs: Number.NEGATIVE_INFINITY,
      deposedAtMs: null,
      distrust: undefined,
    }
    leaderships.set(shard, leadership)
    metrics.viewTrusted.set({ shard: String(shard) }, 0)
    // At once, so that a predecessor is deposed before its next heartbeat. If it fails, the next connection retries.
    if (redis.status === 'ready') void claim(shard)
  }

  function resign(shard: number): void {
    clearTimeout(leaderships.get(shard)?.distrust)
    leaderships.delete(shard)
    metrics.viewTrusted.remove({ shard: String(shard) })
  }

  async function apply(shard: number, changes: readonly Buffer[]): Promise<boolean> {
    const isTaken = await take(shard, changes)
    if (isTaken) return true
    metrics.viewMissesTotal.inc({ shard: String(shard) })
    // Withdraw the heartbeat if Redis can still be reached, and invalidate one that is on its way: the relay stores
    // the miss before the next one.
    const leadership = leaderships.get(shard)
    if (leadership !== undefined) leadership.token = randomUUID()
    if (!isDown) await claim(shard)
    return false
  }

  async function take(shard: number, changes: readonly Buffer[]): Promise<boolean> {
    if (isDown) return false
    const lines = readable(shard, changes)
    if (lines === null) return false
    const giveUpAt = performance.now() + ANSWER_TIMEOUT_MS
    const write = async () => {
      if (!(await isReadyWithin(redis, giveUpAt - performance.now()))) throw new Error('no connection to Redis')
      // If there is no view yet, nothing is written and nothing is missed: the rebuild will read the database.
      await applyChanges(redis, shard, lines)
    }
    try {
      // A broken connection is a miss only if no other is ready in time.
      const isRetried = ({ error }: Failure) => isConnectionLost(error) && performance.now() < giveUpAt
      await retry(write, { backoff: RECONNECT_BACKOFF, isRetried })
      return true
    } catch (error) {
      fail(error)
      return false
    }
  }

  function readable(shard: number, changes: readonly Buffer[]): Buffer[] | null {
    try {
      return changes.flatMap(linesOf)
    } catch (error) {
      log.error({ err: error, shard }, 'could not read changes for the live view; it will be rebuilt')
      return null
    }
  }

  /**
   * A slow server may still hold what was sent; a new connection shows when it answers again. One that refuses would do
   * so again at once, many times a second.
   */
  function fail(error: unknown): void {
    if (isDown || stopping.signal.aborted) return
    isDown = true
    if (!isLogged) log.warn({ err: error }, 'Redis failed; reads go to the database until the live view is back')
    isLogged = true
    if (isRefusal(error)) refusedPause = setTimeout(() => reconnect(redis), REFUSED_PAUSE_MS)
    else reconnect(redis)
  }

  /** Makes this leadership the one that may vouch, and withdraws earlier heartbeats. */
  async function claim(shard: number): Promise<void> {
    const leadership = leaderships.get(shard)
    if (leadership === undefined) return
    leadership.redisAheadMs = null
    try {
      const nowMs = await leadShard(redis, shard, leadership.token)
      leadership.deposedAtMs = null
      leadership.redisAheadMs = nowMs - performance.now()
    } catch (error) {
      fail(error)
    }
  }

  async function beat(shard: number, knownAtMs = performance.now()): Promise<void> {
    const leadership = leaderships.get(shard)
    if (leadership === undefined || isDown || redis.status !== 'ready') return
    if (performance.now() - leadership.beatAtMs < BEAT_EVERY_MS) return
    leadership.beatAtMs = performance.now()
    try {
      const { token } = leadership
      if (leadership.redisAheadMs === null) await claim(shard)
      const { redisAheadMs } = leadership
      if (redisAheadMs === null) return
      // Counted from before the outbox was read and the database asked, because that is when their answers were true.
      const goodUntilMs = knownAtMs + redisAheadMs + TRUST_MS
      const isComplete = await askIsComplete(shard)
      if (isComplete === null) return
      const { verdict, nowMs } = await vouch(redis, shard, { token, goodUntilMs, isComplete })
      leadership.redisAheadMs = nowMs - performance.now()
      conclude(shard, leadership, verdict)
    } catch (error) {
      fail(error)
    }
  }

  /** Null if the database does not answer, so it is unknown. */
  async function askIsComplete(shard: number): Promise<boolean | null> {
    try {
      const { rows } = await pool.query<{ is_complete: boolean }>({
        name: 'is-view-complete',
        text: READ_IS_COMPLETE,
        values: [shard],
      })
      return rows[0]?.is_complete ?? false
    } catch (error) {
      log.debug({ err: error, shard }, 'could not read from the database whether the live view is complete; will retry')
      return null
    }
  }

  function conclude(shard: number, leadership: Leadership, verdict: Verdict): void {
    if (verdict === 'vouched') trust(shard, leadership)
    if (verdict === 'incomplete' || verdict === 'not built' || verdict === 'built elsewhere') wantRebuild(shard)
    if (verdict === 'no leader') leadership.redisAheadMs = null
    // Beat again soon: the next heartbeat will be based on a later reading.
    if (verdict === 'too late') leadership.beatAtMs = Number.NEGATIVE_INFINITY
    if (verdict !== 'deposed') leadership.deposedAtMs = null
    else {
      leadership.deposedAtMs ??= performance.now()
      if (performance.now() - leadership.deposedAtMs > DEPOSED_MS) leadership.redisAheadMs = null
    }
  }

  function trust(shard: number, leadership: Leadership): void {
    const labels = { shard: String(shard) }
    if (leaderships.get(shard) !== leadership) return
    isLogged = false
    metrics.viewTrusted.set(labels, 1)
    clearTimeout(leadership.distrust)
    leadership.distrust = setTimeout(() => metrics.viewTrusted.set(labels, 0), TRUST_MS).unref()
  }

  function wantRebuild(shard: number): void {
    if (inRebuild.has(shard) || stopping.signal.aborted) return
    toRebuild.add(shard)
    rebuilding ??= rebuildWanted()
  }

  async function rebuildWanted(): Promise<void> {
    const { signal } = stopping
    try {
      await delay(GATHER_MS, undefined, { signal })
      for (const shard of toRebuild) inRebuild.add(shard)
      toRebuild.clear()
      const { shards, accounts } = await rebuildView({ redis, pool, signal }, [...inRebuild])
      if (shards.length > 0) {
        metrics.viewRebuildsTotal.inc({ result: 'done' })
        log.info({ shards, accounts }, 'the live view was rebuilt')
      }
    } catch (error) {
      if (signal.aborted) return
      metrics.viewRebuildsTotal.inc({ result: 'failed' })
      log.warn({ err: error }, 'could not rebuild the live view; will retry')
      await pause(retryWaitMs(REBUILD_BACKOFF, 1), signal)
    } finally {
      inRebuild.clear()
      rebuilding = null
    }
  }

  async function stop(): Promise<void> {
    stopping.abort()
    clearTimeout(refusedPause)
    await rebuilding
    for (const shard of [...leaderships.keys()]) resign(shard)
    redis.disconnect()
  }
}
