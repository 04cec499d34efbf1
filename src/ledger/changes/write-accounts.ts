/** Stores the state of changed and new accounts. */
import type { AccountState, Movement } from '../../core/account/state.ts'
import { Fault } from '../../platform/faults.ts'
import type { Connection } from '../../platform/postgres.ts'
import { arrayOf } from '../../platform/postgres-binary.ts'
import { chainStarts } from './chain-start.ts'

/** The movements must continue from the stored sequence and balance, which no constraint can say of two rows. */
const UPDATE_ACCOUNTS = `
  update tollgate.accounts a
     set settings_version = c.settings_version, balance_micros = c.balance_micros, last_sequence = c.last_sequence,
         balance_version = c.balance_version, status = c.status, status_version = c.status_version,
         status_since = c.status_since, alert_version = c.alert_version, is_low = c.is_low,
         is_below_custom_level = c.is_below_custom_level, auto_top_up_below_micros = c.auto_top_up_below_micros
    from unnest($1::text[], $2::integer[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::bigint[],
           $8::timestamptz[], $9::bigint[], $10::boolean[], $11::boolean[], $12::bigint[], $13::bigint[], $14::bigint[])
         as c (account_id, settings_version, balance_micros, last_sequence, balance_version, status, status_version,
           status_since, alert_version, is_low, is_below_custom_level, auto_top_up_below_micros, last_sequence_before,
           balance_micros_before)
   where a.account_id = c.account_id
     and a.last_sequence = c.last_sequence_before and a.balance_micros = c.balance_micros_before`

/**
 * In account_id order: if two transactions create the same accounts, one waits at the first common account while it holds
 * none that the other still needs.
 */
const INSERT_ACCOUNTS = `
  insert into tollgate.accounts (account_id, settings_version, balance_micros, last_sequence, balance_version, status,
    status_version, status_since, alert_version, is_low, is_below_custom_level, auto_top_up_below_micros, currency)
  select * from unnest($1::text[], $2::integer[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::bigint[],
      $8::timestamptz[], $9::bigint[], $10::boolean[], $11::boolean[], $12::bigint[], $13::text[]) as c (account_id)
   order by account_id collate "C"`

/**
 * Updates accounts, whose rows must be locked by this transaction, after `movements`, which are in the order of their
 * sequences within each account. Throws `invariant_broken` if the movements do not lead from the stored sequence and
 * balance of each account to the new ones, or if an account does not exist.
 */
export async function updateAccounts(
  connection: Connection,
  accounts: readonly AccountState[],
  movements: readonly Movement[],
): Promise<void> {
  const starts = chainStarts(accounts, movements)
  const values = [
    ...columnsOf(accounts),
    arrayOf('bigint', starts, ({ lastSequence }) => lastSequence),
    arrayOf('bigint', starts, ({ balanceMicros }) => balanceMicros),
  ]
  const { rowCount } = await connection.query({ name: 'update-accounts', text: UPDATE_ACCOUNTS, values })
  if (rowCount !== accounts.length) {
    throw new Fault(
      'invariant_broken',
      `updated ${rowCount} of ${accounts.length} accounts: one does not exist, or is not where its movements start`,
    )
  }
}

/** Inserts new accounts. Throws a unique violation of `ACCOUNTS_KEY` if another transaction created one in the meantime. */
export async function insertAccounts(connection: Connection, accounts: readonly AccountState[]): Promise<void> {
  const currencies = arrayOf('text', accounts, ({ currency }) => currency)
  await connection.query({ text: INSERT_ACCOUNTS, values: [...columnsOf(accounts), currencies] })
}

export const ACCOUNTS_KEY = 'accounts_pkey'

function columnsOf(accounts: readonly AccountState[]) {
  return [
    arrayOf('text', accounts, ({ accountId }) => accountId),
    arrayOf('integer', accounts, ({ settingsVersion }) => settingsVersion),
    arrayOf('bigint', accounts, ({ balanceMicros }) => balanceMicros),
    arrayOf('bigint', accounts, ({ lastSequence }) => lastSequence),
    arrayOf('bigint', accounts, ({ balanceVersion }) => balanceVersion),
    arrayOf('text', accounts, ({ status }) => status),
    arrayOf('bigint', accounts, ({ statusVersion }) => statusVersion),
    arrayOf('timestamptz', accounts, ({ statusSinceMicros }) => statusSinceMicros),
    arrayOf('bigint', accounts, ({ alertVersion }) => alertVersion),
    arrayOf('boolean', accounts, ({ isLow }) => isLow),
    arrayOf('boolean', accounts, ({ isBelowCustomLevel }) => isBelowCustomLevel),
    arrayOf('bigint', accounts, ({ autoTopUpBelowMicros }) => autoTopUpBelowMicros),
  ]
}
