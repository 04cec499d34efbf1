/** The movements of a range of an account's chain, with what an export shows of them, in order, page by page. */

import type { MovementFacts } from '../../core/export/exported-movement.ts'
import type { Currency } from '../../core/money.ts'
import { Fault } from '../../platform/faults.ts'
import type { Connection } from '../../platform/postgres.ts'
import { epochMicros } from '../../platform/sql.ts'

/**
 * `o` is the movement that a reversal corrects, `w` the usage of a movement. Each is looked up by key within one
 * partition, which the LIMIT tells the planner. Where there is none the key is null, and nothing is looked up.
 */
const READ_FACTS = `
  select m.sequence, m.kind, m.amount_micros, m.balance_after_micros, m.currency,
         ${epochMicros('m.occurred_at')} as occurred_at_micros,
         ${epochMicros('m.recorded_at')} as recorded_at_micros,
         w.interaction_id, w.type, w.channel, w.units, w.user_id, n.name as user_name, w.destination, w.sku, w.to_number
    from tollgate.movements m
    left join lateral (
      select event_id, recorded_at from tollgate.movements
       where account_id = m.account_id and sequence = case when m.kind = 'reversal' then m.reverses_sequence end
       limit 1
    ) as o on true
    left join lateral (
      select interaction_id, type, channel, units, user_id, destination, sku, to_number from tollgate.rated_usage
       where account_id = m.account_id and event_id = coalesce(o.event_id, m.event_id)
         and recorded_at = coalesce(o.recorded_at, m.recorded_at)
       limit 1
    ) as w on true
    left join tollgate.display_names n on n.account_id = m.account_id and n.user_id = w.user_id
   where m.account_id = $1 and m.sequence > $2 and m.sequence <= $3
   order by m.sequence`

interface Row {
  sequence: bigint
  kind: string
  amount_micros: bigint
  balance_after_micros: bigint
  currency: Currency
  occurred_at_micros: bigint
  recorded_at_micros: bigint
  interaction_id: string | null
  type: string | null
  channel: string | null
  units: bigint | null
  user_id: string | null
  user_name: string | null
  destination: string | null
  sku: string | null
  to_number: string | null
}

/** A range of an account's chain. */
export interface Stretch {
  readonly accountId: string
  /** Exclusive: the first movement is the next one. */
  readonly afterSequence: bigint
  readonly throughSequence: bigint
}

/** Keeps a few hundred kilobytes in memory at a time, little enough to be collected young. */
const ROWS_PER_PAGE = 500n

/**
 * Yields all movements of the range. The connection must be in a transaction with `isByKey`. Throws a `Fault` if a
 * movement is missing, because no export may be silently incomplete.
 */
export async function* readMovementFacts(
  connection: Connection,
  { accountId, afterSequence, throughSequence }: Stretch,
): AsyncGenerator<MovementFacts[]> {
  for (let after = afterSequence; after < throughSequence; ) {
    const upTo = after + ROWS_PER_PAGE < throughSequence ? after + ROWS_PER_PAGE : throughSequence
    // Not a named statement, because a pooler may sit in between.
    const { rows } = await connection.query<Row>(READ_FACTS, [accountId, after, upTo])
    const gap = rows.findIndex(({ sequence }, i) => sequence !== after + BigInt(i) + 1n)
    if (gap !== -1 || BigInt(rows.length) !== upTo - after) {
      const missing = after + BigInt(gap === -1 ? rows.length : gap) + 1n
      throw new Fault('invariant_broken', `account ${accountId} lacks movement ${missing}, or has it twice`)
    }
    yield rows.map(factsOf)
    after = upTo
  }
}

function factsOf(row: Row): MovementFacts {
  return {
    sequence: row.sequence,
    kind: row.kind,
    occurredAtMicros: Number(row.occurred_at_micros),
    recordedAtMicros: Number(row.recorded_at_micros),
    amountMicros: row.amount_micros,
    balanceAfterMicros: row.balance_after_micros,
    currency: row.currency,
    interactionId: row.interaction_id,
    usageType: row.type,
    channel: row.channel,
    units: row.units,
    userId: row.user_id,
    userName: row.user_name,
    destination: row.destination,
    sku: row.sku,
    number: row.to_number,
  }
}
