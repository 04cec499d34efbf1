/** Where an assignment begins: at the lower of what the database and Kafka say, so that a restored database catches up. */

import type { GroupConsumer } from '../platform/kafka/consumer.ts'
import { type CommittedOffset, PartitionMap, type TopicPartition } from '../platform/kafka/places.ts'
import type { Logger } from '../platform/log.ts'
import { retry } from '../platform/retry.ts'
import type { Assignment } from './assignment.ts'

const BACKOFF = { firstMs: 500, maxMs: 500 }

export interface StoredOffset extends TopicPartition {
  /** The offset after the last one that is recorded. */
  readonly nextOffset: bigint
}

/**
 * The next offsets the database knows of partitions, more than those asked for maybe; one that is left out was never read. It
 * is told what Kafka has for those assigned.
 */
export type StartOffsets = (committed: readonly CommittedOffset[]) => Promise<readonly StoredOffset[]>

interface ResumeParts {
  readonly consumer: Pick<GroupConsumer, 'committed' | 'seek'>
  readonly startOffsets: StartOffsets
  /** Whether the assignment is still the one of now, and anything is to be read. */
  readonly isCurrent: (assignment: Assignment) => boolean
  readonly onRetry: () => void
  readonly log: Logger
}

/** Resolves once each partition is where it goes on, or the assignment is over; tries until then, and never rejects. */
export async function resume(
  assignment: Assignment,
  { consumer, startOffsets, isCurrent, onRetry, log }: ResumeParts,
): Promise<void> {
  try {
    await retry(begin, {
      backoff: BACKOFF,
      isRetried: ({ error, waitMs }) => {
        if (!isCurrent(assignment)) return false
        onRetry()
        log.warn({ err: error, retry_ms: Math.ceil(waitMs) }, 'the offsets to start from could not be read')
        return true
      },
    })
  } catch {
    // The assignment is over: whoever has the partitions now finds out for themselves.
  }

  async function begin(): Promise<void> {
    // Without an offset of its own the client starts from the earliest message, which is lower than any.
    const committed = (await consumer.committed()).filter((offset) => assignment.find(offset) !== undefined)
    const offsets = await startOffsets(committed)
    if (!isCurrent(assignment)) return
    for (const offset of offsets) assignment.find(offset)?.resumeAt(offset.nextOffset)
    const stored = new PartitionMap(offsets.map((offset) => [offset, offset.nextOffset]))
    for (const offset of committed) {
      const inDatabase = stored.get(offset) ?? 0n
      if (inDatabase < offset.offset) goBack(offset, inDatabase)
    }
  }

  function goBack({ topic, partition, offset: inKafka }: CommittedOffset, inDatabase: bigint): void {
    log.warn(
      { topic, partition, in_kafka: String(inKafka), in_database: String(inDatabase) },
      'going back to the database',
    )
    consumer.seek({ topic, partition, offset: inDatabase })
  }
}
