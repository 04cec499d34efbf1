/** How far the list of a provider's payments has been read. It is stored in this database, so that a restore rewinds it too. */
import type { Pool } from '../../platform/postgres.ts'
import { DATABASE_IDENTITY } from './database-identity.ts'

/** Reads the cursor; null: the list was never read. */
export async function readCursor(pool: Pool, provider: string): Promise<string | null> {
  const { rows } = await pool.query<{ cursor: string }>(
    'select cursor from tollgate.provider_cursors where provider = $1',
    [provider],
  )
  return rows[0]?.cursor ?? null
}

/**
 * Moves the cursor, once everything before `to` is recorded. It moves only if it is still at `from`, where the listing began,
 * and only in the database in which the listing began (`database`: its identity); otherwise the result is false. A database that
 * was restored in the meantime lacks what was recorded of the listing, even if its cursor is the same: it keeps it.
 */
export async function moveCursor(
  pool: Pool,
  provider: string,
  { from, to, database }: { readonly from: string | null; readonly to: string; readonly database: string },
): Promise<boolean> {
  const { rowCount } = await pool.query(
    `insert into tollgate.provider_cursors as stored (provider, cursor, moved_at)
     select $1, $3, clock_timestamp()
      where $4 = ${DATABASE_IDENTITY}
        and ($2::text is null or exists (select from tollgate.provider_cursors where provider = $1))
         on conflict (provider) do update set cursor = excluded.cursor, moved_at = excluded.moved_at
      where stored.cursor = $2`,
    [provider, from, to, database],
  )
  return rowCount === 1
}
