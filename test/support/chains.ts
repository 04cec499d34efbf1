/** Checks invariant B in the database: every movement continues the one before, and the last one ends at the balance. */
import type { Pool } from '../../src/platform/postgres.ts'

/** A sequence with a gap, a balance before that is not the previous balance after, or an end that is not the balance. */
const BROKEN_CHAINS = `
  with chained as (
    select account_id, sequence, balance_before_micros, balance_after_micros,
           lag(sequence, 1, 0::bigint) over chain as previous_sequence,
           lag(balance_after_micros, 1, 0::bigint) over chain as previous_balance,
           lead(sequence) over chain is null as is_last
      from tollgate.movements
    window chain as (partition by account_id order by sequence)
  )
  select c.account_id, c.sequence
    from chained c join tollgate.accounts a using (account_id)
   where c.sequence <> c.previous_sequence + 1
      or c.balance_before_micros <> c.previous_balance
      or (c.is_last and (c.balance_after_micros <> a.balance_micros or c.sequence <> a.last_sequence))`

export async function brokenChains(pool: Pool): Promise<{ account_id: string; sequence: bigint }[]> {
  return (await pool.query(BROKEN_CHAINS)).rows
}
