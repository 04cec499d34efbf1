/**
 * Phone numbers are kept for a while, so that customers can recognise their calls, and then cleared: in rated usage, where
 * nothing else may ever change (a trigger enforces that), and in dead letters, together with the original message.
 *
 * Rated usage has no index by time, as every batch would pay for it. None is needed: a month's partition is written front to
 * back, so the rows that are due are at its front. Each partition is processed in pages of blocks, twice. The first pass
 * follows the rows as they come due, up to the first page with a row that is not. The second pass, once the whole partition
 * is due, covers all of it and does not rely on the order of rows; afterwards the partition is marked as done and never read
 * again. The current month is never processed, because numbers are kept for longer than a month. A cleared row is rewritten
 * elsewhere in the partition, with nothing left to clear.
 *
 * The default partition holds rows of months that have no partition. As long as it has any, it is processed once a day.
 */
import { type Connection, inTransaction, type Pool } from '../../platform/postgres.ts'
import type { UpkeepPage } from '../../platform/upkeep.ts'

/** Half a megabyte, or a thousand rows: it takes a tenth of a second. */
const BLOCKS_PER_PAGE = 64
const LETTERS_PER_PAGE = 500

/** The partitions of rated usage with their bounds, from the system catalog. The default partition has none. */
const PARTITIONS = `
  partition as (
    select c.oid, c.relname as name, pg_relation_filenode(c.oid) as file_node,
           substring(bound from 'FROM \\(''([^'']+)''\\)')::timestamptz as begins,
           substring(bound from 'TO \\(''([^'']+)''\\)')::timestamptz as ends
      from pg_catalog.pg_inherits i
      join pg_catalog.pg_class c on c.oid = i.inhrelid
     cross join lateral (select pg_get_expr(c.relpartbound, 0) as bound) as bounds
     where i.inhparent = 'tollgate.rated_usage'::regclass
  )`

const NOTE_PARTITIONS = `
  with ${PARTITIONS}
  insert into tollgate.number_clearing (partition_name, file_node)
  select name, file_node from partition
   where coalesce(begins, '-infinity') < now() - make_interval(days => $1::integer)
      on conflict do nothing`

/** Months that are entirely due, oldest first, then the default partition, then the partly due month. Skips claimed ones. */
const CLAIM = `
  with ${PARTITIONS}
  select n.partition_name, quote_ident(n.partition_name) as quoted_name, n.is_whole,
         case when n.file_node = p.file_node then n.next_block else 0 end as next_block, p.file_node,
         pg_relation_size(p.oid) / current_setting('block_size')::integer as blocks, p.begins is null as is_default,
         p.ends <= now() - make_interval(days => $1::integer) as is_due_whole
    from tollgate.number_clearing n
    join partition p on p.name = n.partition_name
   where case when p.begins is null then pg_relation_size(p.oid) > 0 and coalesce(n.done_at < now() - interval '1 day', true)
              else n.done_at is null end
   order by (p.ends <= now() - make_interval(days => $1::integer)) is not false desc, p.begins
   limit 1
     for no key update of n skip locked`

/** $1 and $2 bound the page by block; $3: for how many days numbers are kept. */
const clearPage = (quotedName: string) => `
  with cleared as (
    update tollgate.${quotedName}
       set from_number = null, to_number = null
     where ctid >= $1::tid and ctid < $2::tid and recorded_at < now() - make_interval(days => $3::integer)
       and (from_number is not null or to_number is not null)
    returning recorded_at
  )
  select count(*)::integer as count,
         extract(epoch from now() - make_interval(days => $3::integer) - min(recorded_at))::float8 as overdue_seconds,
         exists (
           select from tollgate.${quotedName}
            where ctid >= $1::tid and ctid < $2::tid and recorded_at >= now() - make_interval(days => $3::integer)
              and (from_number is not null or to_number is not null)
         ) as has_later
    from cleared`

const STORE = `
  update tollgate.number_clearing
     set file_node = $2, is_whole = $3, next_block = $4, done_at = case when $5 then now() end
   where partition_name = $1`

interface ClaimedRow {
  partition_name: string
  quoted_name: string
  /** The second pass: the whole partition is due. */
  is_whole: boolean
  next_block: bigint
  file_node: number
  blocks: bigint
  is_default: boolean
  is_due_whole: boolean | null
}

/**
 * Clears the numbers in one page of rated usage recorded more than `keptDays` days ago. Each page is one transaction, so if
 * the process dies, another one repeats the page. Processes may run concurrently, each on another partition.
 */
export async function clearOldNumbers(
  pool: Pool,
  keptDays: number,
  { blocksPerPage = BLOCKS_PER_PAGE } = {},
): Promise<UpkeepPage> {
  await pool.query(NOTE_PARTITIONS, [keptDays])
  return inTransaction(pool, async (connection) => {
    const { rows } = await connection.query<ClaimedRow>(CLAIM, [keptDays])
    const [claimed] = rows
    if (claimed === undefined) return { count: 0, hasMore: false, overdueSeconds: null }
    return await clearPageOf(connection, claimed, keptDays, BigInt(blocksPerPage))
  })
}

async function clearPageOf(
  connection: Connection,
  claimed: ClaimedRow,
  keptDays: number,
  blocksPerPage: bigint,
): Promise<UpkeepPage> {
  const { partition_name, quoted_name, file_node, blocks, is_default } = claimed
  const isWhole = is_default || claimed.is_due_whole === true
  const begin = isWhole && !claimed.is_whole ? 0n : claimed.next_block
  const end = begin + blocksPerPage
  const { rows } = await connection.query<{ count: number; overdue_seconds: number | null; has_later: boolean }>(
    clearPage(quoted_name),
    [`(${begin},0)`, `(${end},0)`, keptDays],
  )
  const { count, overdue_seconds: overdueSeconds, has_later } = rows[0]!
  const isAtEnd = end >= blocks
  const isDone = isWhole && isAtEnd
  const stays = !isWhole && (has_later || isAtEnd)
  const nextBlock = isDone ? 0n : stays ? begin : end
  await connection.query(STORE, [partition_name, file_node, isWhole && !(is_default && isDone), nextBlock, isDone])
  return { count, hasMore: !stays, overdueSeconds }
}

/** Clears what a replay would need. Position, reason, account and event stay; the hash shows that there was a value. */
const CLEAR_LETTERS = `
  with old as (
    select topic, partition, "offset", value_hash from tollgate.dead_letters
     where original is not null and recorded_at < now() - make_interval(days => $1::integer)
     order by recorded_at
     limit $2::integer
       for no key update skip locked
  ), cleared as (
    update tollgate.dead_letters d
       set original = null, key = null, headers = '[]'
      from old
     where d.topic = old.topic and d.partition = old.partition and d."offset" = old."offset" and d.value_hash = old.value_hash
    returning d.recorded_at
  )
  select count(*)::integer as count,
         extract(epoch from now() - make_interval(days => $1::integer) - min(recorded_at))::float8 as overdue_seconds
    from cleared`

/** Clears the original messages of a page of dead letters, as they contain numbers. */
export async function clearOldLetters(
  pool: Pool,
  keptDays: number,
  { lettersPerPage = LETTERS_PER_PAGE } = {},
): Promise<UpkeepPage> {
  const { rows } = await pool.query<{ count: number; overdue_seconds: number | null }>(CLEAR_LETTERS, [
    keptDays,
    lettersPerPage,
  ])
  const { count, overdue_seconds: overdueSeconds } = rows[0]!
  return { count, hasMore: count === lettersPerPage, overdueSeconds }
}
