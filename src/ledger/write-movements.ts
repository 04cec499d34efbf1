/** Appends movements. Each carries the balance before and after, so the chain can be checked row by row. */

import type { Posting } from '../core/account/state.ts'
import { formatInstant, type InstantMicros } from '../core/instant.ts'
import type { Connection } from '../platform/postgres.ts'

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

const INSERT_MOVEMENTS = `
  insert into tollgate.movements (recorded_at, account_id, sequence, occurred_at, kind, amount_micros,
    balance_before_micros, balance_after_micros, currency, event_id, reverses_sequence, actor, reason)
  select $1::timestamptz, movement.*
    from unnest($2::text[], $3::bigint[], $4::timestamptz[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[],
      $9::text[], $10::text[], $11::bigint[], $12::text[], $13::text[]) as movement`

export function insertMovements(connection: Connection, movements: readonly Movement[], recordedAt: string) {
  return connection.query({
    name: 'insert-movements',
    text: INSERT_MOVEMENTS,
    values: [
      recordedAt,
      movements.map(({ posting }) => posting.accountId),
      movements.map(({ posting }) => posting.sequence),
      movements.map(({ occurredAtMicros }) => formatInstant(occurredAtMicros)),
      movements.map(({ origin }) => origin.kind),
      movements.map(({ posting }) => posting.amountMicros),
      movements.map(({ posting }) => posting.balanceBeforeMicros),
      movements.map(({ posting }) => posting.balanceAfterMicros),
      movements.map(({ posting }) => posting.currency),
      movements.map(({ origin }) => (origin.kind === 'adjustment' ? null : origin.eventId)),
      movements.map(({ origin }) => (origin.kind === 'reversal' ? origin.reversesSequence : null)),
      movements.map(({ origin }) => (origin.kind === 'adjustment' ? origin.actor : null)),
      movements.map(({ origin }) => (origin.kind === 'adjustment' ? origin.reason : null)),
    ],
  })
}
