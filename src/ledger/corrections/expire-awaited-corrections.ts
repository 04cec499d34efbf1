/**
 * Expires corrections whose event never arrived: they are rejected as `too_late`. Each goes to the dead letters
 * unchanged and leaves no identity, so a replay of it counts as new. Its rated usage stays as history.
 *
 * The rows are changed under the locks of their accounts. A batch that has read a correction as waiting may void the
 * event with it, so the correction must not expire at the same time.
 */
import { formatInstant } from '../../core/instant.ts'
import type { RejectionReason } from '../../core/rating/decision.ts'
import type { Logger } from '../../platform/log.ts'
import { counter, deadLettersCounter, gauge, type Registry } from '../../platform/metrics.ts'
import { allReplies, type Connection, inTransaction } from '../../platform/postgres.ts'
import type { Publishing } from '../changes/announce.ts'
import type { Writer } from '../changes/change-account.ts'
import { lockAccounts } from '../changes/lock-accounts.ts'
import { readClock } from '../changes/read-clock.ts'
import { writeChanges } from '../changes/write-changes.ts'
import type { DeadLetter } from '../dead-letters/write-dead-letters.ts'
import { headersFromJson, type StoredHeaders } from '../source-message.ts'
import { countAwaitedCorrections } from './list-awaited-corrections.ts'

/** Corrections per transaction, and so the most accounts that are locked at a time, for a few milliseconds. */
const PAGE_CORRECTIONS = 200

const REASON: RejectionReason = 'too_late'

const FIND_OVERDUE = `
  select account_id, event_id
    from tollgate.awaited_corrections
   where expired_at is null and recorded_at < now() - make_interval(days => $1::integer)
   order by recorded_at
   limit $2::integer`

/** Checks again under the locks: the event may have arrived, or another process may have been faster. */
const EXPIRE = `
  update tollgate.awaited_corrections a
     set expired_at = $4::timestamptz
    from unnest($2::text[], $3::text[]) as overdue (account_id, event_id)
   where a.account_id = overdue.account_id and a.event_id = overdue.event_id
     and a.expired_at is null and a.recorded_at < now() - make_interval(days => $1::integer)
  returning a.account_id, a.event_id, a.correction_id,
            a.topic, a.partition, a."offset", a.value_hash, a.key, a.original, a.headers`

const FORGET_IDENTITIES = `
  delete from tollgate.usage_identity i
   using unnest($1::text[], $2::text[]) as rejected (account_id, event_id)
   where i.account_id = rejected.account_id and i.event_id = rejected.event_id`

export interface ExpiredCorrection {
  readonly accountId: string
  readonly eventId: string
  readonly correctionId: string
  /** The rejection. Null if the message was not kept; then the correction only expires. */
  readonly deadLetter: DeadLetter | null
}

/** Called after each page is committed. `noted` are the dead letters that were not stored before. */
export type OnExpired = (expired: readonly ExpiredCorrection[], noted: readonly DeadLetter[]) => void

interface ExpiredRow {
  account_id: string
  event_id: string
  correction_id: string
  topic: string | null
  partition: number
  offset: bigint
  value_hash: Buffer
  key: Buffer | null
  original: Buffer | null
  headers: StoredHeaders
}

interface Page {
  readonly found: number
  readonly expired: readonly ExpiredCorrection[]
  readonly noted: readonly DeadLetter[]
}

/**
 * Expires all overdue corrections, page by page. Calls `onExpired` after each page's commit. Returns how many there
 * were.
 */
export async function expireAwaitedCorrections(
  { pool, publishing }: Writer,
  olderThanDays: number,
  onExpired: OnExpired = () => {},
  pageCorrections = PAGE_CORRECTIONS,
): Promise<number> {
  for (let count = 0; ; ) {
    const { found, expired, noted } = await inTransaction(pool, (connection) =>
      expirePage(connection, publishing, olderThanDays, pageCorrections),
    )
    onExpired(expired, noted)
    count += expired.length
    if (found < pageCorrections) return count
  }
}

/**
 * One run of the periodic job: expires overdue corrections, logs and counts them, and updates the gauges of those that
 * wait. `olderThanDays` is null while there is unread usage, which may contain the events.
 */
export async function tendAwaitedCorrections(
  writer: Writer,
  olderThanDays: number | null,
  log: Logger,
  metrics: CorrectionMetrics,
): Promise<void> {
  if (olderThanDays !== null) await expireOverdue(writer, olderThanDays, log, metrics)
  const { waiting, oldestAgeSeconds } = await countAwaitedCorrections(writer.pool)
  metrics.awaitedCorrections.set(waiting)
  metrics.awaitedCorrectionsOldestSeconds.set(oldestAgeSeconds)
}

async function expireOverdue(
  writer: Writer,
  olderThanDays: number,
  log: Logger,
  metrics: CorrectionMetrics,
): Promise<void> {
  await expireAwaitedCorrections(writer, olderThanDays, (expired, noted) => {
    for (const { accountId, eventId, correctionId, deadLetter } of expired) {
      const ids = { account_id: accountId, event_id: eventId, correction_id: correctionId, reason: REASON }
      if (deadLetter === null) {
        log.warn(
          ids,
          'the event of a correction never arrived; its message was not kept, so it expires without a dead letter',
        )
      } else {
        const { topic, partition, offset } = deadLetter
        log.warn(
          { ...ids, dead_letter: `${topic}/${partition}/${offset}` },
          'the event of a correction never arrived; the correction has expired',
        )
      }
    }
    metrics.awaitedCorrectionsExpiredTotal.inc(expired.length)
    if (noted.length > 0) metrics.deadLettersTotal.inc({ reason: REASON }, noted.length)
  })
}

export type CorrectionMetrics = ReturnType<typeof correctionMetrics>

/** Creates the metrics of awaited corrections. */
export function correctionMetrics(registry: Registry) {
  return {
    awaitedCorrections: gauge(registry, {
      name: 'tollgate_awaited_corrections',
      help: 'Corrections that wait for the event they correct',
    }),
    awaitedCorrectionsOldestSeconds: gauge(registry, {
      name: 'tollgate_awaited_corrections_oldest_seconds',
      help: 'How many seconds the oldest awaited correction has waited; 0 if none is waiting',
    }),
    awaitedCorrectionsExpiredTotal: counter(registry, {
      name: 'tollgate_awaited_corrections_expired_total',
      help: 'Corrections that expired because their event never arrived',
    }),
    deadLettersTotal: deadLettersCounter(registry),
  }
}

async function expirePage(
  connection: Connection,
  publishing: Publishing,
  olderThanDays: number,
  limit: number,
): Promise<Page> {
  const { rows: overdue } = await connection.query<{ account_id: string; event_id: string }>(FIND_OVERDUE, [
    olderThanDays,
    limit,
  ])
  if (overdue.length === 0) return { found: 0, expired: [], noted: [] }
  const accountIds = overdue.map((row) => row.account_id)
  const locking = lockAccounts(connection, [...new Set(accountIds)])
  const [, clock] = await allReplies([locking, readClock(connection)])
  const { rows } = await connection.query<ExpiredRow>(EXPIRE, [
    olderThanDays,
    accountIds,
    overdue.map((row) => row.event_id),
    formatInstant(clock.nowMicros),
  ])
  const expired = rows.map((row) => ({
    accountId: row.account_id,
    eventId: row.event_id,
    correctionId: row.correction_id,
    deadLetter: deadLetterOf(row, olderThanDays),
  }))
  const letters = expired.flatMap(({ deadLetter }) => deadLetter ?? [])
  if (letters.length === 0) return { found: overdue.length, expired, noted: [] }
  const ids = [letters.map(({ accountId }) => accountId), letters.map(({ eventId }) => eventId)]
  const [noted] = await allReplies([
    writeChanges(connection, publishing, clock, [], letters),
    connection.query(FORGET_IDENTITIES, ids),
  ])
  return { found: overdue.length, expired, noted }
}

/** Either the whole message was kept, or nothing of it. */
function deadLetterOf(row: ExpiredRow, days: number): DeadLetter | null {
  if (row.topic === null) return null
  return {
    topic: row.topic,
    partition: row.partition,
    offset: row.offset,
    valueHash: row.value_hash,
    key: row.key,
    value: row.original,
    headers: headersFromJson(row.headers),
    reason: REASON,
    detail: `its event ${row.event_id} did not arrive within ${days} ${days === 1 ? 'day' : 'days'}`,
    accountId: row.account_id,
    eventId: row.correction_id,
  }
}
