/** Where customers go back to from the bank's page: kept here, so that the page that they return to takes no address from anybody. */
import type { Pool } from '../../platform/postgres.ts'

export async function storeReturnUrl(pool: Pool, topUpId: string, returnUrl: string): Promise<void> {
  await pool.query('update tollgate.top_ups set return_url = $2 where top_up_id = $1', [topUpId, returnUrl])
}

export interface ApprovalReturn {
  readonly accountId: string
  readonly returnUrl: string
  /** While it may still change what is known of it; null once it is over. */
  readonly openPaymentId: string | null
}

const READ_RETURN = `
  select account_id, return_url,
         case when state in ('requested', 'prepared', 'charging', 'unknown', 'processing', 'needs_action') then payment_id end
           as open_payment_id
    from tollgate.top_ups
   where top_up_id = $1 and return_url is not null`

/** Null: nobody was sent to a bank for such a top-up. */
export async function readApprovalReturn(pool: Pool, topUpId: string): Promise<ApprovalReturn | null> {
  const { rows } = await pool.query<{ account_id: string; return_url: string; open_payment_id: string | null }>(
    READ_RETURN,
    [topUpId],
  )
  const [row] = rows
  if (row === undefined) return null
  return { accountId: row.account_id, returnUrl: row.return_url, openPaymentId: row.open_payment_id }
}
