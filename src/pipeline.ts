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
 * platform/faults.ts says what follows from a fault. A transient fault is retried for as long as it lasts. For any other
 * fault the batch is split in half until the event that causes it is alone. A data fault sends the event to the dead
 * letters. A bug stops the event's partition number: the event stays where it is, and the other partitions go on.
 */
import { readUsage } from './core/usage/read.ts'
import type { BatchDone, IntakeBatch, StoppedPartition } from './intake/batch.ts'
import type { Decoder } from './intake/decode.ts'
import type { Ledger } from './ledger/batch/record-batch.ts'
import type { RecordedBatch, UnreadableUsage, UsageToRecord } from './ledger/batch/usage-batch.ts'
import { usageToRecord } from './ledger/batch/usage-batch.ts'
import { consequenceOf, sqlState } from './platform/faults.ts'
import type { ReceivedMessage } from './platform/kafka/message.ts'
import { type BatchOffset, PartitionMap } from './platform/kafka/places.ts'
import type { Logger } from './platform/log.ts'
import { counter, deadLettersCounter, histogram, type Registry, retriesCounter } from './platform/metrics.ts'
import { retry } from './platform/retry.ts'
import { USAGE_TOPICS } from './topics.ts'

const BACKOFF = { firstMs: 50, maxMs: 5_000 }

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
export function createPipeline({ wakeRelays, registry, ...parts }: PipelineParts): RecordUsage {
  const metrics = pipelineMetrics(registry)
  const recording: Recording = { ...parts, metrics }
  return async function recordUsage({ messages, offsets }) {
    const stopTimer = metrics.batchSeconds.startTimer()
    const doneTo = new PartitionMap(offsets.map((next) => [next, next.previousOffset]))
    const progress: Progress = { doneTo, stopped: new Map() }
    const recorded = await recordPart(recording, { messages, offsets }, progress)
    stopTimer()
    metrics.batchesTotal.inc()
    metrics.batchEvents.observe(messages.length)
    wakeRelays()
    return { offsets: recorded, stopped: [...progress.stopped.values()] }
  }
}

interface Recording extends Omit<PipelineParts, 'registry' | 'wakeRelays'> {
  readonly metrics: ReturnType<typeof pipelineMetrics>
}

/** Returns the offsets that this part completes. */
async function recordPart(
  recording: Recording,
  { messages, offsets }: IntakeBatch,
  progress: Progress,
): Promise<readonly BatchOffset[]> {
  if (messages.length === 0) return []
  const { ledger, signal } = recording
  try {
    const read = await untilDone(recording, 'decode', () => readMessages(recording, messages))
    count(recording, await untilDone(recording, 'ledger', () => ledger.recordBatch({ ...read, offsets })))
  } catch (error) {
    const { endsProcess = false } = consequenceOf(error)
    if (endsProcess || signal.aborted) throw error
    const [message] = messages
    if (messages.length === 1) return await deadLetterOrStop(recording, message!, error, offsets, progress)
    // Each half keeps the order within partitions, so what is done is always a prefix.
    const half = Math.ceil(messages.length / 2)
    const first = await recordPart(recording, partOf(messages.slice(0, half), progress), progress)
    const second = await recordPart(recording, partOf(messages.slice(half), progress), progress)
    return newest([...first, ...second])
  }
  return markDone(offsets, progress)
}

/** Handles the one message that causes a fault: a data fault makes it a dead letter, any other stops its partition number. */
async function deadLetterOrStop(
  recording: Recording,
  message: ReceivedMessage,
  error: unknown,
  offsets: readonly BatchOffset[],
  progress: Progress,
): Promise<readonly BatchOffset[]> {
  const { ledger, log, signal } = recording
  if (consequenceOf(error).fate !== 'dead_letter') return stop(log, message, error, progress)
  try {
    const { usage, unreadable } = await untilDone(recording, 'decode', () => readMessages(recording, [message]))
    // It already was a dead letter, and that could not be written. Another would fail the same way.
    if (usage.length === 0) return stop(log, message, error, progress)
    const refused = [...unreadable, ...usage.map((one) => refusedBy(log, error, one))]
    const record = () => ledger.recordBatch({ usage: [], unreadable: refused, offsets })
    count(recording, await untilDone(recording, 'ledger', record))
  } catch (again) {
    if ((consequenceOf(again).endsProcess ?? false) || signal.aborted) throw again
    return stop(log, message, again, progress)
  }
  return markDone(offsets, progress)
}

function refusedBy(log: Logger, error: unknown, { event, source }: UsageToRecord): UnreadableUsage {
  const { accountId, eventId } = event
  const { code } = consequenceOf(error)
  log.error(
    { err: error, fault: code, event_id: eventId, account_id: accountId },
    'event cannot be recorded; dead-lettered',
  )
  const detail = `cannot be recorded (${sqlState(error) ?? code})`
  return { source, reason: 'invalid_event', detail, accountId, eventId }
}

function stop(log: Logger, { topic, partition, offset }: ReceivedMessage, error: unknown, progress: Progress): [] {
  const { code } = consequenceOf(error)
  progress.stopped.set(partition, { topic, partition, offset, code })
  log.fatal(
    { err: error, fault: code, topic, partition, offset: String(offset) },
    'a bug: this event cannot be recorded although it is valid; its partition number stops until a release fixes the bug',
  )
  return []
}

async function readMessages({ decoder }: Recording, messages: readonly ReceivedMessage[]): Promise<ReadMessages> {
  const usage: UsageToRecord[] = []
  const unreadable: UnreadableUsage[] = []
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
        unreadable.push({ source, ...result.refusal, accountId: null, eventId: null })
        return
      }
      const read = readUsage(result.record, type)
      if ('event' in read) usage.push(usageToRecord(read.event, source))
      else unreadable.push({ source, ...read.refusal })
    })
  }
  return { usage, unreadable }
}

/** Retries for as long as a transient fault lasts. */
async function untilDone<T>(
  { metrics, log, signal }: Recording,
  stage: 'decode' | 'ledger',
  work: () => Promise<T>,
): Promise<T> {
  return await retry(work, {
    backoff: BACKOFF,
    signal,
    isRetried: ({ error, waitMs }) => {
      const { fate, code } = consequenceOf(error)
      if (fate !== 'retry') return false
      metrics.retriesTotal.inc({ stage })
      log.warn(
        { err: error, fault: code, stage, wait_ms: Math.ceil(waitMs) },
        'a batch could not be recorded; it will be retried',
      )
      return true
    },
  })
}

function count({ metrics }: Recording, { countByOutcome, deadLettersByReason }: RecordedBatch): void {
  for (const [outcome, events] of countByOutcome) metrics.eventsTotal.inc({ outcome }, events)
  for (const [reason, letters] of deadLettersByReason) metrics.deadLettersTotal.inc({ reason }, letters)
}

function pipelineMetrics(registry: Registry) {
  return {
    eventsTotal: counter(registry, {
      name: 'tollgate_events_total',
      help: 'Usage events decided, by outcome',
      labelNames: ['outcome'],
    }),
    batchesTotal: counter(registry, { name: 'tollgate_batches_total', help: 'Batches committed to the ledger' }),
    batchEvents: histogram(registry, {
      name: 'tollgate_batch_events',
      help: 'Messages in one batch',
      buckets: [1, 10, 50, 100, 250, 500, 1000, 2500, 5000, 10_000],
    }),
    batchSeconds: histogram(registry, {
      name: 'tollgate_batch_seconds',
      help: 'Seconds from a batch being cut to its commit in the database',
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    }),
    retriesTotal: retriesCounter(registry),
    deadLettersTotal: deadLettersCounter(registry),
  }
}

interface ReadMessages {
  readonly usage: readonly UsageToRecord[]
  readonly unreadable: readonly UnreadableUsage[]
}

/** How far a batch is done, part by part. */
interface Progress {
  /** The offset after the last recorded message. Null if none is known. */
  readonly doneTo: PartitionMap<bigint | null>
  /** By partition number. */
  readonly stopped: Map<number, StoppedPartition>
}

/** A part of a batch without the messages of stopped partitions, with the offset at which each partition goes on. */
function partOf(part: readonly ReceivedMessage[], { doneTo, stopped }: Progress): IntakeBatch {
  const messages = part.filter(({ partition }) => !stopped.has(partition))
  const last = new PartitionMap(messages.map((message) => [message, message]))
  const offsets = [...last.values()].map(({ topic, partition, offset }) => ({
    topic,
    partition,
    nextOffset: offset + 1n,
    previousOffset: doneTo.get({ topic, partition }) ?? null,
  }))
  return { messages, offsets }
}

function markDone(offsets: readonly BatchOffset[], { doneTo }: Progress): readonly BatchOffset[] {
  for (const next of offsets) doneTo.set(next, next.nextOffset)
  return offsets
}

/** The last offset of each partition. */
function newest(offsets: readonly BatchOffset[]): BatchOffset[] {
  return [...new PartitionMap(offsets.map((next) => [next, next])).values()]
}
