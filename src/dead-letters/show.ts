/** A dead letter as the command and the API show it: without its bytes, which may hold numbers. */
import type { ListedDeadLetter } from '../ledger/dead-letters/list-dead-letters.ts'

/** Details are ours, and quote no value of the message. */
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
