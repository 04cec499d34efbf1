/** Appends movements. Each carries the balance before and after, so the chain can be checked row by row. */
import type { Movement } from '../../core/account/state.ts'
import type { InstantMicros } from '../../core/instant.ts'
import type { Connection } from '../../platform/postgres.ts'
import { copyRows, copyTarget } from '../../platform/postgres-binary.ts'

const MOVEMENTS = copyTarget<Movement, InstantMicros>('tollgate.movements', [
  ['recorded_at', (to, _, recordedAtMicros) => to.instant(recordedAtMicros)],
  ['account_id', (to, { posting }) => to.text(posting.accountId)],
  ['sequence', (to, { posting }) => to.int64(posting.sequence)],
  ['occurred_at', (to, { occurredAtMicros }) => to.instant(occurredAtMicros)],
  ['kind', (to, { origin }) => to.text(origin.kind)],
  ['amount_micros', (to, { posting }) => to.int64(posting.amountMicros)],
  ['balance_before_micros', (to, { posting }) => to.int64(posting.balanceBeforeMicros)],
  ['balance_after_micros', (to, { posting }) => to.int64(posting.balanceAfterMicros)],
  ['currency', (to, { posting }) => to.text(posting.currency)],
  ['event_id', (to, { origin }) => to.text('eventId' in origin ? origin.eventId : null)],
  ['top_up_id', (to, { origin }) => to.text('topUpId' in origin ? origin.topUpId : null)],
  ['reverses_sequence', (to, { origin }) => to.int64('reversesSequence' in origin ? origin.reversesSequence : null)],
  ['actor', (to, { origin }) => to.text('actor' in origin ? origin.actor : null)],
  ['reason', (to, { origin }) => to.text('reason' in origin ? origin.reason : null)],
])

/** Appends movements by binary COPY. Their accounts must be locked by this transaction, or have been created in it. */
export function insertMovements(
  connection: Connection,
  movements: readonly Movement[],
  recordedAtMicros: InstantMicros,
) {
  return copyRows(connection, MOVEMENTS, movements, recordedAtMicros)
}
