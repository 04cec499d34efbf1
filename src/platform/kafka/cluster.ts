/**
 * The inside of the Kafka client that we cannot do without: the cluster of a producer, which our patch of the client hands
 * out. Its own interface does not tell what a topic's partitions are by the metadata that it sends by, and sends only what
 * it has encoded itself.
 */
import type { Producer } from 'kafkajs'

export interface Cluster {
  addMultipleTargetTopics(topics: readonly string[]): Promise<void>
  refreshMetadataIfNecessary(): Promise<void>
  findTopicPartitionMetadata(topic: string): readonly unknown[]
  /** Node ids to partitions; without those that the metadata does not have. */
  findLeaderForPartitions(topic: string, partitions: readonly number[]): Readonly<Record<string, readonly number[]>>
  findBroker(node: { readonly nodeId: string }): Promise<Broker>
  findGroupCoordinator(asked: { readonly groupId: string; readonly coordinatorType: number }): Promise<Broker>
}

export interface Broker {
  /** Of one broker, requests are written in the order in which they are given. */
  readonly connectionPool: { send<A>(request: ProtocolRequest<A>): Promise<A> }
  initProducerId(request: {
    readonly transactionalId: string
    readonly transactionTimeout: number
  }): Promise<{ readonly producerId: string | number; readonly producerEpoch: number }>
}

/** A request as the client's connections take it. */
export interface ProtocolRequest<A> {
  readonly request: {
    readonly apiKey: number
    readonly apiVersion: number
    readonly apiName: string
    /** What the client takes for what its own encoder has written. */
    readonly encode: () => Promise<{ readonly buf: Buffer; readonly buffer: Buffer }>
  }
  readonly response: {
    readonly decode: (bytes: Buffer) => Promise<A>
    readonly parse: (answer: A) => Promise<A>
  }
}

export function clusterOf(producer: Producer): Cluster {
  return (producer as Producer & { readonly cluster: Cluster }).cluster
}

/**
 * How many partitions each topic has, by the metadata that the producer itself sends by: the one source of these counts.
 * Read by another client they may be ahead of the producer, which passes over a partition that it does not know. Partitions
 * are only ever added, so the producer still knows all of these when it sends.
 */
export async function readPartitionCounts(cluster: Cluster, topics: readonly string[]): Promise<Map<string, number>> {
  await cluster.addMultipleTargetTopics(topics)
  await cluster.refreshMetadataIfNecessary()
  return new Map(topics.map((topic) => [topic, cluster.findTopicPartitionMetadata(topic).length]))
}
