/** Where customers return to after the bank's page. It is stored, so that our return page accepts no URL from a request. */
import type { Pool } from '../../platform/postgres.ts'
import { OPEN_STATES_SQL } from './top-up-rows.ts'

/** Stores where the customer of a top-up returns to. */
export async function storeReturnUrl(pool: Pool, topUpId: string, returnUrl: string): Promise<void> {
  await pool.query('update tollgate.top_ups set return_url = $2 where top_up_id = $1', [topUpId, returnUrl])
}

export interface ApprovalReturn {
  readonly accountId: string
  readonly returnUrl: string
  /** The current payment; null once the top-up has ended. */
  readonly openPaymentId: string | null
}

const READ_RETURN = `
  select account_id, return_url,
         case when state in (${OPEN_STATES_SQL}) then payment_id end
           as open_payment_id
    from tollgate.top_ups
   where top_up_id = $1 and return_url is not null`

/** Reads where to return to; null: nobody was sent to a bank's page for this top-up. */
export async function readApprovalReturn(pool: Pool, topUpId: string): Promise<ApprovalReturn | null> {
  const { rows } = await pool.query<{ account_id: string; return_url: string; open_payment_id: string | null }>(
    READ_RETURN,
    [topUpId],
  )
  const [row] = rows
  if (row === undefined) return null
  return { accountId: row.account_id, returnUrl: row.return_url, openPaymentId: row.open_payment_id }
}
