/**
 * Commits the newest offsets to Kafka a few times a second, so that no batch waits for it. A failed commit loses
 * nothing: the database has the offsets too, and reading a batch twice changes nothing.
 */

import type { GroupConsumer } from '../platform/kafka/consumer.ts'
import { type BatchOffset, PartitionMap, type TopicPartition } from '../platform/kafka/places.ts'
import type { Logger } from '../platform/log.ts'
import { pause } from '../platform/retry.ts'

/** After a crash, messages that were not committed yet are read again. A longer interval costs no more than that. */
const BETWEEN_COMMITS_MS = 200

/** Commits offsets to Kafka in the background. */
export interface OffsetCommitter {
  /** Commits these offsets soon, except for partitions that have another owner by then. */
  add(offsets: readonly BatchOffset[]): void
  /** Resolves when all added offsets are committed or have failed. Never rejects. */
  flush(): Promise<void>
}

/** Creates a committer. `isOwned` says whether a partition still belongs to this member. */
export function createOffsetCommitter(
  consumer: Pick<GroupConsumer, 'commit'>,
  log: Logger,
  isOwned: (place: TopicPartition) => boolean,
): OffsetCommitter {
  const pending = new PartitionMap<BatchOffset>()
  let committing: Promise<void> | null = null
  let hurry = new AbortController()

  async function commit(): Promise<void> {
    while (pending.size > 0) {
      // The new owner of a lost partition commits its offsets and may be further ahead.
      const own = [...pending.values()].filter(isOwned)
      pending.clear()
      try {
        await consumer.commit(own)
      } catch (error) {
        log.warn({ err: error }, 'offsets were not committed to Kafka; the database has them')
      }
      await pause(BETWEEN_COMMITS_MS, hurry.signal)
    }
    // At once: an offset that is added from now on begins the next round.
    committing = null
  }

  return {
    add(offsets) {
      for (const next of offsets) pending.set(next, next)
      if (pending.size > 0) committing ??= commit()
    },
    async flush() {
      hurry.abort()
      await committing
      hurry = new AbortController()
    },
  }
}
