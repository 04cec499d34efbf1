/**
 * Topics and their Avro schemas: created and registered where missing, and the encoders for what goes out.
 * Values are in the Confluent wire format: a zero byte, the schema's id as four bytes, then Avro.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import avro from 'avsc'
import kafkajs, { type Admin } from 'kafkajs'
import { TOPICS, USAGE_TOPIC_SETTINGS, USAGE_TOPICS } from '../topics.ts'
import type { Config } from './config.ts'
import { createKafka } from './kafka/client.ts'
import type { Logger } from './log.ts'

const EVENT_SCHEMAS = join(import.meta.dirname, '../../schemas/events')

/** What the magic byte and the schema id take before the Avro bytes. */
export const WIRE_HEADER_BYTES = 5

/** Most records fit; one that does not makes room for its like. */
const FIRST_SCRATCH_BYTES = 64 * 1024

const REGISTRY_TIMEOUT_MS = 5000
const REGISTRY_ATTEMPTS = 8
/** What our client reads: gzip by itself, zstd by Node's. */
const READABLE_COMPRESSION = ['uncompressed', 'gzip', 'zstd']
const LEADERS_WITHIN_MS = 30_000
const BETWEEN_LOOKS_MS = 50
const { ConfigResourceTypes } = kafkajs
const CONTENT_TYPE = 'application/vnd.schemaregistry.v1+json'

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
  await Promise.all([createTopics(config, log), ...TOPICS.map(({ topic }) => registerSchema(config, topic))])
}

/** The ids come from the registry, where registering a schema that is already there gives its id. */
export async function createEncoders(config: Pick<TopicConfig, 'schemaRegistryUrl'>): Promise<Encoders> {
  const encoders = new Map<string, { type: avro.Type; header: Buffer }>()
  await Promise.all(
    TOPICS.map(async ({ topic }) => {
      const header = Buffer.alloc(WIRE_HEADER_BYTES)
      header.writeUInt32BE(await registerSchema(config, topic), 1)
      encoders.set(topic, { type: avro.Type.forSchema(JSON.parse(loadEventSchema(topic))), header })
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

async function createTopics(config: TopicConfig, log: Logger): Promise<void> {
  const admin = createKafka(config, log).admin()
  await admin.connect()
  try {
    const existing = new Set(await admin.listTopics())
    for (const { topic, settings } of TOPICS) {
      if (existing.has(topic)) continue
      // False when another process was quicker.
      const isCreated = await admin.createTopics({
        // The client's own wait takes the moment before the broker knows its new topic for a failure.
        waitForLeaders: false,
        topics: [
          {
            topic,
            numPartitions: config.partitions,
            replicationFactor: config.replicationFactor,
            configEntries: Object.entries(settings).map(([name, value]) => ({ name, value: String(value) })),
          },
        ],
      })
      if (isCreated) log.info({ topic, partitions: config.partitions }, 'created the topic')
    }
    await haveLeaders(admin)
    await warnOfSettings(admin, log)
  } finally {
    await admin.disconnect()
  }
}

/** Topics that somebody else made are left as they are, so all that can be done is to say in time what may go wrong. */
async function warnOfSettings(admin: Admin, log: Logger): Promise<void> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [...USAGE_TOPICS.keys()].map((topic) => ({
      type: ConfigResourceTypes.TOPIC,
      name: topic,
      configNames: Object.keys(USAGE_TOPIC_SETTINGS),
    })),
  })
  for (const { resourceName: topic, configEntries } of resources) {
    const set = new Map(configEntries.map(({ configName, configValue }) => [configName, configValue]))
    const compression = set.get('compression.type')
    if (compression !== undefined && !READABLE_COMPRESSION.includes(compression)) {
      log.warn(
        { topic, compression },
        `a producer that compresses with lz4 or snappy would stop this rater: set compression.type of the topic to one of ${READABLE_COMPRESSION.join(', ')}`,
      )
    }
    const timestampType = set.get('message.timestamp.type')
    if (timestampType !== undefined && timestampType !== USAGE_TOPIC_SETTINGS['message.timestamp.type']) {
      log.warn(
        { topic, timestamp_type: timestampType },
        'backdated usage may be deleted before it is read: set message.timestamp.type of the topic to LogAppendTime',
      )
    }
  }
}

/** Until then producers and consumers would be told that there is no such topic, whoever of us created it. */
async function haveLeaders(admin: Admin): Promise<void> {
  const giveUpAt = performance.now() + LEADERS_WITHIN_MS
  for (;;) {
    try {
      const { topics } = await admin.fetchTopicMetadata({ topics: TOPICS.map(({ topic }) => topic) })
      if (topics.every(({ partitions }) => partitions.length > 0 && partitions.every(({ leader }) => leader >= 0)))
        return
    } catch (error) {
      if (performance.now() > giveUpAt || (error as { retriable?: unknown }).retriable !== true) throw error
    }
    if (performance.now() > giveUpAt) throw new Error('the topics have no leaders: not enough brokers answer')
    await sleep(BETWEEN_LOOKS_MS)
  }
}

/** The rule before the schema, so that no version ever slips in unchecked. */
async function registerSchema(
  { schemaRegistryUrl }: Pick<TopicConfig, 'schemaRegistryUrl'>,
  topic: string,
): Promise<number> {
  const subject = `${topic}-value`
  await ask(schemaRegistryUrl, 'PUT', `/config/${subject}`, { compatibility: 'FULL_TRANSITIVE' })
  const answer = await ask(schemaRegistryUrl, 'POST', `/subjects/${subject}/versions`, {
    schema: loadEventSchema(topic),
  })
  const id = (answer as { id?: unknown }).id
  if (typeof id !== 'number') throw new Error(`the schema registry gave no id for ${subject}`)
  return id
}

/** A registry that is starting, or two processes writing one subject at once, answer with errors that pass. */
async function ask(registryUrl: string, method: string, path: string, body: unknown): Promise<unknown> {
  for (let attempt = 1; ; attempt++) {
    let problem: string
    try {
      const response = await fetch(registryUrl + path, {
        method,
        headers: { 'content-type': CONTENT_TYPE },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(REGISTRY_TIMEOUT_MS),
      })
      const answer = await response.text()
      if (response.ok) return JSON.parse(answer)
      problem = `${response.status} ${answer.slice(0, 500)}`
      // A conflict is an incompatible schema, or a subject that another process is making right now: a few tries tell.
      const isFinal = response.status < 500 && response.status !== 429 && !(response.status === 409 && attempt < 3)
      if (isFinal) attempt = REGISTRY_ATTEMPTS
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error)
    }
    if (attempt >= REGISTRY_ATTEMPTS) throw new Error(`schema registry: ${method} ${path}: ${problem}`)
    await sleep(Math.min(100 * 2 ** attempt, 2000) * (0.5 + Math.random() / 2))
  }
}
