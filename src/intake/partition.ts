/** One assigned partition: what was fetched, passed on and recorded. */
import type { Fetched } from '../platform/kafka/consumer.ts'
import type { BatchOffset, TopicPartition } from '../platform/kafka/places.ts'

/** The progress of one partition of an assignment. */
export class IntakePartition implements TopicPartition {
  readonly topic: string
  readonly partition: number
  #highWatermark: bigint | null = null
  /** Where the last fetch ended. Transaction markers take offsets too, but no message carries them. */
  #fetchEnd: { readonly lastMessage: bigint; readonly next: bigint } | null = null
  /** The offset up to which it is recorded, where the lag starts. */
  #doneTo: bigint | null = null
  #handedOnTo: bigint | null = null
  #behind = 0n

  constructor({ topic, partition }: TopicPartition) {
    this.topic = topic
    this.partition = partition
  }

  /** Messages that are not in the ledger yet, as of the last fetch. */
  get behind(): bigint {
    return this.#behind
  }

  /** Sets the offset that the database has, before anything is passed on. */
  resumeAt(stored: bigint): void {
    this.#handedOnTo = stored
  }

  noteFetched({ firstOffset, lastOffset, nextOffset, highWatermark }: Fetched): void {
    this.#highWatermark = highWatermark
    this.#fetchEnd = { lastMessage: lastOffset, next: nextOffset }
    this.noteDone(this.#doneTo ?? firstOffset)
  }

  noteDone(nextOffset: bigint): void {
    const end = this.#fetchEnd
    const done = end?.lastMessage === nextOffset - 1n ? end.next : nextOffset
    const high = this.#highWatermark ?? done
    this.#doneTo = done
    this.#behind = high > done ? high - done : 0n
  }

  /** Passes on the next batch, which ends before `nextOffset`. */
  passOn(nextOffset: bigint): BatchOffset {
    const { topic, partition } = this
    const previousOffset = this.#handedOnTo
    this.#handedOnTo = nextOffset
    return { topic, partition, nextOffset, previousOffset }
  }
}
