/** Keeps saved cards in line with the provider: banks renew cards, and cards are detached there. */
import type { Pool } from '../../platform/postgres.ts'
import type { Card } from './payment-methods.ts'

const REFRESH = `
  update tollgate.payment_methods
     set brand = $3, last4 = $4, expiry_month = $5, expiry_year = $6, looked_at = clock_timestamp()
   where provider = $1 and provider_method_id = $2 and removed_at is null`

/** Updates the shown data of a saved card. A card that is not saved here is ignored. */
export async function refreshMethod(pool: Pool, provider: string, card: Card): Promise<void> {
  const { providerMethodId, brand, last4, expiryMonth, expiryYear } = card
  await pool.query(REFRESH, [provider, providerMethodId, brand, last4, expiryMonth, expiryYear])
}

export interface SavedMethodId {
  readonly accountId: string
  readonly methodId: string
  readonly providerMethodId: string
}

const FIND = `
  select account_id, method_id, provider_method_id from tollgate.payment_methods
   where provider = $1 and provider_method_id = $2 and removed_at is null`

/** Finds a saved card by the provider's id; null: it is not saved here, or was removed. */
export async function findSavedMethod(
  pool: Pool,
  provider: string,
  providerMethodId: string,
): Promise<SavedMethodId | null> {
  const { rows } = await pool.query<Row>(FIND, [provider, providerMethodId])
  return rows[0] === undefined ? null : idOf(rows[0])
}

interface Row {
  account_id: string
  method_id: string
  provider_method_id: string
}

/** The least recently checked first; none that was checked within the last week. */
const TAKE_STALE = `
  update tollgate.payment_methods m set looked_at = clock_timestamp()
    from (
      select method_id as id from tollgate.payment_methods
       where provider = $1 and removed_at is null
         and coalesce(looked_at, added_at) < clock_timestamp() - interval '7 days'
       order by coalesce(looked_at, added_at)
       limit $2::integer
         for update skip locked
    ) as stale
   where m.method_id = stale.id
  returning m.account_id, m.method_id, m.provider_method_id`

/** Takes up to `limit` cards to be checked, and notes that they were; they may have changed without a webhook. */
export async function takeStaleMethods(pool: Pool, provider: string, limit: number): Promise<SavedMethodId[]> {
  const { rows } = await pool.query<Row>(TAKE_STALE, [provider, limit])
  return rows.map(idOf)
}

function idOf(row: Row): SavedMethodId {
  return { accountId: row.account_id, methodId: row.method_id, providerMethodId: row.provider_method_id }
}
