/** Figures of top-ups for operators: what is open and for how long, who is paused and why, whose cap is nearly used. */
import type { Pool } from '../../platform/postgres.ts'

export interface TopUpFigures {
  readonly openByState: ReadonlyMap<string, number>
  /** For how long the oldest has been open; 0 when none is. */
  readonly oldestOpenSeconds: number
  readonly pausedByReason: ReadonlyMap<string, number>
}

const COUNT_OPEN = `
  select state, count(*)::integer as top_ups,
         extract(epoch from clock_timestamp() - min(requested_at))::float8 as oldest_seconds
    from tollgate.top_ups
   where state in ('requested', 'prepared', 'charging', 'unknown', 'processing', 'needs_action')
   group by state`

const COUNT_PAUSED = `
  select pause_reason as reason, count(*)::integer as accounts
    from tollgate.auto_top_up_memory
   where paused_since is not null
   group by pause_reason`

export async function measureTopUps(pool: Pool): Promise<TopUpFigures> {
  const [open, paused] = await Promise.all([
    pool.query<{ state: string; top_ups: number; oldest_seconds: number }>(COUNT_OPEN),
    pool.query<{ reason: string; accounts: number }>(COUNT_PAUSED),
  ])
  return {
    openByState: new Map(open.rows.map((row) => [row.state, row.top_ups])),
    oldestOpenSeconds: Math.max(0, ...open.rows.map((row) => row.oldest_seconds)),
    pausedByReason: new Map(paused.rows.map((row) => [row.reason, row.accounts])),
  }
}
