/** Completes the roll-up, and compares it with a recomputation of all movements. */
import type { Pool } from '../../src/platform/postgres.ts'
import { findRollUpDifferences, type RollUpDifference, rollUp } from '../../src/reporting/roll-up.ts'
import { until } from '../../testkit/until.ts'

const READ_BEHIND = `
  select from tollgate.accounts a left join tollgate.usage_by_day_progress p using (account_id)
   where a.last_sequence > coalesce(p.through_sequence, 0) limit 1`

const READ_ACCOUNTS = `
  select a.account_id, a.balance_micros <> coalesce(sum(d.amount_micros), 0) as differs
    from tollgate.accounts a
    left join tollgate.usage_by_day d using (account_id)
   group by a.account_id`

export interface RolledUp {
  readonly differences: readonly RollUpDifference[]
  /** Accounts whose days do not add up to their balance. */
  readonly differingBalances: readonly string[]
}

export async function completeRollUp(pool: Pool): Promise<RolledUp> {
  // A job may hold a share of it, which the roll-up here then skips.
  await until('all movements are summed up', async () => {
    while ((await rollUp(pool)).hasMore);
    return (await pool.query(READ_BEHIND)).rows.length === 0
  })
  const { rows } = await pool.query<{ account_id: string; differs: boolean }>(READ_ACCOUNTS)
  const differences = await findRollUpDifferences(
    pool,
    rows.map((row) => row.account_id),
  )
  return { differences, differingBalances: rows.filter(({ differs }) => differs).map((row) => row.account_id) }
}

/** Movements that are summed up so far. */
export async function summedUp(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    'select coalesce(sum(through_sequence), 0)::integer as count from tollgate.usage_by_day_progress',
  )
  return rows[0]!.count
}
