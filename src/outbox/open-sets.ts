/**
 * Joins records into sets per partition, in the given order, and cuts them before a broker would refuse them as too
 * large.
 */
import { ByteWriter } from './bytes.ts'
import { FRAME_BYTES, frameRecord } from './frame.ts'

/** Brokers refuse batches above 1 MiB by default, and a backlog that is refused once would be refused for ever. */
export const MAX_SET_BYTES = 800_000

/** A set that still takes records. */
export interface OpenSet {
  readonly topic: string
  readonly partition: number
  count: number
  /** The records, framed and numbered from 0. */
  readonly writer: ByteWriter
}

/** The sets that still take records, one per partition. */
export class OpenSets {
  readonly #byTopic = new Map<string, (OpenSet | undefined)[]>()
  readonly #usualBytes: number | undefined

  /** A good estimate of a set's size avoids copying. */
  constructor(usualBytes?: number) {
    this.#usualBytes = usualBytes
  }

  /**
   * Appends a record to those of its partition; `body` is copied. Returns the set if the record starts it, else null.
   */
  add(topic: string, partition: number, body: Uint8Array): OpenSet | null {
    const ofTopic = this.#ofTopic(topic)
    const open = ofTopic[partition]
    if (open !== undefined && open.writer.length + body.length + FRAME_BYTES <= MAX_SET_BYTES) {
      frameRecord(open.writer, open.count++, body)
      return null
    }
    const opened = { topic, partition, count: 1, writer: new ByteWriter(this.#usualBytes) }
    frameRecord(opened.writer, 0, body)
    ofTopic[partition] = opened
    return opened
  }

  /** Ends the set of the partition. Its next record starts a new one. */
  cut(topic: string, partition: number): void {
    this.#ofTopic(topic)[partition] = undefined
  }

  #ofTopic(topic: string): (OpenSet | undefined)[] {
    let ofTopic = this.#byTopic.get(topic)
    if (ofTopic === undefined) {
      ofTopic = []
      this.#byTopic.set(topic, ofTopic)
    }
    return ofTopic
  }
}
