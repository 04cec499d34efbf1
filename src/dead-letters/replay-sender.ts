/**
 * Sends messages to the topics they came from, as they were but for one more header that says from where. The same event is
 * then taken in once more: its identity, not this, keeps it from being charged twice.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { type Kafka, Partitioners, type Producer } from 'kafkajs'
import { type PlacedMessage, SendNotAcknowledged, sendAcknowledged } from '../platform/kafka/client.ts'
import { clusterOf, readPartitionCounts } from '../platform/kafka/cluster.ts'
import { partitionHash } from '../platform/kafka/partition-hash.ts'

const REPLAYED_FROM_HEADER = 'tollgate-replayed-from'

export interface MessageToReplay {
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: readonly { readonly name: string; readonly value: Buffer | null }[]
}

export interface ReplaySender {
  /**
   * Resolves once the broker has acknowledged them all. Throws TooBigForTopic when a topic refuses their size; after any
   * error some of them may have landed, so all of them are to be sent again.
   */
  send(messages: readonly MessageToReplay[]): Promise<void>
  close(): Promise<void>
}

/** The topic takes no messages of this size, or the broker none of this sum: fewer at a time may do. */
export class TooBigForTopic extends Error {
  override readonly name = 'TooBigForTopic'
}

/** About half a minute: what is not there by then is left to a next try of the person who asked. */
const RETRIES = 10
/** How often all is sent again when the client left a partition out; the next producer nearly always knows better. */
const SENDS = 3
const BETWEEN_SENDS_MS = 500

/** Makes its producer at the first use. One call of `send` at a time. `retries`: how often it tries a broker that does not answer. */
export function openReplaySender(kafka: Kafka, retries = RETRIES): ReplaySender {
  let producer: Producer | null = null

  return {
    async send(messages) {
      for (let sends = 1; ; sends++) {
        try {
          producer ??= await connect(kafka, retries)
          const topics = [...new Set(messages.map(({ topic }) => topic))]
          const counts = await readPartitionCounts(clusterOf(producer), topics)
          await sendAcknowledged(producer, asTopicMessages(messages, counts))
          return
        } catch (error) {
          // A send that failed in one partition may have landed in another, whose sequence the client then counts wrong:
          // the broker would take other messages for those that it has, and drop them. A new producer counts anew.
          const failed = producer
          producer = null
          await failed?.disconnect().catch(() => {})
          if (isTooBig(error)) {
            throw new TooBigForTopic('the topic takes no messages of this size', { cause: error })
          }
          if (!(error instanceof SendNotAcknowledged) || sends === SENDS) throw error
        }
        await delay(BETWEEN_SENDS_MS)
      }
    },
    async close() {
      await producer?.disconnect()
    },
  }
}

async function connect(kafka: Kafka, retries: number): Promise<Producer> {
  const producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    createPartitioner: Partitioners.DefaultPartitioner,
    // A topic made by accident would have the wrong partition count for ever.
    allowAutoTopicCreation: false,
    retry: { retries },
  })
  await producer.connect()
  return producer
}

function asTopicMessages(messages: readonly MessageToReplay[], counts: ReadonlyMap<string, number>) {
  return [...Map.groupBy(messages, ({ topic }) => topic)].map(([topic, ofTopic]) => ({
    topic,
    messages: ofTopic.map((message) => asMessage(message, counts.get(topic)!)),
  }))
}

/** One replayed before has the header already; the next place joins it, so that the whole way can be read. */
function asMessage(
  { topic, partition, offset, key, value, headers }: MessageToReplay,
  partitions: number,
): PlacedMessage {
  const from = { name: REPLAYED_FROM_HEADER, value: Buffer.from(`${topic}/${partition}/${offset}`) }
  const byName = Map.groupBy([...headers, from], ({ name }) => name)
  return {
    // Murmur2 on the key, as producers of usage do: the events of one account meet on one partition.
    partition: key === null ? partition % partitions : partitionHash(key) % partitions,
    key,
    value,
    // The client cannot send a header whose value is null; an empty one is the nearest that it can.
    headers: Object.fromEntries(
      [...byName].map(([name, values]) => [name, values.map((header) => header.value ?? Buffer.alloc(0))]),
    ),
  }
}

function isTooBig(error: unknown): boolean {
  const { type, cause } = error as { type?: unknown; cause?: { type?: unknown } }
  return [type, cause?.type].some((one) => one === 'MESSAGE_TOO_LARGE' || one === 'RECORD_LIST_TOO_LARGE')
}
