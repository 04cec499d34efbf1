/**
 * Expires corrections whose event never arrived: they are rejected as `too_late`. Each goes to the dead letters
 * unchanged and leaves no identity, so a replay of it counts as new. Its rated usage stays as history.
 *
 * The event may come on any topic and partition, and wait there because its partition stopped or nobody reads it. So a
 * correction expires only when everything that had arrived by its deadline is recorded, on all partitions.
 *
 * The rows are changed under the locks of their accounts. A batch that has read a correction as waiting may void the
 * event with it, so the correction must not expire at the same time.
 */
import { formatInstant } from '../../core/instant.ts'
import type { RejectionReason } from '../../core/rating/decision.ts'
import type { TopicPartition } from '../../platform/kafka/places.ts'
import type { Logger } from '../../platform/log.ts'
import { counter, deadLettersCounter, gauge, type Registry } from '../../platform/metrics.ts'
import { allReplies, type Connection, inTransaction } from '../../platform/postgres.ts'
import type { Publishing } from '../changes/announce.ts'
import type { Writer } from '../changes/change-account.ts'
import { lockAccounts } from '../changes/lock-accounts.ts'
import { readClock } from '../changes/read-clock.ts'
import { writeChanges } from '../changes/write-changes.ts'
import type { DeadLetter } from '../dead-letters/write-dead-letters.ts'
import type { ArrivedUsage } from '../epochs/arrived-usage.ts'
import { headersFromJson, type StoredHeaders } from '../source-message.ts'
import { countAwaitedCorrections } from './list-awaited-corrections.ts'

/** Corrections per transaction, and so the most accounts that are locked at a time, for a few milliseconds. */
const PAGE_CORRECTIONS = 200

const SECONDS_PER_DAY = 86_400

const REASON: RejectionReason = 'too_late'

const FIND_OVERDUE = `
  select account_id, event_id
    from tollgate.awaited_corrections
   where expired_at is null and recorded_at < $1::timestamptz - make_interval(days => $2::integer)
   order by recorded_at
   limit $3::integer`

/** Checks again under the locks: the event may have arrived, or another process may have been faster. */
const EXPIRE = `
  update tollgate.awaited_corrections a
     set expired_at = $5::timestamptz
    from unnest($3::text[], $4::text[]) as overdue (account_id, event_id)
   where a.account_id = overdue.account_id and a.event_id = overdue.event_id
     and a.expired_at is null and a.recorded_at < $1::timestamptz - make_interval(days => $2::integer)
  returning a.account_id, a.event_id, a.correction_id,
            a.topic, a.partition, a."offset", a.value_hash, a.key, a.original, a.headers`

const FORGET_IDENTITIES = `
  delete from tollgate.usage_identity i
   using unnest($1::text[], $2::text[]) as rejected (account_id, event_id)
   where i.account_id = rejected.account_id and i.event_id = rejected.event_id`

/** Corrections are overdue that had waited for so many days at an instant. */
export interface Overdue {
  readonly days: number
  /** By the database's clock. All usage that had arrived by then must be recorded. */
  readonly asOf: string
}

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
  overdue: Overdue,
  onExpired: OnExpired = () => {},
  pageCorrections = PAGE_CORRECTIONS,
): Promise<number> {
  for (let count = 0; ; ) {
    const { found, expired, noted } = await inTransaction(pool, (connection) =>
      expirePage(connection, publishing, overdue, pageCorrections),
    )
    onExpired(expired, noted)
    count += expired.length
    if (found < pageCorrections) return count
  }
}

interface ExpiryParts {
  readonly writer: Writer
  /** How long a correction waits for its event. */
  readonly days: number
  /** What has arrived on the usage topics by now. */
  readonly readArrived: () => Promise<ArrivedUsage>
  /** A partition of what had arrived that is not recorded completely yet, or null. */
  readonly findUnrecorded: (arrived: ArrivedUsage) => Promise<TopicPartition | null>
  readonly log: Logger
  readonly metrics: CorrectionMetrics
}

/**
 * Creates the periodic job: it expires overdue corrections, logs and counts them, and updates the gauges of those that
 * wait. Each run expires as of the run before it, because what had arrived by then is recorded, even under load. The
 * first run expires nothing.
 */
export function createExpiry({ readArrived, findUnrecorded, ...parts }: ExpiryParts): () => Promise<void> {
  const { writer, days, log, metrics } = parts
  let arrived: ArrivedUsage | null = null

  async function expire(): Promise<void> {
    const before = arrived
    arrived = await readArrived()
    if (before === null) return
    const unrecorded = await findUnrecorded(before)
    if (unrecorded === null) await expireOverdue(parts, { days, asOf: before.at })
    else await reportOverdue(unrecorded)
  }

  async function reportOverdue({ topic, partition }: TopicPartition): Promise<void> {
    const { oldestAgeSeconds } = await countAwaitedCorrections(writer.pool)
    if (oldestAgeSeconds < days * SECONDS_PER_DAY) return
    log.warn({ topic, partition }, 'overdue corrections do not expire yet: usage that came before is not recorded')
  }

  return async () => {
    try {
      await expire()
    } finally {
      const { waiting, oldestAgeSeconds } = await countAwaitedCorrections(writer.pool)
      metrics.awaitedCorrections.set(waiting)
      metrics.awaitedCorrectionsOldestSeconds.set(oldestAgeSeconds)
    }
  }
}

async function expireOverdue(
  { writer, log, metrics }: Pick<ExpiryParts, 'writer' | 'log' | 'metrics'>,
  overdue: Overdue,
): Promise<void> {
  await expireAwaitedCorrections(writer, overdue, (expired, noted) => {
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
  { days, asOf }: Overdue,
  limit: number,
): Promise<Page> {
  const { rows: found } = await connection.query<{ account_id: string; event_id: string }>(FIND_OVERDUE, [
    asOf,
    days,
    limit,
  ])
  if (found.length === 0) return { found: 0, expired: [], noted: [] }
  const accountIds = found.map((row) => row.account_id)
  const locking = lockAccounts(connection, [...new Set(accountIds)])
  const [, clock] = await allReplies([locking, readClock(connection)])
  const { rows } = await connection.query<ExpiredRow>(EXPIRE, [
    asOf,
    days,
    accountIds,
    found.map((row) => row.event_id),
    formatInstant(clock.nowMicros),
  ])
  const expired = rows.map((row) => ({
    accountId: row.account_id,
    eventId: row.event_id,
    correctionId: row.correction_id,
    deadLetter: deadLetterOf(row, days),
  }))
  const letters = expired.flatMap(({ deadLetter }) => deadLetter ?? [])
  if (letters.length === 0) return { found: found.length, expired, noted: [] }
  const ids = [letters.map(({ accountId }) => accountId), letters.map(({ eventId }) => eventId)]
  const [noted] = await allReplies([
    writeChanges(connection, publishing, clock, [], letters),
    connection.query(FORGET_IDENTITIES, ids),
  ])
  return { found: found.length, expired, noted }
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
