/**
 * The identity of the database. A process that keeps running while its database is restored must notice, because what it has
 * verified was true of another database. Every kind of restore changes part of the identity: a recreated database has a new
 * oid; a server on older files, or another server (such as a standby that lagged), has another start time; reloaded tables
 * have new files.
 */
import type { Pool } from '../../platform/postgres.ts'

/** The identity as a scalar SQL expression. */
export const DATABASE_IDENTITY = `
  (select concat_ws(' ', oid, pg_postmaster_start_time(), pg_relation_filenode('tollgate.top_ups'))
     from pg_database
    where datname = current_database())`

/** Reads the identity, an opaque string to be compared. A mere restart changes it too, which only costs a reconciliation. */
export async function readDatabaseIdentity(pool: Pool): Promise<string> {
  const { rows } = await pool.query<{ database: string }>(`select ${DATABASE_IDENTITY} as database`)
  return rows[0]!.database
}
