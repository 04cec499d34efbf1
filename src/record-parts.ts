/**
 * Records a batch whatever faults it meets, by the fates of platform/faults.ts. A transient fault is retried for as long
 * as it lasts. For any other fault the batch is split in half until the event that causes it is alone. A data fault sends
 * the event to the dead letters. A bug stops the event's partition number: the event stays where it is, and the other
 * partitions continue.
 */
import type { BatchDone, IntakeBatch, StoppedPartition } from './intake/batch.ts'
import type { Ledger } from './ledger/batch/record-batch.ts'
import type { HashedUsage, RecordedBatch, RefusedMessage, UsageBatch } from './ledger/batch/usage-batch.ts'
import { consequenceOf, FAULT_CODES, sqlState } from './platform/faults.ts'
import type { ReceivedMessage } from './platform/kafka/message.ts'
import { type BatchOffset, PartitionMap } from './platform/kafka/places.ts'
import type { Logger } from './platform/log.ts'
import { counter, deadLettersCounter, type Registry, retriesCounter } from './platform/metrics.ts'
import { retry } from './platform/retry.ts'

const BACKOFF = { firstMs: 50, maxMs: 5_000 }

/** Messages as usage events and refusals. */
export type ReadMessages = Pick<UsageBatch, 'usage' | 'refusedMessages'>

interface PartsRecorderParts {
  readonly read: (messages: readonly ReceivedMessage[]) => Promise<ReadMessages>
  readonly ledger: Ledger
  readonly registry: Registry
  readonly log: Logger
  /** Ends the retries of a batch that cannot be recorded when the process must exit. */
  readonly signal: AbortSignal
}

/** Creates a function that records a batch, in parts if it must. `RecordUsage` in pipeline.ts says what it promises. */
export function createPartsRecorder({
  registry,
  ...parts
}: PartsRecorderParts): (batch: IntakeBatch) => Promise<BatchDone> {
  const recording: Recording = { ...parts, metrics: recordingMetrics(registry) }
  return async (batch) => {
    const progress: Progress = { recorded: new PartitionMap(), stopped: new Map() }
    await recordPart(recording, batch, progress)
    return { offsets: [...progress.recorded.values()], stopped: [...progress.stopped.values()] }
  }
}

interface Recording extends Omit<PartsRecorderParts, 'registry'> {
  readonly metrics: ReturnType<typeof recordingMetrics>
}

/** How far a batch is done, part by part. */
interface Progress {
  /** The last recorded offset of each partition. */
  readonly recorded: PartitionMap<BatchOffset>
  /** By partition number. */
  readonly stopped: Map<number, StoppedPartition>
}

async function recordPart(recording: Recording, part: IntakeBatch, progress: Progress): Promise<void> {
  const { messages, offsets } = part
  const [message] = messages
  if (message === undefined) return
  try {
    const read = await untilDone(recording, 'decode', () => recording.read(messages))
    await record(recording, { ...read, offsets }, progress)
  } catch (error) {
    if (endsProcess(recording, error)) throw error
    if (messages.length === 1) return await deadLetterOrStop(recording, message, error, offsets, progress)
    noteSplit(recording, messages, error)
    // Each half keeps the order within partitions, so what is recorded is always a prefix.
    const half = Math.ceil(messages.length / 2)
    await recordPart(recording, partOf(part, messages.slice(0, half), progress), progress)
    await recordPart(recording, partOf(part, messages.slice(half), progress), progress)
  }
}

/** These messages of a batch without those of stopped partitions, with the offset at which each partition continues. */
function partOf(
  { offsets: ofBatch }: IntakeBatch,
  some: readonly ReceivedMessage[],
  { recorded, stopped }: Progress,
): IntakeBatch {
  const messages = some.filter(({ partition }) => !stopped.has(partition))
  const before = new PartitionMap(ofBatch.map((offset) => [offset, offset.previousOffset]))
  const last = new PartitionMap(messages.map((message) => [message, message]))
  const offsets = [...last.values()].map(({ topic, partition, offset }) => ({
    topic,
    partition,
    nextOffset: offset + 1n,
    previousOffset: recorded.get({ topic, partition })?.nextOffset ?? before.get({ topic, partition }) ?? null,
  }))
  return { messages, offsets }
}

/** Handles the one message that causes a fault: a data fault makes it a dead letter, any other stops its partition number. */
async function deadLetterOrStop(
  recording: Recording,
  message: ReceivedMessage,
  error: unknown,
  offsets: readonly BatchOffset[],
  progress: Progress,
): Promise<void> {
  const { log } = recording
  const { fate, code } = consequenceOf(error)
  if (fate !== 'dead_letter') return stop(log, message, error, progress)
  try {
    const { usage } = await untilDone(recording, 'decode', () => recording.read([message]))
    const [one] = usage
    // It already was a dead letter, and that could not be written. Another would fail the same way.
    if (one === undefined) return stop(log, message, error, progress)
    await record(recording, { usage: [], refusedMessages: [asRefused(one, error)], offsets }, progress)
    const { accountId, eventId } = one.event
    log.error(
      { err: error, fault: code, event_id: eventId, account_id: accountId },
      'event cannot be recorded; dead-lettered',
    )
  } catch (again) {
    if (endsProcess(recording, again)) throw again
    stop(log, message, again, progress)
  }
}

function asRefused({ event: { accountId, eventId }, source }: HashedUsage, error: unknown): RefusedMessage {
  const detail = `cannot be recorded (${sqlState(error) ?? consequenceOf(error).code})`
  return { source, reason: 'invalid_event', detail, accountId, eventId }
}

function stop(log: Logger, { topic, partition, offset }: ReceivedMessage, error: unknown, progress: Progress): void {
  const { code } = consequenceOf(error)
  progress.stopped.set(partition, { topic, partition, offset, code })
  log.fatal(
    { err: error, fault: code, topic, partition, offset: String(offset) },
    'this event cannot be recorded, and its partition number stops until a fixed release runs',
  )
}

/** Records usage in one transaction, retrying transient faults. */
async function record(recording: Recording, batch: UsageBatch, { recorded }: Progress): Promise<void> {
  const counts = await untilDone(recording, 'ledger', () => recording.ledger.recordBatch(batch))
  for (const offset of batch.offsets) recorded.set(offset, offset)
  count(recording, counts)
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
    isRetried: ({ error }) => consequenceOf(error).fate === 'retry',
    onRetry({ error, waitMs }) {
      metrics.retriesTotal.inc({ stage })
      log.warn(
        { err: error, fault: consequenceOf(error).code, stage, wait_ms: Math.ceil(waitMs) },
        'a batch could not be recorded; it will be retried',
      )
    },
  })
}

function endsProcess({ signal }: Recording, error: unknown): boolean {
  return signal.aborted || consequenceOf(error).endsProcess === true
}

/** A fault that does not return in the halves leaves no other trace. */
function noteSplit({ metrics, log }: Recording, messages: readonly ReceivedMessage[], error: unknown): void {
  const { code } = consequenceOf(error)
  metrics.batchesSplitTotal.inc({ fault: code })
  log.warn(
    { err: error, fault: code, messages: messages.length },
    'a batch could not be recorded; each half is recorded by itself',
  )
}

function count({ metrics }: Recording, { countByOutcome, deadLettersByReason }: RecordedBatch): void {
  for (const [outcome, events] of countByOutcome) metrics.eventsTotal.inc({ outcome }, events)
  for (const [reason, letters] of deadLettersByReason) metrics.deadLettersTotal.inc({ reason }, letters)
}

function recordingMetrics(registry: Registry) {
  const batchesSplitTotal = counter(registry, {
    name: 'tollgate_batches_split_total',
    help: 'Batches, and parts of batches, that a fault split in half, by fault',
    labelNames: ['fault'],
  })
  // From the start, so that the first one is an increase.
  for (const fault of FAULT_CODES) batchesSplitTotal.inc({ fault }, 0)
  return {
    batchesSplitTotal,
    eventsTotal: counter(registry, {
      name: 'tollgate_events_total',
      help: 'Usage events decided, by outcome',
      labelNames: ['outcome'],
    }),
    retriesTotal: retriesCounter(registry),
    deadLettersTotal: deadLettersCounter(registry),
  }
}
