/** Lists the minutes that a package has covered in one billing cycle, by user. */
import type { Pool } from '../../platform/postgres.ts'

export interface ListedFairUse {
  readonly userId: string
  /** Null: no name is known. */
  readonly userName: string | null
  readonly minutes: number
}

const LIST_FAIR_USE = `
  select c.user_id, n.name as user_name, c.minutes
    from tollgate.fair_use_counters c
    left join tollgate.display_names n on n.account_id = c.account_id and n.user_id = c.user_id
   where c.account_id = $1 and c.cycle_anchor = $2::date and c.cycle_start = $3::date
     and ($4::text is null or c.user_id > $4)
   order by c.user_id
   limit $5::integer`

/** Lists fair use by user id, after the user `after`; null: from the start. Users without covered calls are left out. */
export async function listFairUse(
  pool: Pool,
  {
    accountId,
    anchor,
    cycleStart,
  }: { readonly accountId: string; readonly anchor: string; readonly cycleStart: string },
  { after, limit }: { readonly after: string | null; readonly limit: number },
): Promise<ListedFairUse[]> {
  const values = [accountId, anchor, cycleStart, after, limit]
  const { rows } = await pool.query<{ user_id: string; user_name: string | null; minutes: number }>(
    LIST_FAIR_USE,
    values,
  )
  return rows.map((row) => ({ userId: row.user_id, userName: row.user_name, minutes: row.minutes }))
}
