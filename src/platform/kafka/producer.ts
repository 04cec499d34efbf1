/**
 * A producer for messages that are few, and may be sent twice: each request is acknowledged by all replicas, or fails. What
 * the relay sends goes by `fenced-sender.ts`.
 */
import { type Message, Partitioners, type Producer } from 'kafkajs'
import { clusterOf, readPartitionCounts } from './cluster.ts'
import { isOfKafkajs, type KafkaClient, kafkajsOf } from './kafkajs.ts'
import { headersForClient, type MessageContent } from './message.ts'
import type { TopicPartition } from './places.ts'

export interface MessageToSend extends TopicPartition, MessageContent {}

export interface MessageProducer {
  /** How many partitions each topic has, by the metadata that this producer sends by. */
  partitionCounts(topics: readonly string[]): Promise<Map<string, number>>
  /**
   * Resolves once every partition that was sent to has acknowledged. Throws TooBigForTopic, SendNotAcknowledged, or the
   * client's own errors (`isKafkaUnavailable`).
   *
   * After any failure the producer must be closed and another opened: what landed in one partition and not in another leaves
   * its sequence numbers in doubt, and its metadata may be old. A new one reads new metadata and counts anew, so that the
   * broker does not take what is sent again for something it has.
   */
  send(messages: readonly MessageToSend[]): Promise<void>
  /** Never rejects. */
  close(): Promise<void>
}

/** The broker did not say that it has what was sent to a partition. Sent again by a new producer, it arrives. */
export class SendNotAcknowledged extends Error {
  override readonly name = 'SendNotAcknowledged'

  constructor(topic: string, partition: number) {
    super(`the broker acknowledged nothing for ${topic}/${partition}: send the whole request again`)
  }
}

/** The topic takes no messages of this size, or the broker none of this sum: fewer at a time may do. */
export class TooBigForTopic extends Error {
  override readonly name = 'TooBigForTopic'
}

/** No bug of ours: no broker answered, or none that could do what was asked. */
export function isKafkaUnavailable(error: unknown): boolean {
  return isOfKafkajs(error) || error instanceof SendNotAcknowledged
}

/** Connects. `retries`: how often it tries a broker that does not answer. */
export async function openProducer(client: KafkaClient, retries: number): Promise<MessageProducer> {
  const producer = kafkajsOf(client).producer({
    idempotent: true,
    maxInFlightRequests: 1,
    createPartitioner: Partitioners.DefaultPartitioner,
    // A topic made by accident would have the wrong partition count for ever.
    allowAutoTopicCreation: false,
    retry: { retries },
  })
  await producer.connect()
  return {
    partitionCounts: (topics) => readPartitionCounts(clusterOf(producer), topics),
    async send(messages) {
      try {
        await sendAcknowledged(producer, messages)
      } catch (error) {
        throw isTooBig(error) ? new TooBigForTopic('the topic takes no messages of this size', { cause: error }) : error
      }
    },
    async close() {
      await producer.disconnect().catch(() => {})
    },
  }
}

/**
 * The client resolves although it sent a partition nothing: because its metadata does not have the partition, or because the
 * partition moved, between two of its tries, to a broker that had answered already. So the answers are looked at. Each message
 * names its partition, as the client would choose anew at each of its tries: were there more partitions by then, a message
 * could go to one that has acknowledged already.
 */
async function sendAcknowledged(producer: Producer, messages: readonly MessageToSend[]): Promise<void> {
  const topicMessages = [...Map.groupBy(messages, ({ topic }) => topic)].map(([topic, ofTopic]) => ({
    topic,
    messages: ofTopic.map(forClient),
  }))
  const answers = await producer.sendBatch({ acks: -1, topicMessages })
  for (const { topic, partition } of messages) {
    const isAcknowledged = answers.some((answer) => answer.topicName === topic && answer.partition === partition)
    if (!isAcknowledged) throw new SendNotAcknowledged(topic, partition)
  }
}

function forClient({ partition, key, value, headers }: MessageToSend): Message {
  return { partition, key, value, headers: headersForClient(headers) }
}

function isTooBig(error: unknown): boolean {
  const { type, cause } = error as { type?: unknown; cause?: { type?: unknown } }
  return [type, cause?.type].some((one) => one === 'MESSAGE_TOO_LARGE' || one === 'RECORD_LIST_TOO_LARGE')
}
