/**
 * The state of the partitions assigned to this member. A rebalance replaces the whole assignment. Late results of an
 * earlier fetch or batch look up the current one.
 */
import { PartitionMap, type TopicPartition } from '../platform/kafka/places.ts'
import type { StoppedPartition } from './batch.ts'
import { IntakePartition } from './partition.ts'

/** The partitions of one assignment, with their progress. */
export class Assignment {
  readonly partitions: readonly IntakePartition[]
  /** Resolves when its partitions may be read, because their start offsets are known. Never rejects. */
  ready: Promise<void>
  readonly #byPlace: PartitionMap<IntakePartition>
  readonly #behindByTopic = new Map<string, bigint>()
  /** By partition number, because a number stops on all topics. */
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

  /** Whether all fetched messages are recorded. */
  isIdle(): boolean {
    return [...this.#behindByTopic.values()].every((behind) => behind === 0n)
  }

  /** Changes a partition's progress by `change`. Returns how many messages its topic is behind after it. */
  advance(partition: IntakePartition, change: () => void): bigint {
    const before = partition.behind
    change()
    const ofTopic = (this.#behindByTopic.get(partition.topic) ?? 0n) + partition.behind - before
    this.#behindByTopic.set(partition.topic, ofTopic)
    return ofTopic
  }
}
