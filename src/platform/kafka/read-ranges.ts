/** Reads topics from the start to given ends, with a temporary consumer group. */
import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Consumer, EachBatchPayload } from 'kafkajs'
import { withAdmin } from './admin.ts'
import { type KafkaClient, kafkajsOf } from './kafkajs.ts'
import { headersFromClient, type ReceivedMessage } from './message.ts'
import { nameOf, type OffsetRange, PartitionMap, type TopicPartition } from './places.ts'

export interface ReadMessage extends ReceivedMessage {
  /** When it was sent or appended, as its topic is configured; milliseconds since 1970. */
  readonly timestampMs: number
}

export interface ReadBatch extends TopicPartition {
  /** In order of offset, all within the range. */
  readonly messages: readonly ReadMessage[]
  /** Call it at least twice a minute while processing the batch; otherwise the broker revokes the partitions. */
  readonly beat: () => Promise<void>
}

const SESSION_TIMEOUT_MS = 60_000
const FETCH_WAIT_MS = 200
const POLL_MS = 50
/**
 * Transaction markers take up offsets without a message, so the end may never be reached by messages. After this many empty
 * answers from every broker there are no more. Time alone proves nothing, because joining may take long.
 */
const EMPTY_ANSWERS = 5

/**
 * Reads the ranges, in order within each partition, and awaits `onBatch`. Rejects with an error of `onBatch`, and if a
 * broker does not know a partition yet.
 */
export async function readRanges(
  client: KafkaClient,
  ranges: readonly OffsetRange[],
  onBatch: (batch: ReadBatch) => Promise<void>,
): Promise<void> {
  const left = new PartitionMap(ranges.filter(({ low, end }) => low < end).map((range) => [range, range]))
  if (left.size === 0) return
  const groupId = `tollgate-verify-${randomBytes(6).toString('hex')}`
  const consumer = kafkajsOf(client).consumer({
    groupId,
    allowAutoTopicCreation: false,
    maxWaitTimeInMs: FETCH_WAIT_MS,
    sessionTimeout: SESSION_TIMEOUT_MS,
  })
  const reading: Reading = { left, answersByBroker: new Map(), isBusy: false, failure: null }
  follow(consumer, reading)
  await consumer.connect()
  try {
    await consumer.subscribe({ topics: [...new Set(ranges.map(({ topic }) => topic))], fromBeginning: true })
    await consumer.run({ autoCommit: false, eachBatch: (payload) => take(reading, payload, onBatch) })
    while (left.size > 0 && reading.failure === null && !isQuiet(reading)) await delay(POLL_MS)
  } finally {
    await consumer.disconnect()
    await forgetGroup(client, groupId)
  }
  if (reading.failure !== null) throw reading.failure.error
}

interface Reading {
  /** The ranges that are not read completely yet. */
  readonly left: PartitionMap<OffsetRange>
  /** The number of empty fetches by broker since the last message. */
  readonly answersByBroker: Map<number, number>
  isBusy: boolean
  failure: { readonly error: unknown } | null
}

function follow(consumer: Consumer, reading: Reading): void {
  const { left, answersByBroker } = reading
  consumer.on(consumer.events.FETCH, ({ payload: { nodeId } }) => {
    answersByBroker.set(nodeId, (answersByBroker.get(nodeId) ?? 0) + 1)
  })
  consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
    if (!restart) reading.failure ??= { error }
  })
  // A broker that does not know a partition yet omits it, which would look like an empty partition.
  consumer.on(consumer.events.GROUP_JOIN, ({ payload: { memberAssignment } }) => {
    const unread = [...left.values()].find(({ topic, partition }) => !memberAssignment[topic]?.includes(partition))
    if (unread === undefined) return
    reading.failure ??= { error: new Error(`no broker serves ${nameOf(unread)} yet: run verify again`) }
  })
}

function isQuiet({ isBusy, answersByBroker }: Reading): boolean {
  return (
    !isBusy && answersByBroker.size > 0 && [...answersByBroker.values()].every((answers) => answers >= EMPTY_ANSWERS)
  )
}

async function take(
  reading: Reading,
  { batch, heartbeat, resolveOffset }: EachBatchPayload,
  onBatch: (batch: ReadBatch) => Promise<void>,
): Promise<void> {
  const { left, answersByBroker } = reading
  const { topic, partition } = batch
  answersByBroker.clear()
  const range = left.get(batch)
  if (range === undefined || reading.failure !== null) return
  reading.isBusy = true
  try {
    const messages = batch.messages
      .filter(({ offset }) => BigInt(offset) < range.end)
      .map(({ offset, key, value, headers, timestamp }): ReadMessage => {
        const content = { key, value, headers: headersFromClient(headers) }
        return { topic, partition, offset: BigInt(offset), ...content, timestampMs: Number(timestamp) }
      })
    await onBatch({ topic, partition, messages, beat: heartbeat })
    resolveOffset(batch.lastOffset())
    if (BigInt(batch.lastOffset()) + 1n >= range.end) left.delete(range)
  } catch (error) {
    reading.failure ??= { error }
  } finally {
    answersByBroker.clear()
    reading.isBusy = false
  }
}

/** Nothing was committed, so if the broker refuses, the group will expire anyway. */
async function forgetGroup(client: KafkaClient, groupId: string): Promise<void> {
  await withAdmin(client, (admin) => admin.forgetGroup(groupId))
}
