/**
 * Claims on open top-ups, so that any number of processes can work at once. A claim expires by the database's clock, so the
 * work of a process that died is taken over. Before a payment is confirmed, the claim is checked and extended.
 */
import type { TopUp } from '../../core/top-up/machine.ts'
import type { Pool } from '../../platform/postgres.ts'
import { OPEN_STATES_SQL, TOP_UP_COLUMNS, type TopUpRow, topUpOf } from './top-up-rows.ts'

/** Takes no account lock, skips rows that another process has locked, and never waits. */
const CLAIM_TOP_UPS = `
  update tollgate.top_ups t
     set claimed_by = $1, claimed_until = clock_timestamp() + make_interval(secs => $3::integer / 1000.0)
    from (
      select top_up_id as id from tollgate.top_ups
       where state in (${OPEN_STATES_SQL})
         and next_try_at <= clock_timestamp()
         and (claimed_until is null or claimed_until <= clock_timestamp())
       order by next_try_at
       limit $2::integer
         for update skip locked
    ) as due
   where t.top_up_id = due.id
  returning ${TOP_UP_COLUMNS}, coalesce(action_until <= clock_timestamp(), false) as has_lapsed`

const RELEASE_CLAIM = `
  update tollgate.top_ups set claimed_by = null, claimed_until = null where top_up_id = $1 and claimed_by = $2`

export interface ClaimedTopUp {
  readonly topUp: TopUp
  /** Whether the customer's time to approve it is over. */
  readonly hasLapsed: boolean
}

/** Claims up to `limit` due top-ups for `holdMs` milliseconds, the longest due first. `holder` identifies the claim. */
export async function claimTopUps(pool: Pool, holder: string, limit: number, holdMs: number): Promise<ClaimedTopUp[]> {
  const { rows } = await pool.query<TopUpRow & { readonly has_lapsed: boolean }>({
    name: 'claim-top-ups',
    text: CLAIM_TOP_UPS,
    values: [holder, limit, holdMs],
  })
  return rows
    .map((row) => ({ topUp: topUpOf(row), hasLapsed: row.has_lapsed }))
    .toSorted((a, b) => a.topUp.nextTryAtMicros - b.topUp.nextTryAtMicros)
}

/** Releases a claim before it expires. A claim that another process has taken over stays. */
export async function releaseClaim(pool: Pool, topUpId: string, holder: string): Promise<void> {
  await pool.query(RELEASE_CLAIM, [topUpId, holder])
}
