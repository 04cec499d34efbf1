/** What had arrived on the usage topics at an instant, and whether all of it is recorded by now. */
import type { KafkaAdmin } from '../../platform/kafka/admin.ts'
import { type OffsetRange, PartitionMap, type TopicPartition } from '../../platform/kafka/places.ts'
import type { Pool } from '../../platform/postgres.ts'
import { readOffsets } from './consumer-offsets.ts'

export interface ArrivedUsage {
  /** By the database's clock. Whatever arrived before is in the ranges. */
  readonly at: string
  readonly ranges: readonly OffsetRange[]
}

type Admin = Pick<KafkaAdmin, 'retained' | 'committedOffsets'>

/** Reads the ends of all partitions of these topics. */
export async function readArrivedUsage(pool: Pool, admin: Admin, topics: readonly string[]): Promise<ArrivedUsage> {
  // Before the ends: usage that arrives in between counts as later.
  const { rows } = await pool.query<{ at: string }>('select clock_timestamp() as at')
  const ranges = await Promise.all(topics.map((topic) => admin.retained(topic)))
  return { at: rows[0]!.at, ranges: ranges.flat() }
}

/**
 * Returns a partition that was not recorded up to its end in `ranges`, or null if all were. Recorded is what both the
 * database and Kafka have: after a restore the database has less, and after a topic was created again, Kafka.
 */
export async function findUnrecorded(
  pool: Pool,
  admin: Admin,
  group: string,
  ranges: readonly OffsetRange[],
): Promise<TopicPartition | null> {
  const topics = [...new Set(ranges.map(({ topic }) => topic))]
  const committed = asMap(await admin.committedOffsets(group, topics))
  const stored = asMap(await readOffsets(pool, group))
  const isRecorded = (range: OffsetRange) =>
    range.low >= range.end || ((committed.get(range) ?? 0n) >= range.end && (stored.get(range) ?? 0n) >= range.end)
  return ranges.find((range) => !isRecorded(range)) ?? null
}

function asMap(offsets: Awaited<ReturnType<typeof readOffsets>>): PartitionMap<bigint> {
  return new PartitionMap(offsets.map((offset) => [offset, offset.nextOffset]))
}
