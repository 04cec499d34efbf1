/**
 * The search index of movements. For each chunk of 1,024 movements of an account it has bit strings: which of them have
 * a given kind, user, destination, SKU or direction. Any filter is an AND of a few rows, and rare values have few rows.
 *
 * A chunk is indexed once, when the roll-up has passed its last movement, and never changes. So single usage events
 * cost no index writes, and accounts with few movements have no index. Movements after the last chunk are scanned.
 */
import type { Connection, Pool } from '../platform/postgres.ts'
import { byKey } from './by-key.ts'

/** Movements per chunk; must match the type of `movement_index.sequences`. */
export const CHUNK_MOVEMENTS = 1024
/** No bit set. */
export const NO_BITS = `b'0'::bit(${CHUNK_MOVEMENTS})`

/**
 * Joins to movements `m`: `w`, the usage of a movement (for a reversal, the usage that it reverses), and `c`, the
 * correction. Where there is none the key is null, and nothing is looked up. The LIMIT makes each a look-up by key: the
 * planner cannot know how few movements there are, and would otherwise scan whole months to join them.
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

/** The usage kind, as in `usage_by_day`: channel or type; null for other movements. */
export const USAGE_KIND = `case m.kind when 'usage' then coalesce(w.channel, w.type) end`

/** Credit in or out, not the direction of a call. */
export const DIRECTION = `case when m.amount_micros > 0 then 'in' else 'out' end`

/** SQL of a destination as it is compared: in lower case, cut to the length that an index takes. */
export function destinationKey(text: string): string {
  return `left(lower(${text}), 500)`
}

/** SQL of a user or SKU as a key: the value, or its hash if it is too long for an index. */
export function idKey(text: string): string {
  return `case when octet_length(${text}) > 1000 then encode(sha256(convert_to(${text}, 'UTF8')), 'hex') else ${text} end`
}

/** The movements of `chunk (account_id, chunk)`, and the index rows that they make. */
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
  chunks as (
    insert into tollgate.movement_chunks (account_id, chunk, first_recorded_at, last_recorded_at)
    select account_id, chunk, first_recorded_at, last_recorded_at from chunk_row
  ),
  interactions as (
    insert into tollgate.movement_interactions (account_id, interaction_hash, sequence)
    select account_id, interaction_hash, sequence from interaction_row
  )
  insert into tollgate.movement_index (account_id, what, id, chunk, sequences)
  select account_id, what, id, chunk, sequences from index_row`

export interface RolledUpRange {
  readonly account_id: string
  readonly after_sequence: bigint
  readonly up_to_sequence: bigint
}

/** Indexes the chunks that end within one of the ranges. Call it in the transaction that rolls up these ranges. */
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

/** A half-open range of an account's chunks. */
export interface ChunkRange {
  readonly accountId: string
  readonly fromChunk: number
  readonly toChunk: number
}

/** Greater than any chunk number. */
export const AFTER_LAST_CHUNK = 2_147_483_647

/** Where the index of these chunks differs from their movements, up to where the roll-up is. */
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

/** The differences, for `verify`. One statement reads index and movements, so the result is consistent. */
export async function findIndexDifferences(pool: Pool, ranges: readonly ChunkRange[]): Promise<IndexDifference[]> {
  const values = [
    ranges.map(({ accountId }) => accountId),
    ranges.map(({ fromChunk }) => fromChunk),
    ranges.map(({ toChunk }) => toChunk),
  ]
  const { rows } = await byKey(pool, (connection) =>
    connection.query<{ account_id: string; of: string }>(DIFFERENCES, values),
  )
  return rows.map((row) => ({ accountId: row.account_id, of: row.of }))
}
