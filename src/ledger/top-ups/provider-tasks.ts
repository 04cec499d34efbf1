/**
 * Tasks at the provider that follow from changes here: writing marks of settings versions, and detaching removed cards. The
 * transaction of the change sets a flag; whoever does the task clears it. Doing a task twice is harmless.
 */
import type { Connection, Pool } from '../../platform/postgres.ts'
import { autoTopUpVersion } from './auto-top-up-version.ts'

export interface MarkDue {
  readonly accountId: string
  readonly customerId: string
  readonly settingsVersion: number
}

const ASK_FOR_MARK = 'update tollgate.payment_customers set is_mark_due = true where account_id = $1'

const READ_MARKS_DUE = `
  select c.account_id, c.customer_id, ${autoTopUpVersion('c.account_id')} as settings_version
    from tollgate.payment_customers c
   where c.provider = $1 and c.is_mark_due and c.account_id > $2
   order by c.account_id
   limit $3`

/** If a later version has become due in the meantime, the mark stays due. */
const NOTE_MARKED = `
  update tollgate.payment_customers c
     set is_mark_due = ${autoTopUpVersion('c.account_id')} > $3::integer
   where c.provider = $1 and c.account_id = $2`

const READ_METHODS_TO_DETACH = `
  select method_id, provider_method_id
    from tollgate.payment_methods
   where provider = $1 and removed_at is not null and detached_at is null and method_id > $2
   order by method_id
   limit $3`

const NOTE_DETACHED = 'update tollgate.payment_methods set detached_at = clock_timestamp() where method_id = $1'

/** Requests a mark, in the transaction that changes automatic top-up or closes the account. */
export async function requestMark(connection: Connection, accountId: string): Promise<void> {
  await connection.query(ASK_FOR_MARK, [accountId])
}

const READ_MARKED_SETTINGS = `
  select ${autoTopUpVersion('$2')} as settings_version,
         (select customer_id from tollgate.payment_customers where provider = $1 and account_id = $2) as customer_id`

/** Reads what the mark at the provider is compared with. `customerId` null: the account is not known to be a customer there. */
export async function readMarkedSettings(
  pool: Pool,
  provider: string,
  accountId: string,
): Promise<{ readonly customerId: string | null; readonly settingsVersion: number }> {
  const { rows } = await pool.query<{ customer_id: string | null; settings_version: number }>(READ_MARKED_SETTINGS, [
    provider,
    accountId,
  ])
  const { customer_id: customerId, settings_version: settingsVersion } = rows[0]!
  return { customerId, settingsVersion }
}

/** Reads up to `limit` marks that have to be written, by account id, after the given one. */
export async function readMarksDue(
  pool: Pool,
  provider: string,
  afterAccountId: string,
  limit: number,
): Promise<MarkDue[]> {
  const { rows } = await pool.query<{ account_id: string; customer_id: string; settings_version: number }>(
    READ_MARKS_DUE,
    [provider, afterAccountId, limit],
  )
  return rows.map((row) => ({
    accountId: row.account_id,
    customerId: row.customer_id,
    settingsVersion: row.settings_version,
  }))
}

/** Notes that the mark of this version was written. */
export async function noteMarked(
  pool: Pool,
  provider: string,
  accountId: string,
  settingsVersion: number,
): Promise<void> {
  await pool.query(NOTE_MARKED, [provider, accountId, settingsVersion])
}

/** Reads up to `limit` removed cards that have to be detached, by method id, after the given one. */
export async function readMethodsToDetach(
  pool: Pool,
  provider: string,
  afterMethodId: string,
  limit: number,
): Promise<{ readonly methodId: string; readonly providerMethodId: string }[]> {
  const { rows } = await pool.query<{ method_id: string; provider_method_id: string }>(READ_METHODS_TO_DETACH, [
    provider,
    afterMethodId,
    limit,
  ])
  return rows.map((row) => ({ methodId: row.method_id, providerMethodId: row.provider_method_id }))
}

/** Notes that a card was detached. */
export async function noteDetached(pool: Pool, methodId: string): Promise<void> {
  await pool.query(NOTE_DETACHED, [methodId])
}
