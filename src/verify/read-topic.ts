/** Reads topics from their start to where they ended when asked, as a consumer of its own that leaves nothing behind. */
import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Kafka, KafkaMessage } from 'kafkajs'

export interface OffsetRange {
  readonly topic: string
  readonly partition: number
  /** First offset that is still retained. */
  readonly low: bigint
  /** The offset after the last one looked at. */
  readonly end: bigint
}

export interface ReadBatch {
  readonly topic: string
  readonly partition: number
  readonly messages: readonly KafkaMessage[]
  /** To be called at least twice a minute while the batch is looked at: else the broker takes the partitions away. */
  readonly beat: () => Promise<void>
}

const SESSION_TIMEOUT_MS = 60_000
const FETCH_WAIT_MS = 200
const LOOK_MS = 50
/**
 * Markers of transactions take offsets that no message carries, so an end may never be reached by messages. So many answers
 * of every broker without one mean that there is no more; time alone means nothing, joining takes as long as it takes.
 */
const EMPTY_ANSWERS = 5

/** In order within a partition; `onBatch` is awaited, so nothing piles up. Rejects with what it throws. */
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
  // A broker that does not know of a partition yet leaves it out, which would pass for there being nothing on it.
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
  // Nothing was committed, so a broker that does not want to forget it now will by itself.
  await admin.deleteGroups([groupId]).catch(() => {})
  await admin.disconnect()
}

function nameOf({ topic, partition }: { topic: string; partition: number }): string {
  return `${topic}/${partition}`
}
