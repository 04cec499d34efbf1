/**
 * Display names of an account's users. Nothing is rated or announced by them, so they are written without the account's
 * lock. An erased name is gone for good.
 */

import type { Pool } from '../../platform/postgres.ts'
import { instantText } from '../../platform/sql.ts'

export interface DisplayName {
  readonly userId: string
  readonly name: string
  /** RFC 3339, UTC. */
  readonly updatedAt: string
}

const COLUMNS = `user_id, name, ${instantText('updated_at')} as updated_at`

const LIST_NAMES = `
  select ${COLUMNS} from tollgate.display_names
   where account_id = $1 and ($2::text is null or user_id > $2)
   order by user_id
   limit $3::integer`

/** A name that stays the same keeps the instant and the actor of its last change. */
const SET_NAME = `
  insert into tollgate.display_names as n (account_id, user_id, name, updated_by)
  select account_id, $2, $3, $4 from tollgate.accounts where account_id = $1
      on conflict (account_id, user_id) do update
     set name = excluded.name,
         updated_by = case when n.name = excluded.name then n.updated_by else excluded.updated_by end,
         updated_at = case when n.name = excluded.name then n.updated_at else excluded.updated_at end
  returning ${COLUMNS}`

const ERASE_NAME = 'delete from tollgate.display_names where account_id = $1 and user_id = $2'

interface Row {
  user_id: string
  name: string
  updated_at: string
}

/** Lists names by user id, after the user `after`; null: from the start. */
export async function listDisplayNames(
  pool: Pool,
  accountId: string,
  { after, limit }: { readonly after: string | null; readonly limit: number },
): Promise<DisplayName[]> {
  const { rows } = await pool.query<Row>(LIST_NAMES, [accountId, after, limit])
  return rows.map(nameOf)
}

/** Sets the name of a user; null: no such account. */
export async function setDisplayName(
  pool: Pool,
  accountId: string,
  { userId, name, actor }: { readonly userId: string; readonly name: string; readonly actor: string },
): Promise<DisplayName | null> {
  const { rows } = await pool.query<Row>(SET_NAME, [accountId, userId, name, actor])
  return rows[0] === undefined ? null : nameOf(rows[0])
}

/** Erases the name of a user; false: there was none. */
export async function eraseDisplayName(pool: Pool, accountId: string, userId: string): Promise<boolean> {
  const { rowCount } = await pool.query(ERASE_NAME, [accountId, userId])
  return rowCount === 1
}

function nameOf(row: Row): DisplayName {
  return { userId: row.user_id, name: row.name, updatedAt: row.updated_at }
}
