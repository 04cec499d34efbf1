/** Stores accounts as they are after their postings. Their rows are locked by this transaction. */
import type { AccountState } from '../core/account/state.ts'
import type { Connection } from '../platform/postgres.ts'
import { arrayOf } from '../platform/postgres-binary.ts'

const UPDATE_ACCOUNTS = `
  update tollgate.accounts a
     set balance_micros = c.balance_micros, last_sequence = c.last_sequence, balance_version = c.balance_version,
         status = c.status, status_version = c.status_version, status_since = c.status_since,
         alert_version = c.alert_version, is_low = c.is_low, is_below_custom_level = c.is_below_custom_level
    from unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::bigint[], $7::timestamptz[],
           $8::bigint[], $9::boolean[], $10::boolean[])
         as c (account_id, balance_micros, last_sequence, balance_version, status, status_version, status_since,
           alert_version, is_low, is_below_custom_level)
   where a.account_id = c.account_id`

export async function updateAccounts(connection: Connection, accounts: readonly AccountState[]): Promise<void> {
  await connection.query({
    name: 'update-accounts',
    text: UPDATE_ACCOUNTS,
    values: [
      arrayOf('text', accounts, ({ accountId }) => accountId),
      arrayOf('bigint', accounts, ({ balanceMicros }) => balanceMicros),
      arrayOf('bigint', accounts, ({ lastSequence }) => lastSequence),
      arrayOf('bigint', accounts, ({ balanceVersion }) => balanceVersion),
      arrayOf('text', accounts, ({ status }) => status),
      arrayOf('bigint', accounts, ({ statusVersion }) => statusVersion),
      arrayOf('timestamptz', accounts, ({ statusSinceMicros }) => statusSinceMicros),
      arrayOf('bigint', accounts, ({ alertVersion }) => alertVersion),
      arrayOf('boolean', accounts, ({ isLow }) => isLow),
      arrayOf('boolean', accounts, ({ isBelowCustomLevel }) => isBelowCustomLevel),
    ],
  })
}
