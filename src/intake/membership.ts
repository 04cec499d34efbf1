/** This process as a member of the consumer group: the assignment of now, and what is told of it in metrics and progress. */
import type { Fetched } from '../platform/kafka/consumer.ts'
import type { TopicPartition } from '../platform/kafka/places.ts'
import { type Gauge, gauge, type Registry } from '../platform/metrics.ts'
import { Assignment } from './assignment.ts'
import type { NextOffset, StoppedPartition } from './batch.ts'
import type { IntakePartition } from './partition.ts'

export interface PartitionLag extends TopicPartition {
  /** Not committed yet, as of the last fetch. */
  readonly messages: bigint
}

export interface IntakeProgress {
  readonly lag: readonly PartitionLag[]
  /** Milliseconds since 1970 of the last batch committed; or of the last assignment, or end of idleness, where that is later. */
  readonly lastProgressAt: number
  /** A member of the group, be it without partitions because there are more members than those. */
  readonly hasJoined: boolean
  /** Until the next assignment, when whoever gets them tries again. */
  readonly stopped: readonly StoppedPartition[]
}

export class Membership {
  readonly #topics: readonly string[]
  readonly #metrics: ReturnType<typeof membershipMetrics>
  #assignment = new Assignment([], new Promise(() => {}))
  #hasJoined = false
  /** Whether what is assigned is still ours to commit. */
  #isOurs = false
  #lastProgressAt = Date.now()

  constructor(topics: readonly string[], registry: Registry) {
    this.#topics = topics
    this.#metrics = membershipMetrics(registry)
  }

  get assignment(): Assignment {
    return this.#assignment
  }

  /** Replaces the assignment. Returns the partition numbers that had stopped in the one before: they are tried again. */
  assign(places: readonly TopicPartition[]): readonly number[] {
    const stopped = this.#assignment.stopped.map(({ partition }) => partition)
    if (stopped.length > 0) this.#metrics.partitionStopped.reset()
    for (const topic of this.#topics) this.#metrics.consumerLag.set({ topic }, 0)
    this.#assignment = new Assignment(places)
    this.#hasJoined = true
    this.#isOurs = true
    this.#lastProgressAt = Date.now()
    return stopped
  }

  /** Not a member any more. What it was behind stays told until the next assignment. */
  lose(): void {
    this.#hasJoined = false
    this.#isOurs = false
  }

  /** About to leave: nothing is ours to commit any more. */
  resign(): void {
    this.#isOurs = false
  }

  /** Whether the assignment is in force and still ours. */
  isCurrent(assignment: Assignment): boolean {
    return this.#isOurs && this.#assignment === assignment
  }

  /** Undefined where the partition has, or may have, another owner by now. */
  owned(place: TopicPartition): IntakePartition | undefined {
    return this.#isOurs ? this.#assignment.find(place) : undefined
  }

  noteFetched(partition: IntakePartition, fetched: Fetched): void {
    // Idle is not stuck: from here on progress can be expected.
    if (this.#assignment.isIdle()) this.#lastProgressAt = Date.now()
    this.#advance(partition, () => partition.noteFetched(fetched))
  }

  /** A batch was committed that brings its partitions so far. */
  noteDone(offsets: readonly NextOffset[]): void {
    this.#lastProgressAt = Date.now()
    for (const next of offsets) {
      const partition = this.owned(next)
      if (partition !== undefined) this.#advance(partition, () => partition.noteDone(next.nextOffset))
    }
  }

  /** False: it changed hands meanwhile, and its new owner meets the same event. */
  stop(stopped: StoppedPartition): boolean {
    if (this.owned(stopped) === undefined) return false
    this.#assignment.stop(stopped)
    this.#metrics.partitionStopped.set({ partition: String(stopped.partition) }, 1)
    return true
  }

  progress(): IntakeProgress {
    const { partitions, stopped } = this.#assignment
    return {
      lag: partitions.map(({ topic, partition, behind }) => ({ topic, partition, messages: behind })),
      lastProgressAt: this.#lastProgressAt,
      hasJoined: this.#hasJoined,
      stopped,
    }
  }

  #advance(partition: IntakePartition, change: () => void): void {
    const behind = this.#assignment.advance(partition, change)
    this.#metrics.consumerLag.set({ topic: partition.topic }, Number(behind))
  }
}

function membershipMetrics(registry: Registry): { consumerLag: Gauge<'topic'>; partitionStopped: Gauge<'partition'> } {
  return {
    consumerLag: gauge(registry, {
      name: 'tollgate_consumer_lag',
      help: 'Messages in the assigned partitions that are not in the ledger yet, by topic',
      labelNames: ['topic'],
    }),
    partitionStopped: gauge(registry, {
      name: 'tollgate_partition_stopped',
      help: '1 for a partition number that stopped at an event that meets a bug; a mended release has to be started',
      labelNames: ['partition'],
    }),
  }
}
