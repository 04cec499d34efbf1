/** Writes the mails about cards that expire soon, which only the passing of time causes. */
import { formatDate, formatInstant } from '../../core/instant.ts'
import type { Mail } from '../../core/mail/mail.ts'
import { expiresAtMicros, lastDayOf } from '../../core/notices/situation.ts'
import { inTransaction, type Pool } from '../../platform/postgres.ts'
import { insertMails } from '../changes/insert-mails.ts'
import { readClock } from '../changes/read-clock.ts'

const METHODS_PER_PAGE = 1_000

/**
 * Default cards from 30 days before they expire until then (half-open), after a given id. Mails are kept for as long, so
 * nobody gets a second one once the first is deleted.
 */
const READ_EXPIRING = `
  select method_id, account_id, expiry_month, expiry_year
    from tollgate.payment_methods p
   where method_id > $1 and is_default and removed_at is null
     and make_timestamptz(expiry_year, expiry_month, 1, 0, 0, 0, 'UTC') + interval '1 month' > now()
     and make_timestamptz(expiry_year, expiry_month, 1, 0, 0, 0, 'UTC') + interval '1 month' <= now() + interval '30 days'
   order by method_id
   limit $2::integer`

export interface ExpiringShare {
  readonly mails: number
  /** Where the next share begins; '': from the start. */
  readonly nextAfter: string
}

/** Writes the mails for a page of cards, skipping those that exist already. */
export async function writeExpiringMails(
  pool: Pool,
  { after = '', methodsPerPage = METHODS_PER_PAGE }: { readonly after?: string; readonly methodsPerPage?: number } = {},
): Promise<ExpiringShare> {
  return inTransaction(pool, async (connection) => {
    const { rows } = await connection.query<{
      method_id: string
      account_id: string
      expiry_month: number
      expiry_year: number
    }>(READ_EXPIRING, [after, methodsPerPage])
    if (rows.length === 0) return { mails: 0, nextAfter: '' }
    const { nowMicros } = await readClock(connection)
    const mails = rows.map((row): Mail => {
      const expiry = { expiryMonth: row.expiry_month, expiryYear: row.expiry_year }
      return {
        accountId: row.account_id,
        kind: 'method_expiring',
        occurrence: `${row.method_id} ${formatDate(expiresAtMicros(expiry))}`,
        figures: { method_id: row.method_id, expires_on: lastDayOf(expiry) },
      }
    })
    const written = await insertMails(connection, mails, formatInstant(nowMicros))
    return { mails: written, nextAfter: rows.length < methodsPerPage ? '' : rows.at(-1)!.method_id }
  })
}
