/**
 * What is behind the port: the handle that the rest of the program holds, and the client inside it. Only this folder opens
 * it (`npm run architecture`); so what we use of KafkaJS is what is in this folder, and no more.
 */
import { promisify } from 'node:util'
import { zstdCompress, zstdDecompress } from 'node:zlib'
import kafkajs, { type Kafka } from 'kafkajs'

const INNER: unique symbol = Symbol('KafkaJS')

/** A Kafka cluster as this process reaches it. What can be done with it is in the other files of this folder. */
export interface KafkaClient {
  readonly [INNER]: Kafka
}

export function asClient(kafka: Kafka): KafkaClient {
  return { [INNER]: kafka }
}

export function kafkajsOf(client: KafkaClient): Kafka {
  return client[INNER]
}

/** Thrown by the client, not by who it calls back. */
export function isOfKafkajs(error: unknown): boolean {
  return error instanceof Error && error.name.startsWith('KafkaJS')
}

/** Beside gzip, which the client knows: what Node itself can read. */
kafkajs.CompressionCodecs[kafkajs.CompressionTypes.ZSTD] = () => ({
  compress: ({ buffer }: { buffer: Buffer }) => promisify(zstdCompress)(buffer),
  decompress: (buffer: Buffer) => promisify(zstdDecompress)(buffer),
})
