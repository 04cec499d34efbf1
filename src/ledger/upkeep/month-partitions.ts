/**
 * Movements and rated usage are partitioned by the UTC month of recording. The partitions of this month and the next three
 * are created in advance, by the database's clock. Rating never waits for one: rows of a month without a partition go to the
 * default partition, and once that has rows of a month, the month stays there.
 *
 * A partition is created as a separate table and then attached, because `create table ... partition of` would lock the parent
 * exclusively. Attaching takes
 *
 *   share update exclusive   on the parent: reads and writes continue
 *   access exclusive         on the new table, which nobody uses yet, and on the default partition, which is scanned for
 *                            rows of the month
 *
 * So attaching waits for open transactions that use the default partition, and everyone else who wants to use it waits behind
 * us. That is limited to LOCK_TIMEOUT_MS, and together with the scan to STATEMENT_TIMEOUT_MS; then we give up and retry later.
 * If the months were created in time, the default partition is empty and unused.
 */
import { sqlState } from '../../platform/faults.ts'
import { type Connection, inTransaction, type Pool } from '../../platform/postgres.ts'

const PARTITIONED_TABLES = ['movements', 'rated_usage'] as const
const MONTHS_AHEAD = 3

export const LOCK_TIMEOUT_MS = 2_000
const STATEMENT_TIMEOUT_MS = 3_000

/** Any number that nothing else in the database locks. It must stay the same in every version of Tollgate. */
const LOCK_KEY = 7_082_026_032

export interface MonthPartition {
  readonly table: (typeof PARTITIONED_TABLES)[number]
  /** Such as 2026-11. */
  readonly month: string
}

export interface EnsuredPartitions {
  readonly made: MonthPartition[]
  /** The default partition has rows of the month, so it gets no partition. */
  readonly leftToDefault: MonthPartition[]
  /** The locks were not granted in time: to be retried later. */
  readonly postponed: MonthPartition[]
}

/** Creates the missing partitions. Safe at any time and concurrently: one process creates a month, the others find it. */
export async function ensureMonthPartitions(pool: Pool): Promise<EnsuredPartitions> {
  const missing = await findMissing(pool)
  const ensured: EnsuredPartitions = { made: [], leftToDefault: [], postponed: [] }
  for (const table of PARTITIONED_TABLES) {
    for (const partition of missing.filter((each) => each.table === table)) {
      // The table is probably still held, and trying its other months would only make raters wait again.
      const isTableBusy = ensured.postponed.some((postponed) => postponed.table === table)
      const outcome = isTableBusy ? 'postponed' : await makePartition(pool, partition)
      if (outcome !== 'there') ensured[outcome].push({ table, month: partition.month })
    }
  }
  return ensured
}

interface MissingPartition extends MonthPartition {
  readonly name: string
  /** First instant of the month, and of the next. */
  readonly begins: string
  readonly ends: string
}

const FIND_MISSING = `
  select parent as table, name, to_char(first_day, 'YYYY-MM') as month,
         to_char(first_day, 'YYYY-MM-DD"T00:00:00Z"') as begins,
         to_char(first_day + interval '1 month', 'YYYY-MM-DD"T00:00:00Z"') as ends
    from unnest($1::text[]) as parent
   cross join generate_series(0, $2::integer) as months_ahead
   cross join lateral (
     select date_trunc('month', now() at time zone 'UTC') + make_interval(months => months_ahead) as first_day
   ) as month
   cross join lateral (select parent || to_char(first_day, '_YYYY_MM') as name) as partition
   where not exists (
     select
       from pg_catalog.pg_inherits i
       join pg_catalog.pg_class c on c.oid = i.inhrelid
      where i.inhparent = ('tollgate.' || parent)::regclass and c.relname = name
   )
   order by parent, first_day`

async function findMissing(database: Pool | Connection): Promise<MissingPartition[]> {
  return (await database.query<MissingPartition>(FIND_MISSING, [PARTITIONED_TABLES, MONTHS_AHEAD])).rows
}

type Outcome = keyof EnsuredPartitions | 'there'

/** One transaction per month, so that locks are held briefly and a failure does not affect other months. */
async function makePartition(pool: Pool, partition: MissingPartition): Promise<Outcome> {
  try {
    return await inTransaction(pool, async (connection) => {
      await connection.query(
        `set local lock_timeout = ${LOCK_TIMEOUT_MS}; set local statement_timeout = ${STATEMENT_TIMEOUT_MS}`,
      )
      await connection.query('select pg_advisory_xact_lock($1::bigint)', [LOCK_KEY])
      // Checked again under the lock: another process may have created it while we waited.
      if (!(await findMissing(connection)).some(({ name }) => name === partition.name)) return 'there'
      if (await isInDefault(connection, partition)) return 'leftToDefault'
      await createAndAttach(connection, partition)
      return 'made'
    })
  } catch (error) {
    if (isHeldUp(error)) return 'postponed'
    if (isNowInDefault(error)) return 'leftToDefault'
    throw error
  }
}

/** Checked before taking any lock that others would wait for. */
async function isInDefault(connection: Connection, { table, begins, ends }: MissingPartition): Promise<boolean> {
  const { rows } = await connection.query<{ found: boolean }>(
    `select exists (
       select from tollgate.${table}_default where recorded_at >= $1::timestamptz and recorded_at < $2::timestamptz
     ) as found`,
    [begins, ends],
  )
  return rows[0]!.found
}

/**
 * Creates what `partition of` would: columns, defaults, checks and indexes are copied, and attaching merges them with the
 * parent's and clones its row triggers. Statement triggers are not cloned, so the one needed is created here. Comments are
 * left out, as with `partition of`.
 */
async function createAndAttach(connection: Connection, { table, name, begins, ends }: MissingPartition): Promise<void> {
  await connection.query(`create table tollgate.${name} (like tollgate.${table} including all excluding comments)`)
  await connection.query(
    `create trigger never_truncated before truncate on tollgate.${name}
       for each statement execute function tollgate.refuse_change()`,
  )
  await connection.query(
    `alter table tollgate.${table} attach partition tollgate.${name} for values from ('${begins}') to ('${ends}')`,
  )
}

const LOCK_NOT_AVAILABLE = '55P03'
const QUERY_CANCELED = '57014'

function isHeldUp(error: unknown): boolean {
  return [LOCK_NOT_AVAILABLE, QUERY_CANCELED].includes(sqlState(error) ?? '')
}

const CHECK_VIOLATION = '23514'

/** A row of the month arrived between our check and the lock, so Postgres refuses to attach the partition. */
function isNowInDefault(error: unknown): boolean {
  return sqlState(error) === CHECK_VIOLATION
}
