/**
 * The request that sends sets of records, and its answer, byte by byte: KafkaJS encodes neither an epoch outside transactions
 * nor what is encoded already.
 */
import type { ProtocolRequest } from './cluster.ts'
import { crc32c } from './crc32c.ts'
import { PartitionMap, type TopicPartition } from './places.ts'

/** Who sends, as brokers know it: https://kafka.apache.org/documentation/#recordbatch */
export interface ProducerEpoch {
  readonly producerId: bigint
  readonly epoch: number
}

/** Records of one topic and partition, encoded as Kafka keeps them (batch format v2, numbered from 0). */
export interface RecordSet extends TopicPartition {
  readonly count: number
  readonly bytes: Uint8Array
  /** How `bytes` are compressed. */
  readonly compression?: Compression
}

export type Compression = 'none' | 'zstd'

export interface NumberedSet {
  readonly set: RecordSet & { readonly fence: ProducerEpoch }
  /** Of its first record, for its producer and partition. */
  readonly firstSequence: number
}

export interface ProduceAnswer {
  /** For the client, which throttles itself. */
  readonly clientSideThrottleTime: number
  /** The error code of each partition, 0 where its set was taken. */
  readonly codes: PartitionMap<number>
}

/** How long a broker waits for the other replicas. */
const REPLICATED_WITHIN_MS = 10_000

const PRODUCE_KEY = 0
/** The last before the protocol's flexible versions: all since Kafka 2.1 know it. */
const PRODUCE_VERSION = 7

/** At most one set a partition. */
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
/** Of a batch: what its own length counts from, and what its checksum does. */
const BEHIND_LENGTH = 12
const BEHIND_CHECKSUM = 21
const MAGIC = 2
const ZSTD = 4

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
  at = request.writeInt32BE(end - start - BEHIND_LENGTH, at)
  at = request.writeInt32BE(-1, at)
  at = request.writeInt8(MAGIC, at)
  const checksumAt = at
  at = request.writeInt16BE(compression === 'zstd' ? ZSTD : 0, start + BEHIND_CHECKSUM)
  at = request.writeInt32BE(count - 1, at)
  at = request.writeBigInt64BE(now, at)
  at = request.writeBigInt64BE(now, at)
  at = request.writeBigInt64BE(fence.producerId, at)
  at = request.writeInt16BE(fence.epoch, at)
  at = request.writeInt32BE(firstSequence, at)
  at = request.writeInt32BE(count, at)
  request.set(bytes, at)
  request.writeUInt32BE(crc32c(request, start + BEHIND_CHECKSUM, end), checksumAt)
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
      // Behind the code: base offset, time of appending, start of the log.
      at += 2 + 8 + 8 + 8
    }
  }
  return { codes, clientSideThrottleTime: int32() }
}
