/**
 * Kafka and the registry as outsiders use them: producers of usage, and consumers of events. Deliberately plain KafkaJS
 * and the registry's own client, so that none of our code replaces what a customer would use.
 */
import { promisify } from 'node:util'
import { zstdCompress, zstdDecompress } from 'node:zlib'
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry'
import kafkajs, { Kafka, type KafkaConfig, logLevel } from 'kafkajs'

/** What docs/CONSUMERS.md asks of consumers that use KafkaJS. */
kafkajs.CompressionCodecs[kafkajs.CompressionTypes.ZSTD] = () => ({
  compress: ({ buffer }: { buffer: Buffer }) => promisify(zstdCompress)(buffer),
  decompress: (buffer: Buffer) => promisify(zstdDecompress)(buffer),
})

/** Creates a client that logs nothing. Errors are thrown. */
export function foreignKafka(brokers: KafkaConfig['brokers']): Kafka {
  return new Kafka({ clientId: 'foreign', brokers, logLevel: logLevel.NOTHING })
}

/** Creates a client that decodes messages by the schema that they name. */
export function foreignRegistry(url: string): SchemaRegistry {
  return new SchemaRegistry({ host: url })
}
