/** Where many accounts stand, in one statement: the parts of the live view, read from what it is a view of. */
import type { Currency } from '../../core/money.ts'
import type { Pool } from '../../platform/postgres.ts'
import type { NewerParts } from '../../view/changes.ts'

/** Account by account through the key: `offset 0` is a fence to the planner. */
const READ_PARTS = `
  select a.account_id, e.epoch, a.currency, a.balance_micros, a.balance_version, a.last_sequence, a.alert_version, a.status,
         a.status_version, (extract(epoch from a.status_since) * 1000000)::bigint as status_since_micros,
         a.settings_version, a.top_up_version
    from tollgate.ledger_epoch e
   cross join unnest($1::text[]) as asked (account_id)
   cross join lateral (
         select * from tollgate.accounts a where a.account_id = asked.account_id
         offset 0) a`

interface PartsRow {
  account_id: string
  epoch: number
  currency: Currency
  balance_micros: bigint
  balance_version: bigint
  last_sequence: bigint
  alert_version: bigint
  status: 'active' | 'blocked'
  status_version: bigint
  status_since_micros: bigint
  settings_version: number
  top_up_version: bigint
}

/** All parts, under the epoch of the ledger; accounts that do not exist are left out. */
export async function readParts(pool: Pool, accountIds: readonly string[]): Promise<Map<string, Required<NewerParts>>> {
  const { rows } = await pool.query<PartsRow>({ name: 'read-parts', text: READ_PARTS, values: [accountIds] })
  return new Map(rows.map((row) => [row.account_id, partsOf(row)]))
}

function partsOf(row: PartsRow): Required<NewerParts> {
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
