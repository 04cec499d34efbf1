/**
 * Gives up corrections whose event never came. The rows are under the locks of their accounts, as for every writer: a batch
 * that has read a correction as waiting may void the event by it, and nobody takes it away from under that.
 */
import type { Logger } from '../platform/log.ts'
import type { Metrics } from '../platform/metrics.ts'
import { type Connection, inTransaction, type Pool } from '../platform/postgres.ts'
import { countAwaitedCorrections } from './list-awaited-corrections.ts'
import { lockAccounts } from './lock-accounts.ts'

/** Accounts locked at a time, at most: those of a page wait for a few milliseconds. */
const PAGE_CORRECTIONS = 200

const FIND_OVERDUE = `
  select account_id, event_id
    from tollgate.awaited_corrections
   where expired_at is null and recorded_at < now() - make_interval(days => $1::integer)
   order by recorded_at
   limit $2::integer`

/** Asked again under the locks: an event may have come in between, or another process may have been quicker. */
const EXPIRE = `
  update tollgate.awaited_corrections a
     set expired_at = clock_timestamp()
    from unnest($2::text[], $3::text[]) as overdue (account_id, event_id)
   where a.account_id = overdue.account_id and a.event_id = overdue.event_id
     and a.expired_at is null and a.recorded_at < now() - make_interval(days => $1::integer)
  returning a.account_id, a.event_id, a.correction_id`

export interface ExpiredCorrection {
  readonly accountId: string
  readonly eventId: string
  readonly correctionId: string
}

/** Says which after each page's commit, and how many there were in the end. */
export async function expireAwaitedCorrections(
  pool: Pool,
  olderThanDays: number,
  onExpired: (expired: readonly ExpiredCorrection[]) => void = () => {},
  pageCorrections = PAGE_CORRECTIONS,
): Promise<number> {
  for (let count = 0; ; ) {
    const { found, expired } = await inTransaction(pool, (connection) =>
      expirePage(connection, olderThanDays, pageCorrections),
    )
    onExpired(expired)
    count += expired.length
    if (found < pageCorrections) return count
  }
}

/** One turn of the periodic job: what is overdue is given up, logged and counted, and the gauges say what still waits. */
export async function tendAwaitedCorrections(
  pool: Pool,
  olderThanDays: number,
  log: Logger,
  metrics: Pick<Metrics, 'awaitedCorrections' | 'awaitedCorrectionsOldestSeconds' | 'awaitedCorrectionsExpiredTotal'>,
): Promise<void> {
  await expireAwaitedCorrections(pool, olderThanDays, (expired) => {
    for (const { accountId, eventId, correctionId } of expired) {
      log.warn(
        { account_id: accountId, event_id: eventId, correction_id: correctionId, reason: 'too_late' },
        'the event of a correction never came; the correction is given up',
      )
    }
    metrics.awaitedCorrectionsExpiredTotal.inc(expired.length)
  })
  const { waiting, oldestAgeSeconds } = await countAwaitedCorrections(pool)
  metrics.awaitedCorrections.set(waiting)
  metrics.awaitedCorrectionsOldestSeconds.set(oldestAgeSeconds)
}

async function expirePage(
  connection: Connection,
  olderThanDays: number,
  limit: number,
): Promise<{ found: number; expired: ExpiredCorrection[] }> {
  const { rows: overdue } = await connection.query<{ account_id: string; event_id: string }>(FIND_OVERDUE, [
    olderThanDays,
    limit,
  ])
  if (overdue.length === 0) return { found: 0, expired: [] }
  const accountIds = overdue.map((row) => row.account_id)
  await lockAccounts(connection, [...new Set(accountIds)])
  const { rows } = await connection.query<{ account_id: string; event_id: string; correction_id: string }>(EXPIRE, [
    olderThanDays,
    accountIds,
    overdue.map((row) => row.event_id),
  ])
  return {
    found: overdue.length,
    expired: rows.map((row) => ({
      accountId: row.account_id,
      eventId: row.event_id,
      correctionId: row.correction_id,
    })),
  }
}
