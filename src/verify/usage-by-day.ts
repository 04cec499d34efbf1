/**
 * The sums by day (src/reporting/roll-up.ts) are what the movements that are in them come to, added up anew: of each account
 * up to where it is summed up, both read by one statement, so traffic and roll-up go on. A page is as many accounts as have so
 * many movements.
 */
import type { Pool } from '../platform/postgres.ts'
import { findRollUpDifferences } from '../reporting/roll-up.ts'
import type { OnFault } from './fault.ts'
import type { Pace } from './pace.ts'

const ACCOUNTS_A_READ = 1_000
const MOVEMENTS_A_PAGE = 5_000

const READ_ACCOUNTS = `
  select a.account_id, coalesce(p.through_sequence, 0) as through_sequence
    from tollgate.accounts a
    left join tollgate.usage_by_day_progress p using (account_id)
   where a.account_id > $1
   order by a.account_id
   limit $2`

interface AccountRow {
  account_id: string
  through_sequence: bigint
}

/** Answers how many movements the sums were compared with. */
export async function verifyUsageByDay(pool: Pool, pace: Pace, onFault: OnFault): Promise<number> {
  let movements = 0
  for (let after = ''; ; ) {
    const { rows } = await pool.query<AccountRow>({
      name: 'verify-usage-by-day',
      text: READ_ACCOUNTS,
      values: [after, ACCOUNTS_A_READ],
    })
    const last = rows.at(-1)
    if (last === undefined) return movements
    for (const page of pagesOf(rows)) {
      const differences = await findRollUpDifferences(pool, page.accountIds)
      for (const { accountId, bookedOn, of } of differences) {
        const detail = `${bookedOn} ${of}: the sum is not what the movements come to`
        onFault({ check: 'usage_by_day', invariant: null, severity: 'fault', accountId, detail })
      }
      movements += page.movements
      await pace.took(page.movements)
    }
    after = last.account_id
  }
}

interface Page {
  readonly accountIds: string[]
  movements: number
}

function pagesOf(rows: readonly AccountRow[]): Page[] {
  const pages: Page[] = []
  for (const { account_id, through_sequence } of rows) {
    let page = pages.at(-1)
    if (page === undefined || page.movements >= MOVEMENTS_A_PAGE) {
      page = { accountIds: [], movements: 0 }
      pages.push(page)
    }
    page.accountIds.push(account_id)
    page.movements += Number(through_sequence)
  }
  return pages
}
