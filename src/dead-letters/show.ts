/** A dead letter for the command line and the API, without its bytes, which may contain phone numbers. */
import type { ListedDeadLetter } from '../ledger/dead-letters/list-dead-letters.ts'

/** Formats a dead letter. Details are our own texts and contain no value of the message. */
export function showDeadLetter(letter: ListedDeadLetter) {
  return {
    topic: letter.topic,
    partition: letter.partition,
    offset: Number(letter.offset),
    recorded_at: letter.recordedAt,
    reason: letter.reason,
    detail: letter.detail,
    account_id: letter.accountId,
    event_id: letter.eventId,
    size_bytes: letter.sizeBytes,
    value_kept: letter.isValueKept,
    replays: letter.replays,
    replayed_at: letter.replayedAt,
  }
}
