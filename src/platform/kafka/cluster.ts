/**
 * The internals of the Kafka client that we need: the cluster of a producer, which our patch of the client exposes. The
 * client's public interface does not say which partitions a topic has by the metadata used for sending, and it only
 * sends what it encoded itself.
 */
import type { Producer } from 'kafkajs'

/** The client's cluster. */
export interface Cluster {
  addMultipleTargetTopics(topics: readonly string[]): Promise<void>
  refreshMetadataIfNecessary(): Promise<void>
  findTopicPartitionMetadata(topic: string): readonly unknown[]
  /** Partitions by node id of their leader. Partitions that the metadata lacks are left out. */
  findLeaderForPartitions(topic: string, partitions: readonly number[]): Readonly<Record<string, readonly number[]>>
  findBroker(node: { readonly nodeId: string }): Promise<Broker>
  findGroupCoordinator(asked: { readonly groupId: string; readonly coordinatorType: number }): Promise<Broker>
}

/** A connected broker. */
export interface Broker {
  /** Requests to a broker are written in the order in which they are given. */
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
    /** Stands for the output of the client's own encoder. */
    readonly encode: () => Promise<{ readonly buf: Buffer; readonly buffer: Buffer }>
  }
  readonly response: {
    readonly decode: (bytes: Buffer) => Promise<A>
    readonly parse: (answer: A) => Promise<A>
  }
}

/** Returns the cluster of a producer. */
export function clusterOf(producer: Producer): Cluster {
  return (producer as Producer & { readonly cluster: Cluster }).cluster
}

/**
 * Returns the partition count of each topic, by the metadata that the producer uses for sending. All counts must come
 * from here. Another client's counts may be newer than the producer's, which ignores partitions it does not know.
 * Partitions are only ever added, so the producer still knows all of these when it sends.
 */
export async function readPartitionCounts(cluster: Cluster, topics: readonly string[]): Promise<Map<string, number>> {
  await cluster.addMultipleTargetTopics(topics)
  await cluster.refreshMetadataIfNecessary()
  return new Map(topics.map((topic) => [topic, cluster.findTopicPartitionMetadata(topic).length]))
}
