/**
 * Lists dead letters for people and for replay: by filter, in pages or summarised, or by position. The original messages are
 * not included; read-originals.ts reads those.
 */

import type { Pool } from '../../platform/postgres.ts'
import { instantText } from '../../platform/sql.ts'

/** Null: no filter. */
export interface DeadLetterFilter {
  readonly reason: string | null
  readonly accountId: string | null
  readonly topic: string | null
  readonly since: Since | null
  /** RFC 3339: later ones are left out. */
  readonly upTo: string | null
  /** True: only those replayed before; false: only those never replayed. */
  readonly isReplayed: boolean | null
  readonly exceptReason: string | null
}

/** An instant, or a period that ends now by the database's clock. */
export type Since = { readonly instant: string } | { readonly secondsAgo: number }

export interface Position {
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
}

/** Two letters share a position if the topic was recreated; then the hash of the value differs. */
export interface DeadLetterKey extends Position {
  readonly valueHash: Buffer
}

/** The position of a letter in the order of the list. */
export interface DeadLetterPlace extends DeadLetterKey {
  readonly recordedAt: string
}

export interface ListedDeadLetter extends DeadLetterPlace {
  readonly reason: string
  readonly detail: string
  readonly accountId: string | null
  readonly eventId: string | null
  /** The size of the value; null: it has none. */
  readonly sizeBytes: number | null
  readonly replays: number
  readonly replayedAt: string | null
  /** False after the retention, and for letters from before values were stored: then only the topic may still have it. */
  readonly isValueKept: boolean
}

/** A null or empty value has the hash of no bytes. Any other value that is null here was not kept. */
const IS_VALUE_KEPT = `(original is not null or value_hash = substring(sha256(''::bytea) from 1 for 16))`

const COLUMNS = `
  topic, partition, "offset", value_hash, reason, detail, account_id, event_id, replays,
  ${instantText('recorded_at')} as recorded_at,
  ${instantText('replayed_at')} as replayed_at,
  octet_length(original) as size_bytes,
  ${IS_VALUE_KEPT} as is_value_kept`

const MATCHES_FILTER = `
       ($1::text is null or reason = $1)
   and ($2::text is null or account_id = $2)
   and ($3::text is null or topic = $3)
   and recorded_at >= coalesce($4::timestamptz, now() - make_interval(secs => $5::double precision), '-infinity')
   and recorded_at <= coalesce($6::timestamptz, 'infinity')
   and ($7::boolean is null or (replays > 0) = $7)
   and ($8::text is null or reason <> $8)`

const LIST_NEWEST_FIRST = `
  select ${COLUMNS}
    from tollgate.dead_letters d
   where ${MATCHES_FILTER}
     and ($9::timestamptz is null or (d.recorded_at, topic, partition, "offset", value_hash)
          < ($9, $10::text, $11::integer, $12::bigint, $13::bytea))
   order by d.recorded_at desc, topic desc, partition desc, "offset" desc, value_hash desc
   limit $14::integer`

/** The order in which a partition held them. */
const LIST_OLDEST_FIRST = `
  select ${COLUMNS}
    from tollgate.dead_letters d
   where ${MATCHES_FILTER}
     and ($9::timestamptz is null or (d.recorded_at, topic, partition, "offset", value_hash)
          > ($9, $10::text, $11::integer, $12::bigint, $13::bytea))
   order by d.recorded_at, topic, partition, "offset", value_hash
   limit $14::integer`

const READ_AT_POSITION = `
  select ${COLUMNS}
    from tollgate.dead_letters d
   where topic = $1::text and partition = $2::integer and "offset" = $3::bigint
   order by d.recorded_at desc`

const SUMMARISE = `
  select reason, count(*) as count, count(*) filter (where ${IS_VALUE_KEPT}) as kept_count,
         ${instantText('max(recorded_at)')} as newest_recorded_at
    from tollgate.dead_letters d
   where ${MATCHES_FILTER}
   group by reason
   order by count desc, reason`

interface DeadLetterRow {
  topic: string
  partition: number
  offset: bigint
  value_hash: Buffer
  reason: string
  detail: string
  account_id: string | null
  event_id: string | null
  recorded_at: string
  replays: number
  replayed_at: string | null
  size_bytes: number | null
  is_value_kept: boolean
}

export interface DeadLetterPage {
  readonly order: 'newest first' | 'oldest first'
  /** The last letter of the page before; null for the first page. */
  readonly after: DeadLetterPlace | null
  readonly limit: number
}

/** Lists a page of dead letters. */
export async function listDeadLetters(
  pool: Pool,
  filter: DeadLetterFilter,
  { order, after, limit }: DeadLetterPage,
): Promise<ListedDeadLetter[]> {
  const { rows } = await pool.query<DeadLetterRow>(order === 'newest first' ? LIST_NEWEST_FIRST : LIST_OLDEST_FIRST, [
    ...filterValues(filter),
    ...placeValues(after),
    limit,
  ])
  return rows.map(listed)
}

/** Reads the letters at a position, newest first: more than one if the topic was recreated. */
export async function readDeadLettersAt(
  pool: Pool,
  { topic, partition, offset }: Position,
): Promise<ListedDeadLetter[]> {
  const { rows } = await pool.query<DeadLetterRow>(READ_AT_POSITION, [topic, partition, offset])
  return rows.map(listed)
}

export interface ReasonSummary {
  readonly reason: string
  readonly count: number
  /** How many of them still have their value. */
  readonly keptCount: number
  readonly newestRecordedAt: string
}

/** Counts dead letters by reason, most frequent first. */
export async function summariseDeadLetters(pool: Pool, filter: DeadLetterFilter): Promise<ReasonSummary[]> {
  const { rows } = await pool.query<{ reason: string; count: bigint; kept_count: bigint; newest_recorded_at: string }>(
    SUMMARISE,
    filterValues(filter),
  )
  return rows.map((row) => ({
    reason: row.reason,
    count: Number(row.count),
    keptCount: Number(row.kept_count),
    newestRecordedAt: row.newest_recorded_at,
  }))
}

/** Those after `after`, in the order of replay, that still have their value. */
const COUNT_KEPT = `
  select count(*) as count
    from tollgate.dead_letters d
   where ${MATCHES_FILTER}
     and ($9::timestamptz is null or (d.recorded_at, topic, partition, "offset", value_hash)
          > ($9, $10::text, $11::integer, $12::bigint, $13::bytea))
     and ${IS_VALUE_KEPT}`

/** Counts the letters that can still be replayed after a place; null: all. */
export async function countKeptDeadLetters(
  pool: Pool,
  filter: DeadLetterFilter,
  after: DeadLetterPlace | null,
): Promise<number> {
  const { rows } = await pool.query<{ count: bigint }>(COUNT_KEPT, [...filterValues(filter), ...placeValues(after)])
  return Number(rows[0]!.count)
}

function placeValues(place: DeadLetterPlace | null): unknown[] {
  if (place === null) return [null, null, null, null, null]
  const { recordedAt, topic, partition, offset, valueHash } = place
  return [recordedAt, topic, partition, offset, valueHash]
}

function filterValues(filter: DeadLetterFilter): unknown[] {
  const { reason, accountId, topic, since, upTo, isReplayed, exceptReason } = filter
  return [
    reason,
    accountId,
    topic,
    since !== null && 'instant' in since ? since.instant : null,
    since !== null && 'secondsAgo' in since ? since.secondsAgo : null,
    upTo,
    isReplayed,
    exceptReason,
  ]
}

function listed(row: DeadLetterRow): ListedDeadLetter {
  return {
    topic: row.topic,
    partition: row.partition,
    offset: row.offset,
    valueHash: row.value_hash,
    recordedAt: row.recorded_at,
    reason: row.reason,
    detail: row.detail,
    accountId: row.account_id,
    eventId: row.event_id,
    sizeBytes: row.size_bytes,
    replays: row.replays,
    replayedAt: row.replayed_at,
    isValueKept: row.is_value_kept,
  }
}
