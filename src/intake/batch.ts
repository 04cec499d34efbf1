/** What the intake hands on, and what it is told of it. */
import type { FaultCode } from '../platform/faults.ts'
import type { ReceivedMessage } from '../platform/kafka/message.ts'
import type { TopicPartition } from '../platform/kafka/places.ts'

export interface NextOffset extends TopicPartition {
  readonly nextOffset: bigint
  /** End offset of the previous batch of this partition; null after an assignment that found none stored. */
  readonly previousOffset: bigint | null
}

/** Of one partition the messages are in offset order; `offsets` says where each partition goes on after them. */
export interface IntakeBatch {
  readonly messages: readonly ReceivedMessage[]
  /** One for each partition that has messages in the batch. */
  readonly offsets: readonly NextOffset[]
}

/** A partition number whose next event meets a bug of ours: nothing more is taken in from it, on any topic. */
export interface StoppedPartition extends TopicPartition {
  /** Where that event is, and stays. */
  readonly offset: bigint
  readonly code: FaultCode
}

/** What became of a batch: how far its partitions are done, and those that stopped. */
export interface BatchDone {
  readonly offsets: readonly NextOffset[]
  readonly stopped: readonly StoppedPartition[]
}
