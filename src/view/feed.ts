/**
 * Feeds the live view: what the relay takes from the outbox goes into Redis, and while nothing is missing there the
 * leader of a shard vouches for its view, twice a second.
 *
 * The view may be trusted when three things hold. The database counts no miss that is not mended; Redis holds a whole
 * generation, built on this very server; and nobody else leads the shard by now. Where one does not hold and Redis
 * answers, the view is rebuilt in the background. Until then the database answers in its place, so nothing here throws.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from '../platform/log.ts'
import { counter, gauge, type Registry } from '../platform/metrics.ts'
import type { Pool } from '../platform/postgres.ts'
import { applyChanges } from './apply.ts'
import { linesOf } from './changes.ts'
import { rebuildView } from './rebuild.ts'
import { connectRedis, isConnectionLost, isReadyWithin, reconnect } from './redis.ts'
import { leadShard, TRUST_MILLIS, type Verdict, vouch } from './vouch.ts'

/** All that Kafka's publishing is ever held up by. A connection that breaks may come back within it. */
const ANSWER_WITHIN_MILLIS = 1_000
const BEAT_EVERY_MILLIS = 500
/** Past this a leader that the relay still lets beat is no stray one, whatever another wrote over its token. */
const DEPOSED_MILLIS = 5_000
/** What costs the shards one rebuild costs mostly all of them one: those found within this time are rebuilt together. */
const GATHER_MILLIS = BEAT_EVERY_MILLIS + 100
const RETRY_MILLIS = 1_000
const RECONNECT_MILLIS = 10

const READ_IS_COMPLETE = `
  select misses = misses_mended as is_complete from tollgate.live_view_shards where shard = $1::smallint`

export interface ViewFeed {
  /** This instance leads the shard from now on: nobody else may vouch for its view. */
  lead(shard: number): void
  resign(shard: number): void
  /** False when Redis did not take all of it. After a failure it says so at once until Redis is back. */
  apply(shard: number, changes: readonly Buffer[]): Promise<boolean>
  /**
   * To be called once all that was committed by `knownAtMillis`, now unless given, is applied or noted as missed: writes the
   * heartbeat, or has the view rebuilt.
   */
  beat(shard: number, knownAtMillis?: number): Promise<void>
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
  /** Redis's clock ahead of this process's monotonic one, never too much; null until Redis knows of the leadership. */
  redisAheadMillis: number | null
  beatAtMillis: number
  deposedAtMillis: number | null
  distrust: NodeJS.Timeout | undefined
}

function viewMetrics(registry: Registry) {
  return {
    viewMissesTotal: counter(registry, {
      name: 'tollgate_view_misses_total',
      help: 'Times that changes did not reach the live view, by shard; each is mended by a rebuild',
      labelNames: ['shard'],
    }),
    viewRebuildsTotal: counter(registry, {
      name: 'tollgate_view_rebuilds_total',
      help: 'Rebuilds of the live view by this process, by result',
      labelNames: ['result'],
    }),
    viewTrusted: gauge(registry, {
      name: 'tollgate_view_trusted',
      help: '1 while answers come from the live view, 0 while the database answers, of the shards led here',
      labelNames: ['shard'],
    }),
  }
}

export function createViewFeed({ redisUrl, pool, log, registry }: FeedParts): ViewFeed {
  const metrics = viewMetrics(registry)
  const redis = connectRedis(redisUrl, log, ANSWER_WITHIN_MILLIS)
  const stopping = new AbortController()
  const leaderships = new Map<number, Leadership>()
  const toRebuild = new Set<number>()
  const inRebuild = new Set<number>()
  let rebuilding: Promise<void> | null = null
  /** Redis failed and has not come back since. */
  let isDown = false

  redis.on('ready', () => {
    isDown = false
    // What answers now may be another Redis, or the same with older data, or may lack what it did not take.
    for (const shard of leaderships.keys()) void claim(shard)
  })

  return { lead, resign, apply, beat, stop }

  function lead(shard: number): void {
    resign(shard)
    const leadership: Leadership = {
      token: randomUUID(),
      redisAheadMillis: null,
      beatAtMillis: Number.NEGATIVE_INFINITY,
      deposedAtMillis: null,
      distrust: undefined,
    }
    leaderships.set(shard, leadership)
    metrics.viewTrusted.set({ shard: String(shard) }, 0)
    // At once, so that a predecessor is deposed before its next beat. If it fails, the next connection does it.
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
    // Nothing is vouched for any more, where Redis can still be told, nor by a beat that is on its way. The relay notes the
    // miss before the next one.
    const leadership = leaderships.get(shard)
    if (leadership !== undefined) leadership.token = randomUUID()
    if (!isDown) await claim(shard)
    return false
  }

  async function take(shard: number, changes: readonly Buffer[]): Promise<boolean> {
    if (isDown) return false
    const lines = readable(shard, changes)
    if (lines === null) return false
    const giveUpAt = performance.now() + ANSWER_WITHIN_MILLIS
    for (;;) {
      try {
        if (!(await isReadyWithin(redis, giveUpAt - performance.now()))) throw new Error('no connection to Redis')
        // Where there is no view yet nothing is written, nor missed: whoever begins one reads the database.
        await applyChanges(redis, shard, lines)
        return true
      } catch (error) {
        // A connection that broke is a miss only if none comes back in time.
        if (!isConnectionLost(error) || performance.now() >= giveUpAt) {
          fail(error)
          return false
        }
        await delay(RECONNECT_MILLIS)
      }
    }
  }

  function readable(shard: number, changes: readonly Buffer[]): Buffer[] | null {
    try {
      return changes.flatMap(linesOf)
    } catch (error) {
      log.error({ err: error, shard }, 'changes for the live view cannot be read; a rebuild makes up for them')
      return null
    }
  }

  /** What was sent may still wait at a server that is slow: a new connection shows when it answers again. */
  function fail(error: unknown): void {
    if (isDown || stopping.signal.aborted) return
    isDown = true
    log.warn({ err: error }, 'Redis failed the live view; the database answers until it is back')
    reconnect(redis)
  }

  /** Tells Redis whose beats count from now on, and withdraws what was vouched for before. */
  async function claim(shard: number): Promise<void> {
    const leadership = leaderships.get(shard)
    if (leadership === undefined) return
    leadership.redisAheadMillis = null
    try {
      const nowMillis = await leadShard(redis, shard, leadership.token)
      leadership.deposedAtMillis = null
      leadership.redisAheadMillis = nowMillis - performance.now()
    } catch (error) {
      fail(error)
    }
  }

  async function beat(shard: number, knownAtMillis = performance.now()): Promise<void> {
    const leadership = leaderships.get(shard)
    if (leadership === undefined || isDown || redis.status !== 'ready') return
    if (performance.now() - leadership.beatAtMillis < BEAT_EVERY_MILLIS) return
    leadership.beatAtMillis = performance.now()
    try {
      const { token } = leadership
      if (leadership.redisAheadMillis === null) await claim(shard)
      const { redisAheadMillis } = leadership
      if (redisAheadMillis === null) return
      // From before the outbox was read, and the database is asked: it is then that what they say is known to hold.
      const goodUntilMillis = knownAtMillis + redisAheadMillis + TRUST_MILLIS
      const isComplete = await askIsComplete(shard)
      if (isComplete === null) return
      const { verdict, nowMillis } = await vouch(redis, shard, { token, goodUntilMillis, isComplete })
      leadership.redisAheadMillis = nowMillis - performance.now()
      conclude(shard, leadership, verdict)
    } catch (error) {
      fail(error)
    }
  }

  /** Null while the database does not answer: then nobody knows. */
  async function askIsComplete(shard: number): Promise<boolean | null> {
    try {
      const { rows } = await pool.query<{ is_complete: boolean }>({
        name: 'is-view-complete',
        text: READ_IS_COMPLETE,
        values: [shard],
      })
      return rows[0]?.is_complete ?? false
    } catch (error) {
      log.debug({ err: error, shard }, 'the database does not say whether the live view is complete; asked again')
      return null
    }
  }

  function conclude(shard: number, leadership: Leadership, verdict: Verdict): void {
    if (verdict === 'vouched') trust(shard, leadership)
    if (verdict === 'incomplete' || verdict === 'not built' || verdict === 'built elsewhere') wantRebuild(shard)
    if (verdict === 'no leader') leadership.redisAheadMillis = null
    // The next one is of a later reading.
    if (verdict === 'too late') leadership.beatAtMillis = Number.NEGATIVE_INFINITY
    if (verdict !== 'deposed') leadership.deposedAtMillis = null
    else {
      leadership.deposedAtMillis ??= performance.now()
      if (performance.now() - leadership.deposedAtMillis > DEPOSED_MILLIS) leadership.redisAheadMillis = null
    }
  }

  function trust(shard: number, leadership: Leadership): void {
    const labels = { shard: String(shard) }
    if (leaderships.get(shard) !== leadership) return
    metrics.viewTrusted.set(labels, 1)
    clearTimeout(leadership.distrust)
    leadership.distrust = setTimeout(() => metrics.viewTrusted.set(labels, 0), TRUST_MILLIS).unref()
  }

  function wantRebuild(shard: number): void {
    if (inRebuild.has(shard) || stopping.signal.aborted) return
    toRebuild.add(shard)
    rebuilding ??= rebuildWanted()
  }

  async function rebuildWanted(): Promise<void> {
    const { signal } = stopping
    try {
      await delay(GATHER_MILLIS, undefined, { signal })
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
      log.warn({ err: error }, 'the live view could not be rebuilt; it is tried again')
      await delay(RETRY_MILLIS, undefined, { signal }).catch(() => {})
    } finally {
      inRebuild.clear()
      rebuilding = null
    }
  }

  async function stop(): Promise<void> {
    stopping.abort()
    await rebuilding
    for (const shard of [...leaderships.keys()]) resign(shard)
    redis.disconnect()
  }
}
