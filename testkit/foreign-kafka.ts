/**
 * Kafka and the registry as those outside have them: producers of usage, and readers of what is announced. By KafkaJS as it
 * comes and the registry's own client, on purpose, so that nothing of ours stands in for what a customer would use.
 */
import { promisify } from 'node:util'
import { zstdCompress, zstdDecompress } from 'node:zlib'
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry'
import kafkajs, { Kafka, type KafkaConfig, logLevel } from 'kafkajs'

/** What docs/CONSUMERS.md asks of readers on KafkaJS. */
kafkajs.CompressionCodecs[kafkajs.CompressionTypes.ZSTD] = () => ({
  compress: ({ buffer }: { buffer: Buffer }) => promisify(zstdCompress)(buffer),
  decompress: (buffer: Buffer) => promisify(zstdDecompress)(buffer),
})

/** Says nothing; what goes wrong, it throws. */
export function foreignKafka(brokers: KafkaConfig['brokers']): Kafka {
  return new Kafka({ clientId: 'foreign', brokers, logLevel: logLevel.NOTHING })
}

/** Decodes by the schema that a message names. */
export function foreignRegistry(url: string): SchemaRegistry {
  return new SchemaRegistry({ host: url })
}
