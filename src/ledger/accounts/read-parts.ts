/** Reads the parts of the live view for many accounts from the database, in one statement. */
import type { Pool } from '../../platform/postgres.ts'
import { ACCOUNT_PARTS_COLUMNS, type AccountPartsRow, accountParts } from '../../view/account-parts.ts'
import type { NewerParts } from '../../view/changes.ts'

/** Looks up account by account through the key: `offset 0` is a fence for the planner. */
const READ_PARTS = `
  select ${ACCOUNT_PARTS_COLUMNS}
    from tollgate.ledger_epoch e
   cross join unnest($1::text[]) as asked (account_id)
   cross join lateral (
         select * from tollgate.accounts a where a.account_id = asked.account_id
         offset 0) a`

/** Reads all parts, under the current epoch, by account_id. Accounts that do not exist are left out. */
export async function readParts(pool: Pool, accountIds: readonly string[]): Promise<Map<string, Required<NewerParts>>> {
  const { rows } = await pool.query<AccountPartsRow>({ name: 'read-parts', text: READ_PARTS, values: [accountIds] })
  return new Map(rows.map((row) => [row.account_id, accountParts(row)]))
}
