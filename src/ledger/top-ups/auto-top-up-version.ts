/**
 * The version of an account's settings that last changed automatic top-up; changes of the tariff or alert levels do not
 * count. It is the mark at the provider. So after a restore, other changes cannot make the version reach a mark whose change
 * the database has lost.
 *
 * Versions have no gaps, except where a restored database caught up with a mark (`pauseForRestore`); a gap counts as a change.
 */
import type { Connection } from '../../platform/postgres.ts'

/** The version as a scalar SQL expression; `accountId` is an SQL expression too. */
export const autoTopUpVersion = (accountId: string) => `
  (select max(version)
     from (select version,
                  version > lag(version) over versions + 1
                    or (auto_top_up_is_on, auto_top_up_threshold_micros, auto_top_up_amount_micros, auto_top_up_monthly_cap_micros)
                       is distinct from (lag(auto_top_up_is_on) over versions, lag(auto_top_up_threshold_micros) over versions,
                         lag(auto_top_up_amount_micros) over versions, lag(auto_top_up_monthly_cap_micros) over versions)
                    as is_change
             from tollgate.account_settings
            where account_id = ${accountId}
           window versions as (order by version)) as versions
    where is_change)`

const READ_VERSION = `select ${autoTopUpVersion('$1')} as version`

/** Reads the version that last changed automatic top-up. The account must exist. */
export async function readAutoTopUpVersion(connection: Connection, accountId: string): Promise<number> {
  const { rows } = await connection.query<{ version: number }>(READ_VERSION, [accountId])
  return rows[0]!.version
}
