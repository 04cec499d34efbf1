/** Puts records into sets, of each partition in the order given, cut where the broker would find a set too large. */
import { ByteWriter } from './bytes.ts'
import { FRAME_BYTES, frameRecord } from './frame.ts'

/** A broker refuses batches above 1 MiB unless told otherwise, and a backlog refused once would be refused for ever. */
export const MAX_SET_BYTES = 800_000

/** A set that records are still added to. */
export interface OpenSet {
  readonly topic: string
  readonly partition: number
  count: number
  /** The records, framed and numbered from 0. */
  readonly writer: ByteWriter
}

export class OpenSets {
  readonly #byTopic = new Map<string, (OpenSet | undefined)[]>()
  readonly #usualBytes: number | undefined

  /** With a good guess at the bytes of a set nothing is copied on the way. */
  constructor(usualBytes?: number) {
    this.#usualBytes = usualBytes
  }

  /** Adds a record behind those of its partition; `body` is copied. Returns the set that begins with it, null in the middle of one. */
  add(topic: string, partition: number, body: Uint8Array): OpenSet | null {
    const ofTopic = this.#ofTopic(topic)
    const open = ofTopic[partition]
    if (open !== undefined && open.writer.length + body.length + FRAME_BYTES <= MAX_SET_BYTES) {
      frameRecord(open.writer, open.count++, body)
      return null
    }
    const begun = { topic, partition, count: 1, writer: new ByteWriter(this.#usualBytes) }
    frameRecord(begun.writer, 0, body)
    ofTopic[partition] = begun
    return begun
  }

  /** The next record of the partition begins a set. */
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
