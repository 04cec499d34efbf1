/**
 * A member of a consumer group. The client fetches ahead, joins the group and joins it anew; what is done with what it
 * fetched, and when offsets are committed, is the caller's.
 */
import kafkajs, { type Consumer, type EachBatchPayload } from 'kafkajs'
import { readCommitted } from './admin.ts'
import { type AssignmentStrategy, assignerFor } from './assigner.ts'
import { isOfKafkajs, type KafkaClient, kafkajsOf } from './kafkajs.ts'
import { headersFromClient, type ReceivedMessage } from './message.ts'
import type { CommittedOffset, TopicPartition } from './places.ts'

/** What one fetch brought of one partition; at least one message. */
export interface Fetched extends TopicPartition {
  readonly firstOffset: bigint
  readonly lastOffset: bigint
  /** Where the next fetch goes on: markers of transactions take offsets too, and no message carries them. */
  readonly nextOffset: bigint
  /** The offset that the partition's next message gets. */
  readonly highWatermark: bigint
  readonly count: number
  /** In the order of their offsets; made anew by each call. */
  read(): ReceivedMessage[]
  /** False once an assignment or a seek has come in between: these are not the messages to go on with. */
  isCurrent(): boolean
  /** The client may fetch what comes next. Without it, it fetches these again. */
  take(): void
  /** To be called more often than the session lasts while these are looked at. Rejects when the group rebalances. */
  heartbeat(): Promise<void>
}

export interface GroupConsumerOptions {
  readonly groupId: string
  readonly topics: readonly string[]
  readonly strategy: AssignmentStrategy
  /** A member that is silent for so long is taken for dead. */
  readonly sessionTimeoutMs: number
  /** The longest that a rebalance waits for a member. */
  readonly rebalanceTimeoutMs: number
  readonly heartbeatMs: number
  /** A fetch that finds less than `minBytes` waits for so long at the broker. */
  readonly fetchWaitMs: number
  readonly minBytes: number
  readonly maxBytes: number
  readonly maxBytesPerPartition: number
  /** So many partitions of a fetch are handed out side by side. */
  readonly partitionsAtOnce: number
  /** With all partitions that are this member's from here on, none where there are more members; before any fetch of them. */
  readonly onAssigned: (partitions: readonly TopicPartition[]) => void
  /**
   * The partitions are not this member's any more. `isFinal`: the consumer will not join anew. Said once more where an error
   * of `onFetched` is the reason.
   */
  readonly onLost: (error: unknown, isFinal: boolean) => void
  /**
   * The next fetch waits for all of one fetch. When it rejects with an error of `heartbeat`, the client joins anew or fetches
   * again; any other error is final.
   */
  readonly onFetched: (fetched: Fetched) => Promise<void>
}

export interface GroupConsumer {
  /** Connects and begins to fetch; throws where that is not possible, and is to be closed then as well. */
  start(): Promise<void>
  /** What the group has committed of its topics. */
  committed(): Promise<CommittedOffset[]>
  commit(offsets: readonly CommittedOffset[]): Promise<void>
  /** The next fetch of the partition begins there. */
  seek(offset: CommittedOffset): void
  /** Fetches nothing more of partitions of these numbers, on all topics. */
  pause(partitions: readonly number[]): void
  resume(partitions: readonly number[]): void
  /** Leaves the group. Never rejects. */
  close(): Promise<void>
}

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
  hearOf(consumer, options)

  return {
    async start() {
      await Promise.all([admin.connect(), consumer.connect()])
      await consumer.subscribe({ topics: [...topics], fromBeginning: true })
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: options.partitionsAtOnce,
        eachBatch: (payload) => handOut(payload, options),
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

function hearOf(consumer: Consumer, { onAssigned, onLost }: GroupConsumerOptions): void {
  consumer.on(consumer.events.GROUP_JOIN, ({ payload: { memberAssignment } }) => {
    onAssigned(
      Object.entries(memberAssignment).flatMap(([topic, numbers]) =>
        numbers.map((partition) => ({ topic, partition })),
      ),
    )
  })
  consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => onLost(error, !restart))
}

async function handOut(payload: EachBatchPayload, { onFetched, onLost }: GroupConsumerOptions): Promise<void> {
  if (payload.batch.messages.length === 0) return
  try {
    await onFetched(asFetched(payload))
  } catch (error) {
    if (isOfKafkajs(error)) throw error
    onLost(error, true)
    // Whatever its class: left to itself the client would stop for good on some, and try for ever on others.
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
    take: () => payload.resolveOffset(lastOffset),
    heartbeat: () => payload.heartbeat(),
  }
}

function asText({ topic, partition, offset }: CommittedOffset) {
  return { topic, partition, offset: offset.toString() }
}
