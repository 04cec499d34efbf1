/** The Kafka client, its log bridged to ours. Its own reconnecting is quick; whoever calls it decides how long to go on. */
import { promisify } from 'node:util'
import { zstdCompress, zstdDecompress } from 'node:zlib'
import kafkajs, {
  Kafka,
  type LogEntry,
  logLevel,
  type Message,
  Partitioners,
  type Producer,
  type RetryOptions,
  type Transaction,
} from 'kafkajs'
import type { Config } from './config.ts'
import type { Logger } from './log.ts'

/**
 * Back-to-back transactions are answered CONCURRENT_TRANSACTIONS until the last one's markers are written, and the
 * client then waits this long; its default of 300 ms would hold the relay to three transactions a second.
 */
const TRANSACTION_RETRY: RetryOptions = { initialRetryTime: 10, maxRetryTime: 1000, retries: 10 }

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

/** How soon a producer uses partitions that were added to its topics. */
const METADATA_MAX_AGE_MS = 10_000

/** Idempotent and fenced: a second producer with the same id makes the first one's sends fail. */
export function createTransactionalProducer(kafka: Kafka, transactionalId: string): Producer {
  return kafka.producer({
    transactionalId,
    idempotent: true,
    maxInFlightRequests: 1,
    transactionTimeout: 15_000,
    createPartitioner: Partitioners.DefaultPartitioner,
    // A topic made by accident would have the wrong partition count for ever.
    allowAutoTopicCreation: false,
    metadataMaxAge: METADATA_MAX_AGE_MS,
    retry: TRANSACTION_RETRY,
  })
}

/** Records of one topic and partition, encoded as Kafka keeps them (batch format v2, numbered from 0). */
export interface RecordSet {
  readonly topic: string
  readonly partition: number
  readonly count: number
  readonly bytes: Buffer
}

/** One request. The client takes encoded sets by our patch of it: made of messages, each record is most of what it costs. */
export async function sendRecordSets(transaction: Transaction, sets: readonly RecordSet[]): Promise<void> {
  const topicMessages = sets.map(({ topic, partition, count, bytes }) => {
    const message: PlacedMessage & { recordSet: Pick<RecordSet, 'count' | 'bytes'> } = {
      partition,
      value: null,
      recordSet: { count, bytes },
    }
    return { topic, messages: [message] }
  })
  await sendAcknowledged(transaction, topicMessages)
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
  sender: Pick<Transaction, 'sendBatch'>,
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

/**
 * How many partitions each topic has, by the metadata that the producer itself sends by: the one source of these counts.
 * Read by another client they may be ahead of the producer, which passes over a partition that it does not know. Partitions
 * are only ever added, so the producer still knows all of these when it sends.
 */
export function readPartitionCounts(producer: Producer, topics: readonly string[]): Promise<Map<string, number>> {
  const patched = producer as Producer & { partitionCounts(topics: readonly string[]): Promise<Map<string, number>> }
  return patched.partitionCounts(topics)
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
