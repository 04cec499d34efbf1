/**
 * The state of the partitions assigned to this member. A rebalance replaces the whole assignment. A result that comes
 * late is looked up in the current assignment, and dropped if its partition is not in it.
 */
import { PartitionMap, type TopicPartition } from '../platform/kafka/places.ts'
import type { StoppedPartition } from './batch.ts'
import { IntakePartition } from './partition.ts'

/** The partitions of one assignment, with their progress. */
export class Assignment {
  readonly partitions: readonly IntakePartition[]
  /** Resolves when its partitions may be read, because their start offsets are known. */
  readonly ready: Promise<void>
  readonly #byPlace: PartitionMap<IntakePartition>
  /** By partition number, because a number stops on all topics. */
  readonly #stopped = new Map<number, StoppedPartition>()

  /** `prepare` is called at once. It resolves when the partitions may be read, and never rejects. */
  constructor(places: readonly TopicPartition[], prepare: (assignment: Assignment) => Promise<void>) {
    this.partitions = places.map((place) => new IntakePartition(place))
    this.#byPlace = new PartitionMap(this.partitions.map((partition) => [partition, partition]))
    this.ready = prepare(this)
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

  /** Whether all messages are recorded, as of the last fetch, except for those of stopped partitions. */
  isCaughtUp(): boolean {
    return this.partitions.every(({ partition, behind }) => behind === 0n || this.isStopped(partition))
  }

  /** Messages that are not recorded yet, as of the last fetch, except for those of stopped partitions. */
  get waiting(): bigint {
    return sumOf(this.partitions.filter(({ partition }) => !this.isStopped(partition)))
  }

  /** Messages of a topic that are not recorded yet, as of the last fetch. */
  behindOn(topic: string): bigint {
    return sumOf(this.partitions.filter((partition) => partition.topic === topic))
  }
}

function sumOf(partitions: readonly IntakePartition[]): bigint {
  return partitions.reduce((sum, { behind }) => sum + behind, 0n)
}
