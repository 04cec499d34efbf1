/**
 * Writes the mails of a transaction, one row per recipient, in one statement. Callers skip it when there is no mail, so a
 * batch in which no level is crossed pays nothing.
 */
import { isForClosedAccounts, type Mail, recipientsOf } from '../../core/mail/mail.ts'
import type { Connection, Pool } from '../../platform/postgres.ts'

/**
 * Recipients come from the settings in force, as this transaction has left them. Contacts that share an address get one
 * mail, preferably as admin. An occurrence that was written before is skipped. `asker`: the only possible recipient; null: all.
 */
const INSERT_MAILS = `
  insert into tollgate.mails (account_id, contact_id, kind, occurrence, figures, created_at, next_try_at)
  select mail.account_id, recipient.contact_id, mail.kind, mail.occurrence, mail.figures, $1::timestamptz, $1::timestamptz
    from unnest($2::text[], $3::text[], $4::text[], $5::jsonb[], $6::boolean[], $7::text[], $8::boolean[])
      as mail (account_id, kind, occurrence, figures, is_for_admins, asker, is_for_closed)
    join tollgate.accounts a on a.account_id = mail.account_id and (a.closed_at is null or mail.is_for_closed)
    join tollgate.account_settings s on s.account_id = a.account_id and s.version = a.settings_version
   cross join lateral (
     select distinct on (lower(contact ->> 'email')) contact ->> 'id' as contact_id
       from jsonb_array_elements(s.contacts) as c (contact)
      where (contact ->> 'role' = 'admin' or not mail.is_for_admins)
        and (mail.asker is null or contact ->> 'id' = mail.asker)
      order by lower(contact ->> 'email'), contact ->> 'role', contact ->> 'id'
   ) as recipient
      on conflict do nothing`

/**
 * Inserts mails and returns how many rows were written. `asker`: for kinds of mail that go to the person who asked, their
 * contact id. `recordedAt`: RFC 3339.
 */
export async function insertMails(
  connection: Connection | Pool,
  mails: readonly (Mail & { readonly asker?: string })[],
  recordedAt: string,
): Promise<number> {
  const { rowCount } = await connection.query({
    name: 'insert-mails',
    text: INSERT_MAILS,
    values: [
      recordedAt,
      mails.map(({ accountId }) => accountId),
      mails.map(({ kind }) => kind),
      mails.map(({ occurrence }) => occurrence),
      mails.map(({ figures }) => JSON.stringify(figures)),
      mails.map(({ kind }) => recipientsOf(kind) === 'admins'),
      // The id '' matches no contact: without an asker, a mail to the asker has no recipient.
      mails.map(({ kind, asker }) => (recipientsOf(kind) === 'asker' ? (asker ?? '') : null)),
      mails.map(({ kind }) => isForClosedAccounts(kind)),
    ],
  })
  return rowCount ?? 0
}
