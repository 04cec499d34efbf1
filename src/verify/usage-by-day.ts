/**
 * Verifies the sums by day and by month (src/reporting/roll-up.ts) in two ways, for each account as far as it was rolled up.
 * Its movements are summed again, by the statement of the roll-up. And because that statement might leave a movement out both
 * times, the days are added up and compared with the balance after the last movement, which the ledger has written. Each
 * statement reads both sides, so traffic and roll-up can continue. The size of a page is limited by movements.
 */
import { formatMoney, type Micros } from '../core/money.ts'
import type { Pool } from '../platform/postgres.ts'
import { byKey } from '../reporting/by-key.ts'
import { findRollUpDifferences } from '../reporting/roll-up.ts'
import type { OnFault } from './fault.ts'
import type { Pace } from './pace.ts'
import { type RolledUpAccount, readRolledUpAccounts } from './rolled-up-accounts.ts'

const MOVEMENTS_PER_PAGE = 5_000

/** Verifies the sums and returns with how many movements they were compared. */
export async function verifyUsageByDay(pool: Pool, pace: Pace, onFault: OnFault): Promise<number> {
  const fault = (accountId: string, detail: string) =>
    onFault({ check: 'usage_by_day', invariant: null, severity: 'fault', accountId, detail })
  let movements = 0
  for await (const accounts of readRolledUpAccounts(pool)) {
    for (const page of pagesOf(accounts)) {
      const differences = await findRollUpDifferences(pool, page.accountIds)
      for (const { accountId, bookedOn, of } of differences) {
        fault(accountId, `${bookedOn} ${of}: the sum does not match the movements`)
      }
      // An account whose sums differ is reported already, and more precisely.
      const differing = new Set(differences.map(({ accountId }) => accountId))
      const alike = page.accountIds.filter((accountId) => !differing.has(accountId))
      for (const row of await findImbalances(pool, alike)) fault(row.account_id, imbalanceText(row))
      movements += page.movements
      await pace.took(page.movements)
    }
  }
  return movements
}

/** Accounts whose days do not add up to the balance after the last movement rolled up. A missing movement has none. */
const IMBALANCES = `
  select p.account_id, p.through_sequence, d.movements, d.amount_micros, m.balance_after_micros
    from tollgate.usage_by_day_progress p
    left join tollgate.movements m on m.account_id = p.account_id and m.sequence = p.through_sequence
   cross join lateral (
     select coalesce(sum(movements), 0)::bigint as movements, coalesce(sum(amount_micros), 0)::bigint as amount_micros
       from tollgate.usage_by_day
      where account_id = p.account_id
   ) as d
   where p.account_id = any($1::text[]) and p.through_sequence > 0
     and (d.movements, d.amount_micros) is distinct from (p.through_sequence, m.balance_after_micros)
   order by p.account_id`

interface Imbalance {
  readonly account_id: string
  readonly through_sequence: bigint
  readonly movements: bigint
  readonly amount_micros: Micros
  readonly balance_after_micros: Micros | null
}

async function findImbalances(pool: Pool, accountIds: readonly string[]): Promise<Imbalance[]> {
  const statement = { name: 'verify-imbalances', text: IMBALANCES, values: [accountIds] }
  const { rows } = await byKey(pool, (connection) => connection.query<Imbalance>(statement))
  return rows
}

function imbalanceText({ movements, amount_micros, through_sequence, balance_after_micros }: Imbalance): string {
  const days = `the days come to ${formatMoney(amount_micros)} in ${movements} movements`
  const balance = balance_after_micros === null ? 'missing' : formatMoney(balance_after_micros)
  return `${days}, the balance after movement ${through_sequence} is ${balance}`
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
