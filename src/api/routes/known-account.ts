/** Accounts as routes find them: a list without items may be that of an account that is not there. */

import { type AccountOnRecord, readAccount, readCredit } from '../../ledger/accounts/read-account.ts'
import { type LastChange, readLastChange, type SettingsPart } from '../../ledger/changes/last-change.ts'
import type { Pool } from '../../platform/postgres.ts'
import { noAccount } from '../access/authenticate.ts'

/** Throws `ApiProblem` where there is no such account: asked where nothing was found, and not before each read. */
export async function refuseUnknownAccount(pool: Pool, accountId: string): Promise<void> {
  if ((await readCredit(pool, accountId)) === null) throw noAccount(accountId)
}

/** An account with who last changed a part of its settings. Throws `ApiProblem` where there is none. */
export async function readWithLastChange(
  pool: Pool,
  accountId: string,
  part: SettingsPart,
): Promise<{ readonly account: AccountOnRecord; readonly change: LastChange }> {
  // The change first: an ETag that is older than what it goes with is refused later, a newer one would overwrite unseen.
  const change = await readLastChange(pool, accountId, part)
  const account = await readAccount(pool, accountId)
  if (account === null || change === null) throw noAccount(accountId)
  return { account, change }
}
