/**
 * Commits to Kafka behind the batches, a few times a second with the newest offsets, so that no batch waits for it.
 * One that fails is no loss: the database has the offsets as well, and a batch read twice changes nothing.
 */

import type { GroupConsumer } from '../platform/kafka/consumer.ts'
import { PartitionMap, type TopicPartition } from '../platform/kafka/places.ts'
import type { Logger } from '../platform/log.ts'
import { pause } from '../platform/retry.ts'
import type { NextOffset } from './batch.ts'

/** What is committed later is read again after a crash, no more. */
const BETWEEN_COMMITS_MS = 200

export interface OffsetCommitter {
  /** Commits them soon, but for those of partitions that are another's by then. */
  add(offsets: readonly NextOffset[]): void
  /** Resolves once all that was added is committed, or could not be. */
  flush(): Promise<void>
}

export function createOffsetCommitter(
  consumer: Pick<GroupConsumer, 'commit'>,
  log: Logger,
  isOwned: (place: TopicPartition) => boolean,
): OffsetCommitter {
  const pending = new PartitionMap<NextOffset>()
  let committing: Promise<void> | null = null
  let hurry = new AbortController()

  async function commit(): Promise<void> {
    while (pending.size > 0) {
      // Of a partition given up its new owner commits, who may be further on.
      const own = [...pending.values()].filter(isOwned)
      pending.clear()
      try {
        await consumer.commit(own.map(({ topic, partition, nextOffset }) => ({ topic, partition, offset: nextOffset })))
      } catch (error) {
        log.warn({ err: error }, 'offsets were not committed to Kafka; the database has them')
      }
      await pause(BETWEEN_COMMITS_MS, hurry.signal)
    }
  }

  return {
    add(offsets) {
      for (const next of offsets) pending.set(next, next)
      committing ??= commit().finally(() => {
        committing = null
      })
    },
    async flush() {
      hurry.abort()
      await committing
      hurry = new AbortController()
    },
  }
}
