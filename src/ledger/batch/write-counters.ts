/** Stores the fair-use minutes that a batch moved. */
import { counterFromKey } from '../../core/rating/fair-use.ts'
import type { Connection } from '../../platform/postgres.ts'
import { arrayOf } from '../../platform/postgres-binary.ts'

const UPSERT_COUNTERS = `
  insert into tollgate.fair_use_counters as c (account_id, user_id, cycle_anchor, cycle_start, minutes)
  select * from unnest($1::text[], $2::text[], $3::date[], $4::date[], $5::integer[])
      on conflict (account_id, user_id, cycle_anchor, cycle_start) do update set minutes = excluded.minutes, version = c.version + 1`

export async function upsertCounters(
  connection: Connection,
  keys: ReadonlySet<string>,
  minutesUsed: ReadonlyMap<string, number>,
): Promise<void> {
  const list = [...keys]
  const counters = list.map(counterFromKey)
  await connection.query({
    name: 'upsert-counters',
    text: UPSERT_COUNTERS,
    values: [
      arrayOf('text', counters, ({ accountId }) => accountId),
      arrayOf('text', counters, ({ userId }) => userId),
      arrayOf('date', counters, ({ anchor }) => anchor),
      arrayOf('date', counters, ({ cycleStart }) => cycleStart),
      arrayOf('integer', list, (key) => minutesUsed.get(key)!),
    ],
  })
}
