/**
 * Claims of open top-ups, for any number of processes that work at once. A claim ends by itself, by the database's clock, so
 * that work of a process that died is taken over; who confirms a payment makes sure of its claim right before.
 */
import type { TopUp } from '../../core/top-up/machine.ts'
import type { Pool } from '../../platform/postgres.ts'
import { TOP_UP_COLUMNS, type TopUpRow, topUpOf } from './top-up-rows.ts'

/** It takes no lock of an account, passes over rows that another holds, and waits for nobody. */
const CLAIM_TOP_UPS = `
  update tollgate.top_ups t
     set claimed_by = $1, claimed_until = clock_timestamp() + make_interval(secs => $3::integer / 1000.0)
    from (
      select top_up_id as id from tollgate.top_ups
       where state in ('requested', 'prepared', 'charging', 'unknown', 'processing', 'needs_action')
         and next_try_at <= clock_timestamp()
         and (claimed_until is null or claimed_until <= clock_timestamp())
       order by next_try_at
       limit $2::integer
         for update skip locked
    ) as due
   where t.top_up_id = due.id
  returning ${TOP_UP_COLUMNS}`

const RELEASE_CLAIM = `
  update tollgate.top_ups set claimed_by = null, claimed_until = null where top_up_id = $1 and claimed_by = $2`

/** Open top-ups whose time has come and that nobody holds; held until `holdMs` from now. */
export async function claimTopUps(pool: Pool, holder: string, limit: number, holdMs: number): Promise<TopUp[]> {
  const { rows } = await pool.query<TopUpRow>({
    name: 'claim-top-ups',
    text: CLAIM_TOP_UPS,
    values: [holder, limit, holdMs],
  })
  return rows.map(topUpOf).toSorted((a, b) => a.nextTryAtMicros - b.nextTryAtMicros)
}

/** Lets others have it before the claim ends; one that is another's by now stays so. */
export async function releaseClaim(pool: Pool, topUpId: string, holder: string): Promise<void> {
  await pool.query(RELEASE_CLAIM, [topUpId, holder])
}
