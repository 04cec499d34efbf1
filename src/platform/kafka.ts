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
  await transaction.sendBatch({
    acks: -1,
    topicMessages: sets.map(({ topic, partition, count, bytes }) => {
      const message: Message & { recordSet: Pick<RecordSet, 'count' | 'bytes'> } = {
        partition,
        value: null,
        recordSet: { count, bytes },
      }
      return { topic, messages: [message] }
    }),
  })
}

/** How many partitions each topic has. */
export async function readPartitionCounts(kafka: Kafka, topics: readonly string[]): Promise<Map<string, number>> {
  const admin = kafka.admin()
  await admin.connect()
  try {
    const metadata = await admin.fetchTopicMetadata({ topics: [...topics] })
    return new Map(metadata.topics.map(({ name, partitions }) => [name, partitions.length]))
  } finally {
    await admin.disconnect()
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
