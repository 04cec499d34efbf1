/** Names of the people on record for an account, for readers to whom an id means little. */
import type { Connection, Pool } from '../../platform/postgres.ts'

/** The display name given by the account comes first, as it can be corrected and erased; then that of the newest portal link. */
const READ_NAMES = `
  select p.id, coalesce(n.name, s.person_name) as name
    from unnest($2::text[]) as p (id)
    left join tollgate.display_names n on n.account_id = $1 and n.user_id = p.id
    left join lateral (
      select person_name from tollgate.portal_sessions
       where account_id = $1 and person_id = p.id
       order by created_at desc
       limit 1
    ) as s on true
   where coalesce(n.name, s.person_name) is not null`

/** Reads names by id. Ids without a known name are left out. */
export async function readPersonNames(
  connection: Connection | Pool,
  accountId: string,
  ids: readonly (string | null)[],
): Promise<ReadonlyMap<string, string>> {
  const known = [...new Set(ids.filter((id) => id !== null))]
  if (known.length === 0) return new Map()
  const { rows } = await connection.query<{ id: string; name: string }>(READ_NAMES, [accountId, known])
  return new Map(rows.map(({ id, name }) => [id, name]))
}
