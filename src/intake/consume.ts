/**
 * The consumer: fetches messages, gathers them into batches across topics and partitions, passes these on, and commits
 * the offsets when the database has them. If the commit to Kafka is lost, the messages are read again as duplicates.
 *
 *   start-offsets.ts   seeks to the start offsets of an assignment
 *   take-fetched.ts    passes fetched messages on
 *   batches.ts         batches across partitions, cut by gather.ts
 *   commit-offsets.ts  commits offsets to Kafka
 *   membership.ts      the current assignment and its progress
 */
import type { KafkaClient } from '../platform/kafka/client.ts'
import { createGroupConsumer, type GroupConsumer } from '../platform/kafka/consumer.ts'
import type { ReceivedMessage } from '../platform/kafka/message.ts'
import type { Logger } from '../platform/log.ts'
import { type Registry, retriesCounter } from '../platform/metrics.ts'
import { within } from '../platform/within.ts'
import type { Assignment } from './assignment.ts'
import type { BatchDone, IntakeBatch } from './batch.ts'
import { createBatchGatherer } from './batches.ts'
import { coPartitioned } from './co-partitioning.ts'
import { createOffsetCommitter } from './commit-offsets.ts'
import type { Gatherer } from './gather.ts'
import { type IntakeProgress, Membership } from './membership.ts'
import type { IntakePartition } from './partition.ts'
import { type StartOffsets, seekToStart } from './start-offsets.ts'
import { createTaker } from './take-fetched.ts'

export interface IntakeOptions {
  readonly kafka: KafkaClient
  readonly groupId: string
  readonly topics: readonly string[]
  readonly batchEvents: number
  readonly batchMs: number
  readonly concurrentBatches: number
  /**
   * Resolves when the database has committed the batch. It retries transient faults itself: a rejection stops the
   * intake. Batches in flight have no partition number in common, and batches of the same number come in order.
   */
  readonly onBatch: (batch: IntakeBatch) => Promise<BatchDone>
  /**
   * Called at each assignment, and again if it rejects. No message of the assignment is passed on before it resolves.
   */
  readonly startOffsets: StartOffsets
  readonly log: Logger
  readonly registry: Registry
  /** The intake has ended and will not restart by itself. Called at most once. */
  readonly onFatal: (error: unknown) => void
  /** The longest that stopping may take. */
  readonly drainMs?: number
  /** Called when a stop comes near its end: batches that cannot be recorded must then be rejected, not retried. */
  readonly endRetries: () => void
}

export interface Intake {
  /**
   * Takes no more messages, lets the batches in flight finish, commits their offsets and leaves the group. Takes no
   * longer than `drainMs`. Never rejects.
   */
  stop(): Promise<void>
  progress(): IntakeProgress
}

/** Parts of `drainMs` after which retries end, and after which batches in flight are no longer awaited. */
const RETRIES_END_AT = 0.8
const BATCHES_END_AT = 0.9

const HEARTBEAT_MS = 2000
const FETCHING = {
  /** A killed rater keeps its partitions for this long: the most that a crash can add to the lag. */
  sessionTimeoutMs: 10_000,
  rebalanceTimeoutMs: 30_000,
  heartbeatMs: HEARTBEAT_MS,
  /** How long a fetch waits at the broker for a first byte. */
  fetchWaitMs: 500,
  minBytes: 1,
  /**
   * The size of one fetch. The client's default of 10 MB would hold fifty thousand messages in memory, each as several
   * objects. The broker fills an answer in the requested order of partitions, and the client rotates that order, so a
   * backlog of one topic does not block the others.
   */
  maxBytes: 2_000_000,
  maxBytesPerPartition: 500_000,
  /** The client's number of workers for the partitions of a fetch. Gathering needs the whole fetch at once. */
  partitionsAtOnce: 512,
}

/**
 * Joins the consumer group and consumes the assigned partitions until it is stopped. Rejects, with nothing left
 * running, if the brokers cannot be reached at first. Later errors that end it go to `onFatal`, and no more batches are
 * passed on.
 *
 * In a rebalance the batches in flight are finished and waiting messages are dropped. The next owner of a partition
 * resumes from the lower of the database's offset and Kafka's. An earlier batch that commits later counts as progress
 * only if its partition has come back to this member.
 */
export async function startIntake(options: IntakeOptions): Promise<Intake> {
  const { drainMs = 10_000 } = options
  const log = options.log.child({ component: 'intake' })
  const running = { isStopping: false, isFatal: false }
  const membership = new Membership(options.topics, options.registry)
  const fail = (error: unknown) => {
    if (running.isFatal || running.isStopping) return
    running.isFatal = true
    log.fatal({ err: error }, 'the intake is stopping after an error')
    options.onFatal(error)
  }
  const consumer: GroupConsumer = createGroupConsumer(options.kafka, {
    ...FETCHING,
    groupId: options.groupId,
    topics: options.topics,
    strategy: { name: 'TollgateCoPartitioned', share: coPartitioned },
    onFetched: (fetched) => take(fetched),
    onAssigned: (places) => assign(places),
    onLost: (error, isFinal) => {
      membership.lose()
      if (isFinal) fail(error)
    },
  })
  const offsets = createOffsetCommitter(consumer, log, (place) => membership.owned(place) !== undefined)
  const gatherer = createBatchGatherer(options, { membership, consumer, offsets, fail })
  const take = createTaker({
    membership,
    gatherer,
    heartbeatMs: HEARTBEAT_MS / 2,
    finishInFlight: () => gatherer.drain().then(() => offsets.flush()),
    isStopping: () => running.isStopping,
  })
  const assign = onAssignmentOf(options, { membership, consumer, gatherer, log, running })

  try {
    await consumer.start()
  } catch (error) {
    running.isStopping = true
    await within(drainMs, consumer.close(), () => {})
    throw error
  }
  return {
    progress: () => membership.progress(),
    async stop() {
      running.isStopping = true
      const beganAt = performance.now()
      const leftMs = (part = 1) => Math.max(0, beganAt + drainMs * part - performance.now())
      const finished = gatherer.close()
      await within(leftMs(RETRIES_END_AT), finished, options.endRetries)
      await within(leftMs(BATCHES_END_AT), finished, () => {})
      await within(leftMs(), offsets.flush(), () => {})
      membership.resign()
      await within(leftMs(), consumer.close(), () => {})
    },
  }
}

interface AssignmentParts {
  readonly membership: Membership
  readonly consumer: GroupConsumer
  readonly gatherer: Gatherer<IntakePartition, ReceivedMessage>
  readonly log: Logger
  readonly running: { readonly isStopping: boolean }
}

/** Creates the function that takes a new assignment. */
function onAssignmentOf(
  { startOffsets, registry }: IntakeOptions,
  { membership, consumer, gatherer, log, running }: AssignmentParts,
): (places: Parameters<Membership['assign']>[0]) => void {
  const retries = retriesCounter(registry)
  return (places) => {
    // The client resumes from the committed offsets, so waiting messages would be read twice or by another member.
    gatherer.discard()
    const stopped = membership.assign(places, prepare)
    if (stopped.length > 0) consumer.resume(stopped)
    log.info({ partitions: places.length }, 'partitions assigned')
  }

  async function prepare(assignment: Assignment): Promise<void> {
    if (assignment.partitions.length === 0) return
    await seekToStart(assignment, {
      consumer,
      startOffsets,
      isCurrent: (one) => membership.isCurrent(one) && !running.isStopping,
      onRetry: () => retries.inc({ stage: 'assignment' }),
      log,
    })
  }
}
