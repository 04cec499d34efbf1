/**
 * Locks accounts and reads them under the lock.
 *
 * Every writer locks in account_id order, so two of them never deadlock. Locking is a separate statement: one that also
 * computed running balances would do so from the snapshot taken before the lock was granted, which would break the chain
 * of movements while the sum still looked right.
 */

import type { AccountState } from '../../core/account/state.ts'
import type { Currency } from '../../core/money.ts'
import type { Connection } from '../../platform/postgres.ts'
import { arrayOf } from '../../platform/postgres-binary.ts'
import { epochMicros } from '../../platform/sql.ts'

const LOCK_ACCOUNTS = `
  select account_id, currency, settings_version, balance_micros, last_sequence, balance_version,
         status, status_version, ${epochMicros('status_since')} as status_since_micros,
         alert_version, is_low, is_below_custom_level, auto_top_up_below_micros
    from tollgate.accounts
   where account_id = any($1::text[])
   order by account_id
     for no key update`

interface AccountRow {
  account_id: string
  currency: Currency
  settings_version: number
  balance_micros: bigint
  last_sequence: bigint
  balance_version: bigint
  status: 'active' | 'blocked'
  status_version: bigint
  status_since_micros: bigint
  alert_version: bigint
  is_low: boolean
  is_below_custom_level: boolean
  auto_top_up_below_micros: bigint | null
}

/**
 * Locks accounts until the end of the transaction and returns their state under the lock, by account_id. Accounts that do
 * not exist are left out. Needs no lock beforehand; catalog use and the epoch must be locked earlier, if at all.
 * Anything else a decision needs must be read by statements sent after this one.
 */
export async function lockAccounts(
  connection: Connection,
  accountIds: readonly string[],
): Promise<Map<string, AccountState>> {
  const { rows } = await connection.query<AccountRow>({
    name: 'lock-accounts',
    text: LOCK_ACCOUNTS,
    values: [arrayOf('text', accountIds, (value) => value)],
  })
  return new Map(
    rows.map((row) => [
      row.account_id,
      {
        accountId: row.account_id,
        currency: row.currency,
        settingsVersion: row.settings_version,
        balanceMicros: row.balance_micros,
        lastSequence: row.last_sequence,
        balanceVersion: row.balance_version,
        status: row.status,
        statusVersion: row.status_version,
        statusSinceMicros: Number(row.status_since_micros),
        alertVersion: row.alert_version,
        isLow: row.is_low,
        isBelowCustomLevel: row.is_below_custom_level,
        autoTopUpBelowMicros: row.auto_top_up_below_micros,
      },
    ]),
  )
}
