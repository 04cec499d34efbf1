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

const SESSION_TIMEOUT_MILLIS = 60_000
const FETCH_WAIT_MILLIS = 200
const LOOK_MILLIS = 50
/**
 * Offsets may be gone by compaction, or belong to a transaction that is open still, so an end may never be reached. So many
 * empty answers of every broker mean that there is no more; time alone means nothing, joining takes as long as it takes. An
 * answer counts that the broker waited for more with: what comes at once is a marker, or an error that is tried again.
 */
const EMPTY_ANSWERS = 5
const EMPTY_ANSWER_MILLIS = FETCH_WAIT_MILLIS / 2

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
    maxWaitTimeInMs: FETCH_WAIT_MILLIS,
    sessionTimeout: SESSION_TIMEOUT_MILLIS,
  })
  const answersByBroker = new Map<number, number>()
  let isBusy = false
  let failure: { readonly error: unknown } | null = null
  const answeredNothing = (nodeId: number) => answersByBroker.get(nodeId) ?? 0
  // One that is asked counts from then on: the others may be done long before its first answer is here.
  consumer.on(consumer.events.FETCH_START, ({ payload: { nodeId } }) => {
    answersByBroker.set(nodeId, answeredNothing(nodeId))
  })
  consumer.on(consumer.events.FETCH, ({ payload: { nodeId, duration } }) => {
    if (duration >= EMPTY_ANSWER_MILLIS) answersByBroker.set(nodeId, answeredNothing(nodeId) + 1)
  })
  const countAnew = () => {
    for (const nodeId of answersByBroker.keys()) answersByBroker.set(nodeId, 0)
  }
  // Told, too, of markers and of what was aborted, which have offsets and never come as messages.
  consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
    countAnew()
    const range = left.get(nameOf(payload))
    if (range !== undefined && BigInt(payload.lastOffset) + 1n >= range.end) left.delete(nameOf(payload))
  })
  // Brokers may have come and gone.
  consumer.on(consumer.events.GROUP_JOIN, () => answersByBroker.clear())
  consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
    if (!restart) failure ??= { error }
  })
  const isQuiet = () =>
    !isBusy && answersByBroker.size > 0 && [...answersByBroker.values()].every((answers) => answers >= EMPTY_ANSWERS)

  await consumer.connect()
  try {
    await consumer.subscribe({ topics: [...new Set(ranges.map(({ topic }) => topic))], fromBeginning: true })
    await consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch, heartbeat, resolveOffset, pause }) => {
        const range = left.get(nameOf(batch))
        // What comes after the end is nobody's, and would keep the broker from ever answering nothing.
        if (range === undefined) pause()
        if (range === undefined || failure !== null) return
        isBusy = true
        try {
          const messages = batch.messages.filter(({ offset }) => BigInt(offset) < range.end)
          await onBatch({ topic: batch.topic, partition: batch.partition, messages, beat: heartbeat })
          resolveOffset(batch.lastOffset())
        } catch (error) {
          failure ??= { error }
        } finally {
          isBusy = false
        }
      },
    })
    while (left.size > 0 && failure === null && !isQuiet()) await delay(LOOK_MILLIS)
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
