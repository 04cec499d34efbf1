/** How far the list of a provider's payments has been read. Kept in this database, so that a restore winds it back too. */
import type { Pool } from '../../platform/postgres.ts'

/** Null: from the beginning. */
export async function readCursor(pool: Pool, provider: string): Promise<string | null> {
  const { rows } = await pool.query<{ cursor: string }>(
    'select cursor from tollgate.provider_cursors where provider = $1',
    [provider],
  )
  return rows[0]?.cursor ?? null
}

/**
 * After all that comes before it is recorded. Only from where it stood when the list was begun: false where it stands
 * elsewhere by now. A database restored meanwhile keeps its own, and so misses nothing of what was listed before.
 */
export async function moveCursor(pool: Pool, provider: string, from: string | null, to: string): Promise<boolean> {
  const { rowCount } = await pool.query(
    `insert into tollgate.provider_cursors as stored (provider, cursor, moved_at)
     select $1, $3, clock_timestamp()
      where $2::text is null or exists (select from tollgate.provider_cursors where provider = $1)
         on conflict (provider) do update set cursor = excluded.cursor, moved_at = excluded.moved_at
      where stored.cursor = $2`,
    [provider, from, to],
  )
  return rowCount === 1
}
