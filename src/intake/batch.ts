/** A batch that the intake passes on, and its result. */
import type { FaultCode } from '../platform/faults.ts'
import type { ReceivedMessage } from '../platform/kafka/message.ts'
import type { BatchOffset, TopicPartition } from '../platform/kafka/places.ts'

/** The messages of each partition are in offset order. `offsets` says where each partition goes on after them. */
export interface IntakeBatch {
  readonly messages: readonly ReceivedMessage[]
  /** One for each partition that has messages in the batch. */
  readonly offsets: readonly BatchOffset[]
}

/** A partition number whose next event triggers a bug. Nothing more is taken from it, on any topic. */
export interface StoppedPartition extends TopicPartition {
  /** The offset of that event, which stays where it is. */
  readonly offset: bigint
  readonly code: FaultCode
}

/** The result of a batch: how far its partitions are recorded, and which stopped. */
export interface BatchDone {
  readonly offsets: readonly BatchOffset[]
  readonly stopped: readonly StoppedPartition[]
}
