/** Reads all accounts in pages by id, with how far each has been rolled up. */
import type { Pool } from '../platform/postgres.ts'

const ACCOUNTS_PER_READ = 1_000

const READ_ACCOUNTS = `
  select a.account_id, coalesce(p.through_sequence, 0) as through_sequence
    from tollgate.accounts a
    left join tollgate.usage_by_day_progress p using (account_id)
   where a.account_id > $1
   order by a.account_id
   limit $2`

export interface RolledUpAccount {
  readonly account_id: string
  readonly through_sequence: bigint
}

/** Yields pages of accounts. */
export async function* readRolledUpAccounts(pool: Pool): AsyncGenerator<readonly RolledUpAccount[]> {
  for (let after = ''; ; ) {
    const { rows } = await pool.query<RolledUpAccount>({
      name: 'verify-rolled-up-accounts',
      text: READ_ACCOUNTS,
      values: [after, ACCOUNTS_PER_READ],
    })
    const last = rows.at(-1)
    if (last === undefined) return
    yield rows
    after = last.account_id
  }
}
