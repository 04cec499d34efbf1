/**
 * The version of an account's settings that automatic top-up is at: the one that last changed it, and not one that changed
 * the tariff or alert levels. It is what is marked at the provider, so that other changes after a restore do not catch up with
 * a mark that the database has forgotten.
 *
 * Versions have no gap but where a restored database has caught up with a mark (`pauseForRestore`): that counts as a change.
 */
import type { Connection } from '../../platform/postgres.ts'

/** A scalar in SQL; `accountId` is an expression. */
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

export async function readAutoTopUpVersion(connection: Connection, accountId: string): Promise<number> {
  const { rows } = await connection.query<{ version: number }>(READ_VERSION, [accountId])
  return rows[0]!.version
}
