/** The fair-use minutes that a batch's calls are held against. */
import { counterFromKey, counterKey } from '../core/rating/fair-use.ts'
import type { Connection } from '../platform/postgres.ts'

const READ_COUNTERS = `
  select account_id, user_id, cycle_anchor, cycle_start, minutes, version
    from unnest($1::text[], $2::text[], $3::date[], $4::date[]) as asked (account_id, user_id, cycle_anchor, cycle_start)
    join tollgate.fair_use_counters using (account_id, user_id, cycle_anchor, cycle_start)`

interface CounterRow {
  account_id: string
  user_id: string
  cycle_anchor: string
  cycle_start: string
  minutes: number
  version: bigint
}

export interface StoredCounter {
  readonly minutes: number
  readonly version: bigint
}

/** By counter key; a counter never used is absent. */
export async function readCounters(
  connection: Connection,
  keys: ReadonlySet<string>,
): Promise<Map<string, StoredCounter>> {
  if (keys.size === 0) return new Map()
  const counters = [...keys].map(counterFromKey)
  const { rows } = await connection.query<CounterRow>({
    name: 'read-counters',
    text: READ_COUNTERS,
    values: [
      counters.map(({ accountId }) => accountId),
      counters.map(({ userId }) => userId),
      counters.map(({ anchor }) => anchor),
      counters.map(({ cycleStart }) => cycleStart),
    ],
  })
  return new Map(
    rows.map((row) => [
      counterKey({
        accountId: row.account_id,
        userId: row.user_id,
        anchor: row.cycle_anchor,
        cycleStart: row.cycle_start,
      }),
      { minutes: row.minutes, version: row.version },
    ]),
  )
}
