/** Batches, from fetched messages of all partitions to recorded results. */
import type { GroupConsumer } from '../platform/kafka/consumer.ts'
import type { ReceivedMessage } from '../platform/kafka/message.ts'
import type { BatchDone, IntakeBatch } from './batch.ts'
import type { OffsetCommitter } from './commit-offsets.ts'
import { createGatherer, type Gatherer } from './gather.ts'
import type { Membership } from './membership.ts'
import type { IntakePartition } from './partition.ts'
import type { Slice } from './waiting.ts'

/** Limits a batch of large messages, whatever their number. */
const BATCH_BYTES = 8_000_000

interface BatchOptions {
  readonly batchEvents: number
  readonly batchMs: number
  readonly concurrentBatches: number
  readonly onBatch: (batch: IntakeBatch) => Promise<BatchDone>
}

interface BatchParts {
  readonly membership: Membership
  readonly consumer: GroupConsumer
  readonly offsets: OffsetCommitter
  readonly fail: (error: unknown) => void
}

/** Gathers batches and passes them to `onBatch`. Notes each result and commits the offsets to Kafka. */
export function createBatchGatherer(
  options: BatchOptions,
  { membership, consumer, offsets, fail }: BatchParts,
): Gatherer<IntakePartition, ReceivedMessage> {
  const gatherer = createGatherer<IntakePartition, ReceivedMessage>({
    batchEvents: options.batchEvents,
    batchMs: options.batchMs,
    paceMs: options.batchMs,
    concurrentBatches: options.concurrentBatches,
    batchBytes: BATCH_BYTES,
    bytesOf,
    // An account's usage is on partition n of every topic, if all its producers use the same partitioner.
    groupOf: ({ partition }) => partition,
    onFailure: fail,
    onBatch: async (slices) => {
      const done = await options.onBatch(batchOf(slices))
      membership.noteDone(done.offsets)
      offsets.add(done.offsets)
      for (const stopped of done.stopped) {
        if (!membership.stop(stopped)) continue
        consumer.pause([stopped.partition])
        gatherer.discardGroup(stopped.partition)
      }
    },
  })
  return gatherer
}

/**
 * A partition is in at most one batch at a time. So its previous messages are in the database, or this batch will not
 * be.
 */
function batchOf(slices: readonly Slice<IntakePartition, ReceivedMessage>[]): IntakeBatch {
  return {
    messages: slices.flatMap(({ items }) => items),
    offsets: slices.map(({ source, items }) => source.noteBatched(items.at(-1)!.offset)),
  }
}

/** Includes headers, which may be larger than everything else. */
function bytesOf({ key, value, headers }: ReceivedMessage): number {
  let bytes = (key?.length ?? 0) + (value?.length ?? 0)
  for (const header of headers) bytes += header.value?.length ?? 0
  return bytes
}
