/** Finds the contact of an account that gets the payment provider's receipts. */
import type { Pool } from '../../platform/postgres.ts'

const READ_RECEIPT_EMAIL = `
  select contact ->> 'email' as email
    from tollgate.accounts a
    join tollgate.account_settings s on s.account_id = a.account_id and s.version = a.settings_version
   cross join lateral jsonb_array_elements(s.contacts) with ordinality as listed (contact, place)
   where a.account_id = $1
   order by (contact ->> 'role' = 'billing') desc, place
   limit 1`

/** The address of the first billing contact, else of the first contact; null: there are none. Never log it. */
export async function readReceiptEmail(pool: Pool, accountId: string): Promise<string | null> {
  const { rows } = await pool.query<{ email: string }>(READ_RECEIPT_EMAIL, [accountId])
  return rows[0]?.email ?? null
}
