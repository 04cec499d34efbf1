/** Lists and counts the corrections that wait for their event, or that expired. */

import type { Pool } from '../../platform/postgres.ts'
import { instantText } from '../../platform/sql.ts'

export interface AwaitedCorrection {
  readonly accountId: string
  /** The event that it waits for. */
  readonly eventId: string
  readonly correctionId: string
  readonly recordedAt: string
  readonly expiredAt: string | null
}

/** Oldest first. Lists either waiting or expired corrections, never both. */
const LIST_AWAITED = `
  select account_id, event_id, correction_id,
         ${instantText('recorded_at')} as recorded_at,
         ${instantText('expired_at')} as expired_at
    from tollgate.awaited_corrections a
   where (a.expired_at is not null) = $1::boolean
     and ($2::text is null or account_id = $2)
     and a.recorded_at <= now() - make_interval(secs => $3::double precision)
     and ($4::timestamptz is null or (a.recorded_at, account_id, event_id) > ($4, $5::text, $6::text))
   order by a.recorded_at, account_id, event_id
   limit $7::integer`

const COUNT_AWAITED = `
  select count(*) as waiting,
         coalesce(extract(epoch from now() - min(recorded_at)), 0)::double precision as oldest_age_seconds
    from tollgate.awaited_corrections
   where expired_at is null`

export interface AwaitedFilter {
  readonly isExpired: boolean
  readonly accountId: string | null
  /** Minimum age since the correction was recorded, by the database's clock. */
  readonly atLeastSecondsOld: number
}

interface AwaitedRow {
  account_id: string
  event_id: string
  correction_id: string
  recorded_at: string
  expired_at: string | null
}

/** Lists one page. `after` is the last correction of the previous page, or null for the first page. */
export async function listAwaitedCorrections(
  pool: Pool,
  { isExpired, accountId, atLeastSecondsOld }: AwaitedFilter,
  { after, limit }: { after: AwaitedCorrection | null; limit: number },
): Promise<AwaitedCorrection[]> {
  const { rows } = await pool.query<AwaitedRow>(LIST_AWAITED, [
    isExpired,
    accountId,
    atLeastSecondsOld,
    after?.recordedAt ?? null,
    after?.accountId ?? null,
    after?.eventId ?? null,
    limit,
  ])
  return rows.map((row) => ({
    accountId: row.account_id,
    eventId: row.event_id,
    correctionId: row.correction_id,
    recordedAt: row.recorded_at,
    expiredAt: row.expired_at,
  }))
}

export interface AwaitedCount {
  readonly waiting: number
  /** 0 if none waits. */
  readonly oldestAgeSeconds: number
}

/** Counts the waiting corrections. */
export async function countAwaitedCorrections(pool: Pool): Promise<AwaitedCount> {
  const { rows } = await pool.query<{ waiting: bigint; oldest_age_seconds: number }>(COUNT_AWAITED)
  const { waiting, oldest_age_seconds: oldestAgeSeconds } = rows[0]!
  return { waiting: Number(waiting), oldestAgeSeconds }
}
