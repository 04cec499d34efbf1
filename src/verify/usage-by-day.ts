/**
 * Verifies the sums by day and by month (src/reporting/roll-up.ts) by summing the movements of each account again, as far as it
 * was rolled up. One statement reads both, so traffic and roll-up can continue. The size of a page is limited by movements.
 */
import type { Pool } from '../platform/postgres.ts'
import { findRollUpDifferences } from '../reporting/roll-up.ts'
import type { OnFault } from './fault.ts'
import type { Pace } from './pace.ts'
import { type RolledUpAccount, readRolledUpAccounts } from './rolled-up-accounts.ts'

const MOVEMENTS_PER_PAGE = 5_000

/** Verifies the sums and returns with how many movements they were compared. */
export async function verifyUsageByDay(pool: Pool, pace: Pace, onFault: OnFault): Promise<number> {
  let movements = 0
  for await (const accounts of readRolledUpAccounts(pool)) {
    for (const page of pagesOf(accounts)) {
      const differences = await findRollUpDifferences(pool, page.accountIds)
      for (const { accountId, bookedOn, of } of differences) {
        const detail = `${bookedOn} ${of}: the sum does not match the movements`
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
