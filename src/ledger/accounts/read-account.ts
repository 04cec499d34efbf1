/** Reads one account without a lock: its settings in force, or its credit with the current epoch. */

import { BLOCKED_WITHOUT_CREDIT, type ServiceStatus } from '../../core/account/state.ts'
import type { Currency, Micros } from '../../core/money.ts'
import type { AccountSettings } from '../../core/settings/settings.ts'
import type { Connection, Pool } from '../../platform/postgres.ts'
import { instantText } from '../../platform/sql.ts'
import { readSettings } from '../changes/read-settings.ts'

export interface AccountOnRecord {
  readonly settings: AccountSettings
  readonly settingsVersion: number
  /** Instants are RFC 3339, UTC. */
  readonly createdAt: string
  readonly closedAt: string | null
}

const READ_ACCOUNT = `
  select settings_version,
         ${instantText('created_at')} as created_at,
         ${instantText('closed_at')} as closed_at
    from tollgate.accounts where account_id = $1`

/** Reads the settings in force of an account; null: no such account. */
export async function readAccount(connection: Connection | Pool, accountId: string): Promise<AccountOnRecord | null> {
  const { rows } = await connection.query<{ settings_version: number; created_at: string; closed_at: string | null }>({
    name: 'read-account',
    text: READ_ACCOUNT,
    values: [accountId],
  })
  const [row] = rows
  if (row === undefined) return null
  // A version never changes, so a second statement may read it.
  const [settings] = await readSettings(connection, [{ accountId, version: row.settings_version }])
  return {
    settings: settings!,
    settingsVersion: row.settings_version,
    createdAt: row.created_at,
    closedAt: row.closed_at,
  }
}

export interface Credit {
  readonly accountId: string
  readonly currency: Currency
  readonly epoch: number
  readonly balanceMicros: Micros
  readonly balanceVersion: bigint
  /** The sequence of the newest movement; 0 before the first. */
  readonly lastSequence: bigint
  readonly status: ServiceStatus
  readonly blocked: readonly string[]
  readonly statusVersion: bigint
  readonly statusSince: string
}

/** One statement, so that everything is consistent. */
const READ_CREDIT = `
  select a.currency, e.epoch, a.balance_micros, a.balance_version, a.last_sequence, a.status, a.status_version,
         ${instantText('a.status_since')} as status_since
    from tollgate.accounts a cross join tollgate.ledger_epoch e
   where a.account_id = $1`

interface CreditRow {
  currency: Currency
  epoch: number
  balance_micros: bigint
  balance_version: bigint
  last_sequence: bigint
  status: ServiceStatus
  status_version: bigint
  status_since: string
}

/** Reads the credit and service status of an account; null: no such account. */
export async function readCredit(pool: Pool, accountId: string): Promise<Credit | null> {
  const { rows } = await pool.query<CreditRow>({ name: 'read-credit', text: READ_CREDIT, values: [accountId] })
  const [row] = rows
  if (row === undefined) return null
  return {
    accountId,
    currency: row.currency,
    epoch: row.epoch,
    balanceMicros: row.balance_micros,
    balanceVersion: row.balance_version,
    lastSequence: row.last_sequence,
    status: row.status,
    blocked: row.status === 'blocked' ? BLOCKED_WITHOUT_CREDIT : [],
    statusVersion: row.status_version,
    statusSince: row.status_since,
  }
}
