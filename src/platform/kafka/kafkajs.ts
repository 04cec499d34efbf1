/**
 * The Kafka client behind the handle that the rest of the program uses. Only this folder opens the handle (`npm run
 * architecture`), so everything we use of KafkaJS is in this folder.
 */
import { promisify } from 'node:util'
import { zstdCompress, zstdDecompress } from 'node:zlib'
import kafkajs, { type Kafka } from 'kafkajs'

const INNER: unique symbol = Symbol('KafkaJS')

/** A Kafka cluster as this process connects to it. The other files of this folder use it. */
export interface KafkaClient {
  readonly [INNER]: Kafka
}

/** Wraps the client in a handle. */
export function asClient(kafka: Kafka): KafkaClient {
  return { [INNER]: kafka }
}

/** Returns the client in a handle. */
export function kafkajsOf(client: KafkaClient): Kafka {
  return client[INNER]
}

/** Whether the client threw the error itself, and not one of its callbacks. */
export function isOfKafkajs(error: unknown): boolean {
  return error instanceof Error && error.name.startsWith('KafkaJS')
}

/** Adds zstd through Node. The client supports gzip. */
kafkajs.CompressionCodecs[kafkajs.CompressionTypes.ZSTD] = () => ({
  compress: ({ buffer }: { buffer: Buffer }) => promisify(zstdCompress)(buffer),
  decompress: (buffer: Buffer) => promisify(zstdDecompress)(buffer),
})
