/** What the people on record for an account are called: an id says who it was, and little to those who read it. */
import type { Connection, Pool } from '../../platform/postgres.ts'

/** The name that the account gave comes first: it can be corrected and erased. Else as the newest link of the billing page had it. */
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

/** By id; who has no name is not in it. */
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
