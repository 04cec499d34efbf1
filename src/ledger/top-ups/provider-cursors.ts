/** How far a provider's list of changes has been read. Restored with the database, it begins that much earlier. */
import type { Pool } from '../../platform/postgres.ts'

const READ_CURSOR = 'select cursor from tollgate.provider_cursors where provider = $1'

const STORE_CURSOR = `
  insert into tollgate.provider_cursors as c (provider, cursor, moved_at) values ($1, $2, clock_timestamp())
      on conflict (provider) do update set cursor = excluded.cursor, moved_at = excluded.moved_at`

/** Null before the first look. */
export async function readCursor(pool: Pool, provider: string): Promise<string | null> {
  const { rows } = await pool.query<{ cursor: string }>(READ_CURSOR, [provider])
  return rows[0]?.cursor ?? null
}

export async function storeCursor(pool: Pool, provider: string, cursor: string): Promise<void> {
  await pool.query(STORE_CURSOR, [provider, cursor])
}
