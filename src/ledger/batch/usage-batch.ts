/** The input and the result of recording a batch of usage. */
import type { BatchEvent } from '../../core/batch/decide-batch.ts'
import type { Outcome } from '../../core/rating/decision.ts'
import type { UsageEvent } from '../../core/usage/event.ts'
import type { BatchOffset } from '../../platform/kafka/places.ts'
import type { SourceMessage } from '../source-message.ts'
import { contentHashOf } from './content-hash.ts'

/** An event with its content hash and the message that carried it. */
export type HashedUsage = BatchEvent<SourceMessage>

/** Hashes the content of an event. Done outside the transaction, so that a retry does not repeat it. */
export function withContentHash(event: UsageEvent, source: SourceMessage): HashedUsage {
  return { event, contentHash: contentHashOf(event), source }
}

/** A message that goes to the dead letters without a decision: it cannot be read as an event, or cannot be recorded. */
export interface RefusedMessage {
  readonly source: SourceMessage
  readonly reason: string
  readonly detail: string
  readonly accountId: string | null
  readonly eventId: string | null
}

export interface UsageBatch {
  /** Decided in this order. */
  readonly usage: readonly HashedUsage[]
  readonly refusedMessages: readonly RefusedMessage[]
  /** Stored with the batch: how far it brings each partition. */
  readonly offsets: readonly BatchOffset[]
}

export interface RecordedBatch {
  readonly countByOutcome: ReadonlyMap<Outcome, number>
  /** New dead letters by reason. Those stored before are not counted. */
  readonly deadLettersByReason: ReadonlyMap<string, number>
}
