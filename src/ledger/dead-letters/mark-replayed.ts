/** Marks dead letters as replayed. The outcome of a replay is in the ledger, not here. */
import type { Pool } from '../../platform/postgres.ts'
import type { DeadLetterKey } from './list-dead-letters.ts'

const MARK_REPLAYED = `
  update tollgate.dead_letters d
     set replays = d.replays + 1, replayed_at = clock_timestamp()
    from unnest($1::text[], $2::integer[], $3::bigint[], $4::bytea[]) as sent (topic, partition, "offset", value_hash)
   where d.topic = sent.topic and d.partition = sent.partition and d."offset" = sent."offset"
     and d.value_hash = sent.value_hash`

/** Counts one more replay of these letters. */
export async function markReplayed(pool: Pool, letters: readonly DeadLetterKey[]): Promise<void> {
  await pool.query(MARK_REPLAYED, [
    letters.map(({ topic }) => topic),
    letters.map(({ partition }) => partition),
    letters.map(({ offset }) => offset),
    letters.map(({ valueHash }) => valueHash),
  ])
}
