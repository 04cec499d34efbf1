/**
 * What retention may have taken from a topic. It takes the oldest messages of each partition, and not as far back of all of
 * them: so what is missing may be gone from the partition that an account was on before others were added, or after.
 */
import { partitionHash } from '../platform/partition-hash.ts'
import type { OffsetRange, ReadBatch } from './read-topic.ts'

/**
 * From when on each partition has all that was sent to it, in milliseconds since 1970: always where nothing was ever taken
 * away, and never, as far as is known, before its first message was read.
 */
export type Retained = Map<number, number>

export const ALWAYS = Number.NEGATIVE_INFINITY
const NEVER = Number.POSITIVE_INFINITY
/** Relays and the database each have a clock of their own. */
const CLOCKS_APART_MS = 60_000

/** Before anything is read. */
export function retainedSince(ranges: readonly OffsetRange[]): Retained {
  return new Map(ranges.map(({ partition, low }) => [partition, low === 0n ? ALWAYS : NEVER]))
}

/** To be called with every batch: the first message that is read of a partition tells how far back it goes. */
export function noteFirst(retained: Retained, { partition, messages: [first] }: ReadBatch): void {
  if (first !== undefined && retained.get(partition) === NEVER) retained.set(partition, Number(first.timestamp))
}

/**
 * Whether retention may have taken messages of an account that were sent after an instant. Partitions are only ever added,
 * so it may have been wherever its hash leads with as many as there are, or fewer.
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
