/**
 * What is known of the partitions that are this member's, from one rebalance to the next: a rebalance replaces it whole. What
 * comes late, of a fetch or a batch from before, asks the assignment of now.
 */
import { PartitionMap, type TopicPartition } from '../platform/kafka/places.ts'
import type { StoppedPartition } from './batch.ts'
import { IntakePartition } from './partition.ts'

export class Assignment {
  readonly partitions: readonly IntakePartition[]
  /** Resolves when its partitions may be read: where they go on is settled by then. Rejects never. */
  ready: Promise<void>
  readonly #byPlace: PartitionMap<IntakePartition>
  readonly #behindByTopic = new Map<string, bigint>()
  /** By partition number, as it stops on all topics. */
  readonly #stopped = new Map<number, StoppedPartition>()

  constructor(places: readonly TopicPartition[], ready: Promise<void> = Promise.resolve()) {
    this.partitions = places.map((place) => new IntakePartition(place))
    this.#byPlace = new PartitionMap(this.partitions.map((partition) => [partition, partition]))
    this.ready = ready
  }

  find(place: TopicPartition): IntakePartition | undefined {
    return this.#byPlace.get(place)
  }

  get stopped(): readonly StoppedPartition[] {
    return [...this.#stopped.values()]
  }

  isStopped(partitionNumber: number): boolean {
    return this.#stopped.has(partitionNumber)
  }

  stop(stopped: StoppedPartition): void {
    this.#stopped.set(stopped.partition, stopped)
  }

  /** All that is fetched is done. */
  isIdle(): boolean {
    return [...this.#behindByTopic.values()].every((behind) => behind === 0n)
  }

  /** Lets `change` move a partition on. Returns how many messages its topic is behind then. */
  advance(partition: IntakePartition, change: () => void): bigint {
    const before = partition.behind
    change()
    const ofTopic = (this.#behindByTopic.get(partition.topic) ?? 0n) + partition.behind - before
    this.#behindByTopic.set(partition.topic, ofTopic)
    return ofTopic
  }
}
