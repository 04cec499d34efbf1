/**
 * Brokers reduced to their state. The client's own producer and cluster code, and our sender of encoded sets, run against them,
 * with metadata as old as it would be, so that a test decides when partitions are added and when leaders move.
 */
import { type Kafka, KafkaJSProtocolError, type Message } from 'kafkajs'
import { createKafka, type KafkaClient } from '../../src/platform/kafka/client.ts'
import type { Cluster, ProtocolRequest } from '../../src/platform/kafka/cluster.ts'
import { kafkajsOf } from '../../src/platform/kafka/kafkajs.ts'
import { createLog } from '../../src/platform/log.ts'
import { encodeProduceAnswer, readProduce } from './produce-request.ts'

/** The requests of the client's own producer. */
interface Produce {
  readonly producerId: number
  readonly producerEpoch: number
  readonly topicData: readonly {
    readonly topic: string
    readonly partitions: readonly {
      readonly partition: number
      readonly firstSequence: number
      readonly messages: readonly Message[]
    }[]
  }[]
}

interface Sent {
  readonly topic: string
  readonly partition: number
  readonly producerId: string
  readonly epoch: number
  readonly firstSequence: number
  readonly count: number
  readonly values: readonly Buffer[]
}

const NOT_LEADER = 6
const OUT_OF_ORDER = 45
const INVALID_EPOCH = 47

export class SimulatedCluster {
  readonly kafka: KafkaClient
  /** The client's internals. */
  readonly kafkajs: Kafka
  /** Called before a broker accepts a request, which waits for it; what it throws is the broker's answer. */
  beforeProduce: (nodeId: number) => void | Promise<void> = () => {}
  /** The leader node of each partition of a topic. */
  readonly leaders = new Map<string, number[]>()
  readonly #appended: { readonly place: string; readonly value: Buffer }[] = []
  readonly #nextSequences = new Map<string, number>()
  /** The newest that wrote there, by producer and partition. */
  readonly #epochs = new Map<string, number>()
  readonly #epochsById = new Map<string, number>()
  #producerIds = 0

  constructor() {
    this.kafka = createKafka({ brokers: ['simulated:9092'] }, createLog('silent'))
    this.kafkajs = kafkajsOf(this.kafka)
    // The client's only seam below its cluster: every producer gets a cluster, and every cluster such a pool.
    const inner = this.kafkajs as unknown as Record<symbol, (options: unknown) => Cluster & { brokerPool: unknown }>
    const createCluster = Object.getOwnPropertySymbols(inner).find(
      ({ description }) => description === 'private:Kafka:createCluster',
    )!
    const create = inner[createCluster]!
    inner[createCluster] = (options) => Object.assign(create(options), { brokerPool: this.#createBrokerPool() })
  }

  /** What consumers see of a partition: a message's value, or the bytes of a set of records. */
  read(topic: string, partition: number): Buffer[] {
    return this.#appended.filter(({ place }) => place === `${topic}/${partition}`).map(({ value }) => value)
  }

  /** The answer of a broker that no longer leads a partition. */
  static notLeader(): Error {
    const answer = { type: 'NOT_LEADER_FOR_PARTITION', code: NOT_LEADER, retriable: true }
    return new KafkaJSProtocolError(Object.assign(new Error('This server is not the leader'), answer))
  }

  #createBrokerPool() {
    const readMetadata = () => ({
      controllerId: 1,
      topicMetadata: [...this.leaders].map(([topic, leaders]) => ({
        topic,
        partitionMetadata: leaders.map((leader, partitionId) => ({ partitionId, leader })),
      })),
    })
    const nodeIds = [1, 2]
    const brokers = new Map(nodeIds.map((nodeId) => [nodeId, this.#createBroker(nodeId)]))
    return {
      metadata: null as unknown,
      connect: async () => {},
      disconnect: async () => {},
      removeBroker: () => {},
      hasConnectedBrokers: () => true,
      getNodeIds: () => nodeIds.map(String),
      findBroker: async ({ nodeId }: { nodeId: string }) => brokers.get(Number(nodeId)),
      withBroker: async (use: (found: unknown) => unknown) => use({ nodeId: '1', broker: brokers.get(1) }),
      refreshMetadata: async function (this: { metadata: unknown }) {
        this.metadata = readMetadata()
      },
      // It never expires by itself.
      refreshMetadataIfNecessary: async function (this: { metadata: unknown; refreshMetadata(): Promise<void> }) {
        if (this.metadata === null) await this.refreshMetadata()
      },
    }
  }

  #createBroker(nodeId: number) {
    return {
      nodeId,
      findGroupCoordinator: async () => ({ coordinator: { nodeId: 1 } }),
      initProducerId: async ({ transactionalId }: { transactionalId?: string }) => {
        if (transactionalId === undefined) return { producerId: ++this.#producerIds, producerEpoch: 0 }
        const producerEpoch = (this.#epochsById.get(transactionalId) ?? -1) + 1
        this.#epochsById.set(transactionalId, producerEpoch)
        return { producerId: 1000 + [...this.#epochsById.keys()].indexOf(transactionalId), producerEpoch }
      },
      produce: async (produce: Produce) => {
        await this.beforeProduce(nodeId)
        const topics = produce.topicData.map(({ topic, partitions }) => ({
          topicName: topic,
          partitions: partitions.map(({ partition, firstSequence, messages }) => {
            const producer = { producerId: String(produce.producerId), epoch: produce.producerEpoch }
            const values = messages.map(({ value }) => Buffer.from(value!))
            const sent = { topic, partition, ...producer, firstSequence, count: messages.length, values }
            const errorCode = this.#append(nodeId, sent)
            if (errorCode === NOT_LEADER) throw SimulatedCluster.notLeader()
            if (errorCode !== 0) throw new Error(`${topic}/${partition}: error ${errorCode}`)
            return { partition, errorCode }
          }),
        }))
        return { topics }
      },
      connectionPool: {
        send: async <A>({ request, response }: ProtocolRequest<A>): Promise<A> => {
          const { buffer } = await request.encode()
          const sets = readProduce(buffer)
          let refusal = 0
          try {
            await this.beforeProduce(nodeId)
          } catch (error) {
            refusal = (error as { code: number }).code
          }
          const codes = sets.map(({ bytes, ...set }) => {
            const code = refusal === 0 ? this.#append(nodeId, { ...set, values: [bytes] }) : refusal
            return { topic: set.topic, partition: set.partition, code }
          })
          return response.parse(await response.decode(encodeProduceAnswer(codes)))
        },
      },
    }
  }

  /** The error code of the answer. */
  #append(nodeId: number, { topic, partition, producerId, epoch, firstSequence, count, values }: Sent): number {
    if (this.leaders.get(topic)![partition] !== nodeId) return NOT_LEADER
    const place = `${topic}/${partition}`
    const newest = this.#epochs.get(`${producerId} ${place}`) ?? 0
    if (epoch < newest) return INVALID_EPOCH
    this.#epochs.set(`${producerId} ${place}`, epoch)
    const producer = `${producerId} ${epoch} ${place}`
    const expected = this.#nextSequences.get(producer) ?? 0
    if (firstSequence > expected) return OUT_OF_ORDER
    // Taken for what is already there, and dropped.
    if (firstSequence < expected) return 0
    this.#nextSequences.set(producer, expected + count)
    this.#appended.push(...values.map((value) => ({ place, value })))
    return 0
  }
}
