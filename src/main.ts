/**
 * The composition root: one process, with the roles it was started for. Read it from the top to see what is joined to
 * what; stopping goes the other way round, so that nothing is taken in that could no longer be finished.
 */

import { type Intake, startIntake } from './intake/consume.ts'
import { createDecoder } from './intake/decode.ts'
import type { Publishing } from './ledger/announce.ts'
import { tendAwaitedCorrections } from './ledger/expire-awaited-corrections.ts'
import { type Housekeeping, type HousekeepingJob, startHousekeeping } from './ledger/housekeeping.ts'
import { ensureMonthPartitions } from './ledger/month-partitions.ts'
import { createLedger } from './ledger/record-batch.ts'
import { resumeOffsets } from './ledger/resume-offsets.ts'
import { startRecordRelay } from './outbox/record-relay.ts'
import { type Relay, type RelayReport, startRelay } from './outbox/relay.ts'
import { createPipeline, USAGE_TOPICS } from './pipeline.ts'
import type { Config } from './platform/config.ts'
import { type Problem, startHttp } from './platform/http.ts'
import { createKafka } from './platform/kafka.ts'
import type { Logger } from './platform/log.ts'
import { createMetrics, type Metrics } from './platform/metrics.ts'
import { migrate } from './platform/migrate.ts'
import { createPool, type Pool } from './platform/postgres.ts'
import { createEncoders, createTopicsAndSchemas } from './platform/schemas.ts'
import { createViewFeed, type ViewFeed } from './view/feed.ts'

/** Batches in the database at the same time, each on a connection of its own. */
const CONCURRENT_BATCHES = 2

/** A rater that has work but has committed none of it for this long is stuck, and better started again. */
const STUCK_AFTER_MILLIS = 60_000

const HOUSEKEEPING_MILLIS = 10 * 60_000

export interface Service {
  readonly httpPort: number
  readonly metrics: Metrics
  /** Finishes what is in hand within the grace time, and lets go of everything. */
  stop(): Promise<void>
}

/** `onFatal` is told of a fault that only a new process can mend. */
export async function startService(config: Config, log: Logger, onFatal: (error: unknown) => void): Promise<Service> {
  const metrics = createMetrics()
  const pool = createPool(config.databaseUrl, log)
  const kafka = createKafka(config, log)

  await migrate(config.databaseUrl, (notice) => log.warn({ notice }, 'a migration has something to say'))
  await createTopicsAndSchemas(config, log)

  const relays: Relay[] = []
  let view: ViewFeed | null = null
  if (config.roles.includes('relay')) {
    view = createViewFeed({ redisUrl: config.redisUrl, pool, log, metrics })
    const report = relayReport(metrics)
    relays.push(
      startRelay({ kafka, pool, instanceId: config.instanceId, log, report, lanes: ['now'], view }),
      startRecordRelay({ config, report, onFatal }),
    )
  }

  let intake: Intake | null = null
  let housekeeping: Housekeeping | null = null
  const giveUp = new AbortController()
  if (config.roles.includes('rater')) {
    const publishing = { ...(await createEncoders(config)), recordTopics: config.recordTopics }
    // Its first round makes the month's partitions, before the default ones are given any of its rows.
    housekeeping = startHousekeeping({
      jobs: housekeepingJobs(config, pool, publishing, log, metrics, () => intake !== null && lagOf(intake) === 0n),
      log,
      metrics,
      everyMillis: HOUSEKEEPING_MILLIS,
    })
    await housekeeping.firstRound
    const { consumerGroup } = config
    const ledger = createLedger({ pool, publishing, consumerGroup })
    const decoder = createDecoder(config.schemaRegistryUrl)
    const wakeRelays = () => relays.forEach((relay) => void relay.wake())
    const recordUsage = createPipeline({ decoder, ledger, metrics, log, wakeRelays, signal: giveUp.signal })
    intake = await startIntake({
      kafka,
      groupId: consumerGroup,
      topics: [...USAGE_TOPICS.keys()],
      batchEvents: config.batchEvents,
      batchMillis: config.batchMillis,
      concurrentBatches: CONCURRENT_BATCHES,
      drainMillis: config.drainMillis,
      onBatch: recordUsage,
      startOffsets: async (committed) => {
        const { stored, raisedTo } = await resumeOffsets(pool, publishing, consumerGroup, committed)
        if (raisedTo !== null)
          log.warn({ epoch: raisedTo }, 'the database was restored to an earlier point: a new epoch')
        return stored
      },
      log,
      metrics,
      onFatal,
    })
  }

  const http = await startHttp({
    port: config.httpPort,
    metrics,
    isLive: () => stuckIntake(intake) ?? stuckRelay(relays),
    isReady: () =>
      intake !== null && !intake.progress().hasJoined ? { reason: 'not a member of the consumer group yet' } : null,
  })
  log.info({ roles: config.roles, http_port: http.port, instance_id: config.instanceId }, 'tollgate is running')

  return {
    httpPort: http.port,
    metrics,
    async stop() {
      const graceOver = setTimeout(() => giveUp.abort(), config.drainMillis)
      await intake?.stop()
      clearTimeout(graceOver)
      await housekeeping?.stop()
      await Promise.all(relays.map((relay) => relay.stop()))
      await view?.stop()
      await http.close()
      await pool.end()
      log.info('tollgate has stopped')
    },
  }
}

function housekeepingJobs(
  config: Config,
  pool: Pool,
  publishing: Publishing,
  log: Logger,
  metrics: Metrics,
  isCaughtUp: () => boolean,
): HousekeepingJob[] {
  return [
    {
      name: 'month partitions',
      async run() {
        const { made, leftToDefault, postponed } = await ensureMonthPartitions(pool)
        if (made.length > 0) log.info({ made }, 'made the partitions of months to come')
        if (leftToDefault.length > 0) log.debug({ leftToDefault }, 'months that stay in the default partition')
        if (postponed.length > 0)
          log.warn({ postponed }, 'partitions could not be made now; tried again in the next round')
      },
    },
    {
      name: 'corrections that wait',
      run: () =>
        tendAwaitedCorrections({ pool, publishing }, isCaughtUp() ? config.awaitedCorrectionDays : null, log, metrics),
    },
  ]
}

function relayReport(metrics: Metrics): RelayReport {
  return {
    published: (topic, messages) => metrics.relayPublishedTotal.inc({ topic }, messages),
    waiting: ({ shard, lane }, packs) => {
      const labels = { shard: String(shard), lane }
      if (packs === null) metrics.outboxPacks.remove(labels)
      else metrics.outboxPacks.set(labels, packs)
    },
    interrupted: () => metrics.retriesTotal.inc({ stage: 'relay' }),
  }
}

function stuckRelay(relays: readonly Relay[]): Problem | null {
  const isStuck = relays.some((relay) => Date.now() - relay.lastTurnAt() > STUCK_AFTER_MILLIS)
  return isStuck ? { reason: 'the relay has not looked at the outbox for a minute' } : null
}

/** Liveness is progress: messages wait, and none was committed for a minute. */
function stuckIntake(intake: Intake | null): Problem | null {
  if (intake === null) return null
  const { lastProgressAt } = intake.progress()
  const waiting = lagOf(intake)
  const isStuck = waiting > 0n && Date.now() - lastProgressAt > STUCK_AFTER_MILLIS
  return isStuck ? { reason: `${waiting} messages wait and none was recorded for a minute` } : null
}

/** Messages that wait in the partitions assigned, as of the last fetch. */
function lagOf(intake: Intake): bigint {
  return [...intake.progress().lag.values()].reduce((sum, messages) => sum + messages, 0n)
}
