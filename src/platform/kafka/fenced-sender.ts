/**
 * Sends encoded sets of records under ids that have one user at a time: taking over an id fences its previous user.
 * Brokers then refuse what the previous user still sends to a partition to which the new user has written. So an old
 * message never ends up after a newer one. (It may still arrive in other partitions, but there is no newer message
 * there.)
 *
 * The fence is the epoch of Kafka's idempotent producers, without transactions: initializing a producer with a fixed
 * transactional id raises the epoch of the id, and batches carry it. docs/adr/015 says what this relies on.
 *
 * The client's own producer supports neither such an epoch outside transactions, nor encoded sets, nor more than one
 * request in flight. So the request is made here (`produce-request.ts`), and the client provides its cluster:
 * connections, metadata and coordinators.
 */
import type { Producer } from 'kafkajs'
import { retry } from '../retry.ts'
import { tooSlow, within } from '../within.ts'
import { type Broker, type Cluster, clusterOf, readPartitionCounts } from './cluster.ts'
import { type KafkaClient, kafkajsOf } from './kafkajs.ts'
import { PartitionMap } from './places.ts'
import { type ProduceAnswer, type ProducerEpoch, produceRequest, type RecordSet } from './produce-request.ts'

/** A set with the fence under which it is sent. */
export interface FencedSet extends RecordSet {
  readonly fence: Fence
}

/** The use of an id by this process, until another fences it. */
export interface Fence extends ProducerEpoch {
  /** The sequence number of the next record, by partition. */
  readonly nextSequences: PartitionMap<number>
  /**
   * The first set of each partition, until it is acknowledged. A broker that has no record of the id there accepts any
   * sequence number. So if it refused the first set and accepted a second, the order would be wrong.
   */
  readonly openings: PartitionMap<Promise<unknown>>
}

/** Sends sets of records. */
export interface FencedSender {
  /** Takes over the id. From when this resolves, its previous user is fenced. */
  fence(id: string): Promise<Fence>
  /** Returns partition counts by the metadata that is used for sending. */
  partitionCounts(topics: readonly string[]): Promise<Map<string, number>>
  /**
   * Sends one request to each broker that leads a partition, with at most one set per partition. Resolves when all
   * in-sync replicas have acknowledged all sets. Calls need not wait for each other: records arrive in the order of the
   * calls.
   *
   * Throws SendRefused, or the client's own errors. After any error the sender and its fences must be discarded: it is
   * unknown what arrived, and so are the sequence numbers. A new fence starts counting again, so the broker does not
   * mistake what is sent again for a duplicate.
   */
  send(sets: readonly FencedSet[]): Promise<void>
  /** Closes the connections. Requests in flight may fail, and nothing waits for them. */
  close(): void
}

/** A broker refused a set or did not acknowledge it. It can be sent again under a new fence. */
export class SendRefused extends Error {
  override readonly name = 'SendRefused'
  constructor(topic: string, partition: number, code: number | null) {
    const answer = code === null ? 'acknowledged nothing' : `answered ${ANSWERS[code] ?? `error ${code}`}`
    super(`${topic}/${partition}: the broker ${answer}; what was sent has to be sent again`)
  }
}

const CONNECTED_WITHIN_MS = 10_000
const TRANSACTION_TIMEOUT_MS = 15_000
/** The wait before asking again for an id whose coordinator has just moved or still ends its last transaction. */
const FENCE_BACKOFF = { firstMs: 20, maxMs: 20 }
const FENCED_WITHIN_MS = 10_000
/** How soon new partitions of a topic are used. */
const METADATA_MAX_AGE_MS = 10_000

/** Known error codes: https://kafka.apache.org/protocol#protocol_error_codes */
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

/** Connects, or throws within ten seconds. */
export async function openFencedSender(client: KafkaClient): Promise<FencedSender> {
  const producer = await connect(client)
  const cluster = clusterOf(producer)
  /**
   * Sets are numbered and sent in the order of the calls, whatever a call has to wait for. Rejects when one could not
   * be sent, because the next sets would take its numbers.
   */
  let lastSend: Promise<unknown> = Promise.resolve()

  /** Resolves to the responses to come, when all requests are written to connections. */
  async function begin(sets: readonly FencedSet[]): Promise<Promise<ProduceAnswer>[]> {
    await Promise.all(sets.flatMap((set) => set.fence.openings.get(set) ?? []))
    const leaders = await leadersOf(cluster, sets)
    // The client's connection writes requests in the order in which they are given.
    return [...leaders].map(([broker, own]) => {
      const numbered = own.map((set) => ({ set, firstSequence: takeSequence(set) }))
      const answer = broker.connectionPool.send(produceRequest(numbered))
      for (const { set, firstSequence } of numbered) if (firstSequence === 0) open(set, answer)
      return answer
    })
  }

  /** Ends the sender: nothing more is sent. */
  function end(error: unknown): unknown {
    lastSend = Promise.reject(error)
    lastSend.catch(() => {})
    return error
  }

  return {
    fence: (id) => takeOver(cluster, id),
    partitionCounts: (topics) => readPartitionCounts(cluster, topics),
    async send(sets) {
      const sending = lastSend.then(() => begin(sets))
      lastSend = sending
      // They may fail one after the other. Each failure is handled below.
      const answers = await Promise.allSettled(await sending)
      const failed = answers.find((answer) => answer.status === 'rejected')
      if (failed !== undefined) throw end(failed.reason)
      const taken = answers.map((answer) => (answer as PromiseFulfilledResult<ProduceAnswer>).value)
      for (const set of sets) {
        const refusal = refusalOf(set, taken)
        if (refusal !== null) throw end(refusal)
      }
    },
    close() {
      end(new Error('the sender is closed'))
      producer.disconnect().catch(() => {})
    },
  }
}

async function connect(client: KafkaClient): Promise<Producer> {
  const producer = kafkajsOf(client).producer({
    allowAutoTopicCreation: false,
    metadataMaxAge: METADATA_MAX_AGE_MS,
    createPartitioner: () => () => {
      throw new TypeError('a record set must name its partition')
    },
  })
  try {
    const tooLate = tooSlow('connecting to the brokers', CONNECTED_WITHIN_MS)
    await within(CONNECTED_WITHIN_MS, producer.connect(), tooLate)
  } catch (error) {
    producer.disconnect().catch(() => {})
    throw error
  }
  return producer
}

async function takeOver(cluster: Cluster, id: string): Promise<Fence> {
  const giveUpAt = performance.now() + FENCED_WITHIN_MS
  const { producerId, producerEpoch } = await retry(
    async () => {
      const coordinator = await cluster.findGroupCoordinator({ groupId: id, coordinatorType: TRANSACTION_COORDINATOR })
      return coordinator.initProducerId({ transactionalId: id, transactionTimeout: TRANSACTION_TIMEOUT_MS })
    },
    { backoff: FENCE_BACKOFF, isRetried: ({ error }) => isPassing(error) && performance.now() <= giveUpAt },
  )
  return {
    producerId: BigInt(producerId),
    epoch: producerEpoch,
    nextSequences: new PartitionMap(),
    openings: new PartitionMap(),
  }
}

/** Throws SendRefused for a partition without a leader in the metadata. */
async function leadersOf(cluster: Cluster, sets: readonly FencedSet[]): Promise<Map<Broker, FencedSet[]>> {
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

const SEQUENCES = 2 ** 31

/** Returns the set's first sequence number. After the highest number it continues at 0. */
function takeSequence(set: FencedSet): number {
  const { nextSequences } = set.fence
  const first = nextSequences.get(set) ?? 0
  nextSequences.set(set, (first + set.count) % SEQUENCES)
  return first
}

/** Later sets of the partition wait for the first set, and fail with it. */
function open(set: FencedSet, answer: Promise<ProduceAnswer>): void {
  const { openings } = set.fence
  const opening = answer.then((taken) => {
    const refusal = refusalOf(set, [taken])
    if (refusal !== null) throw refusal
    openings.delete(set)
  })
  opening.catch(() => {})
  openings.set(set, opening)
}

/** Null if one of the responses says that the set was accepted. */
function refusalOf(set: FencedSet, answers: readonly ProduceAnswer[]): SendRefused | null {
  const codes = answers.flatMap((answer) => answer.codes.get(set) ?? [])
  return codes[0] === 0 ? null : new SendRefused(set.topic, set.partition, codes[0] ?? null)
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
