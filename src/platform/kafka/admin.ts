/** Queries about topics and consumer groups. */
import type { Admin } from 'kafkajs'
import { type KafkaClient, kafkajsOf } from './kafkajs.ts'
import type { OffsetRange, PartitionOffset } from './places.ts'

/** An admin connection. */
export interface KafkaAdmin {
  /** Returns the offsets that the group has committed. Partitions without one are left out. */
  committedOffsets(groupId: string, topics: readonly string[]): Promise<PartitionOffset[]>
  /** Returns the retained offsets of each partition: from the first one to the one that the next message gets. */
  retained(topic: string): Promise<OffsetRange[]>
  /** Asks the broker to delete a group now. The broker may refuse. */
  forgetGroup(groupId: string): Promise<void>
  close(): Promise<void>
}

/** Connects for the time of `use`, which gets an admin that sees added partitions. Throws if no broker answers. */
export async function withAdmin<T>(client: KafkaClient, use: (admin: KafkaAdmin) => Promise<T>): Promise<T> {
  const admin = await openAdmin(client)
  try {
    return await use(admin)
  } finally {
    await admin.close()
  }
}

/** Connects. Throws if no broker answers. */
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

/** Returns the offsets that the group has committed for these topics. */
export async function readCommitted(
  admin: Admin,
  groupId: string,
  topics: readonly string[],
): Promise<PartitionOffset[]> {
  const fetched = await admin.fetchOffsets({ groupId, topics: [...topics] })
  return fetched.flatMap(({ topic, partitions }) =>
    partitions
      .map(({ partition, offset }) => ({ topic, partition, nextOffset: BigInt(offset) }))
      // The client returns -1 for a partition without an offset.
      .filter(({ nextOffset }) => nextOffset >= 0n),
  )
}

/** The partition counts of topics, as last read. */
export interface PartitionCounts {
  /** Null for a topic whose partitions were never read. */
  of(topic: string): number | null
  /** Reads the counts. Throws if no broker answers, and keeps the last ones. */
  read(): Promise<void>
  close(): Promise<void>
}

/** Creates the partition counts of these topics. Nothing is read yet. */
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
