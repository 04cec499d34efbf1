/**
 * The index by which movements are searched: for each 1,024 movements of an account, a chunk, which of them are of a kind,
 * user, destination, SKU or direction, a bit each. So any filters are an AND of a few rows, and what is rare has few.
 *
 * A chunk is indexed once, when the roll-up has passed its last movement: nothing of it ever changes, usage that comes one
 * by one costs no write, and accounts with few movements have no index at all. What is behind the last chunk is walked.
 */
import type { Connection, Pool } from '../platform/postgres.ts'

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

/** Where the index of these accounts is not what their movements come to, all of it that should be there by now. */
const DIFFERENCES = `
  with chunk as materialized (
    select account_id, chunk::integer
      from tollgate.usage_by_day_progress
     cross join generate_series(0, through_sequence / ${CHUNK_MOVEMENTS} - 1) as chunk
     where account_id = any($1::text[])
  ), ${ROWS},
  stored_chunk as (select * from tollgate.movement_chunks where account_id = any($1::text[])),
  stored_row as (
    select account_id, what, id, chunk, sequences from tollgate.movement_index where account_id = any($1::text[])
  ),
  stored_interaction as (select * from tollgate.movement_interactions where account_id = any($1::text[]))
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

/** Consistent within itself: one statement sees the index and the movements that are in it. */
export async function findIndexDifferences(pool: Pool, accountIds: readonly string[]): Promise<IndexDifference[]> {
  const { rows } = await pool.query<{ account_id: string; of: string }>(DIFFERENCES, [accountIds])
  return rows.map((row) => ({ accountId: row.account_id, of: row.of }))
}
