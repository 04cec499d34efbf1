/**
 * From the bytes of a message to the record of its topic's schema. What can never be read is a refusal, a value; what
 * may be read later, because the schema registry does not answer now, throws RegistryUnavailable.
 *
 * Each writer schema is resolved against the topic's own schema once: compiling is a hundred times the work of decoding.
 */
import avro from 'avsc'
import { createSchemaRegistry } from '../platform/kafka/registry.ts'
import { loadEventSchema, WIRE_HEADER_BYTES } from '../platform/schemas.ts'

export interface DecodeRefusal {
  readonly reason: 'invalid_event'
  readonly detail: string
}

export type Decoded = { readonly record: unknown } | { readonly refusal: DecodeRefusal }

export interface Decoder {
  /** At once when the message's schema has been seen before. */
  decode(topic: string, value: Buffer | null): Decoded | Promise<Decoded>
  /** In the order of `values`; asks the registry for every schema not seen before, then decodes in one go. */
  decodeAll(topic: string, values: readonly (Buffer | null)[]): Promise<Decoded[]>
}

export interface DecoderOptions {
  readonly fetch?: typeof fetch
  readonly now?: () => number
}

/** How messages of one schema id are read on one topic, or why they never can be. */
type Reading =
  | { readonly reader: avro.Type; readonly writer: avro.Type; readonly resolver: object }
  | { readonly refusal: DecodeRefusal; readonly expiresAt: number }

/** A schema registered just after its first message must be found soon, yet garbage must not ask once a message. */
const UNKNOWN_ID_KEPT_MS = 5000
const CONCURRENT_LOOKUPS = 8
/** Garbage can name any of four billion ids; past this many the remembered answers are dropped. */
const MAX_READINGS = 5000

const REPLACEMENT = '\ufffd'

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

/** How messages are read, by topic and schema id, as far as it was looked up. */
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

  /** Messages that wait for the same schema share one request. Throws RegistryUnavailable. */
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
      // A schema never changes under its id, so this answer holds for good.
      return { ...refuse(`schema ${id} is not one of ${topic}`), expiresAt: Number.POSITIVE_INFINITY }
    }
  }

  return { known, lookUp }
}

/** Null when the bytes are framed as they should be. */
function refuseFrame(value: Buffer | null): { refusal: DecodeRefusal } | null {
  if (value === null) return refuse('no value')
  if (value.length === 0) return refuse('the value is empty')
  if (value[0] !== 0) return refuse('the value is not in the schema registry wire format: wrong magic byte')
  if (value.length <= WIRE_HEADER_BYTES) return refuse('the value is too short to hold a schema id and a record')
  // Registries count in 31 bits; some answer a larger id as they answer a path they do not know, which settles nothing.
  if (value[1]! > 0x7f) return refuse('no schema has so high an id')
  return null
}

function read(reading: Reading, value: Buffer): Decoded {
  if ('refusal' in reading) return { refusal: reading.refusal }
  const { reader, writer, resolver } = reading
  const bytes = value.subarray(WIRE_HEADER_BYTES)
  try {
    const record: unknown = reader.fromBuffer(bytes, resolver)
    // Bytes that are no UTF-8 decode to U+FFFD. Whether it was sent as such shows when it is written back.
    if (holdsReplacement(record) && !writer.toBuffer(writer.fromBuffer(bytes)).equals(bytes)) {
      return refuse('a text is not valid UTF-8')
    }
    return { record }
  } catch (error) {
    return refuse(`not readable by its schema: ${describe(error)}`)
  }
}

/** The decoder's own words, cut before any value it quotes: a detail must not carry a phone number. */
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
