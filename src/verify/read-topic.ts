/** Reads topics from their start to where they ended when asked, as a consumer of its own that leaves nothing behind. */
import { randomBytes } from 'node:crypto'
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
}

/** Markers of transactions take offsets that no message carries: so long without a message is an end, too. */
const QUIET_MILLIS = 5_000
const LOOK_MILLIS = 50

/** In order within a partition; `onBatch` is awaited, so nothing piles up. Rejects with what it throws. */
export async function readRanges(
  kafka: Kafka,
  ranges: readonly OffsetRange[],
  onBatch: (batch: ReadBatch) => Promise<void>,
): Promise<void> {
  const left = new Map(ranges.filter(({ low, end }) => low < end).map((range) => [nameOf(range), range]))
  if (left.size === 0) return
  const groupId = `tollgate-verify-${randomBytes(6).toString('hex')}`
  const consumer = kafka.consumer({ groupId, allowAutoTopicCreation: false, maxWaitTimeInMs: 200 })
  let lastAtMillis = Date.now()
  let isBusy = false
  let failure: { readonly error: unknown } | null = null
  await consumer.connect()
  try {
    await consumer.subscribe({ topics: [...new Set(ranges.map(({ topic }) => topic))], fromBeginning: true })
    await consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch, heartbeat, resolveOffset }) => {
        const range = left.get(nameOf(batch))
        if (range === undefined || failure !== null) return
        isBusy = true
        try {
          const messages = batch.messages.filter(({ offset }) => BigInt(offset) < range.end)
          await onBatch({ topic: batch.topic, partition: batch.partition, messages })
        } catch (error) {
          failure = { error }
        }
        isBusy = false
        lastAtMillis = Date.now()
        resolveOffset(batch.lastOffset())
        await heartbeat()
        if (BigInt(batch.lastOffset()) + 1n >= range.end) left.delete(nameOf(batch))
      },
    })
    while (left.size > 0 && failure === null && (isBusy || Date.now() - lastAtMillis < QUIET_MILLIS)) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MILLIS))
    }
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
