/** Partitions and offsets, and a map by partition. */

export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

/** Where a partition continues: committed to Kafka, stored in the database, or to be fetched next. */
export interface PartitionOffset extends TopicPartition {
  /** The offset of the next message. Everything before it is done. */
  readonly nextOffset: bigint
}

/** How far a batch brings a partition. */
export interface BatchOffset extends PartitionOffset {
  /**
   * End offset of the previous batch of this partition, without transaction markers. Null after an assignment that found
   * none stored.
   */
  readonly previousOffset: bigint | null
}

export interface OffsetRange extends TopicPartition {
  /** The first offset that is still retained. */
  readonly low: bigint
  /** The offset after the last one. */
  readonly end: bigint
}

/** Formats a partition for people: `topic/partition`. */
export function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`
}

/** A map by topic and partition. Iterates in the order in which topics, and partitions of a topic, were first set. */
export class PartitionMap<Value> {
  readonly #byTopic = new Map<string, Map<number, Value>>()

  constructor(entries: Iterable<readonly [TopicPartition, Value]> = []) {
    for (const [place, value] of entries) this.set(place, value)
  }

  get({ topic, partition }: TopicPartition): Value | undefined {
    return this.#byTopic.get(topic)?.get(partition)
  }

  set({ topic, partition }: TopicPartition, value: Value): void {
    const ofTopic = this.#byTopic.get(topic)
    if (ofTopic === undefined) this.#byTopic.set(topic, new Map([[partition, value]]))
    else ofTopic.set(partition, value)
  }

  delete({ topic, partition }: TopicPartition): void {
    const ofTopic = this.#byTopic.get(topic)
    if (ofTopic?.delete(partition) && ofTopic.size === 0) this.#byTopic.delete(topic)
  }

  clear(): void {
    this.#byTopic.clear()
  }

  get size(): number {
    let size = 0
    for (const ofTopic of this.#byTopic.values()) size += ofTopic.size
    return size
  }

  *values(): Generator<Value> {
    for (const ofTopic of this.#byTopic.values()) yield* ofTopic.values()
  }
}
