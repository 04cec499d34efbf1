/**
 * Sends messages to the topics they came from, unchanged except for a header that says where they came from. The same
 * event is then consumed again. Its identity keeps it from being charged twice; nothing here does.
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
   * Resolves when the broker has acknowledged all of them. Throws TooBigForTopic if a topic refuses their size. After
   * any error some may have arrived, so all of them must be sent again.
   */
  send(messages: readonly ReceivedMessage[]): Promise<void>
  close(): Promise<void>
}

/** About half a minute. After that the person who asked has to try again. */
const RETRIES = 10
/** How often everything is sent again if the client left a partition out. The next producer nearly always succeeds. */
const MAX_SENDS = 3
const BACKOFF = { firstMs: 500, maxMs: 500 }

/**
 * Creates a sender that connects on first use. Call `send` once at a time. `retries` is how often a broker that does
 * not answer is tried.
 */
export function openReplaySender(kafka: KafkaClient, retries = RETRIES): ReplaySender {
  let producer: MessageProducer | null = null

  async function sendOnce(messages: readonly ReceivedMessage[]): Promise<void> {
    try {
      producer ??= await openProducer(kafka, retries)
      const counts = await producer.partitionCounts([...new Set(messages.map(({ topic }) => topic))])
      await producer.send(messages.map((message) => replayed(message, counts.get(message.topic)!)))
    } catch (error) {
      // The sequence numbers of this producer are in doubt: the broker could drop its next messages as duplicates.
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

/**
 * A message that was replayed before already has the header. The new position is appended, so that the history is
 * complete.
 */
function replayed(
  { topic, partition, offset, key, value, headers }: ReceivedMessage,
  partitions: number,
): MessageToSend {
  const from = { name: REPLAYED_FROM_HEADER, value: Buffer.from(`${nameOf({ topic, partition })}/${offset}`) }
  return {
    topic,
    // Murmur2 of the key, as producers of usage do it, so that an account's events share a partition.
    partition: key === null ? partition % partitions : partitionHash(key) % partitions,
    key,
    value,
    headers: [...headers, from],
  }
}
