/** Stores the fair-use minutes that a batch changed. */
import type { MovedCounter } from '../../core/batch/decide-batch.ts'
import type { Connection } from '../../platform/postgres.ts'
import { arrayOf } from '../../platform/postgres-binary.ts'

const UPSERT_COUNTERS = `
  insert into tollgate.fair_use_counters as c (account_id, user_id, cycle_anchor, cycle_start, minutes)
  select * from unnest($1::text[], $2::text[], $3::date[], $4::date[], $5::integer[])
      on conflict (account_id, user_id, cycle_anchor, cycle_start) do update set minutes = excluded.minutes, version = c.version + 1`

/** Stores the counters. The version of each rises by one, and starts at 1. The accounts must be locked. */
export async function upsertCounters(connection: Connection, moved: readonly MovedCounter[]): Promise<void> {
  await connection.query({
    name: 'upsert-counters',
    text: UPSERT_COUNTERS,
    values: [
      arrayOf('text', moved, ({ counter }) => counter.accountId),
      arrayOf('text', moved, ({ counter }) => counter.userId),
      arrayOf('date', moved, ({ counter }) => counter.anchor),
      arrayOf('date', moved, ({ counter }) => counter.cycleStart),
      arrayOf('integer', moved, ({ minutes }) => minutes),
    ],
  })
}
