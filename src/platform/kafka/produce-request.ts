/**
 * The Produce request and its response, byte by byte, because KafkaJS can encode neither a producer epoch outside
 * transactions nor records that are already encoded.
 */
import type { ProtocolRequest } from './cluster.ts'
import { crc32c } from './crc32c.ts'
import { PartitionMap, type TopicPartition } from './places.ts'

/** The sender as brokers identify it: https://kafka.apache.org/documentation/#recordbatch */
export interface ProducerEpoch {
  readonly producerId: bigint
  readonly epoch: number
}

/** Records of one partition, encoded as Kafka stores them (batch format v2, numbered from 0). */
export interface RecordSet extends TopicPartition {
  readonly count: number
  readonly bytes: Uint8Array
  /** The compression of `bytes`. */
  readonly compression?: Compression
}

export type Compression = 'none' | 'zstd'

/** A set with its sequence number. */
export interface NumberedSet {
  readonly set: RecordSet & { readonly fence: ProducerEpoch }
  /** The sequence number of its first record, for its producer and partition. */
  readonly firstSequence: number
}

/** The broker's response. */
export interface ProduceAnswer {
  /** For the client's own throttling. */
  readonly clientSideThrottleTime: number
  /** The error code of each partition, 0 if its set was accepted. */
  readonly codes: PartitionMap<number>
}

/** How long a broker waits for the other replicas. */
const REPLICATED_WITHIN_MS = 10_000

const PRODUCE_KEY = 0
/** The last version before the protocol's flexible versions. All brokers since Kafka 2.1 support it. */
const PRODUCE_VERSION = 7

/** Makes the request. At most one set per partition. */
export function produceRequest(sets: readonly NumberedSet[]): ProtocolRequest<ProduceAnswer> {
  return {
    request: {
      apiKey: PRODUCE_KEY,
      apiVersion: PRODUCE_VERSION,
      apiName: 'Produce',
      encode: async () => asEncoder(encodeProduce(sets)),
    },
    response: { decode: async (bytes) => decodeProduceAnswer(bytes), parse: async (answer) => answer },
  }
}

function asEncoder(bytes: Buffer) {
  return { buf: bytes, buffer: bytes }
}

const NULL_TEXT = -1
const ACKS_OF_ALL = -1
const BATCH_OVERHEAD_BYTES = 61
/** The offsets in a batch from which its length and its checksum count. */
const LENGTH_START = 12
const CHECKSUM_START = 21
const MAGIC = 2
const ZSTD = 4

/** Encodes the body of the request. */
export function encodeProduce(sets: readonly NumberedSet[]): Buffer {
  const byTopic = [...Map.groupBy(sets, ({ set }) => set.topic)]
  let bytes = 2 + 2 + 4 + 4
  for (const [topic, ofTopic] of byTopic) {
    bytes += 2 + Buffer.byteLength(topic) + 4
    for (const { set } of ofTopic) bytes += 4 + 4 + BATCH_OVERHEAD_BYTES + set.bytes.length
  }
  const request = Buffer.allocUnsafe(bytes)
  let at = request.writeInt16BE(NULL_TEXT, 0)
  at = request.writeInt16BE(ACKS_OF_ALL, at)
  at = request.writeInt32BE(REPLICATED_WITHIN_MS, at)
  at = request.writeInt32BE(byTopic.length, at)
  for (const [topic, ofTopic] of byTopic) {
    at = request.writeInt16BE(Buffer.byteLength(topic), at)
    at += request.write(topic, at)
    at = request.writeInt32BE(ofTopic.length, at)
    for (const numbered of ofTopic) {
      at = request.writeInt32BE(numbered.set.partition, at)
      at = request.writeInt32BE(BATCH_OVERHEAD_BYTES + numbered.set.bytes.length, at)
      at = writeBatch(request, at, numbered)
    }
  }
  return request
}

/** https://kafka.apache.org/documentation/#recordbatch */
function writeBatch(request: Buffer, start: number, { set, firstSequence }: NumberedSet): number {
  const { fence, count, bytes, compression = 'none' } = set
  const now = BigInt(Date.now())
  const end = start + BATCH_OVERHEAD_BYTES + bytes.length
  let at = request.writeBigInt64BE(0n, start)
  at = request.writeInt32BE(end - start - LENGTH_START, at)
  at = request.writeInt32BE(-1, at)
  at = request.writeInt8(MAGIC, at)
  const checksumAt = at
  at = request.writeInt16BE(compression === 'zstd' ? ZSTD : 0, start + CHECKSUM_START)
  at = request.writeInt32BE(count - 1, at)
  at = request.writeBigInt64BE(now, at)
  at = request.writeBigInt64BE(now, at)
  at = request.writeBigInt64BE(fence.producerId, at)
  at = request.writeInt16BE(fence.epoch, at)
  at = request.writeInt32BE(firstSequence, at)
  at = request.writeInt32BE(count, at)
  request.set(bytes, at)
  request.writeUInt32BE(crc32c(request, start + CHECKSUM_START, end), checksumAt)
  return end
}

function decodeProduceAnswer(bytes: Buffer): ProduceAnswer {
  const codes = new PartitionMap<number>()
  let at = 0
  const int32 = () => {
    at += 4
    return bytes.readInt32BE(at - 4)
  }
  for (let topics = int32(); topics > 0; topics--) {
    const length = bytes.readInt16BE(at)
    const topic = bytes.toString('utf8', at + 2, at + 2 + length)
    at += 2 + length
    for (let left = int32(); left > 0; left--) {
      const partition = int32()
      codes.set({ topic, partition }, bytes.readInt16BE(at))
      // After the code come base offset, append time and log start offset.
      at += 2 + 8 + 8 + 8
    }
  }
  return { codes, clientSideThrottleTime: int32() }
}
