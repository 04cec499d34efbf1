/**
 * Finds an account's movements by any filter, for page, API, export and operators alike. Newest first, in the order in
 * which they were recorded.
 *
 *   tail    movements in no indexed chunk yet, scanned backwards: at most 1,023, and those that the roll-up is behind.
 *           One call scans at most 100,000 of them: a list then ends early and can be continued, a search is refused
 *   chunks  the rest, by the index: the bits of all conditions ANDed, from the newest chunks to older ones, more each time
 *   read    the movements of the sequences found, with everything that is shown of them
 *
 * Chunks are complete and never change, and movements are only added at the end. So results are consistent, and pages
 * by `before` have neither gaps nor duplicates while movements are added.
 */
import {
  type ListedMovement,
  MOVEMENT_KINDS,
  type MovementKind,
  readMovements,
} from '../ledger/accounts/read-movements.ts'
import type { Connection, Pool } from '../platform/postgres.ts'
import { byKey } from './by-key.ts'
import {
  CHUNK_MOVEMENTS,
  DIRECTION,
  destinationKey,
  idKey,
  JOIN_USAGE,
  NO_BITS,
  USAGE_KIND,
} from './index-movements.ts'

/** Kinds of usage, as in `usage_by_day`. */
export const USAGE_KINDS = [
  'call',
  'toll_free',
  'sms',
  'mms',
  'whatsapp',
  'conversation_intelligence',
  'voice_agent',
  'other',
] as const

export const FOUND_KINDS = [...MOVEMENT_KINDS, ...USAGE_KINDS] as const
export type FoundKind = MovementKind | (typeof USAGE_KINDS)[number]

export interface MovementFilter {
  /** Null: all. Usage has two kinds: `usage`, and its own. */
  readonly kinds: readonly FoundKind[] | null
  /** For a reversal, user, SKU and destination are those of the usage that it reverses. */
  readonly userId: string | null
  /** Half-open, by the time they were recorded; RFC 3339. */
  readonly from: string | null
  readonly to: string | null
  /** `in` adds credit, `out` takes it. */
  readonly direction: 'in' | 'out' | null
  /** An interaction id or SKU (exact), or the start of a destination (any case). */
  readonly search: string | null
}

export const NO_FILTER: MovementFilter = {
  kinds: null,
  userId: null,
  from: null,
  to: null,
  direction: null,
  search: null,
}

export interface PageWanted {
  /** Movements before this sequence; null: the newest. */
  readonly before: bigint | null
  readonly limit: number
}

/** Counting stops at this many movements. */
export const MAX_COUNT = 1_000
/** Unindexed movements that one call scans; more would take longer than a caller waits. */
const MAX_WALKED = 100_000
const TAIL_AT_ONCE = 5_000n
const FIRST_CHUNKS = 2
const GROWTH = 8

export interface MovementList {
  readonly movements: readonly ListedMovement[]
  /** Not all movements were looked at: there may be matches before this sequence. Null if that is not so. */
  readonly unseenBefore: bigint | null
}

/**
 * The newest movements before `before` that match the filter. They may be fewer than `limit`, or none, if too many
 * movements are not indexed yet: the list then continues before `unseenBefore`.
 */
export function listMovements(
  pool: Pool,
  accountId: string,
  filter: MovementFilter,
  { before, limit }: PageWanted,
): Promise<MovementList> {
  return byKey(pool, async (connection) => {
    const extent = await readExtent(connection, accountId)
    const { sequences, unseenBefore } = await find(connection, accountId, filter, extent, before, limit)
    return { movements: await readMovements(connection, accountId, sequences), unseenBefore }
  })
}

export interface FoundMovements {
  readonly movements: readonly ListedMovement[]
  /** On all pages together, at most `MAX_COUNT`. */
  readonly count: number
  /** Whether there are more than `count`. */
  readonly isMore: boolean
}

/**
 * A page of the newest matches before `before`, and the number of all. `notIndexed`: too many movements are not indexed
 * yet to count; try again later.
 */
export function searchMovements(
  pool: Pool,
  accountId: string,
  filter: MovementFilter,
  { before, limit }: PageWanted,
): Promise<FoundMovements | { readonly notIndexed: number }> {
  return byKey(pool, async (connection) => {
    const extent = await readExtent(connection, accountId)
    const notIndexed = Number(extent.lastSequence) - extent.chunks * CHUNK_MOVEMENTS
    if (notIndexed > MAX_WALKED) return { notIndexed }
    const { sequences: first } = await find(connection, accountId, filter, extent, null, MAX_COUNT + 1)
    const isAtHand = before === null && limit <= MAX_COUNT + 1
    const page = isAtHand
      ? first.slice(0, limit)
      : (await find(connection, accountId, filter, extent, before, limit)).sequences
    return {
      movements: await readMovements(connection, accountId, page),
      count: Math.min(first.length, MAX_COUNT),
      isMore: first.length > MAX_COUNT,
    }
  })
}

interface Extent {
  readonly lastSequence: bigint
  /** Number of chunks that are indexed, from the first without a gap. */
  readonly chunks: number
}

const READ_EXTENT = `
  select last_sequence,
         coalesce((select max(chunk) + 1 from tollgate.movement_chunks c where c.account_id = a.account_id), 0) as chunks
    from tollgate.accounts a where account_id = $1`

async function readExtent(connection: Connection, accountId: string): Promise<Extent> {
  const { rows } = await connection.query<{ last_sequence: bigint; chunks: number }>({
    name: 'read-movements-extent',
    text: READ_EXTENT,
    values: [accountId],
  })
  return { lastSequence: rows[0]?.last_sequence ?? 0n, chunks: rows[0]?.chunks ?? 0 }
}

interface Found {
  readonly sequences: bigint[]
  /** As in `MovementList`. Never set if at most `MAX_WALKED` movements are not indexed. */
  readonly unseenBefore: bigint | null
}

/** The first matching sequences before `before`, at most `limit`. */
async function find(
  connection: Connection,
  accountId: string,
  filter: MovementFilter,
  { lastSequence, chunks }: Extent,
  before: bigint | null,
  limit: number,
): Promise<Found> {
  const newest = before === null || before > lastSequence ? lastSequence : before - 1n
  const found: bigint[] = []
  const indexedTo = BigInt(chunks * CHUNK_MOVEMENTS)
  const walkTo = larger(indexedTo, newest - BigInt(MAX_WALKED))
  for (let upTo = newest; upTo > walkTo && found.length < limit; upTo -= TAIL_AT_ONCE) {
    const after = larger(walkTo, upTo - TAIL_AT_ONCE)
    found.push(...(await walk(connection, accountId, filter, { after, upTo, limit: limit - found.length })))
  }
  const done = { sequences: found, unseenBefore: null }
  if (found.length >= limit) return done
  if (walkTo > indexedTo) return { sequences: found, unseenBefore: walkTo + 1n }
  if (chunks === 0 || newest <= 0n) return done

  const conditions = await conditionsOf(connection, accountId, filter, indexedTo)
  let size = FIRST_CHUNKS
  const newestChunk = Number((newest - 1n) / BigInt(CHUNK_MOVEMENTS))
  for (let end = Math.min(chunks, newestChunk + 1); end > 0 && found.length < limit; end -= size, size *= GROWTH) {
    const begin = Math.max(0, end - size)
    for (const { chunk, sequences } of await readChunks(connection, accountId, filter, conditions, begin, end)) {
      const first = BigInt(chunk * CHUNK_MOVEMENTS + 1)
      for (let bit = sequences.lastIndexOf('1'); bit >= 0 && found.length < limit; ) {
        const sequence = first + BigInt(bit)
        if (sequence <= newest) found.push(sequence)
        bit = bit === 0 ? -1 : sequences.lastIndexOf('1', bit - 1)
      }
    }
  }
  return done
}

function larger(one: bigint, other: bigint): bigint {
  return one > other ? one : other
}

/** Matches among movements that are not indexed yet. */
const WALK = `
  select m.sequence
    from tollgate.movements m
    ${JOIN_USAGE}
   where m.account_id = $1 and m.sequence > $2 and m.sequence <= $3
     and m.recorded_at >= coalesce($4::timestamptz, '-infinity') and m.recorded_at < coalesce($5::timestamptz, 'infinity')
     and ($6::text[] is null or m.kind = any($6) or ${USAGE_KIND} = any($6))
     and ($7::text is null or w.user_id = $7)
     and ($8::text is null or ${DIRECTION} = $8)
     and ($9::text is null or $9 in (w.interaction_id, c.interaction_id, w.sku)
          or starts_with(${destinationKey('w.destination')}, lower($9)))
   order by m.sequence desc
   limit $10`

interface Walked {
  readonly after: bigint
  readonly upTo: bigint
  readonly limit: number
}

async function walk(
  connection: Connection,
  accountId: string,
  { from, to, kinds, userId, direction, search }: MovementFilter,
  { after, upTo, limit }: Walked,
): Promise<bigint[]> {
  const values = [accountId, after, upTo, from, to, kinds, userId, direction, search, limit]
  const { rows } = await connection.query<{ sequence: bigint }>({ name: 'walk-movements', text: WALK, values })
  return rows.map(({ sequence }) => sequence)
}

/**
 * The filter's conditions, numbered from 1. A movement meets one by the bits of any of its keys, or by its sequence.
 */
interface Conditions {
  readonly count: number
  readonly keys: readonly { readonly condition: number; readonly what: string; readonly id: string }[]
  /** Sequences of the interaction that is searched for. */
  readonly interactions: { readonly condition: number; readonly sequences: readonly bigint[] }
}

/** Destinations with the searched prefix, each found by key from the one before. */
const DESTINATIONS = `
  with recursive next (id) as (
    select (
      select id from tollgate.movement_index
       where account_id = $1 and what = 'destination' and id >= lower($2) order by id limit 1
    )
     union all
    select (
      select i.id from tollgate.movement_index i
       where i.account_id = $1 and i.what = 'destination' and i.id > next.id order by i.id limit 1
    )
      from next where starts_with(next.id, lower($2))
  )
  select id from next where starts_with(id, lower($2))`

/** An interaction is found by the event's id if that is its only name, else by hash; the hash may match others too. */
const INTERACTION = `
  select movement_sequence as sequence
    from tollgate.rated_usage
   where account_id = $1 and event_id = $2 and interaction_id = $2 and movement_sequence <= $3
   union
  select m.sequence
    from tollgate.movement_interactions i
    join tollgate.movements m on m.account_id = i.account_id and m.sequence = i.sequence
    ${JOIN_USAGE}
   where i.account_id = $1 and i.interaction_hash = hashtextextended($2, 0) and i.sequence <= $3
     and $2 in (w.interaction_id, c.interaction_id)`

async function conditionsOf(
  connection: Connection,
  accountId: string,
  { kinds, userId, direction, search }: MovementFilter,
  indexedTo: bigint,
): Promise<Conditions> {
  const keys: { condition: number; what: string; id: string }[] = []
  let count = 0
  const add = (what: string, ids: readonly string[]) => {
    keys.push(...ids.map((id) => ({ condition: count, what, id })))
  }
  if (kinds !== null) {
    count++
    add('kind', kinds)
  }
  if (userId !== null) {
    count++
    add('user', [userId])
  }
  if (direction !== null) {
    count++
    add('direction', [direction])
  }
  if (search === null) return { count, keys, interactions: { condition: 0, sequences: [] } }
  count++
  add('sku', [search])
  const destinations = await connection.query<{ id: string }>({
    name: 'find-destinations',
    text: DESTINATIONS,
    values: [accountId, search],
  })
  add(
    'destination',
    destinations.rows.map(({ id }) => id),
  )
  const interactions = await connection.query<{ sequence: bigint }>({
    name: 'find-interaction',
    text: INTERACTION,
    values: [accountId, search, indexedTo],
  })
  return { count, keys, interactions: { condition: count, sequences: interactions.rows.map((row) => row.sequence) } }
}

/**
 * Condition 0 is the period: for a chunk within it, all movements; for a chunk that extends beyond it, those inside.
 * Recorded instants are not assumed to ascend, because a clock may be set back.
 */
const READ_CHUNKS = `
  with met as (
    select 0 as condition, chunk,
           case
             when first_recorded_at >= coalesce($4::timestamptz, '-infinity')
              and last_recorded_at < coalesce($5::timestamptz, 'infinity') then ~${NO_BITS}
             else (
               select coalesce(bit_or(set_bit(${NO_BITS}, ((m.sequence - 1) % ${CHUNK_MOVEMENTS})::integer, 1)), ${NO_BITS})
                 from tollgate.movements m
                where m.account_id = $1 and m.sequence > k.chunk * ${CHUNK_MOVEMENTS}::bigint
                  and m.sequence <= (k.chunk + 1) * ${CHUNK_MOVEMENTS}::bigint
                  and m.recorded_at >= coalesce($4::timestamptz, '-infinity')
                  and m.recorded_at < coalesce($5::timestamptz, 'infinity')
             )
           end as sequences
      from tollgate.movement_chunks k
     where account_id = $1 and chunk >= $2::integer and chunk < $3::integer
       and last_recorded_at >= coalesce($4::timestamptz, '-infinity')
       and first_recorded_at < coalesce($5::timestamptz, 'infinity')
     union all
    select w.condition, i.chunk, i.sequences
      from (
        select condition, what, case when what in ('user', 'sku') then ${idKey('id')} else id end as id
          from unnest($6::integer[], $7::text[], $8::text[]) as given (condition, what, id)
      ) as w
     cross join lateral (
       -- Looked up key by key: a join might read all index rows of the account.
       select chunk, sequences from tollgate.movement_index
        where account_id = $1 and what = w.what and id = w.id and chunk >= $2::integer and chunk < $3::integer
       offset 0
     ) as i
     union all
    select $9::integer, ((s - 1) / ${CHUNK_MOVEMENTS})::integer,
           set_bit(${NO_BITS}, ((s - 1) % ${CHUNK_MOVEMENTS})::integer, 1)
      from unnest($10::bigint[]) as s
     where s > $2::integer * ${CHUNK_MOVEMENTS}::bigint and s <= $3::integer * ${CHUNK_MOVEMENTS}::bigint
  )
  select chunk, bit_and(sequences)::text as sequences
    from (select condition, chunk, bit_or(sequences) as sequences from met group by condition, chunk) as of_condition
   group by chunk
  having count(*) = $11::integer + 1 and bit_count(bit_and(sequences)) > 0
   order by chunk desc`

async function readChunks(
  connection: Connection,
  accountId: string,
  { from, to }: MovementFilter,
  { count, keys, interactions }: Conditions,
  begin: number,
  end: number,
): Promise<{ chunk: number; sequences: string }[]> {
  const values = [
    accountId,
    begin,
    end,
    from,
    to,
    keys.map(({ condition }) => condition),
    keys.map(({ what }) => what),
    keys.map(({ id }) => id),
    interactions.condition,
    interactions.sequences,
    count,
  ]
  const read = { name: 'read-movement-chunks', text: READ_CHUNKS, values }
  return (await connection.query<{ chunk: number; sequences: string }>(read)).rows
}
