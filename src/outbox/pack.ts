/**
 * The bytes of an outbox pack: a version, then message after message, each topic and each set of shared headers written
 * once. Lengths are unsigned LEB128, so that a short message costs a few bytes of framing; a length is written one too
 * high, because 0 means null.
 */
import type { Headers, OutboxMessage } from './messages.ts'

const VERSION = 2
/** What the program wrote before; some may wait in the outbox as a new version of the program starts. */
const WITHOUT_SHARED_HEADERS = 1

/** Version, topics, shared headers, then per message: topic's index, shared headers' index, key, value, own headers. */
export function encodePack(messages: readonly OutboxMessage[]): Buffer {
  const topics = indexed(messages.map(({ topic }) => topic))
  const shared = indexed(messages.map(({ sharedHeaders }) => sharedHeaders))
  const writer = new Writer()
  writer.number(VERSION)
  writer.number(topics.size)
  for (const topic of topics.keys()) writer.text(topic)
  writer.number(shared.size)
  for (const headers of shared.keys()) writer.headers(headers)
  writer.number(messages.length)
  for (const { topic, key, value, sharedHeaders, headers } of messages) {
    writer.number(topics.get(topic)!)
    writer.number(shared.get(sharedHeaders)!)
    writer.bytes(key)
    writer.bytes(value)
    writer.headers(headers)
  }
  return writer.finish()
}

/** Throws on bytes that `encodePack` did not write: a pack is never skipped, and a broken one is no transient fault. */
export function decodePack(buffer: Buffer): OutboxMessage[] {
  const reader = new Reader(buffer)
  const version = reader.number()
  if (version !== VERSION && version !== WITHOUT_SHARED_HEADERS) {
    throw new Error(`outbox pack of version ${version}, this program reads ${VERSION}`)
  }
  const topics = Array.from({ length: reader.count() }, () => reader.text())
  const isShared = version !== WITHOUT_SHARED_HEADERS
  const shared = isShared ? Array.from({ length: reader.count() }, () => reader.headers()) : [{}]
  const messages: OutboxMessage[] = []
  for (let left = reader.count(); left > 0; left--) {
    const topic = topics[reader.number()]
    const sharedHeaders = shared[isShared ? reader.number() : 0]
    if (topic === undefined || sharedHeaders === undefined) {
      throw new Error('outbox pack is corrupt: it names a topic or headers that it does not list')
    }
    messages.push({ topic, key: reader.bytes(), value: reader.bytes(), sharedHeaders, headers: reader.headers() })
  }
  reader.finish()
  return messages
}

/** The distinct items by identity, each with its place. */
function indexed<T>(items: readonly T[]): Map<T, number> {
  const indexes = new Map<T, number>()
  for (const item of items) if (!indexes.has(item)) indexes.set(item, indexes.size)
  return indexes
}

class Writer {
  #buffer = Buffer.allocUnsafe(4096)
  #length = 0

  number(value: number): void {
    this.#reserve(5)
    let rest = value
    while (rest > 0x7f) {
      this.#buffer[this.#length++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    this.#buffer[this.#length++] = rest
  }

  bytes(value: Uint8Array | null): void {
    if (value === null) {
      this.number(0)
      return
    }
    this.number(value.length + 1)
    this.#reserve(value.length)
    this.#buffer.set(value, this.#length)
    this.#length += value.length
  }

  text(value: string): void {
    this.bytes(Buffer.from(value))
  }

  headers(headers: Headers): void {
    const names = Object.keys(headers)
    this.number(names.length)
    for (const name of names) {
      this.text(name)
      this.bytes(headers[name]!)
    }
  }

  finish(): Buffer {
    return this.#buffer.subarray(0, this.#length)
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#buffer.length) return
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#length + count))
    this.#buffer.copy(larger, 0, 0, this.#length)
    this.#buffer = larger
  }
}

class Reader {
  readonly #buffer: Buffer
  #position = 0

  constructor(buffer: Buffer) {
    this.#buffer = buffer
  }

  number(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#buffer[this.#position++]
      if (byte === undefined) throw new Error('outbox pack is truncated')
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
    throw new Error('outbox pack is corrupt: a number has no end')
  }

  /** Of things that take a byte or more each, so that a corrupt count allocates nothing. */
  count(): number {
    const value = this.number()
    if (value > this.#buffer.length - this.#position) throw new Error('outbox pack is truncated')
    return value
  }

  bytes(): Buffer | null {
    const length = this.number()
    if (length === 0) return null
    const end = this.#position + length - 1
    if (end > this.#buffer.length) throw new Error('outbox pack is truncated')
    const bytes = this.#buffer.subarray(this.#position, end)
    this.#position = end
    return bytes
  }

  text(): string {
    const bytes = this.bytes()
    if (bytes === null) throw new Error('outbox pack is corrupt: a name is missing')
    return bytes.toString()
  }

  headers(): Headers {
    const headers: Record<string, Uint8Array> = {}
    for (let more = this.count(); more > 0; more--) {
      const name = this.text()
      // Defined, not assigned: a header may be called __proto__.
      const value = this.bytes() ?? Buffer.alloc(0)
      Object.defineProperty(headers, name, { value, enumerable: true, writable: true, configurable: true })
    }
    return headers
  }

  finish(): void {
    if (this.#position !== this.#buffer.length) throw new Error('outbox pack has bytes after its end')
  }
}
