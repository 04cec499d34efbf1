/** What a batch of usage brings to the ledger, and what became of it. */
import type { BatchEvent } from '../../core/batch/decide-batch.ts'
import type { Outcome } from '../../core/rating/decision.ts'
import type { UsageEvent } from '../../core/usage/event.ts'
import type { RecordedOffset } from '../epochs/consumer-offsets.ts'
import type { SourceMessage } from '../source-message.ts'
import { contentHashOf } from './content-hash.ts'

/** An event with the message that it came as. */
export type UsageToRecord = BatchEvent<SourceMessage>

/** Hashes the content outside of the transaction, and not again when recording is retried. */
export function usageToRecord(event: UsageEvent, source: SourceMessage): UsageToRecord {
  return { event, contentHash: contentHashOf(event), source }
}

/** A message that never became an event. */
export interface UnreadableUsage {
  readonly source: SourceMessage
  readonly reason: string
  readonly detail: string
  readonly accountId: string | null
  readonly eventId: string | null
}

export interface UsageBatch {
  /** Decided in this order. */
  readonly usage: readonly UsageToRecord[]
  readonly unreadable: readonly UnreadableUsage[]
  /** Stored with the batch; empty when a part of a split batch must not move them yet. */
  readonly offsets: readonly RecordedOffset[]
}

export interface RecordedBatch {
  readonly countByOutcome: ReadonlyMap<Outcome, number>
  /** Dead letters by reason, those noted before left out. */
  readonly deadLettersByReason: ReadonlyMap<string, number>
}
