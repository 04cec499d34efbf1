/** What people who change an account are called: as their dashboard said last, else as the account names them itself. */
import type { Connection, Pool } from '../../platform/postgres.ts'

const NAME = `
  select coalesce(
    (select person_name from tollgate.portal_sessions
      where account_id = $1 and person_id = $2
      order by created_at desc
      limit 1),
    (select name from tollgate.display_names where account_id = $1 and user_id = $2)) as name`

/** Null where nobody is known by this id in this account: services and operators are not. */
export async function readPersonName(
  connection: Connection | Pool,
  accountId: string,
  personId: string,
): Promise<string | null> {
  const { rows } = await connection.query<{ name: string | null }>(NAME, [accountId, personId])
  return rows[0]?.name ?? null
}
