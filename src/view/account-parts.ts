/** The parts of an account as the live view has them, read from the tables that it is a view of. */

import type { ServiceStatus } from '../core/account/state.ts'
import type { Currency } from '../core/money.ts'
import { epochMicros } from '../platform/sql.ts'
import type { NewerParts } from './changes.ts'

/** Columns of an `AccountPartsRow`, from `tollgate.accounts a` and `tollgate.ledger_epoch e`. */
export const ACCOUNT_PARTS_COLUMNS = `
  a.account_id, e.epoch, a.currency, a.balance_micros, a.balance_version, a.last_sequence, a.alert_version, a.status,
  a.status_version, ${epochMicros('a.status_since')} as status_since_micros,
  a.settings_version, a.top_up_version`

export interface AccountPartsRow {
  account_id: string
  epoch: number
  currency: Currency
  balance_micros: bigint
  balance_version: bigint
  last_sequence: bigint
  alert_version: bigint
  status: ServiceStatus
  status_version: bigint
  status_since_micros: bigint
  settings_version: number
  top_up_version: bigint
}

/** All parts of an account, each with the epoch of the ledger. */
export function accountParts(row: AccountPartsRow): Required<NewerParts> {
  const { epoch } = row
  return {
    balance: {
      epoch,
      version: row.balance_version,
      balanceMicros: row.balance_micros,
      currency: row.currency,
      lastSequence: row.last_sequence,
      alertVersion: row.alert_version,
    },
    status: {
      epoch,
      version: row.status_version,
      status: row.status,
      sinceMicros: Number(row.status_since_micros),
    },
    settings: { epoch, version: BigInt(row.settings_version) },
    topUps: { epoch, version: row.top_up_version },
  }
}
