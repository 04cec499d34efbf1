/** Drops mails that cannot be sent, and deletes mails that have been kept long enough. */
import type { Pool } from '../../platform/postgres.ts'
import { type UpkeepPage, upkeepPage } from '../../platform/upkeep.ts'

export const MAILS_KEPT_DAYS = 30
const MAILS_PER_PAGE = 1_000

/** The stored reason for dropping them. */
const NO_SERVER = 'no SMTP server is configured'

const DROP_UNSENDABLE = `
  update tollgate.mails m
     set state = 'dropped', reason = '${NO_SERVER}', done_at = clock_timestamp(), claimed_until = null
    from (
      select mail_id from tollgate.mails
       where state = 'waiting' and next_try_at <= now() - make_interval(secs => $1::float8)
         and (claimed_until is null or claimed_until <= now())
       order by next_try_at
       limit $2::integer
         for update skip locked
    ) as old
   where m.mail_id = old.mail_id`

/**
 * Without a configured server: drops a page of the mails that have been due for `afterSeconds`. Not at once, because a
 * process that is not configured yet must not drop what another one would send.
 */
export async function dropUnsendableMails(
  pool: Pool,
  { afterSeconds, mailsPerPage = MAILS_PER_PAGE }: { readonly afterSeconds: number; readonly mailsPerPage?: number },
): Promise<{ readonly count: number; readonly hasMore: boolean }> {
  const { rowCount } = await pool.query(DROP_UNSENDABLE, [afterSeconds, mailsPerPage])
  return { count: rowCount ?? 0, hasMore: rowCount === mailsPerPage }
}

const DELETE_OLD = `
  with deleted as (
    delete from tollgate.mails m
     using (
       select mail_id from tollgate.mails
        where created_at < now() - make_interval(days => $1::integer)
        order by created_at
        limit $2::integer
          for update skip locked
     ) as old
     where m.mail_id = old.mail_id
    returning m.created_at
  )
  select count(*)::integer as count,
         extract(epoch from now() - make_interval(days => $1::integer) - min(created_at))::float8 as overdue_seconds
    from deleted`

/** Deletes a page of the mails older than `MAILS_KEPT_DAYS`, whatever their outcome, oldest first. */
export function deleteOldMails(pool: Pool, mailsPerPage = MAILS_PER_PAGE): Promise<UpkeepPage> {
  return upkeepPage(pool, DELETE_OLD, [MAILS_KEPT_DAYS, mailsPerPage], mailsPerPage)
}
