/** The Kafka client, its log bridged to ours. Its own reconnecting is quick; whoever calls it decides how long to go on. */
import { promisify } from 'node:util'
import { zstdCompress, zstdDecompress } from 'node:zlib'
import kafkajs, { Kafka, type LogEntry, logLevel, type Message, type Producer } from 'kafkajs'
import type { Config } from '../config.ts'
import type { Logger } from '../log.ts'

/** Beside gzip, which the client knows: what Node itself can read. */
kafkajs.CompressionCodecs[kafkajs.CompressionTypes.ZSTD] = () => ({
  compress: ({ buffer }: { buffer: Buffer }) => promisify(zstdCompress)(buffer),
  decompress: (buffer: Buffer) => promisify(zstdDecompress)(buffer),
})

export function createKafka({ brokers }: Pick<Config['kafka'], 'brokers'>, log: Logger): Kafka {
  return new Kafka({
    clientId: 'tollgate',
    brokers,
    connectionTimeout: 3000,
    requestTimeout: 30_000,
    retry: { initialRetryTime: 100, maxRetryTime: 5000, retries: 8 },
    logLevel: logLevel.INFO,
    logCreator: () => (entry) => bridge(log, entry),
  })
}

export interface PartitionCounts {
  /** Null of a topic whose partitions were never read. */
  of(topic: string): number | null
  /** Throws when no broker answers; then what was known stays. */
  read(): Promise<void>
  close(): Promise<void>
}

/** How many partitions these topics have, as last read. */
export function createPartitionCounts(kafka: Kafka, topics: readonly string[]): PartitionCounts {
  const admin = kafka.admin()
  const counts = new Map<string, number>()
  return {
    of: (topic) => counts.get(topic) ?? null,
    async read() {
      await admin.connect()
      const { topics: read } = await admin.fetchTopicMetadata({ topics: [...topics] })
      for (const { name, partitions } of read) counts.set(name, partitions.length)
    },
    close: () => admin.disconnect(),
  }
}

export type PlacedMessage = Message & { readonly partition: number }

/** The broker did not say that it has what was sent to a partition. Sent again by a new producer, it arrives. */
export class SendNotAcknowledged extends Error {
  override readonly name = 'SendNotAcknowledged'

  constructor(topic: string, partition: number) {
    super(`the broker acknowledged nothing for ${topic}/${partition}: send the whole request again`)
  }
}

/**
 * Resolves once every partition that was sent to has acknowledged. Throws SendNotAcknowledged where the client resolves
 * although it sent a partition nothing: because its metadata does not have the partition, or because the partition moved,
 * between two of its tries, to a broker that had answered already.
 *
 * After any failure the producer must be thrown away: what landed in one partition and not in another leaves its sequence
 * numbers in doubt, and its metadata may be old. A new one reads new metadata and counts anew, so that the broker does not
 * take what is sent again for something it has. Each message names its partition, as the client would choose anew at each
 * of its tries: were there more partitions by then, a message could go to one that has acknowledged already.
 */
export async function sendAcknowledged(
  sender: Pick<Producer, 'sendBatch'>,
  topicMessages: { topic: string; messages: PlacedMessage[] }[],
): Promise<void> {
  const answers = await sender.sendBatch({ acks: -1, topicMessages })
  const acknowledged = new Set(answers.map(({ topicName, partition }) => `${topicName}/${partition}`))
  for (const { topic, messages } of topicMessages) {
    for (const { partition } of messages) {
      if (!acknowledged.has(`${topic}/${partition}`)) throw new SendNotAcknowledged(topic, partition)
    }
  }
}

function bridge(
  log: Logger,
  { level, namespace, log: { message, timestamp: _, logger: __, ...rest } }: LogEntry,
): void {
  const fields = { component: `kafka/${namespace}`, ...rest }
  // What the client calls information is detail to an operator; and so is an answer that it goes on to retry by itself
  // ("the coordinator is loading"): what it cannot mend, it throws.
  if (level > logLevel.WARN || ROUTINE.test(message)) log.debug(fields, message)
  else if (level === logLevel.WARN) log.warn(fields, message)
  else log.error(fields, message)
}

const ROUTINE =
  /^Response |^Limiting retries for the idempotent producer|another concurrent operation on the same transaction/
