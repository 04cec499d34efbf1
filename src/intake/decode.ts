/**
 * Decodes the bytes of a message into a record of its topic's schema. A message that can never be read is refused as a
 * value. If it may be readable later, because the schema registry is not available, this throws RegistryUnavailable.
 *
 * Each writer schema is resolved against the topic's schema once, because compiling costs a hundred times as much as
 * decoding.
 */
import avro from 'avsc'
import { createSchemaRegistry } from '../platform/kafka/registry.ts'
import { loadEventSchema, WIRE_HEADER_BYTES } from '../platform/schemas.ts'

/** Why a message can never be read. */
export interface DecodeRefusal {
  readonly reason: 'invalid_event'
  readonly detail: string
}

export type Decoded = { readonly record: unknown } | { readonly refusal: DecodeRefusal }

export interface Decoder {
  /** Decodes one message. Returns at once if its schema is cached. */
  decode(topic: string, value: Buffer | null): Decoded | Promise<Decoded>
  /** Decodes messages in the order of `values`, after fetching all schemas that are not cached. */
  decodeAll(topic: string, values: readonly (Buffer | null)[]): Promise<Decoded[]>
}

export interface DecoderOptions {
  readonly fetch?: typeof fetch
  readonly now?: () => number
}

/** How to read messages of one schema id on one topic, or why they can never be read. */
type Reading =
  | { readonly reader: avro.Type; readonly writer: avro.Type; readonly resolver: object }
  | { readonly refusal: DecodeRefusal; readonly expiresAt: number }

/**
 * How long an unknown schema id is cached. A schema registered just after its first message must be found soon, but
 * garbage must not cause one request per message.
 */
const UNKNOWN_ID_KEPT_MS = 5000
const CONCURRENT_LOOKUPS = 8
/** Garbage can contain any of four billion ids, so the cache is emptied at this size. */
const MAX_READINGS = 5000

const REPLACEMENT = '\ufffd'

/** Creates a decoder that caches schemas. Throws RegistryUnavailable from its methods. */
export function createDecoder(registryUrl: string, options: DecoderOptions = {}): Decoder {
  const { known, lookUp } = createReadings(registryUrl, options)
  return {
    decode(topic, value) {
      const refusal = refuseFrame(value)
      if (refusal !== null || value === null) return refusal ?? refuse('no value')
      const id = value.readUInt32BE(1)
      const reading = known(topic, id)
      if (reading) return read(reading, value)
      return lookUp(topic, id).then((found) => read(found, value))
    },

    async decodeAll(topic, values) {
      const used = new Map<number, Reading>()
      const missing: number[] = []
      for (const value of values) {
        if (value === null || refuseFrame(value) !== null) continue
        const id = value.readUInt32BE(1)
        if (used.has(id) || missing.includes(id)) continue
        const reading = known(topic, id)
        if (reading) used.set(id, reading)
        else missing.push(id)
      }
      for (let i = 0; i < missing.length; i += CONCURRENT_LOOKUPS) {
        const ids = missing.slice(i, i + CONCURRENT_LOOKUPS)
        const found = await Promise.all(ids.map((id) => lookUp(topic, id)))
        for (const [j, reading] of found.entries()) used.set(ids[j]!, reading)
      }
      return values.map((value) => {
        const refusal = refuseFrame(value)
        if (refusal !== null || value === null) return refusal ?? refuse('no value')
        return read(used.get(value.readUInt32BE(1))!, value)
      })
    },
  }
}

/** Looks up how messages are read, by topic and schema id, and caches the results. */
function createReadings(registryUrl: string, { now = Date.now, fetch: fetchUrl = fetch }: DecoderOptions) {
  const registry = createSchemaRegistry(registryUrl, fetchUrl)
  const readers = new Map<string, avro.Type>()
  const readings = new Map<string, Reading>()
  const lookups = new Map<string, Promise<Reading>>()

  function known(topic: string, id: number): Reading | undefined {
    const reading = readings.get(`${id} ${topic}`)
    if (reading === undefined || !('expiresAt' in reading) || reading.expiresAt > now()) return reading
    return undefined
  }

  /** Messages with the same schema share one request. Throws RegistryUnavailable. */
  function lookUp(topic: string, id: number): Promise<Reading> {
    const key = `${id} ${topic}`
    const asked = lookups.get(key)
    if (asked) return asked
    const lookup = resolve(topic, id)
      .then((reading) => {
        if (readings.size >= MAX_READINGS) readings.clear()
        readings.set(key, reading)
        return reading
      })
      .finally(() => lookups.delete(key))
    lookups.set(key, lookup)
    return lookup
  }

  async function resolve(topic: string, id: number): Promise<Reading> {
    const schema = await registry.find(id)
    if (schema === null) return { ...refuse(`unknown schema id ${id}`), expiresAt: now() + UNKNOWN_ID_KEPT_MS }
    const reader = readers.get(topic) ?? avro.Type.forSchema(JSON.parse(loadEventSchema(topic)))
    readers.set(topic, reader)
    try {
      const writer = avro.Type.forSchema(JSON.parse(schema))
      return { reader, writer, resolver: reader.createResolver(writer) }
    } catch {
      // The schema of an id never changes, so this answer is valid for ever.
      return { ...refuse(`schema ${id} is not one of ${topic}`), expiresAt: Number.POSITIVE_INFINITY }
    }
  }

  return { known, lookUp }
}

/** Null if the bytes are framed correctly. */
function refuseFrame(value: Buffer | null): { refusal: DecodeRefusal } | null {
  if (value === null) return refuse('no value')
  if (value.length === 0) return refuse('the value is empty')
  if (value[0] !== 0) return refuse('the value is not in the schema registry wire format: wrong magic byte')
  if (value.length <= WIRE_HEADER_BYTES) return refuse('the value is too short to hold a schema id and a record')
  // Registry ids have 31 bits. Some registries answer a larger id like an unknown path, which says nothing about the
  // id.
  if (value[1]! > 0x7f) return refuse('the schema id is out of range')
  return null
}

function read(reading: Reading, value: Buffer): Decoded {
  if ('refusal' in reading) return { refusal: reading.refusal }
  const { reader, writer, resolver } = reading
  const bytes = value.subarray(WIRE_HEADER_BYTES)
  try {
    const record: unknown = reader.fromBuffer(bytes, resolver)
    // Bytes that are not UTF-8 decode to U+FFFD. Encoding the record again shows whether U+FFFD itself was sent.
    if (holdsReplacement(record) && !writer.toBuffer(writer.fromBuffer(bytes)).equals(bytes)) {
      return refuse('a text is not valid UTF-8')
    }
    return { record }
  } catch (error) {
    return refuse(`not readable by its schema: ${describe(error)}`)
  }
}

/** The decoder's message, cut before any value it quotes: a detail must not contain a phone number. */
function describe(error: unknown): string {
  const message = error instanceof Error ? error.message : ''
  if (message === 'truncated buffer' || message === 'trailing data') return message
  if (message.includes('precision loss')) return 'a number is too large'
  return 'corrupt data'
}

function holdsReplacement(value: unknown): boolean {
  if (typeof value === 'string') return value.includes(REPLACEMENT)
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return false
  const fields = value as Record<string, unknown>
  for (const name in fields) if (holdsReplacement(fields[name])) return true
  return false
}

function refuse(detail: string): { refusal: DecodeRefusal } {
  return { refusal: { reason: 'invalid_event', detail } }
}
