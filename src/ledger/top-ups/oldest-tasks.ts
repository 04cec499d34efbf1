/** How long the oldest work of the payments role's sweeps has been waiting, in seconds; null: none is waiting. */
import type { Pool } from '../../platform/postgres.ts'
import { autoTopUpVersion } from './auto-top-up-version.ts'

const SECONDS_SINCE = (instant: string) => `extract(epoch from clock_timestamp() - min(${instant}))::float8 as seconds`

/** A limit whose waiting time has passed, so that automatic top-up is due again. */
const OVERDUE_LIMIT = `
  select ${SECONDS_SINCE('waits_until')} from tollgate.auto_top_up_memory where waits_until < clock_timestamp()`

/** Since the change that has to be marked, or the removal of a card that has to be detached. */
const TASK_AT_PROVIDER = `
  select ${SECONDS_SINCE('due_since')}
    from (
      select s.recorded_at as due_since
        from tollgate.payment_customers c
        join tollgate.account_settings s on s.account_id = c.account_id and s.version = ${autoTopUpVersion('c.account_id')}
       where c.provider = $1 and c.is_mark_due
       union all
      select removed_at from tollgate.payment_methods
       where provider = $1 and removed_at is not null and detached_at is null
    ) as tasks`

/** Since the setup was last checked. */
const OPEN_SETUP = `
  select ${SECONDS_SINCE('coalesce(looked_at, created_at)')} from tollgate.method_setups where provider = $1 and state = 'open'`

/** Of the accounts whose limit has ended but whose automatic top-up was not evaluated again. */
export function oldestOverdueLimit(pool: Pool): Promise<number | null> {
  return read(pool, OVERDUE_LIMIT, [])
}

/** Of the marks to write and the cards to detach at this provider. */
export function oldestTaskAtProvider(pool: Pool, provider: string): Promise<number | null> {
  return read(pool, TASK_AT_PROVIDER, [provider])
}

/** Of the open setups at this provider. */
export function oldestOpenSetup(pool: Pool, provider: string): Promise<number | null> {
  return read(pool, OPEN_SETUP, [provider])
}

async function read(pool: Pool, text: string, values: readonly string[]): Promise<number | null> {
  return (await pool.query<{ seconds: number | null }>(text, [...values])).rows[0]!.seconds
}
