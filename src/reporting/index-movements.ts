/**
 * The index by which movements are searched: for each 1,024 movements of an account, a chunk, which of them are of a kind,
 * user, destination, SKU or direction, a bit each. So any filters are an AND of a few rows, and what is rare has few.
 *
 * A chunk is indexed once, when the roll-up has passed its last movement: nothing of it ever changes, usage that comes one
 * by one costs no write, and accounts with few movements have no index at all. What is behind the last chunk is walked.
 */
import { type Connection, inTransaction, type Pool } from '../platform/postgres.ts'

/** Movements of a chunk; the type of `movement_index.sequences` says so too. */
export const CHUNK_MOVEMENTS = 1024
/** No bit is set. */
export const NO_BITS = `b'0'::bit(${CHUNK_MOVEMENTS})`

/**
 * Joined to movements `m`: `w` is the usage that one is of, for a reversal that which it takes back, and `c` the correction
 * itself. Where there is none the key is null, and nothing is looked for. Each is a look-up of its own, which the LIMIT
 * tells the planner: it would else read whole months to join them, as it cannot know how few movements there are.
 */
export const JOIN_USAGE = `
  left join lateral (
    select event_id, recorded_at from tollgate.movements
     where account_id = m.account_id and sequence = m.reverses_sequence limit 1
  ) as o on true
  left join lateral (
    select interaction_id, user_id, type, channel, destination, sku from tollgate.rated_usage
     where account_id = m.account_id and event_id = coalesce(o.event_id, m.event_id)
       and recorded_at = coalesce(o.recorded_at, m.recorded_at) limit 1
  ) as w on true
  left join lateral (
    select interaction_id from tollgate.rated_usage
     where account_id = m.account_id and event_id = case when m.reverses_sequence is not null then m.event_id end
       and recorded_at = m.recorded_at limit 1
  ) as c on true`

/** Of usage, its second kind, as `usage_by_day` has it. */
export const USAGE_KIND = `case m.kind when 'usage' then coalesce(w.channel, w.type) end`

export const DIRECTION = `case when m.amount_micros > 0 then 'in' else 'out' end`

/** As destinations are compared: in lower case, cut to what an index takes. */
export function destinationKey(text: string): string {
  return `left(lower(${text}), 500)`
}

/** The key of a user or SKU: itself, or its hash where it is longer than an index takes. */
export function idKey(text: string): string {
  return `case when octet_length(${text}) > 1000 then encode(sha256(convert_to(${text}, 'UTF8')), 'hex') else ${text} end`
}

/** Facts of the movements of `chunk (account_id, chunk)`, and what their rows of the index are. */
const ROWS = `
  fact as materialized (
    select k.account_id, k.chunk, m.sequence, m.recorded_at, m.kind, ${USAGE_KIND} as usage_kind, ${DIRECTION} as direction,
           ${idKey('w.user_id')} as user_id, ${destinationKey('w.destination')} as destination, ${idKey('w.sku')} as sku,
           nullif(w.interaction_id, m.event_id) as interaction_id, nullif(c.interaction_id, m.event_id) as own_interaction_id
      from chunk k
     cross join lateral (
       select * from tollgate.movements
        where account_id = k.account_id and sequence > k.chunk * ${CHUNK_MOVEMENTS}::bigint
          and sequence <= (k.chunk + 1) * ${CHUNK_MOVEMENTS}::bigint
       offset 0
     ) as m
      ${JOIN_USAGE}
  ),
  chunk_row as (
    select account_id, chunk, min(recorded_at) as first_recorded_at, max(recorded_at) as last_recorded_at
      from fact group by account_id, chunk
  ),
  index_row as (
    select account_id, what, id, chunk,
           bit_or(set_bit(${NO_BITS}, ((sequence - 1) % ${CHUNK_MOVEMENTS})::integer, 1)) as sequences
      from fact
     cross join lateral (
       values ('kind', kind), ('kind', usage_kind), ('user', user_id), ('destination', destination), ('sku', sku),
              ('direction', direction)
     ) as of (what, id)
     where id is not null
     group by account_id, what, id, chunk
  ),
  interaction_row as (
    select distinct account_id, hashtextextended(id, 0) as interaction_hash, sequence
      from fact
     cross join lateral (values (interaction_id), (own_interaction_id)) as by (id)
     where id is not null
  )`

const INDEX_MOVEMENTS = `
  with chunk as materialized (
    select account_id, chunk::integer
      from unnest($1::text[], $2::bigint[], $3::bigint[]) as r (account_id, after_sequence, up_to_sequence)
     cross join generate_series(after_sequence / ${CHUNK_MOVEMENTS}, up_to_sequence / ${CHUNK_MOVEMENTS} - 1) as chunk
  ), ${ROWS},
  chunks as (insert into tollgate.movement_chunks select * from chunk_row),
  interactions as (insert into tollgate.movement_interactions select * from interaction_row)
  insert into tollgate.movement_index (account_id, what, id, chunk, sequences)
  select account_id, what, id, chunk, sequences from index_row`

export interface RolledUpRange {
  readonly account_id: string
  readonly after_sequence: bigint
  readonly up_to_sequence: bigint
}

/** Indexes the chunks whose last movement is in one of the ranges, in the transaction that rolls these up. */
export async function indexMovements(connection: Connection, ranges: readonly RolledUpRange[]): Promise<void> {
  const size = BigInt(CHUNK_MOVEMENTS)
  const completing = ranges.filter((range) => range.up_to_sequence / size > range.after_sequence / size)
  if (completing.length === 0) return
  await connection.query(INDEX_MOVEMENTS, [
    completing.map((range) => range.account_id),
    completing.map((range) => range.after_sequence),
    completing.map((range) => range.up_to_sequence),
  ])
}

/** Chunks of an account from one up to, but without, another. */
export interface ChunkRange {
  readonly accountId: string
  readonly fromChunk: number
  readonly toChunk: number
}

/** Behind whatever chunk there can be. */
export const NO_CHUNK = 2_147_483_647

/** Where the index of these chunks is not what their movements come to: as far as the roll-up is, and nothing beyond it. */
const DIFFERENCES = `
  with range as materialized (
    select * from unnest($1::text[], $2::integer[], $3::integer[]) as r (account_id, from_chunk, to_chunk)
  ),
  chunk as materialized (
    select r.account_id, chunk::integer
      from range r
      join tollgate.usage_by_day_progress p using (account_id)
     cross join generate_series(r.from_chunk, least(r.to_chunk, p.through_sequence / ${CHUNK_MOVEMENTS}) - 1) as chunk
  ), ${ROWS},
  stored_chunk as (
    select c.account_id, c.chunk, c.first_recorded_at, c.last_recorded_at
      from range r
      join tollgate.movement_chunks c on c.account_id = r.account_id and c.chunk >= r.from_chunk and c.chunk < r.to_chunk
  ),
  stored_row as (
    select i.account_id, i.what, i.id, i.chunk, i.sequences
      from range r
      join tollgate.movement_index i on i.account_id = r.account_id and i.chunk >= r.from_chunk and i.chunk < r.to_chunk
  ),
  stored_interaction as (
    select i.account_id, i.interaction_hash, i.sequence
      from range r
      join tollgate.movement_interactions i
        on i.account_id = r.account_id and i.sequence > r.from_chunk * ${CHUNK_MOVEMENTS}::bigint
       and i.sequence <= r.to_chunk * ${CHUNK_MOVEMENTS}::bigint
  )
  select account_id, concat_ws(' ', 'chunk', chunk) as of
    from ((table stored_chunk except table chunk_row) union all (table chunk_row except table stored_chunk)) as differing
   union
  select account_id, concat_ws(' ', 'chunk', chunk, what, id)
    from ((table stored_row except table index_row) union all (table index_row except table stored_row)) as differing
   union
  select account_id, concat_ws(' ', 'interaction of movement', sequence)
    from (
      (table stored_interaction except table interaction_row) union all
      (table interaction_row except table stored_interaction)
    ) as differing
   order by 1, 2`

export interface IndexDifference {
  readonly accountId: string
  readonly of: string
}

/** For `verify`. Consistent within itself: one statement sees the index and the movements that are in it. */
export async function findIndexDifferences(pool: Pool, ranges: readonly ChunkRange[]): Promise<IndexDifference[]> {
  const values = [
    ranges.map(({ accountId }) => accountId),
    ranges.map(({ fromChunk }) => fromChunk),
    ranges.map(({ toChunk }) => toChunk),
  ]
  const { rows } = await inTransaction(
    pool,
    (connection) => connection.query<{ account_id: string; of: string }>(DIFFERENCES, values),
    { isByKey: true },
  )
  return rows.map((row) => ({ accountId: row.account_id, of: row.of }))
}
