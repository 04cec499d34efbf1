/**
 * A member of a consumer group. The client fetches ahead, joins the group and rejoins it. The caller decides what to do
 * with fetched messages and when to commit offsets.
 */
import kafkajs, { type Consumer, type EachBatchPayload } from 'kafkajs'
import { readCommitted } from './admin.ts'
import { type AssignmentStrategy, assignerFor } from './assigner.ts'
import { isOfKafkajs, type KafkaClient, kafkajsOf } from './kafkajs.ts'
import { headersFromClient, type ReceivedMessage } from './message.ts'
import type { PartitionOffset, TopicPartition } from './places.ts'

/** What one fetch returned for one partition: at least one message. */
export interface Fetched extends TopicPartition {
  readonly firstOffset: bigint
  readonly lastOffset: bigint
  /** Where the next fetch continues. Transaction markers take offsets too, but no message carries them. */
  readonly nextOffset: bigint
  /** The offset that the partition's next message gets. */
  readonly highWatermark: bigint
  readonly count: number
  /** Returns the messages in order of offset. Each call creates them again. */
  read(): ReceivedMessage[]
  /** False after a new assignment or a seek: then these messages must not be used. */
  isCurrent(): boolean
  /** Lets the client fetch the next messages. Otherwise it fetches these again. */
  markTaken(): void
  /**
   * Must be called more often than the session timeout while these messages are processed. Rejects if the group
   * rebalances.
   */
  heartbeat(): Promise<void>
}

export interface GroupConsumerOptions {
  readonly groupId: string
  readonly topics: readonly string[]
  readonly strategy: AssignmentStrategy
  /** A member that sends no heartbeat for this long counts as dead. */
  readonly sessionTimeoutMs: number
  /** The longest that a rebalance waits for a member. */
  readonly rebalanceTimeoutMs: number
  readonly heartbeatMs: number
  /** How long a fetch waits at the broker for `minBytes`. */
  readonly fetchWaitMs: number
  readonly minBytes: number
  readonly maxBytes: number
  readonly maxBytesPerPartition: number
  /** How many partitions of a fetch are passed on at the same time. */
  readonly partitionsAtOnce: number
  /**
   * Called with all partitions of this member, before any of them is fetched. May be empty, if there are more members
   * than partitions.
   */
  readonly onAssigned: (partitions: readonly TopicPartition[]) => void
  /**
   * The partitions no longer belong to this member. `isFinal`: the consumer will not rejoin. Called once more if an
   * error of `onFetched` is the reason.
   */
  readonly onLost: (error: unknown, isFinal: boolean) => void
  /**
   * The next fetch waits until all calls for one fetch have resolved. If a call rejects with an error of `heartbeat`,
   * the client rejoins or fetches again. Any other error is final.
   */
  readonly onFetched: (fetched: Fetched) => Promise<void>
}

/** A consumer in a group. */
export interface GroupConsumer {
  /** Connects and starts to fetch. Throws if that fails; the consumer must still be closed. */
  start(): Promise<void>
  /** Returns the offsets that the group has committed for its topics. */
  committed(): Promise<PartitionOffset[]>
  commit(offsets: readonly PartitionOffset[]): Promise<void>
  /** Sets where the next fetch of the partition starts. */
  seek(offset: PartitionOffset): void
  /** Stops fetching partitions with these numbers, on all topics. */
  pause(partitions: readonly number[]): void
  resume(partitions: readonly number[]): void
  /** Leaves the group. Never rejects. */
  close(): Promise<void>
}

/** Creates a consumer. It does not connect yet. */
export function createGroupConsumer(client: KafkaClient, options: GroupConsumerOptions): GroupConsumer {
  const { groupId, topics } = options
  const consumer = kafkajsOf(client).consumer({
    groupId,
    sessionTimeout: options.sessionTimeoutMs,
    rebalanceTimeout: options.rebalanceTimeoutMs,
    heartbeatInterval: options.heartbeatMs,
    maxWaitTimeInMs: options.fetchWaitMs,
    minBytes: options.minBytes,
    maxBytes: options.maxBytes,
    maxBytesPerPartition: options.maxBytesPerPartition,
    allowAutoTopicCreation: false,
    partitionAssigners: [assignerFor(options.strategy)],
    retry: { initialRetryTime: 100, maxRetryTime: 5000, retries: Number.MAX_SAFE_INTEGER },
  })
  const admin = kafkajsOf(client).admin()
  followMembership(consumer, options)

  return {
    async start() {
      await Promise.all([admin.connect(), consumer.connect()])
      await consumer.subscribe({ topics: [...topics], fromBeginning: true })
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: options.partitionsAtOnce,
        eachBatch: (payload) => passOn(payload, options),
      })
    },
    committed: () => readCommitted(admin, groupId, topics),
    async commit(offsets) {
      await consumer.commitOffsets(offsets.map(asText))
    },
    seek: (offset) => consumer.seek(asText(offset)),
    pause: (partitions) => consumer.pause(topics.map((topic) => ({ topic, partitions: [...partitions] }))),
    resume: (partitions) => consumer.resume(topics.map((topic) => ({ topic, partitions: [...partitions] }))),
    async close() {
      await Promise.allSettled([consumer.disconnect(), admin.disconnect()])
    },
  }
}

function followMembership(consumer: Consumer, { onAssigned, onLost }: GroupConsumerOptions): void {
  consumer.on(consumer.events.GROUP_JOIN, ({ payload: { memberAssignment } }) => {
    onAssigned(
      Object.entries(memberAssignment).flatMap(([topic, numbers]) =>
        numbers.map((partition) => ({ topic, partition })),
      ),
    )
  })
  consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => onLost(error, !restart))
}

async function passOn(payload: EachBatchPayload, { onFetched, onLost }: GroupConsumerOptions): Promise<void> {
  if (payload.batch.messages.length === 0) return
  try {
    await onFetched(asFetched(payload))
  } catch (error) {
    if (isOfKafkajs(error)) throw error
    onLost(error, true)
    // Whatever its class: the client itself would stop for ever on some errors and retry for ever on others.
    throw new kafkajs.KafkaJSNonRetriableError(error instanceof Error ? error : String(error))
  }
}

function asFetched({ batch, ...payload }: EachBatchPayload): Fetched {
  const { topic, partition, messages } = batch
  const lastOffset = messages.at(-1)!.offset
  return {
    topic,
    partition,
    firstOffset: BigInt(messages[0]!.offset),
    lastOffset: BigInt(lastOffset),
    nextOffset: BigInt(batch.lastOffset()) + 1n,
    highWatermark: BigInt(batch.highWatermark),
    count: messages.length,
    read: () =>
      messages.map(({ offset, key, value, headers }) => {
        return { topic, partition, offset: BigInt(offset), key, value, headers: headersFromClient(headers) }
      }),
    isCurrent: () => !payload.isStale() && payload.isRunning(),
    markTaken: () => payload.resolveOffset(lastOffset),
    heartbeat: () => payload.heartbeat(),
  }
}

function asText({ topic, partition, nextOffset }: PartitionOffset) {
  return { topic, partition, offset: nextOffset.toString() }
}
