/** Deletes the parts of expired exports; the record of what was exported, and for whom, stays. */
import type { Pool } from '../../platform/postgres.ts'
import { type UpkeepPage, upkeepPage } from '../../platform/upkeep.ts'

/** An export has some ten megabytes, and at most some hundred parts. */
const EXPORTS_AT_ONCE = 5
/** Lets a download finish that began before the expiry. */
const GRACE_HOURS = 1

/** Skips exports that another process is deleting. */
const DELETE_PARTS = `
  with old as (
    select export_id from tollgate.exports
     where state = 'ready' and expires_at < now() - make_interval(hours => ${GRACE_HOURS})
     order by expires_at
     limit $1::integer
       for no key update skip locked
  ), deleted as (
    delete from tollgate.export_parts p using old where p.export_id = old.export_id
  ), expired as (
    update tollgate.exports e set state = 'expired' from old where e.export_id = old.export_id returning e.expires_at
  )
  select count(*)::integer as count,
         extract(epoch from now() - make_interval(hours => ${GRACE_HOURS}) - min(expires_at))::float8 as overdue_seconds
    from expired`

/** Deletes one page; counts exports, not parts. */
export function deletePartsOfExpired(pool: Pool, exportsAtOnce = EXPORTS_AT_ONCE): Promise<UpkeepPage> {
  return upkeepPage(pool, DELETE_PARTS, [exportsAtOnce], exportsAtOnce)
}
