/**
 * Brokers that are only their state. The client's own producer and cluster code runs against them, from metadata that is
 * as old as it would be, so that a test decides when partitions are added and when leaders move.
 */
import { type Kafka, KafkaJSProtocolError, type Message } from 'kafkajs'
import { createKafka } from '../../src/platform/kafka.ts'
import { createLog } from '../../src/platform/log.ts'

type SentMessage = Message & { readonly recordSet?: { readonly count: number; readonly bytes: Buffer } }

interface Produce {
  readonly transactionalId?: string
  readonly producerId: number
  readonly producerEpoch: number
  readonly topicData: readonly {
    readonly topic: string
    readonly partitions: readonly {
      readonly partition: number
      readonly firstSequence: number
      readonly messages: readonly SentMessage[]
    }[]
  }[]
}

interface Appended {
  readonly transactionalId: string | undefined
  readonly partition: string
  readonly bytes: Buffer
}

export class SimulatedCluster {
  readonly kafka: Kafka
  /** Before a broker takes a request; what it throws is the broker's answer. */
  beforeProduce: (nodeId: number) => void = () => {}
  /** The node that leads each partition of a topic. */
  readonly leaders = new Map<string, number[]>()
  readonly #committed: Appended[] = []
  #open: Appended[] = []
  readonly #nextSequences = new Map<string, number>()
  readonly #epochs = new Map<string, number>()
  #producerIds = 0

  constructor() {
    this.kafka = createKafka({ brokers: ['simulated:9092'] }, createLog('silent'))
    // The one seam that the client has below its cluster: every producer gets a cluster, and every cluster such a pool.
    const inner = this.kafka as unknown as Record<symbol, (options: unknown) => { brokerPool: unknown }>
    const createCluster = Object.getOwnPropertySymbols(inner).find(
      ({ description }) => description === 'private:Kafka:createCluster',
    )!
    const create = inner[createCluster]!
    inner[createCluster] = (options) => Object.assign(create(options), { brokerPool: this.#createBrokerPool() })
  }

  /** What consumers that read committed see of a partition: a message's value, or the bytes of a set of records. */
  read(topic: string, partition: number): Buffer[] {
    return this.#committed.filter((one) => one.partition === `${topic}/${partition}`).map(({ bytes }) => bytes)
  }

  /** What a broker answers that no longer leads a partition. */
  static notLeader(): Error {
    const answer = { type: 'NOT_LEADER_FOR_PARTITION', code: 6, retriable: true }
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
      // It never grows too old by itself.
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
        // Whoever had it before is fenced, and what it left open is aborted.
        this.#open = this.#open.filter((one) => one.transactionalId !== transactionalId)
        const producerEpoch = (this.#epochs.get(transactionalId) ?? -1) + 1
        this.#epochs.set(transactionalId, producerEpoch)
        return { producerId: 1000, producerEpoch }
      },
      addPartitionsToTxn: async () => {},
      endTxn: async (end: { transactionalId: string; transactionResult: boolean }) => {
        const ofIt = this.#open.filter((one) => one.transactionalId === end.transactionalId)
        this.#open = this.#open.filter((one) => !ofIt.includes(one))
        if (end.transactionResult) this.#committed.push(...ofIt)
      },
      produce: async (produce: Produce) => {
        this.beforeProduce(nodeId)
        return { topics: produce.topicData.map((ofTopic) => this.#append(nodeId, produce, ofTopic)) }
      },
    }
  }

  #append(
    nodeId: number,
    { transactionalId, producerId, producerEpoch }: Produce,
    { topic, partitions }: Produce['topicData'][number],
  ) {
    for (const { partition, firstSequence, messages } of partitions) {
      if (this.leaders.get(topic)![partition] !== nodeId) throw SimulatedCluster.notLeader()
      const name = `${topic}/${partition}`
      const producer = `${producerId} ${producerEpoch} ${name}`
      const expected = this.#nextSequences.get(producer) ?? 0
      if (firstSequence > expected) throw new Error(`${name}: sequence ${firstSequence} follows ${expected}`)
      // Taken for what is there already, and dropped.
      if (firstSequence < expected) continue
      this.#nextSequences.set(
        producer,
        messages.reduce((sum, { recordSet }) => sum + (recordSet?.count ?? 1), expected),
      )
      const appended = messages.map(({ recordSet, value }) => ({
        ...{ transactionalId, partition: name },
        bytes: recordSet?.bytes ?? Buffer.from(value!),
      }))
      if (transactionalId === undefined) this.#committed.push(...appended)
      else this.#open.push(...appended)
    }
    return { topicName: topic, partitions: partitions.map(({ partition }) => ({ partition, errorCode: 0 })) }
  }
}
