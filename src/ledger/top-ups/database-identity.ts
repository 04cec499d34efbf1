/**
 * Which database this is. A process that goes on while its database is restored must notice: what it once made sure of was
 * true of another one. Each way to restore changes one of these: a database made anew has another oid, a server on older
 * files or another server (a standby that was behind, say) has another start, tables filled anew have other files.
 */
import type { Pool } from '../../platform/postgres.ts'

/** Opaque; only to be compared. A server that was merely started again is another one too, which costs a look. */
export async function readWhichDatabase(pool: Pool): Promise<string> {
  const { rows } = await pool.query<{ database: string }>(
    `select concat_ws(' ', oid, pg_postmaster_start_time(), pg_relation_filenode('tollgate.top_ups')) as database
       from pg_database
      where datname = current_database()`,
  )
  return rows[0]!.database
}
