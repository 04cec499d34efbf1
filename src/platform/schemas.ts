/**
 * Topics and their Avro schemas: created and registered where missing, and the encoders for what goes out.
 * Values are in the Confluent wire format: a zero byte, the schema's id as four bytes, then Avro.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import avro from 'avsc'
import { TOPICS } from '../topics.ts'
import type { Config } from './config.ts'
import { createTopics } from './kafka/create-topics.ts'
import { createSchemaRegistry } from './kafka/registry.ts'
import type { Logger } from './log.ts'

const EVENT_SCHEMAS = join(import.meta.dirname, '../../schemas/events')

/** What the magic byte and the schema id take before the Avro bytes. */
export const WIRE_HEADER_BYTES = 5

/** Most records fit; one that does not makes room for its like. */
const FIRST_SCRATCH_BYTES = 64 * 1024

/** The text of `schemas/events/<topic>.avsc`. */
export function loadEventSchema(topic: string): string {
  return readFileSync(join(EVENT_SCHEMAS, `${topic}.avsc`), 'utf8')
}

export interface Encoders {
  /** Throws where the record does not fit the topic's schema: that is a bug of the caller's, not a fault to retry. */
  encode(topic: string, record: unknown): Buffer
}

type TopicConfig = Pick<Config['kafka'], 'brokers' | 'schemaRegistryUrl' | 'partitions' | 'replicationFactor'>

/** Idempotent, and safe when several processes start at once. Topics that exist are left as they are. */
export async function createTopicsAndSchemas(config: TopicConfig, log: Logger): Promise<void> {
  const registry = createSchemaRegistry(config.schemaRegistryUrl)
  const schemas = TOPICS.map(({ topic }) => registry.register(topic, loadEventSchema(topic)))
  await Promise.all([createTopics(config, log), ...schemas])
}

/** The ids come from the registry, where registering a schema that is already there gives its id. */
export async function createEncoders(config: Pick<TopicConfig, 'schemaRegistryUrl'>): Promise<Encoders> {
  const registry = createSchemaRegistry(config.schemaRegistryUrl)
  const encoders = new Map<string, { type: avro.Type; header: Buffer }>()
  await Promise.all(
    TOPICS.map(async ({ topic }) => {
      const schema = loadEventSchema(topic)
      const header = Buffer.alloc(WIRE_HEADER_BYTES)
      header.writeUInt32BE(await registry.register(topic, schema), 1)
      encoders.set(topic, { type: avro.Type.forSchema(JSON.parse(schema)), header })
    }),
  )
  let scratch = Buffer.allocUnsafe(FIRST_SCRATCH_BYTES)
  return {
    encode(topic, record) {
      const encoder = encoders.get(topic)
      if (!encoder) throw new Error(`no schema for topic ${topic}`)
      const { header, type } = encoder
      let end = type.encode(record, scratch, WIRE_HEADER_BYTES)
      if (end < 0) {
        // It says by how much it did not fit.
        scratch = Buffer.allocUnsafe(scratch.length - end)
        end = type.encode(record, scratch, WIRE_HEADER_BYTES)
      }
      scratch.set(header)
      return Buffer.from(scratch.subarray(0, end))
    },
  }
}
