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

/** After all that comes before it is recorded. */
export async function moveCursor(pool: Pool, provider: string, cursor: string): Promise<void> {
  await pool.query(
    `insert into tollgate.provider_cursors (provider, cursor, moved_at) values ($1, $2, clock_timestamp())
         on conflict (provider) do update set cursor = excluded.cursor, moved_at = excluded.moved_at`,
    [provider, cursor],
  )
}
