/**
 * Claims due mails for a limited time. Any number of processes may do so at once, each getting different mails. When a
 * process dies, its claims expire and another process sends the mails, under the Message-ID they were created with.
 */

import type { MailKind } from '../../core/mail/mail.ts'
import type { Currency } from '../../core/money.ts'
import type { ContactRole } from '../../core/settings/contacts.ts'
import type { Pool } from '../../platform/postgres.ts'

/** Older mails are no longer news. */
const MAX_AGE = '3 days'

const CLAIM = `
  with claimed as (
    update tollgate.mails m
       set claimed_until = clock_timestamp() + make_interval(secs => $2::float8), tries = m.tries + 1
      from (
        select mail_id from tollgate.mails
         where state = 'waiting' and next_try_at <= now() and (claimed_until is null or claimed_until <= now())
         order by next_try_at
         limit $1::integer
           for update skip locked
      ) as due
     where m.mail_id = due.mail_id
    returning m.*
  )
  select m.mail_id, m.account_id, m.contact_id, m.kind, m.figures, m.message_id::text, m.tries,
         m.created_at < now() - interval '${MAX_AGE}' as is_too_old,
         exists (
           select from tollgate.mails graver
            where graver.account_id = m.account_id and graver.contact_id = m.contact_id and graver.mail_id > m.mail_id
              and graver.kind = any(case m.kind when 'low' then array['exhausted']
                                                when 'custom_level' then array['low', 'exhausted'] end)
         ) as is_superseded,
         coalesce((m.figures ->> 'until')::timestamptz <= now(), false) as is_over,
         a.currency, contact.contact, p.brand, p.last4,
         (select coalesce(json_agg(coalesce(n.name, c.contact ->> 'id') order by c.place), '[]')
            from jsonb_array_elements(s.contacts) with ordinality as c (contact, place)
            left join tollgate.display_names n on n.account_id = a.account_id and n.user_id = c.contact ->> 'id'
           where c.contact ->> 'role' = 'admin') as admins
    from claimed m
    join tollgate.accounts a on a.account_id = m.account_id
    join tollgate.account_settings s on s.account_id = a.account_id and s.version = a.settings_version
    left join tollgate.payment_methods p on p.method_id = m.figures ->> 'method_id' and p.account_id = m.account_id
    left join lateral (
      select c.contact from jsonb_array_elements(s.contacts) as c (contact)
       where c.contact ->> 'id' = m.contact_id
       limit 1
    ) as contact on true
   order by m.mail_id`

export interface ClaimedMail {
  readonly mailId: bigint
  readonly accountId: string
  readonly currency: Currency
  readonly contactId: string
  readonly kind: MailKind
  readonly figures: unknown
  readonly messageId: string
  /** Including this attempt. */
  readonly tries: number
  readonly isTooOld: boolean
  /** The balance has fallen below a graver level since. */
  readonly isSuperseded: boolean
  /** What it asks for or offers has ended. */
  readonly isOver: boolean
  /** The contact's current data; null: removed since. */
  readonly contact: { readonly email: string; readonly locale: string; readonly role: ContactRole } | null
  readonly card: { readonly brand: string; readonly last4: string } | null
  readonly admins: readonly string[]
}

interface Row {
  mail_id: bigint
  account_id: string
  contact_id: string
  kind: MailKind
  figures: unknown
  message_id: string
  tries: number
  is_too_old: boolean
  is_superseded: boolean
  is_over: boolean
  currency: Currency
  contact: ClaimedMail['contact']
  brand: string | null
  last4: string | null
  admins: string[]
}

/** Claims up to `count` due mails for `claimSeconds`, oldest first. Store the outcome of each with `noteMail` before that. */
export async function claimMails(
  pool: Pool,
  { count, claimSeconds }: { readonly count: number; readonly claimSeconds: number },
): Promise<ClaimedMail[]> {
  const { rows } = await pool.query<Row>({ name: 'claim-mails', text: CLAIM, values: [count, claimSeconds] })
  return rows.map((row) => ({
    mailId: row.mail_id,
    accountId: row.account_id,
    currency: row.currency,
    contactId: row.contact_id,
    kind: row.kind,
    figures: row.figures,
    messageId: row.message_id,
    tries: row.tries,
    isTooOld: row.is_too_old,
    isSuperseded: row.is_superseded,
    isOver: row.is_over,
    contact: row.contact,
    card: row.brand === null || row.last4 === null ? null : { brand: row.brand, last4: row.last4 },
    admins: row.admins,
  }))
}

const NOTE = `
  update tollgate.mails
     set state = $3, reason = $4, claimed_until = null,
         next_try_at = case when $3 = 'waiting' then clock_timestamp() + make_interval(secs => $5::float8) else next_try_at end,
         done_at = case when $3 <> 'waiting' then clock_timestamp() end
   where mail_id = $1 and state = 'waiting' and (tries = $2 or $3 = 'sent')`

export type MailOutcome =
  | { readonly state: 'sent' }
  /** `reason` contains no address. */
  | { readonly state: 'refused' | 'dropped'; readonly reason: string }
  | { readonly state: 'waiting'; readonly reason: string; readonly retrySeconds: number }

/** Stores the outcome of a claimed mail. If another process has claimed it since, only `sent` is stored. */
export async function noteMail(pool: Pool, { mailId, tries }: ClaimedMail, outcome: MailOutcome): Promise<void> {
  await pool.query(NOTE, [
    mailId,
    tries,
    outcome.state,
    'reason' in outcome ? outcome.reason : null,
    'retrySeconds' in outcome ? outcome.retrySeconds : null,
  ])
}

const OVERDUE = `
  select extract(epoch from now() - min(next_try_at))::float8 as seconds
    from tollgate.mails where state = 'waiting' and next_try_at <= now()`

/** For how many seconds the most overdue mail has been due; null: none is due. */
export async function overdueMailSeconds(pool: Pool): Promise<number | null> {
  const { rows } = await pool.query<{ seconds: number | null }>(OVERDUE)
  return rows[0]!.seconds
}
