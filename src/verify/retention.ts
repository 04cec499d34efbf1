/**
 * What retention may have deleted from a topic. It deletes the oldest messages of each partition, but not up to the same time
 * in each. So a missing message may have been deleted from the partition of an account before or after partitions were added.
 */
import { partitionHash } from '../platform/kafka/partition-hash.ts'
import type { OffsetRange } from '../platform/kafka/places.ts'
import type { ReadBatch } from '../platform/kafka/read-ranges.ts'

/**
 * The time from which each partition is complete, in milliseconds since 1970: -Infinity if nothing was ever deleted, and
 * Infinity until its first message was read.
 */
export type Retained = Map<number, number>

export const ALWAYS = Number.NEGATIVE_INFINITY
const NEVER = Number.POSITIVE_INFINITY
/** The possible difference between the clocks of relays and the database. */
const CLOCKS_APART_MS = 60_000

/** The state before anything is read. */
export function retainedSince(ranges: readonly OffsetRange[]): Retained {
  return new Map(ranges.map(({ partition, low }) => [partition, low === 0n ? ALWAYS : NEVER]))
}

/** Call it with every batch: the first message of a partition shows how far back it goes. */
export function noteFirst(retained: Retained, { partition, messages: [first] }: ReadBatch): void {
  if (first !== undefined && retained.get(partition) === NEVER) retained.set(partition, first.timestampMs)
}

/**
 * Whether retention may have deleted messages of an account that were sent after an instant, other than from
 * `exceptPartition`. Partitions are only ever added, so the account may have been on the partition of its hash for any
 * number of partitions up to the current one.
 */
export function mayBeGone(
  retained: Retained,
  accountId: string,
  sinceMs: number,
  exceptPartition: number | null,
): boolean {
  const hash = partitionHash(Buffer.from(accountId))
  for (let partitions = 1; partitions <= retained.size; partitions++) {
    const partition = hash % partitions
    if (partition !== exceptPartition && retained.get(partition)! > sinceMs - CLOCKS_APART_MS) return true
  }
  return false
}
