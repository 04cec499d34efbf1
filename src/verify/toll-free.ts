/** Finds interactions with two toll-free charges: most likely the producer sent one leg on two topics. The charges stay. */
import type { Pool } from '../platform/postgres.ts'
import type { OnFault } from './fault.ts'
import type { Pace } from './pace.ts'

const ACCOUNTS_PER_PAGE = 200
/** The page ends with the account that reaches it: all charges of an account are read together. */
const MOVEMENTS_PER_PAGE = 20_000

/** Every charge has a movement, so movements bound how much a page reads. `last` is null after the last account. */
const NEXT_ACCOUNTS = `
  select max(account_id) as last, coalesce(sum(last_sequence), 0)::float8 as movements
    from (
      select account_id, last_sequence, sum(last_sequence) over (order by account_id) - last_sequence as movements_before
        from (
          select account_id, last_sequence from tollgate.accounts where account_id > $1 order by account_id limit $2
        ) as next
    ) as page
   where movements_before < $3`

const FIND_CHARGED_TWICE = `
  select r.account_id, r.interaction_id, array_agg(r.event_id order by r.recorded_at, r.event_id) as event_ids
    from tollgate.rated_usage r
    join tollgate.usage_identity i
      on i.account_id = r.account_id and i.event_id = r.event_id and i.recorded_at = r.recorded_at
   where r.account_id > $1 and r.account_id <= $2
     and r.outcome = 'charged' and r.reason = 'toll_free_inbound' and i.corrected_by is null
   group by r.account_id, r.interaction_id
  having count(*) > 1
   order by r.account_id, r.interaction_id`

/** Reports such interactions as warnings. */
export async function verifyTollFree(pool: Pool, pace: Pace, onFault: OnFault): Promise<void> {
  for (let after = ''; ; ) {
    const { rows } = await pool.query<{ last: string | null; movements: number }>(NEXT_ACCOUNTS, [
      after,
      ACCOUNTS_PER_PAGE,
      MOVEMENTS_PER_PAGE,
    ])
    const { last, movements } = rows[0]!
    if (last === null) return
    const found = await pool.query<{ account_id: string; interaction_id: string; event_ids: string[] }>({
      name: 'verify-toll-free',
      text: FIND_CHARGED_TWICE,
      values: [after, last],
    })
    for (const { account_id: accountId, interaction_id, event_ids } of found.rows) {
      const detail = `interaction ${interaction_id} is charged as toll-free ${event_ids.length} times: ${event_ids.join(', ')}`
      onFault({ check: 'charged_twice', invariant: 'A', severity: 'warning', accountId, detail })
    }
    await pace.took(ACCOUNTS_PER_PAGE + movements)
    after = last
  }
}
