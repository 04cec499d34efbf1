/** The rater: consumes usage from Kafka and records it in the ledger, and runs the jobs that this needs. */
import type { StoppedPartition } from '../intake/batch.ts'
import { startIntake } from '../intake/consume.ts'
import { createDecoder } from '../intake/decode.ts'
import type { IntakeProgress } from '../intake/membership.ts'
import { createLedger } from '../ledger/batch/record-batch.ts'
import { DEAD_LETTER } from '../ledger/changes/announce.ts'
import type { Writer } from '../ledger/changes/change-account.ts'
import { correctionMetrics, createExpiry } from '../ledger/corrections/expire-awaited-corrections.ts'
import { findUnrecorded, readArrivedUsage } from '../ledger/epochs/arrived-usage.ts'
import { resumeOffsets } from '../ledger/epochs/resume-offsets.ts'
import { ensureMonthPartitions } from '../ledger/upkeep/month-partitions.ts'
import { createPipeline } from '../pipeline.ts'
import type { Problem } from '../platform/http.ts'
import { type Job, startJobs } from '../platform/jobs.ts'
import { createPartitionCounts, type PartitionCounts, withAdmin } from '../platform/kafka/admin.ts'
import { createKafka, type KafkaClient } from '../platform/kafka/client.ts'
import type { Logger } from '../platform/log.ts'
import type { Registry } from '../platform/metrics.ts'
import { createPool } from '../platform/postgres.ts'
import { createEncoders } from '../platform/schemas.ts'
import { USAGE_TOPICS } from '../topics.ts'
import { defineRole } from './role.ts'

const TOPICS = [...USAGE_TOPICS.keys()]

/** Batches in the database at the same time. Each uses one connection. */
const CONCURRENT_BATCHES = 2

/** A rater that has work but commits nothing for this long is stuck and should be restarted. */
const STUCK_AFTER_MS = 60_000

const MINUTE_MS = 60_000

const PARTITIONS_READ_EVERY_MS = 10_000

export const raterRole = defineRole({
  name: 'rater',
  sections: ['process', 'kafka', 'database', 'publishing', 'rater'],
  usesTopics: true,
  async start(config, { log, registry, outboxBell, signal, onFatal }) {
    await using starting = new AsyncDisposableStack()
    const pool = createPool(config.database.url, log, config.rater.connections)
    starting.defer(() => pool.end())
    const { encode } = await createEncoders(config.kafka)
    const publishing = { encode, recordTopics: config.publishing.recordTopics }
    const kafka = createKafka(config.kafka, log)
    const partitions = createPartitionCounts(kafka, [...config.publishing.recordTopics, DEAD_LETTER])
    starting.defer(() => partitions.close())

    const { consumerGroup } = config.kafka
    const { awaitedCorrectionDays } = config.rater
    const writer = { pool, publishing }
    const jobs = startJobs({
      jobs: raterJobs({ writer, kafka, consumerGroup, partitions, awaitedCorrectionDays, log, registry }),
      log,
      registry,
    })
    starting.defer(() => jobs.stop())
    // The first run creates the month's partitions, before rows could go to the default partition.
    await jobs.firstRuns
    signal.throwIfAborted()

    const retrying = new AbortController()
    const { stop, progress } = await startIntake({
      kafka,
      groupId: consumerGroup,
      topics: TOPICS,
      batchEvents: config.rater.batchEvents,
      batchMs: config.rater.batchMs,
      concurrentBatches: CONCURRENT_BATCHES,
      drainMs: config.process.drainMs,
      endRetries: () => retrying.abort(),
      onBatch: createPipeline({
        decoder: createDecoder(config.kafka.schemaRegistryUrl),
        ledger: createLedger({ pool, publishing, consumerGroup, partitionsOf: partitions.of }),
        registry,
        log,
        wakeRelays: outboxBell.ring,
        signal: retrying.signal,
      }),
      startOffsets: async (committed) => {
        const { stored, raisedTo } = await resumeOffsets(pool, publishing, consumerGroup, committed)
        if (raisedTo !== null)
          log.warn({ epoch: raisedTo }, 'the database was restored to an earlier point; a new epoch begins')
        return stored
      },
      log,
      registry,
      onFatal,
    })
    starting.defer(stop)

    const running = starting.move()
    return {
      health: () => stuck(progress()),
      degraded: () => progress().stopped.map(asProblem),
      readiness: () => (progress().hasJoined ? null : { reason: 'not a member of the consumer group yet' }),
      [Symbol.asyncDispose]: () => running.disposeAsync(),
    }
  },
})

interface RaterJobsParts {
  readonly writer: Writer
  readonly kafka: KafkaClient
  readonly consumerGroup: string
  readonly partitions: PartitionCounts
  readonly awaitedCorrectionDays: number
  readonly log: Logger
  readonly registry: Registry
}

/**
 * The jobs that rating itself needs. All other jobs of the ledger belong to the role `jobs`. Month partitions are
 * created before the first batch of a process, so that none of their rows goes to the default partition. Corrections
 * expire here because that needs Kafka, to know that their event is not still on a topic.
 */
function raterJobs(parts: RaterJobsParts): Job[] {
  const { writer, kafka, consumerGroup, partitions, awaitedCorrectionDays, log, registry } = parts
  const { pool } = writer
  return [
    {
      name: 'month partitions',
      everyMs: 60 * MINUTE_MS,
      async run() {
        const { made, leftToDefault, postponed } = await ensureMonthPartitions(pool)
        if (made.length > 0) log.info({ made }, 'created the partitions of future months')
        if (leftToDefault.length > 0) log.debug({ leftToDefault }, 'months whose rows stay in the default partition')
        if (postponed.length > 0) log.warn({ postponed }, 'partitions could not be created; retrying in an hour')
      },
    },
    { name: 'partition counts', everyMs: PARTITIONS_READ_EVERY_MS, run: () => partitions.read() },
    {
      name: 'awaited corrections',
      everyMs: 10 * MINUTE_MS,
      run: createExpiry({
        writer,
        days: awaitedCorrectionDays,
        readArrived: () => withAdmin(kafka, (admin) => readArrivedUsage(pool, admin, TOPICS)),
        findUnrecorded: ({ ranges }) => withAdmin(kafka, (admin) => findUnrecorded(pool, admin, consumerGroup, ranges)),
        log,
        metrics: correctionMetrics(registry),
      }),
    },
  ]
}

/** A restart would meet the same event, so this does not ask for one. It says what must be fixed. */
function asProblem({ topic, partition, offset, code }: StoppedPartition): Problem {
  return {
    reason: `partition number ${partition} stopped`,
    detail: `${topic}/${partition} at offset ${offset} triggers a bug (${code}), see the log; a release that fixes it continues there`,
  }
}

/**
 * Health means progress. Unhealthy if messages wait in a partition that did not stop, and none was committed for a
 * minute.
 */
function stuck({ lastProgressAt, waiting }: IntakeProgress): Problem | null {
  const isStuck = waiting > 0n && Date.now() - lastProgressAt > STUCK_AFTER_MS
  return isStuck ? { reason: `${waiting} messages wait and none was recorded for a minute` } : null
}
