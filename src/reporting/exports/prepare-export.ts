/**
 * Makes the files of exports, one part per transaction: claim an export, read and compress the next movements, store
 * them with the progress. Any number of processes may work at once, each on another export. One that dies leaves whole
 * parts, and the export continues after the last. Exports take turns part by part, so that a short one need not wait
 * for a long one.
 *
 *   preparing ──► ready ──► expired        the parts are deleted some time after the expiry (delete-parts.ts)
 *        └──────► failed                   after `MAX_TRIES` failures in a row without a part in between
 */
import { consequenceOf, type FaultCode } from '../../platform/faults.ts'
import { type Connection, inTransaction, type Pool } from '../../platform/postgres.ts'
import { EXPORT_COLUMNS, type ExportRow, exportOf, type StoredExport } from './export-rows.ts'
import { type MadePart, makePart, type WantedPart } from './make-part.ts'

/** Half a second of work and some megabytes, compressed to a fifth. */
const ROWS_PER_PART = 20_000
export const EXPORTS_KEPT_DAYS = 7
const MAX_TRIES = 5
/** Doubled after each failure: two and a half minutes in all, enough for a restart of the database. */
const FIRST_REST_AFTER_FAILURE_MS = 10_000

/**
 * What else has to happen when an export becomes ready or fails, such as a mail to who requested it. Called in the same
 * transaction, so that both happen or neither. It may use nothing but `connection`.
 */
export type WhenExportEnds = (connection: Connection, ended: StoredExport) => Promise<void>

export interface PrepareOptions {
  readonly whenExportEnds: WhenExportEnds
  /** Default: on this thread, with the connection that claimed the export. */
  readonly makePart?: (wanted: WantedPart) => Promise<MadePart>
  readonly rowsPerPart?: number
  readonly restAfterFailureMs?: number
}

export interface Prepared {
  /**
   * The export that was worked on, in its new state; null if none was waiting. After a failure null means that the part
   * is stored all the same, because only the answer to COMMIT was lost, or that another process has gone on with it.
   */
  readonly export: StoredExport | null
  /** Why this part failed; null if it did not. */
  readonly failure: { readonly code: FaultCode; readonly error: unknown } | null
}

/** Takes a second or two. */
const PART_WITHIN_MS = 300_000

const CLAIM = `
  select ${EXPORT_COLUMNS} from tollgate.exports e
   where state = 'preparing' and next_part_at <= clock_timestamp()
   order by next_part_at
   limit 1
     for no key update skip locked`

/** Makes the next part of the export that has waited longest. A failed part is recorded and returned, not thrown. */
export async function prepareNextPart(pool: Pool, options: PrepareOptions): Promise<Prepared> {
  const { whenExportEnds, rowsPerPart = ROWS_PER_PART, restAfterFailureMs = FIRST_REST_AFTER_FAILURE_MS } = options
  let claimed: StoredExport | null = null
  try {
    const worked = await inTransaction(
      pool,
      async (connection) => {
        const { rows } = await connection.query<ExportRow>(CLAIM)
        if (rows[0] === undefined) return null
        claimed = exportOf(rows[0])
        const wanted = nextPartOf(claimed, BigInt(rowsPerPart))
        const made = await (options.makePart?.(wanted) ?? makePart(connection, wanted))
        const advanced = await storePart(connection, claimed, wanted, made)
        if (advanced.state !== 'preparing') await whenExportEnds(connection, advanced)
        return advanced
      },
      // Rows are found one by one by key; without this the planner may scan whole months. The part is made on a connection of
      // its own meanwhile.
      { isByKey: true, nextStatementWithinMs: PART_WITHIN_MS },
    )
    return { export: worked, failure: null }
  } catch (error) {
    if (claimed === null) throw error
    const noted = await noteFailure(pool, claimed, { error, restAfterFailureMs, whenExportEnds })
    return { export: noted, failure: { code: consequenceOf(error).code, error } }
  }
}

const INSERT_PART = `
  insert into tollgate.export_parts (export_id, part, through_sequence, content) values ($1, $2, $3, $4)`

const ADVANCE = `
  update tollgate.exports e
     set done_sequence = $2, parts = parts + 1, added_micros = added_micros + $3, used_micros = used_micros + $4,
         other_micros = other_micros + $5, file_bytes = file_bytes + $6, tries = 0, next_part_at = clock_timestamp(),
         state = case when through_sequence = $2 then 'ready' else 'preparing' end,
         concluded_at = case when through_sequence = $2 then clock_timestamp() end,
         expires_at = case when through_sequence = $2 then clock_timestamp() + make_interval(days => ${EXPORTS_KEPT_DAYS}) end
   where export_id = $1
  returning ${EXPORT_COLUMNS}`

/** The first part has the headings; an export without movements has only that one. */
function nextPartOf(claimed: StoredExport, rowsPerPart: bigint): WantedPart {
  const { accountId, doneSequence, throughSequence, parts } = claimed
  const upTo = doneSequence + rowsPerPart < throughSequence ? doneSequence + rowsPerPart : throughSequence
  return { accountId, afterSequence: doneSequence, throughSequence: upTo, hasHead: parts === 0 }
}

async function storePart(
  connection: Connection,
  { exportId, parts }: StoredExport,
  { throughSequence }: WantedPart,
  { content, textBytes, addedMicros, usedMicros, otherMicros }: MadePart,
): Promise<StoredExport> {
  await connection.query(INSERT_PART, [exportId, parts, throughSequence, content])
  const values = [exportId, throughSequence, addedMicros, usedMicros, otherMicros, textBytes]
  return exportOf((await connection.query<ExportRow>(ADVANCE, values)).rows[0]!)
}

/** Has no effect if another process has continued the export, or recorded a failure, meanwhile. */
const NOTE_FAILURE = `
  update tollgate.exports e
     set tries = tries + 1,
         next_part_at = clock_timestamp() + make_interval(secs => $5 * 2 ^ tries),
         state = case when tries + 1 < ${MAX_TRIES} then 'preparing' else 'failed' end,
         failure = case when tries + 1 < ${MAX_TRIES} then null else $4 end,
         concluded_at = case when tries + 1 < ${MAX_TRIES} then null else clock_timestamp() end
   where export_id = $1 and state = 'preparing' and parts = $2 and tries = $3
  returning ${EXPORT_COLUMNS}`

const DELETE_PARTS = 'delete from tollgate.export_parts where export_id = $1'

interface Failure {
  readonly error: unknown
  readonly restAfterFailureMs: number
  readonly whenExportEnds: WhenExportEnds
}

const POSTPONE = `
  update tollgate.exports
     set next_part_at = clock_timestamp() + make_interval(secs => $4 * 2 ^ tries)
   where export_id = $1 and state = 'preparing' and parts = $2 and tries = $3`

/**
 * Records a failure in a separate transaction, because that of the part was rolled back. If this fails too, for
 * instance because `whenExportEnds` throws, the export is postponed and tried again.
 */
async function noteFailure(
  pool: Pool,
  { exportId, parts, tries }: StoredExport,
  { error, restAfterFailureMs, whenExportEnds }: Failure,
): Promise<StoredExport | null> {
  const restSeconds = restAfterFailureMs / 1000
  try {
    return await inTransaction(pool, async (connection) => {
      const values = [exportId, parts, tries, consequenceOf(error).code, restSeconds]
      const { rows } = await connection.query<ExportRow>(NOTE_FAILURE, values)
      if (rows[0] === undefined) return null
      const noted = exportOf(rows[0])
      if (noted.state === 'failed') {
        await connection.query(DELETE_PARTS, [exportId])
        await whenExportEnds(connection, noted)
      }
      return noted
    })
  } catch (notNoted) {
    await pool.query(POSTPONE, [exportId, parts, tries, restSeconds])
    throw notNoted
  }
}

const OLDEST = `
  select extract(epoch from clock_timestamp() - min(requested_at))::float8 as seconds
    from tollgate.exports where state = 'preparing'`

/** Age of the oldest export that is not ready yet; null: none waits. */
export async function oldestInPreparation(pool: Pool): Promise<number | null> {
  return (await pool.query<{ seconds: number | null }>(OLDEST)).rows[0]!.seconds
}
