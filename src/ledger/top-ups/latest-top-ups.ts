/** Reads the top-ups of accounts that are open or changed last, for live updates. */
import type { Pool } from '../../platform/postgres.ts'
import { type ListedTopUp, TOP_UP_COLUMNS, type TopUpRow, topUpOf, WITH_OPEN } from './list-top-ups.ts'

/** Open ones first, then the most recently changed. */
const LATEST_TOP_UPS = `
  select t.*
    from unnest($1::text[]) as asked (account_id)
   cross join lateral (
         select ${TOP_UP_COLUMNS}, is_open
           from (${WITH_OPEN}) as t
          where t.account_id = asked.account_id
          order by is_open desc, t.updated_at desc, top_up_id
          limit $2::integer offset 0) t`

export interface LatestTopUp {
  readonly topUp: ListedTopUp
  readonly isOpen: boolean
}

/** Reads at most `limit` top-ups per account, by account_id. Accounts without any are left out. */
export async function latestTopUps(
  pool: Pool,
  accountIds: readonly string[],
  limit: number,
): Promise<Map<string, LatestTopUp[]>> {
  const { rows } = await pool.query<TopUpRow & { is_open: boolean }>({
    name: 'latest-top-ups',
    text: LATEST_TOP_UPS,
    values: [accountIds, limit],
  })
  return Map.groupBy(
    rows.map((row): LatestTopUp => ({ topUp: topUpOf(row), isOpen: row.is_open })),
    ({ topUp }) => topUp.accountId,
  )
}
