/** Reading accounts that may not exist, in which case lists are empty too. */

import { type AccountOnRecord, readAccount, readCredit } from '../../ledger/accounts/read-account.ts'
import { type LastChange, readLastChange, type SettingsPart } from '../../ledger/changes/last-change.ts'
import type { Pool } from '../../platform/postgres.ts'
import { noAccount } from '../access/authenticate.ts'

/**
 * Throws `not_found` if the account does not exist. Call it only when nothing was found, to save the query otherwise.
 */
export async function refuseUnknownAccount(pool: Pool, accountId: string): Promise<void> {
  if ((await readCredit(pool, accountId)) === null) throw noAccount(accountId)
}

/** An account with the last change of one part of its settings. Throws `not_found` if it does not exist. */
export async function readWithLastChange(
  pool: Pool,
  accountId: string,
  part: SettingsPart,
): Promise<{ readonly account: AccountOnRecord; readonly change: LastChange }> {
  // The change is read first: an ETag older than the data is refused later; a newer one would overwrite a change
  // unseen.
  const change = await readLastChange(pool, accountId, part)
  const account = await readAccount(pool, accountId)
  if (account === null || change === null) throw noAccount(accountId)
  return { account, change }
}
