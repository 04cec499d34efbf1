/**
 * The bytes of an outbox pack: Kafka's own records, but for what depends on the batch that each will be sent in. They are
 * encoded once, here, by whoever writes the pack; the relay reads no more of a record than where it goes.
 *
 *   version, topics, records        and of a record: topic, partition hash, length, body
 *
 * A body is a record of Kafka's batch format v2 from its key on: key, value and headers
 * (https://kafka.apache.org/documentation/#record). Lengths within it are zigzag varints, where null is -1.
 */
import { promisify } from 'node:util'
import { constants, zstdCompress, zstdDecompress } from 'node:zlib'
import { ByteReader, ByteWriter } from './bytes.ts'
import { type Headers, KEYLESS_SHARD, type OutboxMessage, SHARDS } from './messages.ts'

const VERSION = 3
/** Then come the length of a pack and the pack, compressed with zstd. */
const COMPRESSED = 4
const COMPRESSED_HEAD_BYTES = 5

const USUAL_MESSAGE_BYTES = 600
/** Setting a compression up costs as much as it saves in so few. */
const WORTH_COMPRESSING_BYTES = 16_384

/** A record as it lies in a pack. */
export interface PackedRecord {
  readonly topic: string
  readonly partitionHash: number
  readonly body: Buffer
}

export function encodePack(messages: readonly OutboxMessage[]): Buffer {
  const topics = new Map<string, number>()
  for (const { topic } of messages) if (!topics.has(topic)) topics.set(topic, topics.size)
  const shared = new Map<Headers, SharedHeaders>()
  const writer = new ByteWriter(messages.length * USUAL_MESSAGE_BYTES)
  writer.number(VERSION)
  writer.number(topics.size)
  for (const topic of topics.keys()) writer.sizedText(topic)
  writer.number(messages.length)
  for (const [i, { topic, key, value, sharedHeaders, headers }] of messages.entries()) {
    let common = shared.get(sharedHeaders)
    if (common === undefined) {
      common = encodeShared(sharedHeaders)
      shared.set(sharedHeaders, common)
    }
    writer.number(topics.get(topic)!)
    // Without a key any partition of its shard will do.
    writer.uint32(key?.partitionHash ?? i * SHARDS + KEYLESS_SHARD)
    const lengthAt = writer.length
    writer.uint32(0)
    writeNullable(writer, key?.bytes ?? null)
    writeNullable(writer, value)
    let own = 0
    for (const _ in headers) own++
    writer.number((common.count + own) * 2)
    writer.raw(common.bytes)
    for (const name in headers) writeHeader(writer, name, headers[name]!)
    writer.uint32At(lengthAt, writer.length - lengthAt - 4)
  }
  return writer.finish()
}

/**
 * For packs that may wait: what headers and ids repeat makes them a tenth, and so what the database is sent, logs and
 * gives back. At this level, and off our thread, it costs less than it saves.
 */
export async function compressPack(pack: Buffer): Promise<Buffer> {
  if (pack.length < WORTH_COMPRESSING_BYTES) return pack
  const head = Buffer.alloc(COMPRESSED_HEAD_BYTES)
  head[0] = COMPRESSED
  head.writeUInt32BE(pack.length, 1)
  const level = { [constants.ZSTD_c_compressionLevel]: 1 }
  return Buffer.concat([head, await compress(pack, { params: level, chunkSize: atLeastAChunk(pack.length / 4) })])
}

/** A pack as `encodePack` wrote it. */
export async function decompressPack(buffer: Buffer): Promise<Buffer> {
  if (buffer[0] !== COMPRESSED) return buffer
  // In one piece of the right size: in the usual 16 kB it would be put together of hundreds.
  const chunkSize = atLeastAChunk(buffer.readUInt32BE(1))
  return decompress(buffer.subarray(COMPRESSED_HEAD_BYTES), { chunkSize })
}

const compress = promisify(zstdCompress)
const decompress = promisify(zstdDecompress)

function atLeastAChunk(bytes: number): number {
  return Math.max(constants.Z_MIN_CHUNK, Math.ceil(bytes))
}

/** Throws on bytes that `encodePack` did not write: a pack is never skipped, and a broken one is no transient fault. */
export function decodePack(buffer: Buffer): PackedRecord[] {
  const reader = new ByteReader(buffer)
  const version = reader.number()
  if (version !== VERSION) throw new Error(`outbox pack of version ${version}, this program reads ${VERSION}`)
  try {
    const topics = Array.from({ length: countOf(reader) }, () => reader.bytes(reader.number() / 2).toString())
    const records = Array.from({ length: countOf(reader) }, () => {
      const topic = topics[reader.number()]
      if (topic === undefined) throw new RangeError('it names a topic that it does not list')
      const partitionHash = reader.uint32()
      return { topic, partitionHash, body: reader.bytes(reader.uint32()) }
    })
    if (reader.left > 0) throw new RangeError('it has bytes after its end')
    return records
  } catch (error) {
    throw new Error('outbox pack is corrupt', { cause: error })
  }
}

interface SharedHeaders {
  readonly count: number
  readonly bytes: Buffer
}

function encodeShared(headers: Headers): SharedHeaders {
  const writer = new ByteWriter()
  const names = Object.keys(headers)
  for (const name of names) writeHeader(writer, name, headers[name]!)
  return { count: names.length, bytes: writer.finish() }
}

function writeHeader(writer: ByteWriter, name: string, value: string | Uint8Array): void {
  writer.sizedText(name)
  if (typeof value === 'string') writer.sizedText(value)
  else writer.sizedBytes(value)
}

/** -1 in zigzag */
const NULL_LENGTH = 1

function writeNullable(writer: ByteWriter, bytes: Uint8Array | null): void {
  if (bytes === null) writer.number(NULL_LENGTH)
  else writer.sizedBytes(bytes)
}

/** Of things that take a byte or more each, so that a corrupt count allocates nothing. */
function countOf(reader: ByteReader): number {
  const count = reader.number()
  if (count > reader.left) throw new RangeError('it is truncated')
  return count
}
