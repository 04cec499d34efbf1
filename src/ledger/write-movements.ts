/** Appends movements. Each carries the balance before and after, so the chain can be checked row by row. */

import type { Posting } from '../core/account/state.ts'
import type { InstantMicros } from '../core/instant.ts'
import type { Connection } from '../platform/postgres.ts'
import { copyRows, copyTarget } from '../platform/postgres-binary.ts'

/** What a movement came from: an event, a correction with the movement it takes back, or a person with a reason. */
export type MovementOrigin =
  | { readonly kind: 'usage'; readonly eventId: string }
  | { readonly kind: 'reversal'; readonly eventId: string; readonly reversesSequence: bigint }
  | { readonly kind: 'adjustment'; readonly actor: string; readonly reason: string }

export interface Movement {
  readonly posting: Posting
  readonly origin: MovementOrigin
  readonly occurredAtMicros: InstantMicros
}

interface Row {
  readonly movement: Movement
  readonly recordedAtMicros: InstantMicros
}

const MOVEMENTS = copyTarget<Row>('tollgate.movements', [
  ['recorded_at', (row, { recordedAtMicros }) => row.instant(recordedAtMicros)],
  ['account_id', (row, { movement: { posting } }) => row.text(posting.accountId)],
  ['sequence', (row, { movement: { posting } }) => row.int64(posting.sequence)],
  ['occurred_at', (row, { movement }) => row.instant(movement.occurredAtMicros)],
  ['kind', (row, { movement: { origin } }) => row.text(origin.kind)],
  ['amount_micros', (row, { movement: { posting } }) => row.int64(posting.amountMicros)],
  ['balance_before_micros', (row, { movement: { posting } }) => row.int64(posting.balanceBeforeMicros)],
  ['balance_after_micros', (row, { movement: { posting } }) => row.int64(posting.balanceAfterMicros)],
  ['currency', (row, { movement: { posting } }) => row.text(posting.currency)],
  ['event_id', (row, { movement: { origin } }) => row.text('eventId' in origin ? origin.eventId : null)],
  [
    'reverses_sequence',
    (row, { movement: { origin } }) => row.int64('reversesSequence' in origin ? origin.reversesSequence : null),
  ],
  ['actor', (row, { movement: { origin } }) => row.text('actor' in origin ? origin.actor : null)],
  ['reason', (row, { movement: { origin } }) => row.text('reason' in origin ? origin.reason : null)],
])

export function insertMovements(
  connection: Connection,
  movements: readonly Movement[],
  recordedAtMicros: InstantMicros,
) {
  const rows = movements.map((movement) => ({ movement, recordedAtMicros }))
  return copyRows(connection, MOVEMENTS, rows)
}
