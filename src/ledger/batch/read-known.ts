/** Reads which events of a batch are already recorded. The account locks keep others from adding one meanwhile. */
import { type KnownUsage, usageKey } from '../../core/book/book.ts'
import type { Currency } from '../../core/money.ts'
import type { Outcome } from '../../core/rating/decision.ts'
import { storedCounter } from '../../core/rating/fair-use.ts'
import { CONTENT_VERSION } from '../../core/usage/content.ts'
import type { Connection } from '../../platform/postgres.ts'
import { arrayOf } from '../../platform/postgres-binary.ts'
import type { EventIds } from '../corrections/awaited-corrections.ts'

/**
 * Looks up each id by the key of the identities, then the detail of those found. `offset 0` keeps the planner from
 * reversing the join: with statistics from a smaller table it would read the whole table for every batch.
 */
const READ_KNOWN = `
  select i.account_id, i.event_id, i.corrected_by,
         case i.content_version when $3 then encode(i.content_hash, 'hex') end as content_hash,
         r.type, r.user_id, r.outcome, r.amount_micros, r.covered_minutes, r.currency, r.cycle_anchor, r.cycle_start,
         r.movement_sequence
    from unnest($1::text[], $2::text[]) as asked (account_id, event_id)
   cross join lateral (
         select * from tollgate.usage_identity i
          where i.account_id = asked.account_id and i.event_id = asked.event_id
         offset 0) i
   cross join lateral (
         select * from tollgate.rated_usage r
          where r.account_id = i.account_id and r.event_id = i.event_id and r.recorded_at = i.recorded_at
         offset 0) r`

interface KnownRow {
  account_id: string
  event_id: string
  content_hash: string | null
  corrected_by: string | null
  type: string
  user_id: string | null
  outcome: Outcome
  amount_micros: bigint
  covered_minutes: number
  currency: Currency
  cycle_anchor: string | null
  cycle_start: string | null
  movement_sequence: bigint | null
}

/**
 * Returns the recorded events by `usageKey`. An id that is not recorded is absent, and an id may be given twice. The
 * account locks must be granted before this statement starts; otherwise an id could be recorded after it was read and
 * before it is decided.
 */
export async function readKnown(
  connection: Connection,
  { accountIds, eventIds }: EventIds,
): Promise<Map<string, KnownUsage>> {
  const { rows } = await connection.query<KnownRow>({
    name: 'read-known',
    text: READ_KNOWN,
    values: [
      arrayOf('text', accountIds, (value) => value),
      arrayOf('text', eventIds, (value) => value),
      CONTENT_VERSION,
    ],
  })
  return new Map(rows.map((row) => [usageKey(row.account_id, row.event_id), known(row)]))
}

function known(row: KnownRow): KnownUsage {
  return {
    contentHash: row.content_hash,
    outcome: row.outcome,
    isCorrection: row.type === 'correction',
    amountMicros: row.amount_micros,
    coveredMinutes: row.covered_minutes,
    currency: row.currency,
    counter: storedCounter(row.account_id, row.user_id, row.cycle_anchor, row.cycle_start),
    movementSequence: row.movement_sequence,
    correctedBy: row.corrected_by,
  }
}
