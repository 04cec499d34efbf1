/**
 * The bytes of an outbox pack: Kafka's own records, encoded once, here, by whoever writes the pack. The relay reads no more
 * of them than where they go. A pack is
 *
 *   version, topics, records, sets
 *
 * A record lacks what depends on the batch that it will be sent in: it is of topic, partition hash, length, and a body, which
 * is a record of Kafka's batch format v2 from its key on: key, value and headers
 * (https://kafka.apache.org/documentation/#record). Lengths within it are zigzag varints, where null is -1.
 *
 * A set is all of a batch of one partition but its head: topic, partition, of how many partitions, count, whether it is
 * compressed, length, and the records framed and numbered from 0. Large packs hold sets: then the relay has nothing to put
 * together, and what is compressed for the outbox is compressed for the topic and its readers too.
 */
import { promisify } from 'node:util'
import { constants, zstdCompress } from 'node:zlib'
import type { Compression } from '../platform/kafka/produce-request.ts'
import { ByteReader, ByteWriter } from './bytes.ts'
import { type Headers, KEYLESS_SHARD, type OutboxMessage, SHARDS } from './messages.ts'
import { MAX_SET_BYTES, type OpenSet, OpenSets } from './open-sets.ts'

const VERSION = 5

const USUAL_MESSAGE_BYTES = 600
/** Setting a compression up costs as much as it saves in so few. */
const WORTH_COMPRESSING_BYTES = 4_000

/** A record as it lies in a pack. */
export interface PackedRecord {
  readonly topic: string
  readonly partitionHash: number
  readonly body: Buffer
}

/** A batch of one partition without its head. */
export interface PackedSet {
  readonly topic: string
  readonly partition: number
  /** How many the topic had when the set was made: with more, its records belong elsewhere. */
  readonly partitions: number
  readonly count: number
  readonly compression: Compression
  readonly bytes: Buffer
}

export interface Packed {
  readonly records: readonly PackedRecord[]
  readonly sets: readonly PackedSet[]
}

/** The relay joins these records with those of other packs. */
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

/** The relay sends these sets as they are. `partitionsOf` says how many partitions a topic has. */
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
    const begun = open.add(topic, partitionHashOf(message, i) % partitions, body.finish())
    if (begun !== null) sets.push({ set: begun, partitions })
  }
  return sets
}

/** Off our thread, and at a level at which it costs less than it saves everybody. */
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

/** Throws on bytes that were not written here: a pack is never skipped, and a broken one is no transient fault. */
export function decodePack(buffer: Buffer): Packed {
  const reader = new ByteReader(buffer)
  const version = reader.number()
  if (version !== VERSION) throw new Error(`outbox pack of version ${version}, this program reads ${VERSION}`)
  try {
    const topics = Array.from({ length: countOf(reader) }, () => reader.bytes(reader.number() / 2).toString())
    const topicOf = () => {
      const topic = topics[reader.number()]
      if (topic === undefined) throw new RangeError('it names a topic that it does not list')
      return topic
    }
    const records = Array.from({ length: countOf(reader) }, () => {
      return { topic: topicOf(), partitionHash: reader.uint32(), body: reader.bytes(reader.uint32()) }
    })
    const sets = Array.from({ length: countOf(reader) }, () => {
      const place = { topic: topicOf(), partition: reader.number(), partitions: reader.number() }
      const count = reader.number()
      const compression = COMPRESSIONS[reader.number()]
      if (compression === undefined) throw new RangeError('it is compressed in a way that is not known')
      return { ...place, count, compression, bytes: reader.bytes(reader.uint32()) }
    })
    if (reader.left > 0) throw new RangeError('it has bytes after its end')
    return { records, sets }
  } catch (error) {
    throw new Error('outbox pack is corrupt', { cause: error })
  }
}

/** Version and topics; returns the topics' numbers. */
function writeHead(writer: ByteWriter, messages: readonly OutboxMessage[]): Map<string, number> {
  const topics = new Map<string, number>()
  for (const { topic } of messages) if (!topics.has(topic)) topics.set(topic, topics.size)
  writer.number(VERSION)
  writer.number(topics.size)
  for (const topic of topics.keys()) writer.sizedText(topic)
  return topics
}

/** Without a key any partition of its shard will do. */
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
