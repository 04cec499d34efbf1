/** Start offsets of an assignment: the lower of the database's and Kafka's, so that a restored database catches up. */

import type { GroupConsumer } from '../platform/kafka/consumer.ts'
import { PartitionMap, type PartitionOffset } from '../platform/kafka/places.ts'
import type { Logger } from '../platform/log.ts'
import { retry } from '../platform/retry.ts'
import type { Assignment } from './assignment.ts'

const BACKOFF = { firstMs: 500, maxMs: 500 }

/**
 * Returns the offsets that the database has, for all partitions of the group. A partition without one was never read.
 * `committed` is what Kafka has, for all partitions too.
 */
export type StartOffsets = (committed: readonly PartitionOffset[]) => Promise<readonly PartitionOffset[]>

interface StartParts {
  readonly consumer: Pick<GroupConsumer, 'committed' | 'seek'>
  readonly startOffsets: StartOffsets
  /** Whether the assignment is still current and the intake is not stopping. */
  readonly isCurrent: (assignment: Assignment) => boolean
  readonly onRetry: () => void
  readonly log: Logger
}

/**
 * Seeks each partition to its start offset. Resolves when that is done or the assignment is over; retries until then,
 * and never rejects.
 */
export async function seekToStart(
  assignment: Assignment,
  { consumer, startOffsets, isCurrent, onRetry, log }: StartParts,
): Promise<void> {
  try {
    await retry(begin, {
      backoff: BACKOFF,
      isRetried: () => isCurrent(assignment),
      onRetry({ error, waitMs }) {
        onRetry()
        log.warn({ err: error, retry_ms: Math.ceil(waitMs) }, 'the offsets to start from could not be read')
      },
    })
  } catch {
    // The assignment is over. The new owners of the partitions do this themselves.
  }

  async function begin(): Promise<void> {
    const committed = await consumer.committed()
    const stored = new PartitionMap((await startOffsets(committed)).map((offset) => [offset, offset.nextOffset]))
    if (!isCurrent(assignment)) return
    for (const partition of assignment.partitions) {
      const inDatabase = stored.get(partition)
      if (inDatabase !== undefined) partition.noteStored(inDatabase)
    }
    // A partition without a committed offset is read from its earliest message, which is lower than any stored offset.
    for (const offset of committed) {
      const inDatabase = stored.get(offset) ?? 0n
      if (assignment.find(offset) !== undefined && inDatabase < offset.nextOffset) seekBack(offset, inDatabase)
    }
  }

  function seekBack({ topic, partition, nextOffset: inKafka }: PartitionOffset, inDatabase: bigint): void {
    log.warn(
      { topic, partition, in_kafka: String(inKafka), in_database: String(inDatabase) },
      'resuming from the offset of the database, which is lower',
    )
    consumer.seek({ topic, partition, nextOffset: inDatabase })
  }
}
