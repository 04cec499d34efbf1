/**
 * The consumer: Kafka's messages, gathered into batches across topics and partitions, handed on, and their offsets
 * committed once the database has them. What is lost between the two is read again, and changes nothing.
 *
 *   resume.ts          where an assignment begins
 *   take-fetched.ts    what is fetched, into
 *   batches.ts         batches across partitions, as gather.ts cuts them
 *   commit-offsets.ts  what is done, to Kafka
 *   membership.ts      the assignment of now, and how far it is
 */
import type { KafkaClient } from '../platform/kafka/client.ts'
import { createGroupConsumer, type GroupConsumer } from '../platform/kafka/consumer.ts'
import type { ReceivedMessage } from '../platform/kafka/message.ts'
import type { Logger } from '../platform/log.ts'
import { type Registry, retriesCounter } from '../platform/metrics.ts'
import { within } from '../platform/within.ts'
import { coPartitioned } from './assign.ts'
import type { BatchDone, IntakeBatch } from './batch.ts'
import { createBatches } from './batches.ts'
import { createOffsetCommitter } from './commit-offsets.ts'
import type { Gatherer } from './gather.ts'
import { type IntakeProgress, Membership } from './membership.ts'
import type { IntakePartition } from './partition.ts'
import { resume, type StartOffsets } from './resume.ts'
import { createTaker } from './take-fetched.ts'

export interface IntakeOptions {
  readonly kafka: KafkaClient
  readonly groupId: string
  readonly topics: readonly string[]
  readonly batchEvents: number
  readonly batchMillis: number
  readonly concurrentBatches?: number
  /**
   * Resolves when the database has committed. Transient faults are its own to retry: a rejection stops the intake. Batches in
   * flight have no partition number in common, and those of one number come in their order.
   */
  readonly onBatch: (batch: IntakeBatch) => Promise<BatchDone>
  /** Asked at each assignment, again where it rejects; nothing of the assignment is handed on before it has answered. */
  readonly startOffsets: StartOffsets
  readonly log: Logger
  readonly registry: Registry
  /** The intake is over and will not come back by itself. Called once at most. */
  readonly onFatal: (error: unknown) => void
  /** The longest that each step of stopping may take. */
  readonly drainMillis?: number
}

export interface Intake {
  /** Takes nothing more, lets the batches in flight finish, commits their offsets and leaves the group. Never rejects. */
  stop(): Promise<void>
  progress(): IntakeProgress
}

const HEARTBEAT_MS = 2000
const FETCHING = {
  /** A rater that was killed keeps its partitions for so long: the most that a crash can add to the lag. */
  sessionTimeoutMs: 10_000,
  rebalanceTimeoutMs: 30_000,
  heartbeatMs: HEARTBEAT_MS,
  /** A fetch that finds nothing waits for so long at the broker, which answers as soon as a byte is there. */
  fetchWaitMs: 500,
  minBytes: 1,
  /**
   * What is fetched at once. The client's own 10 MB are fifty thousand messages, all in memory as several objects each.
   * The broker fills an answer in the order in which partitions are asked for, and the client asks in another order each
   * time: a backlog of one topic holds up no other.
   */
  maxBytes: 2_000_000,
  maxBytesPerPartition: 500_000,
  /** The client spreads partitions over so many workers; gathering needs all of a fetch in hand at once. */
  partitionsAtOnce: 512,
}

/**
 * Joins the consumer group and takes in what it is assigned, until it is stopped. Rejects, with nothing left running, when the
 * brokers cannot be reached at first; whatever ends it later goes to `onFatal`, with nothing more handed on.
 *
 * At a rebalance the batches in flight are finished, what waits is forgotten, and whoever has a partition then goes on from
 * the lower of what the database and Kafka have of it. A batch from before that commits later is counted where its partition
 * has come back to this member, and for nobody else.
 */
export async function startIntake(options: IntakeOptions): Promise<Intake> {
  const { drainMillis = 10_000 } = options
  const log = options.log.child({ component: 'intake' })
  const running = { isStopping: false, isFatal: false }
  const membership = new Membership(options.topics, options.registry)
  const fail = (error: unknown) => {
    if (running.isFatal || running.isStopping) return
    running.isFatal = true
    log.fatal({ err: error }, 'the intake stops')
    options.onFatal(error)
  }
  const consumer: GroupConsumer = createGroupConsumer(options.kafka, {
    ...FETCHING,
    groupId: options.groupId,
    topics: options.topics,
    strategy: { name: 'TollgateCoPartitioned', share: coPartitioned },
    onFetched: (fetched) => take(fetched),
    onAssigned: (places) => beginAssignment(places),
    onLost: (error, isFinal) => {
      membership.lose()
      if (isFinal) fail(error)
    },
  })
  const offsets = createOffsetCommitter(consumer, log, (place) => membership.owned(place) !== undefined)
  const gatherer = createBatches(options, { membership, consumer, offsets, fail })
  const take = createTaker({
    membership,
    gatherer,
    heartbeatMs: HEARTBEAT_MS / 2,
    finishInHand: () => gatherer.drained().then(() => offsets.flush()),
    isStopping: () => running.isStopping,
  })
  const beginAssignment = createBeginning(options, { membership, consumer, gatherer, log, running })

  try {
    await consumer.start()
  } catch (error) {
    running.isStopping = true
    await within(drainMillis, consumer.close(), () => {})
    throw error
  }
  return {
    progress: () => membership.progress(),
    async stop() {
      running.isStopping = true
      await within(drainMillis, gatherer.close(), () => {})
      await within(drainMillis, offsets.flush(), () => {})
      membership.resign()
      await within(drainMillis, consumer.close(), () => {})
    },
  }
}

interface BeginningParts {
  readonly membership: Membership
  readonly consumer: GroupConsumer
  readonly gatherer: Gatherer<IntakePartition, ReceivedMessage>
  readonly log: Logger
  readonly running: { readonly isStopping: boolean }
}

function createBeginning(
  { startOffsets, registry }: IntakeOptions,
  { membership, consumer, gatherer, log, running }: BeginningParts,
): (places: Parameters<Membership['assign']>[0]) => void {
  const retries = retriesCounter(registry)
  return (places) => {
    // The client starts again from what is committed: what waits would come twice, or is another's by now.
    gatherer.discard()
    const stopped = membership.assign(places)
    if (stopped.length > 0) consumer.resume(stopped)
    log.info({ partitions: places.length }, 'assigned')
    if (places.length === 0) return
    const { assignment } = membership
    assignment.ready = resume(assignment, {
      consumer,
      startOffsets,
      isCurrent: (one) => membership.isCurrent(one) && !running.isStopping,
      onRetry: () => retries.inc({ stage: 'assignment' }),
      log,
    })
  }
}
