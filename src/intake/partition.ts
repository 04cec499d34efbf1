/** One assigned partition: what was fetched, put into batches and recorded. */
import type { Fetched } from '../platform/kafka/consumer.ts'
import type { BatchOffset, TopicPartition } from '../platform/kafka/places.ts'

/** The progress of one partition of an assignment. */
export class IntakePartition implements TopicPartition {
  readonly topic: string
  readonly partition: number
  #highWatermark = 0n
  /** Where the last fetch ended. Transaction markers take offsets too, but no message carries them. */
  #fetchEnd: { readonly lastMessage: bigint; readonly next: bigint } | null = null
  /** The offset up to which it is recorded, where the lag starts. */
  #recordedTo: bigint | null = null
  /** The offset after the last message that is in a batch or recorded. */
  #batchedTo: bigint | null = null

  constructor({ topic, partition }: TopicPartition) {
    this.topic = topic
    this.partition = partition
  }

  /** Messages that are not in the ledger yet, as of the last fetch. */
  get behind(): bigint {
    const from = this.#recordedTo ?? this.#highWatermark
    return this.#highWatermark > from ? this.#highWatermark - from : 0n
  }

  /** Sets the offset that the database has, which the first batch must follow. */
  noteStored(nextOffset: bigint): void {
    this.#batchedTo = nextOffset
  }

  noteFetched({ firstOffset, lastOffset, nextOffset, highWatermark }: Fetched): void {
    this.#highWatermark = highWatermark
    this.#fetchEnd = { lastMessage: lastOffset, next: nextOffset }
    this.#recordedTo = this.#pastMarkers(this.#recordedTo ?? firstOffset)
  }

  noteRecorded(nextOffset: bigint): void {
    this.#recordedTo = this.#pastMarkers(nextOffset)
  }

  /** Notes that the next batch ends with this message. Returns how far the batch brings the partition. */
  noteBatched(lastOffset: bigint): BatchOffset {
    const { topic, partition } = this
    const previousOffset = this.#batchedTo
    this.#batchedTo = lastOffset + 1n
    return { topic, partition, nextOffset: this.#pastMarkers(lastOffset + 1n), previousOffset }
  }

  /** Markers at the end of the last fetch are done with the message before them. So what is done reaches the end. */
  #pastMarkers(nextOffset: bigint): bigint {
    const end = this.#fetchEnd
    return end?.lastMessage === nextOffset - 1n ? end.next : nextOffset
  }
}
