/** What is asked about topics and consumer groups. */
import type { Admin } from 'kafkajs'
import { type KafkaClient, kafkajsOf } from './kafkajs.ts'
import type { CommittedOffset, OffsetRange } from './places.ts'

export interface KafkaAdmin {
  /** Of the partitions for which the group has committed any. */
  committedOffsets(groupId: string, topics: readonly string[]): Promise<CommittedOffset[]>
  /** What each partition of a topic retains: from its first offset to the one that the next message gets. */
  retained(topic: string): Promise<OffsetRange[]>
  /** Asks the broker to forget a group now, which it may decline. */
  forgetGroup(groupId: string): Promise<void>
  close(): Promise<void>
}

/** Connects; throws when no broker answers. */
export async function openAdmin(client: KafkaClient): Promise<KafkaAdmin> {
  const admin = kafkajsOf(client).admin()
  await admin.connect()
  return {
    committedOffsets: (groupId, topics) => readCommitted(admin, groupId, topics),
    async retained(topic) {
      const offsets = await admin.fetchTopicOffsets(topic)
      return offsets.map(({ partition, low, high }) => ({ topic, partition, low: BigInt(low), end: BigInt(high) }))
    },
    async forgetGroup(groupId) {
      await admin.deleteGroups([groupId]).catch(() => {})
    },
    close: () => admin.disconnect(),
  }
}

export async function readCommitted(
  admin: Admin,
  groupId: string,
  topics: readonly string[],
): Promise<CommittedOffset[]> {
  const fetched = await admin.fetchOffsets({ groupId, topics: [...topics] })
  return fetched.flatMap(({ topic, partitions }) =>
    partitions
      .map(({ partition, offset }) => ({ topic, partition, offset: BigInt(offset) }))
      // The client says -1 where there is none.
      .filter(({ offset }) => offset >= 0n),
  )
}

export interface PartitionCounts {
  /** Null of a topic whose partitions were never read. */
  of(topic: string): number | null
  /** Throws when no broker answers; then what was known stays. */
  read(): Promise<void>
  close(): Promise<void>
}

/** How many partitions these topics have, as last read. */
export function createPartitionCounts(client: KafkaClient, topics: readonly string[]): PartitionCounts {
  const admin = kafkajsOf(client).admin()
  const counts = new Map<string, number>()
  return {
    of: (topic) => counts.get(topic) ?? null,
    async read() {
      await admin.connect()
      const { topics: read } = await admin.fetchTopicMetadata({ topics: [...topics] })
      for (const { name, partitions } of read) counts.set(name, partitions.length)
    },
    close: () => admin.disconnect(),
  }
}
