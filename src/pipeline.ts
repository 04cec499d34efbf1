/**
 * The flow, on one page. A batch of messages from the usage topics is
 *
 *   decoded   Avro bytes to records                              intake/decode.ts
 *   read      records to usage events, or refusals               core/usage/read.ts
 *   recorded  decided in the core and written, all in one        ledger/batch/record-batch.ts
 *             Postgres transaction with what it announces
 *
 * Only after that has committed does intake commit the offsets to Kafka (intake/consume.ts). The relay is woken and
 * sends the announcements (outbox/relay.ts).
 *
 * platform/faults.ts says what follows from a fault, and record-parts.ts does it: it retries, splits the batch, writes a
 * dead letter, or stops the event's partition number.
 */
import { readUsageRecord } from './core/usage/read.ts'
import type { BatchDone, IntakeBatch } from './intake/batch.ts'
import type { Decoder } from './intake/decode.ts'
import type { Ledger } from './ledger/batch/record-batch.ts'
import { type HashedUsage, type RefusedMessage, withContentHash } from './ledger/batch/usage-batch.ts'
import type { ReceivedMessage } from './platform/kafka/message.ts'
import type { Logger } from './platform/log.ts'
import { counter, histogram, type Registry } from './platform/metrics.ts'
import { createPartsRecorder, type ReadMessages } from './record-parts.ts'
import { USAGE_TOPICS } from './topics.ts'

interface PipelineParts {
  readonly decoder: Decoder
  readonly ledger: Ledger
  readonly registry: Registry
  readonly log: Logger
  /** Called after each batch that may have left something in the outbox. */
  readonly wakeRelays: () => void
  /** Ends the retries of a batch that cannot be recorded when the process must exit. */
  readonly signal: AbortSignal
}

/**
 * Records a batch. Resolves when its effects are committed, and says how far each partition is done and which stopped.
 * The messages of a partition are recorded in order, so what is done is always a prefix. Rejects if `signal` is
 * aborted, or with a fault that ends the process (`DatabaseRestored`); then part of the batch may be recorded.
 *
 * Several batches may be recorded at the same time if they have no partition in common. Each locks its accounts, and
 * waits for another that has locked one of them.
 */
export type RecordUsage = (batch: IntakeBatch) => Promise<BatchDone>

/** Creates the pipeline from its parts. */
export function createPipeline({ decoder, wakeRelays, ...parts }: PipelineParts): RecordUsage {
  const metrics = pipelineMetrics(parts.registry)
  const recordBatch = createPartsRecorder({ ...parts, read: (messages) => readMessages(decoder, messages) })
  return async function recordUsage(batch) {
    const stopTimer = metrics.batchSeconds.startTimer()
    const done = await recordBatch(batch)
    // If nothing is recorded, a bug stopped every partition of the batch.
    if (done.offsets.length > 0) {
      stopTimer()
      metrics.batchesTotal.inc()
      metrics.batchEvents.observe(batch.messages.length)
      wakeRelays()
    }
    return done
  }
}

async function readMessages(decoder: Decoder, messages: readonly ReceivedMessage[]): Promise<ReadMessages> {
  const usage: HashedUsage[] = []
  const refusedMessages: RefusedMessage[] = []
  for (const [topic, ofTopic] of Map.groupBy(messages, (message) => message.topic)) {
    const type = USAGE_TOPICS.get(topic)
    if (type === undefined) throw new TypeError(`no usage is expected on topic ${topic}`)
    const decoded = await decoder.decodeAll(
      topic,
      ofTopic.map(({ value }) => value),
    )
    decoded.forEach((result, i) => {
      const source = ofTopic[i]!
      if ('refusal' in result) {
        refusedMessages.push({ source, ...result.refusal, accountId: null, eventId: null })
        return
      }
      const read = readUsageRecord(result.record, type)
      if ('event' in read) usage.push(withContentHash(read.event, source))
      else refusedMessages.push({ source, ...read.refusal })
    })
  }
  return { usage, refusedMessages }
}

function pipelineMetrics(registry: Registry) {
  return {
    batchesTotal: counter(registry, {
      name: 'tollgate_batches_total',
      help: 'Batches committed to the ledger, as a whole or in part',
    }),
    batchEvents: histogram(registry, {
      name: 'tollgate_batch_events',
      help: 'Messages in one batch',
      buckets: [1, 10, 50, 100, 250, 500, 1000, 2500, 5000, 10_000],
    }),
    batchSeconds: histogram(registry, {
      name: 'tollgate_batch_seconds',
      help: 'Seconds from closing a batch to its commit in the database',
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    }),
  }
}
