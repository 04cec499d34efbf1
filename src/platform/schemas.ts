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
import type { Logger } from './log.ts'
import { retry } from './retry.ts'

const EVENT_SCHEMAS = join(import.meta.dirname, '../../schemas/events')

/** What the magic byte and the schema id take before the Avro bytes. */
export const WIRE_HEADER_BYTES = 5

/** Most records fit; one that does not makes room for its like. */
const FIRST_SCRATCH_BYTES = 64 * 1024

const REGISTRY_TIMEOUT_MS = 5000
const REGISTRY_ATTEMPTS = 8
/** Within some seconds a registry that starts has answered, or does not start. */
const REGISTRY_BACKOFF = { firstMs: 200, maxMs: 2000 }
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

class RegistryRefused extends Error {
  override readonly name = 'RegistryRefused'
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** A registry that is starting, or two processes writing one subject at once, answer with errors that pass. */
async function ask(registryUrl: string, method: string, path: string, body: unknown): Promise<unknown> {
  try {
    return await retry(() => askOnce(registryUrl + path, method, body), {
      backoff: REGISTRY_BACKOFF,
      isRetried: ({ error, failures }) => failures < REGISTRY_ATTEMPTS && !isFinal(error, failures),
    })
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    throw new Error(`schema registry: ${method} ${path}: ${problem}`)
  }
}

async function askOnce(url: string, method: string, body: unknown): Promise<unknown> {
  const response = await fetch(url, {
    method,
    headers: { 'content-type': CONTENT_TYPE },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(REGISTRY_TIMEOUT_MS),
  })
  const answer = await response.text()
  if (!response.ok) throw new RegistryRefused(response.status, `${response.status} ${answer.slice(0, 500)}`)
  return JSON.parse(answer)
}

/** A conflict is an incompatible schema, or a subject that another process is making right now: a few tries tell. */
function isFinal(error: unknown, failures: number): boolean {
  if (!(error instanceof RegistryRefused)) return false
  const { status } = error
  return status < 500 && status !== 429 && !(status === 409 && failures < 3)
}
