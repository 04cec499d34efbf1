/**
 * The bytes of an outbox pack: Kafka records, encoded once, when the pack is written. The relay only reads where they
 * go. A pack is
 *
 *   version, topics, records, sets
 *
 * A record lacks what depends on the batch in which it will be sent. It consists of topic, partition hash, length and
 * body. The body is a record of Kafka's batch format v2 from its key on: key, value and headers
 * (https://kafka.apache.org/documentation/#record). Lengths in it are zigzag varints, where null is -1.
 *
 * A set is a batch of one partition without its header: topic, partition, partition count, record count, whether it is
 * compressed, length, and the records, framed and numbered from 0. Large packs contain sets. Then the relay has nothing
 * to join, and the compression of the outbox also serves the topic and its consumers.
 */
import { promisify } from 'node:util'
import { constants, zstdCompress } from 'node:zlib'
import type { Compression } from '../platform/kafka/produce-request.ts'
import { ByteReader, ByteWriter } from './bytes.ts'
import { type Headers, KEYLESS_SHARD, type OutboxMessage, SHARDS } from './messages.ts'
import { MAX_SET_BYTES, type OpenSet, OpenSets } from './open-sets.ts'

const VERSION = 5

const USUAL_MESSAGE_BYTES = 600
/** Below this size, compression costs more than it saves. */
const WORTH_COMPRESSING_BYTES = 4_000

/** A record in a pack. */
export interface PackedRecord {
  readonly topic: string
  readonly partitionHash: number
  readonly body: Buffer
}

/** The records of a batch of one partition, without the batch's header. */
export interface PackedSet {
  readonly topic: string
  readonly partition: number
  /** The topic's partition count when the set was made. If there are more now, the records belong elsewhere. */
  readonly partitions: number
  readonly count: number
  readonly compression: Compression
  readonly bytes: Buffer
}

/** The contents of a pack. */
export interface Packed {
  readonly records: readonly PackedRecord[]
  readonly sets: readonly PackedSet[]
}

/** Encodes messages as records, which the relay joins with those of other packs. */
export function encodePack(messages: readonly OutboxMessage[]): Buffer {
  const writer = new ByteWriter(messages.length * USUAL_MESSAGE_BYTES)
  const topics = writeHead(writer, messages)
  const encodeShared = sharedEncoder()
  writer.number(messages.length)
  for (const [i, message] of messages.entries()) {
    writer.number(topics.get(message.topic)!)
    writer.uint32(partitionHashOf(message, i))
    const lengthAt = writer.length
    writer.uint32(0)
    writeBody(writer, message, encodeShared(message.sharedHeaders))
    writer.uint32At(lengthAt, writer.length - lengthAt - 4)
  }
  writer.number(0)
  return writer.finish()
}

/**
 * Encodes messages as sets, which the relay sends as they are. `partitionsOf` returns the partition count of a topic.
 */
export async function encodePackOfSets(
  messages: readonly OutboxMessage[],
  partitionsOf: (topic: string) => number,
): Promise<Buffer> {
  const sets = await Promise.all(setsOf(messages, partitionsOf).map(compressed))
  const writer = new ByteWriter(sets.reduce((sum, { bytes }) => sum + bytes.length + 20, 200))
  const topics = writeHead(writer, messages)
  writer.number(0)
  writer.number(sets.length)
  for (const { topic, partition, partitions, count, compression, bytes } of sets) {
    writer.number(topics.get(topic)!)
    writer.number(partition)
    writer.number(partitions)
    writer.number(count)
    writer.number(COMPRESSIONS.indexOf(compression))
    writer.uint32(bytes.length)
    writer.raw(bytes)
  }
  return writer.finish()
}

const COMPRESSIONS: readonly Compression[] = ['none', 'zstd']

interface UnpackedSet {
  readonly set: OpenSet
  readonly partitions: number
}

function setsOf(messages: readonly OutboxMessage[], partitionsOf: (topic: string) => number): UnpackedSet[] {
  const sets: UnpackedSet[] = []
  const open = new OpenSets(Math.min(MAX_SET_BYTES, (messages.length * USUAL_MESSAGE_BYTES) / 4))
  const encodeShared = sharedEncoder()
  const body = new ByteWriter()
  for (const [i, message] of messages.entries()) {
    const { topic } = message
    const partitions = partitionsOf(topic)
    body.clear()
    writeBody(body, message, encodeShared(message.sharedHeaders))
    const opened = open.add(topic, partitionHashOf(message, i) % partitions, body.finish())
    if (opened !== null) sets.push({ set: opened, partitions })
  }
  return sets
}

/** Runs off this thread, at a level that costs less than it saves. */
async function compressed({ set, partitions }: UnpackedSet): Promise<PackedSet> {
  const { topic, partition, count, writer } = set
  const place = { topic, partition, partitions, count }
  const bytes = writer.finish()
  if (bytes.length < WORTH_COMPRESSING_BYTES) return { ...place, compression: 'none', bytes }
  const level = { [constants.ZSTD_c_compressionLevel]: 1 }
  const chunkSize = Math.max(constants.Z_MIN_CHUNK, Math.ceil(bytes.length / 4))
  return { ...place, compression: 'zstd', bytes: await compress(bytes, { params: level, chunkSize }) }
}

const compress = promisify(zstdCompress)

/** Decodes a pack. Throws on invalid bytes: a pack is never skipped, and a broken one is not a transient fault. */
export function decodePack(buffer: Buffer): Packed {
  const reader = new ByteReader(buffer)
  const version = reader.number()
  if (version !== VERSION) throw new Error(`outbox pack of version ${version}, this program reads ${VERSION}`)
  try {
    const topics = Array.from({ length: countOf(reader) }, () => reader.bytes(reader.number() / 2).toString())
    const topicOf = () => {
      const topic = topics[reader.number()]
      if (topic === undefined) throw new RangeError('it refers to a topic that it does not list')
      return topic
    }
    const records = Array.from({ length: countOf(reader) }, () => {
      return { topic: topicOf(), partitionHash: reader.uint32(), body: reader.bytes(reader.uint32()) }
    })
    const sets = Array.from({ length: countOf(reader) }, () => {
      const place = { topic: topicOf(), partition: reader.number(), partitions: reader.number() }
      const count = reader.number()
      const compression = COMPRESSIONS[reader.number()]
      if (compression === undefined) throw new RangeError('its compression is not known')
      return { ...place, count, compression, bytes: reader.bytes(reader.uint32()) }
    })
    if (reader.left > 0) throw new RangeError('it has bytes after its end')
    return { records, sets }
  } catch (error) {
    throw new Error('outbox pack is corrupt', { cause: error })
  }
}

/** Writes version and topics. Returns the topics' numbers. */
function writeHead(writer: ByteWriter, messages: readonly OutboxMessage[]): Map<string, number> {
  const topics = new Map<string, number>()
  for (const { topic } of messages) if (!topics.has(topic)) topics.set(topic, topics.size)
  writer.number(VERSION)
  writer.number(topics.size)
  for (const topic of topics.keys()) writer.sizedText(topic)
  return topics
}

/** Without a key, any partition of the shard is fine. */
function partitionHashOf({ key }: OutboxMessage, i: number): number {
  return key?.partitionHash ?? i * SHARDS + KEYLESS_SHARD
}

function writeBody(writer: ByteWriter, { key, value, headers }: OutboxMessage, shared: SharedHeaders): void {
  writeNullable(writer, key?.bytes ?? null)
  writeNullable(writer, value)
  let own = 0
  for (const _ in headers) own++
  writer.number((shared.count + own) * 2)
  writer.raw(shared.bytes)
  for (const name in headers) writeHeader(writer, name, headers[name]!)
}

interface SharedHeaders {
  readonly count: number
  readonly bytes: Buffer
}

/** Encodes each object of shared headers once. */
function sharedEncoder(): (headers: Headers) => SharedHeaders {
  const known = new Map<Headers, SharedHeaders>()
  return (headers) => {
    let shared = known.get(headers)
    if (shared === undefined) {
      const writer = new ByteWriter()
      const names = Object.keys(headers)
      for (const name of names) writeHeader(writer, name, headers[name]!)
      shared = { count: names.length, bytes: writer.finish() }
      known.set(headers, shared)
    }
    return shared
  }
}

function writeHeader(writer: ByteWriter, name: string, value: string | Uint8Array): void {
  writer.sizedText(name)
  if (typeof value === 'string') writer.sizedText(value)
  else writer.sizedBytes(value)
}

/** -1 as a zigzag varint. */
const NULL_LENGTH = 1

function writeNullable(writer: ByteWriter, bytes: Uint8Array | null): void {
  if (bytes === null) writer.number(NULL_LENGTH)
  else writer.sizedBytes(bytes)
}

/** Each counted item takes at least one byte. So a corrupt count fails before it allocates memory. */
function countOf(reader: ByteReader): number {
  const count = reader.number()
  if (count > reader.left) throw new RangeError('it is truncated')
  return count
}
