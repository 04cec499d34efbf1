/**
 * The composition root: one process, with the roles it was started for. Read it from the top to see what is joined to
 * what; stopping goes the other way round, so that nothing is taken in that could no longer be finished.
 */

import { type Intake, startIntake } from './intake/consume.ts'
import { createDecoder } from './intake/decode.ts'
import { readOffsets } from './ledger/consumer-offsets.ts'
import { createLedger } from './ledger/record-batch.ts'
import { type Relay, startRelay } from './outbox/relay.ts'
import { createPipeline, USAGE_TOPICS } from './pipeline.ts'
import type { Config } from './platform/config.ts'
import { type Problem, startHttp } from './platform/http.ts'
import { createKafka } from './platform/kafka.ts'
import type { Logger } from './platform/log.ts'
import { createMetrics, type Metrics } from './platform/metrics.ts'
import { migrate } from './platform/migrate.ts'
import { createPool } from './platform/postgres.ts'
import { createEncoders, createTopicsAndSchemas } from './platform/schemas.ts'

/** Batches in the database at the same time, each on a connection of its own. */
const CONCURRENT_BATCHES = 2

/** A rater that has work but has committed none of it for this long is stuck, and better started again. */
const STUCK_AFTER_MILLIS = 60_000

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

  await migrate(config.databaseUrl)
  await createTopicsAndSchemas(config, log)

  let relay: Relay | null = null
  if (config.roles.includes('relay')) {
    relay = startRelay({ kafka, pool, instanceId: config.instanceId, log, metrics })
  }

  let intake: Intake | null = null
  const giveUp = new AbortController()
  if (config.roles.includes('rater')) {
    const { encode } = await createEncoders(config)
    const ledger = createLedger({ pool, encode, consumerGroup: config.consumerGroup })
    const decoder = createDecoder(config.schemaRegistryUrl)
    const wakeRelay = () => relay?.wake()
    const recordUsage = createPipeline({ decoder, ledger, metrics, log, wakeRelay, signal: giveUp.signal })
    intake = await startIntake({
      kafka,
      groupId: config.consumerGroup,
      topics: [...USAGE_TOPICS.keys()],
      batchEvents: config.batchEvents,
      batchMillis: config.batchMillis,
      concurrentBatches: CONCURRENT_BATCHES,
      drainMillis: config.drainMillis,
      onBatch: recordUsage,
      startOffsets: async () => {
        const stored = await readOffsets(pool, config.consumerGroup)
        return new Map(stored.map(({ topic, partition, nextOffset }) => [`${topic}:${partition}`, nextOffset]))
      },
      log,
      metrics,
      onFatal,
    })
  }

  const http = await startHttp({
    port: config.httpPort,
    metrics,
    isLive: () => stuckIntake(intake) ?? stuckRelay(relay),
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
      await relay?.stop()
      await http.close()
      await pool.end()
      log.info('tollgate has stopped')
    },
  }
}

function stuckRelay(relay: Relay | null): Problem | null {
  const isStuck = relay !== null && Date.now() - relay.lastTurnAt() > STUCK_AFTER_MILLIS
  return isStuck ? { reason: 'the relay has not looked at the outbox for a minute' } : null
}

/** Liveness is progress: messages wait, and none was committed for a minute. */
function stuckIntake(intake: Intake | null): Problem | null {
  if (intake === null) return null
  const { lag, lastProgressAt } = intake.progress()
  const waiting = [...lag.values()].reduce((sum, messages) => sum + messages, 0n)
  const isStuck = waiting > 0n && Date.now() - lastProgressAt > STUCK_AFTER_MILLIS
  return isStuck ? { reason: `${waiting} messages wait and none was recorded for a minute` } : null
}
