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
 * request in flight. So the request is made here (`produce-request.ts`), and the client has its cluster: connections, metadata,
 * coordinators.
 */
import type { Producer } from 'kafkajs'
import { retry } from '../retry.ts'
import { tooSlow, within } from '../within.ts'
import { type Broker, type Cluster, clusterOf, readPartitionCounts } from './cluster.ts'
import { type KafkaClient, kafkajsOf } from './kafkajs.ts'
import { PartitionMap } from './places.ts'
import { type ProduceAnswer, type ProducerEpoch, produceRequest, type RecordSet } from './produce-request.ts'

export interface FencedSet extends RecordSet {
  readonly fence: Fence
}

/** The use of an id by this process, until another fences it. */
export interface Fence extends ProducerEpoch {
  /** The sequence number of the next record. */
  readonly nextSequences: PartitionMap<number>
  /**
   * The first set, until it is acknowledged. A broker that knows nothing of the id there takes any sequence number: a second
   * set behind a first that it refused would come before it.
   */
  readonly openings: PartitionMap<Promise<unknown>>
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
const TRANSACTION_TIMEOUT_MS = 15_000
/** An id whose coordinator has just moved, or still ends what its last user left open, is asked for again so soon. */
const FENCE_BACKOFF = { firstMs: 20, maxMs: 20 }
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

/** Connects, or throws within ten seconds. */
export async function openFencedSender(client: KafkaClient): Promise<FencedSender> {
  const producer = await connect(client)
  const cluster = clusterOf(producer)
  /**
   * Sets are numbered and sent in the order of the calls, whatever a call has to wait for before it may send. Rejects once
   * one could not be sent: what comes behind it would take its numbers.
   */
  let isSent: Promise<unknown> = Promise.resolve()

  /** Resolves once all of it is written to connections, to the answers that are to come. */
  async function begin(sets: readonly FencedSet[]): Promise<Promise<ProduceAnswer>[]> {
    await Promise.all(sets.flatMap((set) => set.fence.openings.get(set) ?? []))
    const leaders = await leadersOf(cluster, sets)
    // The client's connection writes requests in the order in which it is given them.
    return [...leaders].map(([broker, own]) => {
      const numbered = own.map((set) => ({ set, firstSequence: takeSequence(set) }))
      const answer = broker.connectionPool.send(produceRequest(numbered))
      for (const { set, firstSequence } of numbered) if (firstSequence === 0) open(set, answer)
      return answer
    })
  }

  /** Nothing is sent any more. */
  function end(error: unknown): unknown {
    isSent = Promise.reject(error)
    isSent.catch(() => {})
    return error
  }

  return {
    fence: (id) => takeOver(cluster, id),
    partitionCounts: (topics) => readPartitionCounts(cluster, topics),
    async send(sets) {
      const sending = isSent.then(() => begin(sets))
      isSent = sending
      // They may fail in turn, and each failure is looked at below.
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
      throw new TypeError('sets name their partition')
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

/** Throws SendRefused for a partition of which the metadata names no leader. */
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

/** The set's first sequence number; they count on behind the highest from 0. */
function takeSequence(set: FencedSet): number {
  const { nextSequences } = set.fence
  const first = nextSequences.get(set) ?? 0
  nextSequences.set(set, (first + set.count) % SEQUENCES)
  return first
}

/** What comes next for the partition waits for it, and fails with it. */
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

/** Null where one of the answers says that the set was taken. */
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
