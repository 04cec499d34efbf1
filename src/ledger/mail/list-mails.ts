/** Lists mails for operators, without addresses: their states, and why a server refused them. */
import type { MailKind } from '../../core/mail/mail.ts'
import type { Pool } from '../../platform/postgres.ts'

export const MAIL_STATES = ['waiting', 'sent', 'refused', 'dropped'] as const
export type MailState = (typeof MAIL_STATES)[number]

export interface ListedMail {
  readonly createdAt: string
  readonly accountId: string
  readonly contactId: string
  readonly kind: MailKind
  readonly state: MailState
  readonly tries: number
  readonly reason: string | null
  readonly messageId: string
}

const LIST = `
  select to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as "createdAt", account_id as "accountId",
         contact_id as "contactId", kind, state, tries, reason, message_id::text as "messageId"
    from tollgate.mails
   where ($1::text is null or state = $1) and ($2::text is null or account_id = $2)
   order by created_at desc, mail_id desc
   limit $3::integer`

/** Lists mails, newest first. `state` and `accountId` null: all. */
export async function listMails(
  pool: Pool,
  {
    state,
    accountId,
    limit,
  }: { readonly state: MailState | null; readonly accountId: string | null; readonly limit: number },
): Promise<ListedMail[]> {
  const { rows } = await pool.query<ListedMail>(LIST, [state, accountId, limit])
  return rows
}
