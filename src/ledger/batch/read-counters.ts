/** Reads the fair-use counters that a batch may change. */
import { counterKey, type FairUseCounter } from '../../core/rating/fair-use.ts'
import type { Connection } from '../../platform/postgres.ts'
import { arrayOf } from '../../platform/postgres-binary.ts'

/** Looks up each counter by its key. `offset 0` keeps the planner from comparing every counter with all keys. */
const READ_COUNTERS = `
  select c.account_id, c.user_id, c.cycle_anchor, c.cycle_start, c.minutes, c.version
    from unnest($1::text[], $2::text[], $3::date[], $4::date[]) as asked (account_id, user_id, cycle_anchor, cycle_start)
   cross join lateral (
         select * from tollgate.fair_use_counters c
          where c.account_id = asked.account_id and c.user_id = asked.user_id
            and c.cycle_anchor = asked.cycle_anchor and c.cycle_start = asked.cycle_start
         offset 0) c`

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

const NEVER_USED: StoredCounter = { minutes: 0, version: 0n }

/**
 * Returns the counters by `counterKey`. One that was never used has 0 minutes and version 0. The accounts must be locked.
 */
export async function readCounters(
  connection: Connection,
  asked: ReadonlyMap<string, FairUseCounter>,
): Promise<Map<string, StoredCounter>> {
  if (asked.size === 0) return new Map()
  const counters = [...asked.values()]
  const { rows } = await connection.query<CounterRow>({
    name: 'read-counters',
    text: READ_COUNTERS,
    values: [
      arrayOf('text', counters, ({ accountId }) => accountId),
      arrayOf('text', counters, ({ userId }) => userId),
      arrayOf('date', counters, ({ anchor }) => anchor),
      arrayOf('date', counters, ({ cycleStart }) => cycleStart),
    ],
  })
  const read = new Map<string, StoredCounter>([...asked.keys()].map((key) => [key, NEVER_USED]))
  for (const {
    account_id: accountId,
    user_id: userId,
    cycle_anchor: anchor,
    cycle_start: cycleStart,
    ...row
  } of rows) {
    read.set(counterKey({ accountId, userId, anchor, cycleStart }), row)
  }
  return read
}
