/** Figures of top-ups for operators: open ones and their age, paused accounts by reason, and accounts close to their cap. */
import type { Pool } from '../../platform/postgres.ts'
import { OPEN_STATES_SQL } from './top-up-rows.ts'

export interface TopUpFigures {
  readonly openByState: ReadonlyMap<string, number>
  /** How long the oldest one has been open; 0: none is open. */
  readonly oldestOpenSeconds: number
  readonly pausedByReason: ReadonlyMap<string, number>
  /** Accounts that have used at least 80 % of this month's cap, and those whose next top-up would exceed it. */
  readonly caps: { readonly nearlyUsed: number; readonly usedUp: number }
}

const COUNT_OPEN = `
  select state, count(*)::integer as top_ups,
         extract(epoch from clock_timestamp() - min(requested_at))::float8 as oldest_seconds
    from tollgate.top_ups
   where state in (${OPEN_STATES_SQL})
   group by state`

const COUNT_PAUSED = `
  select pause_reason as reason, count(*)::integer as accounts
    from tollgate.auto_top_up_memory
   where paused_since is not null
   group by pause_reason`

/** Counts as `capUse` in the core does: attempts of this UTC month that have charged or still may. */
const COUNT_CAPS = `
  with spent as (
    select account_id, sum(amount_micros) as micros
      from tollgate.top_up_attempts
     where trigger = 'automatic' and confirmed_at >= date_trunc('month', now(), 'UTC')
       and (outcome is null or outcome in ('unknown', 'processing', 'needs_action', 'succeeded'))
     group by account_id
  )
  select count(*) filter (where spent.micros * 10 >= s.auto_top_up_monthly_cap_micros * 8)::integer as nearly_used,
         count(*) filter (where spent.micros + s.auto_top_up_amount_micros > s.auto_top_up_monthly_cap_micros)::integer
           as used_up
    from spent
    join tollgate.accounts a using (account_id)
    join tollgate.account_settings s on s.account_id = a.account_id and s.version = a.settings_version
   where s.auto_top_up_is_on and s.auto_top_up_monthly_cap_micros is not null`

/** Counts the figures. */
export async function measureTopUps(pool: Pool): Promise<TopUpFigures> {
  const [open, paused, caps] = await Promise.all([
    pool.query<{ state: string; top_ups: number; oldest_seconds: number }>(COUNT_OPEN),
    pool.query<{ reason: string; accounts: number }>(COUNT_PAUSED),
    pool.query<{ nearly_used: number; used_up: number }>(COUNT_CAPS),
  ])
  return {
    openByState: new Map(open.rows.map((row) => [row.state, row.top_ups])),
    oldestOpenSeconds: Math.max(0, ...open.rows.map((row) => row.oldest_seconds)),
    pausedByReason: new Map(paused.rows.map((row) => [row.reason, row.accounts])),
    caps: { nearlyUsed: caps.rows[0]!.nearly_used, usedUp: caps.rows[0]!.used_up },
  }
}
