/** This process as a member of the consumer group: the current assignment, with its metrics and progress. */
import type { Fetched } from '../platform/kafka/consumer.ts'
import type { BatchOffset, TopicPartition } from '../platform/kafka/places.ts'
import { type Gauge, gauge, type Registry } from '../platform/metrics.ts'
import { Assignment } from './assignment.ts'
import type { StoppedPartition } from './batch.ts'
import type { IntakePartition } from './partition.ts'

export interface IntakeProgress {
  /** Messages that are not recorded yet, as of the last fetch, except for those of stopped partitions. */
  readonly waiting: bigint
  /**
   * When the last batch was committed, or the assignment began, or messages came after it had caught up, whichever is
   * latest. Milliseconds since 1970.
   */
  readonly lastProgressAt: number
  /**
   * Whether it is a member of the group. A member may have no partitions, if there are more members than partitions.
   */
  readonly hasJoined: boolean
  /** Stopped until the next assignment, when their owners try again. */
  readonly stopped: readonly StoppedPartition[]
}

/** The state of the membership. */
export class Membership {
  readonly #partitionStopped: Gauge<'partition'>
  #assignment = new Assignment([], () => new Promise(() => {}))
  #hasJoined = false
  /** Whether offsets of the assignment are still ours to commit. */
  #isOurs = false
  #lastProgressAt = Date.now()

  constructor(topics: readonly string[], registry: Registry) {
    this.#partitionStopped = gauge(registry, {
      name: 'tollgate_partition_stopped',
      help: '1 for a partition number that stopped at an event that triggers a bug; start a release that fixes it',
      labelNames: ['partition'],
    })
    const behindOn = (topic: string) => this.#assignment.behindOn(topic)
    gauge(registry, {
      name: 'tollgate_consumer_lag',
      help: 'Messages in the assigned partitions that are not in the ledger yet, by topic',
      labelNames: ['topic'],
      collect() {
        for (const topic of topics) this.set({ topic }, Number(behindOn(topic)))
      },
    })
  }

  get assignment(): Assignment {
    return this.#assignment
  }

  /**
   * Replaces the assignment. `prepare` resolves when its partitions may be read, and never rejects. Returns the partition
   * numbers that had stopped in the previous one and are now tried again.
   */
  assign(places: readonly TopicPartition[], prepare: (assignment: Assignment) => Promise<void>): readonly number[] {
    const stopped = this.#assignment.stopped.map(({ partition }) => partition)
    if (stopped.length > 0) this.#partitionStopped.reset()
    this.#assignment = new Assignment(places, prepare)
    this.#hasJoined = true
    this.#isOurs = true
    this.#lastProgressAt = Date.now()
    return stopped
  }

  /** No longer a member. The last lag stays reported until the next assignment. */
  lose(): void {
    this.#hasJoined = false
    this.#isOurs = false
  }

  /** About to leave: no offset is ours to commit any more. */
  resign(): void {
    this.#isOurs = false
  }

  /** Whether the assignment is in force and its partitions are still ours. */
  isCurrent(assignment: Assignment): boolean {
    return this.#isOurs && this.#assignment === assignment
  }

  /** Returns the partition. Undefined if it has, or may have, another owner. */
  owned(place: TopicPartition): IntakePartition | undefined {
    return this.#isOurs ? this.#assignment.find(place) : undefined
  }

  noteFetched(partition: IntakePartition, fetched: Fetched): void {
    // An intake that has caught up is not stuck. Progress is expected from here on.
    if (this.#assignment.isCaughtUp()) this.#lastProgressAt = Date.now()
    partition.noteFetched(fetched)
  }

  /** Notes that a committed batch brought its partitions to these offsets. */
  noteDone(offsets: readonly BatchOffset[]): void {
    this.#lastProgressAt = Date.now()
    for (const next of offsets) {
      this.owned(next)?.noteRecorded(next.nextOffset)
    }
  }

  /** Stops a partition. Returns false if it has another owner, who will meet the same event. */
  stop(stopped: StoppedPartition): boolean {
    if (this.owned(stopped) === undefined) return false
    this.#assignment.stop(stopped)
    this.#partitionStopped.set({ partition: String(stopped.partition) }, 1)
    return true
  }

  progress(): IntakeProgress {
    const { waiting, stopped } = this.#assignment
    return {
      waiting,
      lastProgressAt: this.#lastProgressAt,
      hasJoined: this.#hasJoined,
      stopped,
    }
  }
}
