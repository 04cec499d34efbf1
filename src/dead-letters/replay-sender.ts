/**
 * Sends messages to the topics they came from, as they were but for one more header that says from where. The same event is
 * then taken in once more: its identity, not this, keeps it from being charged twice.
 */
import type { KafkaClient } from '../platform/kafka/client.ts'
import type { ReceivedMessage } from '../platform/kafka/message.ts'
import { partitionHash } from '../platform/kafka/partition-hash.ts'
import { nameOf } from '../platform/kafka/places.ts'
import {
  type MessageProducer,
  type MessageToSend,
  openProducer,
  SendNotAcknowledged,
} from '../platform/kafka/producer.ts'
import { retry } from '../platform/retry.ts'

const REPLAYED_FROM_HEADER = 'tollgate-replayed-from'

export interface ReplaySender {
  /**
   * Resolves once the broker has acknowledged them all. Throws TooBigForTopic when a topic refuses their size; after any
   * error some of them may have landed, so all of them are to be sent again.
   */
  send(messages: readonly ReceivedMessage[]): Promise<void>
  close(): Promise<void>
}

/** About half a minute: what is not there by then is left to a next try of the person who asked. */
const RETRIES = 10
/** How often all is sent again when the client left a partition out; the next producer nearly always knows better. */
const MAX_SENDS = 3
const BACKOFF = { firstMs: 500, maxMs: 500 }

/** Makes its producer at the first use. One call of `send` at a time. `retries`: how often it tries a broker that does not answer. */
export function openReplaySender(kafka: KafkaClient, retries = RETRIES): ReplaySender {
  let producer: MessageProducer | null = null

  async function sendOnce(messages: readonly ReceivedMessage[]): Promise<void> {
    try {
      producer ??= await openProducer(kafka, retries)
      const counts = await producer.partitionCounts([...new Set(messages.map(({ topic }) => topic))])
      await producer.send(messages.map((message) => replayed(message, counts.get(message.topic)!)))
    } catch (error) {
      // What landed of it leaves this producer's count in doubt: it would be taken for what the broker has, and dropped.
      const failed = producer
      producer = null
      await failed?.close()
      throw error
    }
  }

  return {
    send: (messages) =>
      retry(() => sendOnce(messages), {
        backoff: BACKOFF,
        isRetried: ({ error, failures }) => error instanceof SendNotAcknowledged && failures < MAX_SENDS,
      }),
    async close() {
      await producer?.close()
    },
  }
}

/** One replayed before has the header already; the next place joins it, so that the whole way can be read. */
function replayed(
  { topic, partition, offset, key, value, headers }: ReceivedMessage,
  partitions: number,
): MessageToSend {
  const from = { name: REPLAYED_FROM_HEADER, value: Buffer.from(`${nameOf({ topic, partition })}/${offset}`) }
  return {
    topic,
    // Murmur2 on the key, as producers of usage do: the events of one account meet on one partition.
    partition: key === null ? partition % partitions : partitionHash(key) % partitions,
    key,
    value,
    headers: [...headers, from],
  }
}
