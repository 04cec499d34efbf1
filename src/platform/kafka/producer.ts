/**
 * A producer for a small number of messages that may arrive twice. A request is acknowledged by all replicas, or it
 * fails. The relay uses `fenced-sender.ts` instead.
 */
import { type Message, Partitioners, type Producer } from 'kafkajs'
import { clusterOf, readPartitionCounts } from './cluster.ts'
import { isOfKafkajs, type KafkaClient, kafkajsOf } from './kafkajs.ts'
import { headersForClient, type MessageContent } from './message.ts'
import type { TopicPartition } from './places.ts'

/** A message with the partition to send it to. */
export interface MessageToSend extends TopicPartition, MessageContent {}

/** A connected producer. */
export interface MessageProducer {
  /** Returns the partition count of each topic, by the metadata that this producer uses for sending. */
  partitionCounts(topics: readonly string[]): Promise<Map<string, number>>
  /**
   * Resolves when every partition has acknowledged its messages. Throws TooBigForTopic, SendNotAcknowledged, or the
   * client's own errors (`isKafkaUnavailable`).
   *
   * After any failure the producer must be closed and a new one opened. Its sequence numbers are in doubt, because some
   * partitions may have the messages and others not, and its metadata may be old. A new producer reads new metadata and
   * starts counting again, so the broker does not mistake what is sent again for a duplicate.
   */
  send(messages: readonly MessageToSend[]): Promise<void>
  /** Never rejects. */
  close(): Promise<void>
}

/** The broker did not acknowledge the messages of a partition. They can be sent again by a new producer. */
export class SendNotAcknowledged extends Error {
  override readonly name = 'SendNotAcknowledged'

  constructor(topic: string, partition: number) {
    super(`the broker acknowledged nothing for ${topic}/${partition}: send the whole request again`)
  }
}

/**
 * The topic refuses a message of this size, or the broker a request of this size. Fewer messages at a time may work.
 */
export class TooBigForTopic extends Error {
  override readonly name = 'TooBigForTopic'
}

/** Whether the error is not our bug: no broker answered, or none could do what was requested. */
export function isKafkaUnavailable(error: unknown): boolean {
  return isOfKafkajs(error) || error instanceof SendNotAcknowledged
}

/** Connects. `retries` is how often a broker that does not answer is tried. */
export async function openProducer(client: KafkaClient, retries: number): Promise<MessageProducer> {
  const producer = kafkajsOf(client).producer({
    idempotent: true,
    maxInFlightRequests: 1,
    createPartitioner: Partitioners.DefaultPartitioner,
    // A topic created by accident would have the wrong partition count for ever.
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
 * The client may resolve although it sent nothing to a partition: if its metadata lacks the partition, or if the
 * partition moved between two tries to a broker that had already answered. So the responses are checked. Each message
 * names its partition, because the client would choose again at each try: if partitions were added meanwhile, a message
 * could go to one that has already acknowledged.
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
