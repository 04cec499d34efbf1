/** Lists accounts by id, a page at a time. */

import type { ServiceStatus } from '../../core/account/state.ts'
import type { Currency, Micros } from '../../core/money.ts'
import type { Pool } from '../../platform/postgres.ts'
import { instantText } from '../../platform/sql.ts'

export interface ListedAccount {
  readonly accountId: string
  readonly currency: Currency
  readonly balanceMicros: Micros
  readonly status: ServiceStatus
  /** Instants are RFC 3339, UTC. */
  readonly statusSince: string
  readonly createdAt: string
  readonly closedAt: string | null
}

/** Null: no filter. */
export interface AccountFilter {
  /** Only these accounts: those that the caller may see. */
  readonly accountIds: readonly string[] | null
  readonly idPrefix: string | null
  readonly status: ServiceStatus | null
  readonly currency: Currency | null
  readonly isClosed: boolean | null
}

/** Ids are printable ASCII in byte order, so ids with a prefix lie between the prefix and the prefix plus DEL: a key range. */
const LIST_ACCOUNTS = `
  select account_id, currency, balance_micros, status,
         ${instantText('status_since')} as status_since,
         ${instantText('created_at')} as created_at,
         ${instantText('closed_at')} as closed_at
    from tollgate.accounts
   where account_id > $1
     and ($2::text[] is null or account_id = any($2))
     and ($3::text is null or (account_id >= $3 and account_id < $3 || E'\\x7f'))
     and ($4::text is null or status = $4)
     and ($5::text is null or currency = $5)
     and ($6::boolean is null or (closed_at is not null) = $6)
   order by account_id
   limit $7::integer`

interface Row {
  account_id: string
  currency: Currency
  balance_micros: bigint
  status: ServiceStatus
  status_since: string
  created_at: string
  closed_at: string | null
}

/** Lists accounts after the id `after`; `''`: from the start. */
export async function listAccounts(
  pool: Pool,
  { accountIds, idPrefix, status, currency, isClosed }: AccountFilter,
  { after, limit }: { readonly after: string; readonly limit: number },
): Promise<ListedAccount[]> {
  const values = [after, accountIds, idPrefix, status, currency, isClosed, limit]
  const { rows } = await pool.query<Row>(LIST_ACCOUNTS, values)
  return rows.map((row) => ({
    accountId: row.account_id,
    currency: row.currency,
    balanceMicros: row.balance_micros,
    status: row.status,
    statusSince: row.status_since,
    createdAt: row.created_at,
    closedAt: row.closed_at,
  }))
}
