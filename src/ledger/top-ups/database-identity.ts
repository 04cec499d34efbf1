/**
 * The identity of the database. A process that keeps running while its database is restored must notice, because what it has
 * verified was true of another database. Every kind of restore changes part of the identity: a recreated database has a new
 * oid; a server on older files, or another server (such as a standby that lagged), has another start time; reloaded tables
 * have new files.
 */
import type { Pool } from '../../platform/postgres.ts'

/** Reads the identity, an opaque string to be compared. A mere restart changes it too, which only costs a reconciliation. */
export async function readDatabaseIdentity(pool: Pool): Promise<string> {
  const { rows } = await pool.query<{ database: string }>(
    `select concat_ws(' ', oid, pg_postmaster_start_time(), pg_relation_filenode('tollgate.top_ups')) as database
       from pg_database
      where datname = current_database()`,
  )
  return rows[0]!.database
}
