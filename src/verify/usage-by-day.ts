/**
 * The sums by day and by month (src/reporting/roll-up.ts) are what the movements that are in them come to, added up anew: of each account
 * up to where it is summed up, both read by one statement, so traffic and roll-up go on. A page is as many accounts as have so
 * many movements.
 */
import type { Pool } from '../platform/postgres.ts'
import { findRollUpDifferences } from '../reporting/roll-up.ts'
import type { OnFault } from './fault.ts'
import type { Pace } from './pace.ts'
import { type RolledUpAccount, readRolledUpAccounts } from './rolled-up-accounts.ts'

const MOVEMENTS_PER_PAGE = 5_000

/** Answers how many movements the sums were compared with. */
export async function verifyUsageByDay(pool: Pool, pace: Pace, onFault: OnFault): Promise<number> {
  let movements = 0
  for await (const accounts of readRolledUpAccounts(pool)) {
    for (const page of pagesOf(accounts)) {
      const differences = await findRollUpDifferences(pool, page.accountIds)
      for (const { accountId, bookedOn, of } of differences) {
        const detail = `${bookedOn} ${of}: the sum is not what the movements come to`
        onFault({ check: 'usage_by_day', invariant: null, severity: 'fault', accountId, detail })
      }
      movements += page.movements
      await pace.took(page.movements)
    }
  }
  return movements
}

interface Page {
  readonly accountIds: string[]
  movements: number
}

function pagesOf(rows: readonly RolledUpAccount[]): Page[] {
  const pages: Page[] = []
  for (const { account_id, through_sequence } of rows) {
    let page = pages.at(-1)
    if (page === undefined || page.movements >= MOVEMENTS_PER_PAGE) {
      page = { accountIds: [], movements: 0 }
      pages.push(page)
    }
    page.accountIds.push(account_id)
    page.movements += Number(through_sequence)
  }
  return pages
}
