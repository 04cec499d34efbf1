/**
 * Sends sets of records that are encoded already, under ids of which each has one user at a time: whoever takes an id over
 * fences its predecessor. The brokers then refuse what the predecessor still sends to any partition that the successor has
 * written to, so an old message never comes to stand behind a newer one. (Elsewhere an old one may still land: there nothing
 * newer stands that it could hide.)
 *
 * What fences is the epoch of Kafka's idempotent producers, without transactions: initialising a producer under a fixed
 * transactional id raises the epoch that belongs to it, and batches carry it. docs/adr/015 says what this rests on.
 *
 * The client's own producer knows neither such an epoch outside transactions, nor sets that are encoded, nor more than one
 * request in flight. So the request is made here, and the client has its cluster: connections, metadata, coordinators.
 */
import type { Kafka } from 'kafkajs'
import { within } from '../within.ts'
import { type Broker, clusterOf, type ProtocolRequest, readPartitionCounts } from './cluster.ts'
import { crc32c } from './crc32c.ts'

/** Records of one topic and partition, encoded as Kafka keeps them (batch format v2, numbered from 0). */
export interface RecordSet {
  readonly topic: string
  readonly partition: number
  readonly count: number
  readonly bytes: Uint8Array
  /** How `bytes` are compressed. */
  readonly compression?: Compression
}

export type Compression = 'none' | 'zstd'

export interface FencedSet extends RecordSet {
  readonly fence: Fence
}

/** The use of an id by this process, until another fences it. */
export interface Fence {
  readonly id: string
  readonly producerId: bigint
  readonly epoch: number
  /** The sequence number of the next record, by topic and partition. */
  readonly nextSequences: Map<string, number>
  /**
   * By topic and partition, the first set, until it is acknowledged. A broker that knows nothing of the id there takes any
   * sequence number: a second set behind a first that it refused would come before it.
   */
  readonly openings: Map<string, Promise<unknown>>
}

export interface FencedSender {
  /** Takes the id over: from when this resolves on, its predecessor is fenced. */
  fence(id: string): Promise<Fence>
  /** By the metadata that sets are sent by. */
  partitionCounts(topics: readonly string[]): Promise<Map<string, number>>
  /**
   * One request to each broker that leads a partition; at most one set a partition. Resolves once all sets are acknowledged
   * by all replicas in sync. Calls need not wait for one another: what is sent arrives in the order of the calls.
   *
   * Throws SendRefused, or the client's own errors. After any of them the sender and its fences must be thrown away: what
   * landed and what did not is in doubt, and so are the sequence numbers. A new fence counts anew, so that the broker does
   * not take what is sent again for something that it has.
   */
  send(sets: readonly FencedSet[]): Promise<void>
  /** Lets go of the connections; what is in flight fails or not, nobody waits for it. */
  close(): void
}

/** A broker did not take a set, or did not say that it has. Sent again under a new fence, by whoever may, it arrives. */
export class SendRefused extends Error {
  override readonly name = 'SendRefused'
  constructor(topic: string, partition: number, code: number | null) {
    const answer = code === null ? 'acknowledged nothing' : `answered ${ANSWERS[code] ?? `error ${code}`}`
    super(`${topic}/${partition}: the broker ${answer}; what was sent has to be sent again`)
  }
}

const CONNECTED_WITHIN_MS = 10_000
/** How long a broker waits for the other replicas. */
const REPLICATED_WITHIN_MS = 10_000
const TRANSACTION_TIMEOUT_MS = 15_000
/** An id whose coordinator has just moved, or still ends what its last user left open, is asked for again so soon. */
const FENCE_RETRY_MS = 20
const FENCED_WITHIN_MS = 10_000
/** How soon partitions that were added to a topic are used. */
const METADATA_MAX_AGE_MS = 10_000

/** Of those that say what is wrong: https://kafka.apache.org/protocol#protocol_error_codes */
const ANSWERS: Readonly<Record<number, string>> = {
  3: 'UNKNOWN_TOPIC_OR_PARTITION',
  5: 'LEADER_NOT_AVAILABLE',
  6: 'NOT_LEADER_OR_FOLLOWER',
  7: 'REQUEST_TIMED_OUT',
  10: 'MESSAGE_TOO_LARGE',
  19: 'NOT_ENOUGH_REPLICAS',
  20: 'NOT_ENOUGH_REPLICAS_AFTER_APPEND',
  29: 'TOPIC_AUTHORIZATION_FAILED',
  45: 'OUT_OF_ORDER_SEQUENCE_NUMBER',
  46: 'DUPLICATE_SEQUENCE_NUMBER',
  47: 'INVALID_PRODUCER_EPOCH',
  56: 'KAFKA_STORAGE_ERROR',
  59: 'UNKNOWN_PRODUCER_ID',
  90: 'PRODUCER_FENCED',
}

export async function openFencedSender(kafka: Kafka): Promise<FencedSender> {
  const producer = kafka.producer({
    allowAutoTopicCreation: false,
    metadataMaxAge: METADATA_MAX_AGE_MS,
    createPartitioner: () => () => {
      throw new TypeError('sets name their partition')
    },
  })
  try {
    await within(CONNECTED_WITHIN_MS, 'connecting to the brokers', producer.connect())
  } catch (error) {
    producer.disconnect().catch(() => {})
    throw error
  }
  const cluster = clusterOf(producer)
  /**
   * Sets are numbered and sent in the order of the calls, whatever a call has to wait for before it may send. Rejects once
   * one could not be sent: what comes behind it would take its numbers.
   */
  let isSent: Promise<unknown> = Promise.resolve()

  async function fence(id: string): Promise<Fence> {
    const giveUpAt = performance.now() + FENCED_WITHIN_MS
    for (;;) {
      try {
        const coordinator = await cluster.findGroupCoordinator({
          groupId: id,
          coordinatorType: TRANSACTION_COORDINATOR,
        })
        const { producerId, producerEpoch } = await coordinator.initProducerId({
          transactionalId: id,
          transactionTimeout: TRANSACTION_TIMEOUT_MS,
        })
        return {
          id,
          producerId: BigInt(producerId),
          epoch: producerEpoch,
          nextSequences: new Map(),
          openings: new Map(),
        }
      } catch (error) {
        if (!isPassing(error) || performance.now() > giveUpAt) throw error
        await new Promise((resolve) => setTimeout(resolve, FENCE_RETRY_MS))
      }
    }
  }

  async function leadersOf(sets: readonly FencedSet[]): Promise<Map<Broker, FencedSet[]>> {
    const byNode = new Map<string, FencedSet[]>()
    for (const [topic, ofTopic] of Map.groupBy(sets, (set) => set.topic)) {
      const leaders = cluster.findLeaderForPartitions(
        topic,
        ofTopic.map(({ partition }) => partition),
      )
      for (const [nodeId, partitions] of Object.entries(leaders)) {
        const own = ofTopic.filter(({ partition }) => partitions.includes(partition))
        byNode.set(nodeId, [...(byNode.get(nodeId) ?? []), ...own])
      }
    }
    const sent = new Set([...byNode.values()].flat())
    const leaderless = sets.find((set) => !sent.has(set))
    if (leaderless !== undefined) throw new SendRefused(leaderless.topic, leaderless.partition, null)
    const byBroker = await Promise.all(
      [...byNode].map(async ([nodeId, own]) => [await cluster.findBroker({ nodeId }), own] as const),
    )
    return new Map(byBroker)
  }

  /** Nothing is sent any more. */
  function end(error: unknown): unknown {
    isSent = Promise.reject(error)
    isSent.catch(() => {})
    return error
  }

  return {
    fence,
    partitionCounts: (topics) => readPartitionCounts(cluster, topics),
    async send(sets) {
      const sending = isSent.then(async () => {
        await Promise.all(sets.flatMap((set) => set.fence.openings.get(placeOf(set)) ?? []))
        const leaders = await leadersOf(sets)
        // The client's connection writes requests in the order in which it is given them.
        return [...leaders].map(([broker, own]) => {
          const numbered = own.map((set) => ({ set, firstSequence: takeSequence(set) }))
          const answer = broker.connectionPool.send(produceRequest(numbered))
          for (const { set, firstSequence } of numbered) if (firstSequence === 0) open(set, answer)
          return answer
        })
      })
      isSent = sending
      // They may fail in turn, and each failure is looked at below.
      const answers = await Promise.allSettled(await sending)
      const failed = answers.find((answer) => answer.status === 'rejected')
      if (failed !== undefined) throw end(failed.reason)
      const taken = answers.flatMap((answer) => (answer as PromiseFulfilledResult<ProduceAnswer>).value.partitions)
      for (const set of sets) {
        const code = codeOf(taken, set)
        if (code !== 0) throw end(new SendRefused(set.topic, set.partition, code))
      }
    },
    close() {
      end(new Error('the sender is closed'))
      producer.disconnect().catch(() => {})
    },
  }
}

const SEQUENCES = 2 ** 31

/** The set's first sequence number; they count on behind the highest from 0. */
function takeSequence(set: FencedSet): number {
  const { fence, count } = set
  const first = fence.nextSequences.get(placeOf(set)) ?? 0
  fence.nextSequences.set(placeOf(set), (first + count) % SEQUENCES)
  return first
}

/** What comes next for the partition waits for it, and fails with it. */
function open(set: FencedSet, answer: Promise<ProduceAnswer>): void {
  const { openings } = set.fence
  const opening = answer.then(({ partitions }) => {
    const code = codeOf(partitions, set)
    if (code !== 0) throw new SendRefused(set.topic, set.partition, code)
    openings.delete(placeOf(set))
  })
  opening.catch(() => {})
  openings.set(placeOf(set), opening)
}

/** Null where it says nothing of the set. */
function codeOf(partitions: ProduceAnswer['partitions'], set: FencedSet): number | null {
  const own = partitions.find(({ topic, partition }) => topic === set.topic && partition === set.partition)
  return own?.code ?? null
}

function placeOf({ topic, partition }: RecordSet): string {
  return `${topic}/${partition}`
}

interface NumberedSet {
  readonly set: FencedSet
  readonly firstSequence: number
}

interface ProduceAnswer {
  /** For the client, which throttles itself. */
  readonly clientSideThrottleTime: number
  readonly partitions: readonly { readonly topic: string; readonly partition: number; readonly code: number }[]
}

const PRODUCE_KEY = 0
/** The last before the protocol's flexible versions: all since Kafka 2.1 know it. */
const PRODUCE_VERSION = 7

function produceRequest(sets: readonly NumberedSet[]): ProtocolRequest<ProduceAnswer> {
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
  const partitions: ProduceAnswer['partitions'][number][] = []
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
      partitions.push({ topic, partition, code: bytes.readInt16BE(at) })
      // Behind the code: base offset, time of appending, start of the log.
      at += 2 + 8 + 8 + 8
    }
  }
  return { partitions, clientSideThrottleTime: int32() }
}

const TRANSACTION_COORDINATOR = 1
const PASSING = new Set([
  'CONCURRENT_TRANSACTIONS',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'GROUP_LOAD_IN_PROGRESS',
  'NOT_COORDINATOR_FOR_GROUP',
])

function isPassing(error: unknown): boolean {
  return PASSING.has(String((error as { readonly type?: unknown }).type))
}
