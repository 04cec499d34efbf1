/** Reads topics from the start to given ends, with a temporary consumer group. */
import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Kafka, KafkaMessage } from 'kafkajs'

export interface OffsetRange {
  readonly topic: string
  readonly partition: number
  /** First offset that is still retained. */
  readonly low: bigint
  /** The offset after the last one to read. */
  readonly end: bigint
}

export interface ReadBatch {
  readonly topic: string
  readonly partition: number
  readonly messages: readonly KafkaMessage[]
  /** Call it at least twice a minute while processing the batch; otherwise the broker revokes the partitions. */
  readonly beat: () => Promise<void>
}

const SESSION_TIMEOUT_MS = 60_000
const FETCH_WAIT_MS = 200
const LOOK_MS = 50
/**
 * Transaction markers take up offsets without a message, so the end may never be reached by messages. After this many empty
 * answers from every broker there are no more. Time alone proves nothing, because joining may take long.
 */
const EMPTY_ANSWERS = 5

/** Reads the ranges, in order within each partition. `onBatch` is awaited; what it throws is rejected. */
export async function readRanges(
  kafka: Kafka,
  ranges: readonly OffsetRange[],
  onBatch: (batch: ReadBatch) => Promise<void>,
): Promise<void> {
  const left = new Map(ranges.filter(({ low, end }) => low < end).map((range) => [nameOf(range), range]))
  if (left.size === 0) return
  const groupId = `tollgate-verify-${randomBytes(6).toString('hex')}`
  const consumer = kafka.consumer({
    groupId,
    allowAutoTopicCreation: false,
    maxWaitTimeInMs: FETCH_WAIT_MS,
    sessionTimeout: SESSION_TIMEOUT_MS,
  })
  const answersByBroker = new Map<number, number>()
  let isBusy = false
  let failure: { readonly error: unknown } | null = null
  consumer.on(consumer.events.FETCH, ({ payload: { nodeId } }) => {
    answersByBroker.set(nodeId, (answersByBroker.get(nodeId) ?? 0) + 1)
  })
  consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
    if (!restart) failure ??= { error }
  })
  // A broker that does not know a partition yet omits it, which would look like an empty partition.
  consumer.on(consumer.events.GROUP_JOIN, ({ payload: { memberAssignment } }) => {
    const unread = [...left.values()].find(({ topic, partition }) => !memberAssignment[topic]?.includes(partition))
    if (unread !== undefined) failure ??= { error: new Error(`no broker offers ${nameOf(unread)} yet: verify again`) }
  })
  const isQuiet = () =>
    !isBusy && answersByBroker.size > 0 && [...answersByBroker.values()].every((answers) => answers >= EMPTY_ANSWERS)

  await consumer.connect()
  try {
    await consumer.subscribe({ topics: [...new Set(ranges.map(({ topic }) => topic))], fromBeginning: true })
    await consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch, heartbeat, resolveOffset }) => {
        answersByBroker.clear()
        const range = left.get(nameOf(batch))
        if (range === undefined || failure !== null) return
        isBusy = true
        try {
          const messages = batch.messages.filter(({ offset }) => BigInt(offset) < range.end)
          await onBatch({ topic: batch.topic, partition: batch.partition, messages, beat: heartbeat })
          resolveOffset(batch.lastOffset())
          if (BigInt(batch.lastOffset()) + 1n >= range.end) left.delete(nameOf(batch))
        } catch (error) {
          failure ??= { error }
        } finally {
          answersByBroker.clear()
          isBusy = false
        }
      },
    })
    while (left.size > 0 && failure === null && !isQuiet()) await delay(LOOK_MS)
  } finally {
    await consumer.disconnect()
    await forgetGroup(kafka, groupId)
  }
  if (failure !== null) throw (failure as { readonly error: unknown }).error
}

async function forgetGroup(kafka: Kafka, groupId: string): Promise<void> {
  const admin = kafka.admin()
  await admin.connect()
  // Nothing was committed, so if the broker refuses, the group will expire anyway.
  await admin.deleteGroups([groupId]).catch(() => {})
  await admin.disconnect()
}

function nameOf({ topic, partition }: { topic: string; partition: number }): string {
  return `${topic}/${partition}`
}
