/** Upkeep: what is no longer kept goes a page at a time, the oldest first, in any number of processes. */
import { type Job, takeShare } from './jobs.ts'
import type { Logger } from './log.ts'
import type { Pool } from './postgres.ts'

export interface UpkeepPage {
  readonly count: number
  /** More is due, as far as this page has seen. */
  readonly hasMore: boolean
  /** For how long the oldest of this page had been due; null: nothing was. */
  readonly overdueSeconds: number | null
}

/**
 * Runs a statement that takes `perPage` rows at the most, and answers `count` and `overdue_seconds` of those it took; it passes
 * over rows that another process is at.
 */
export async function upkeepPage(
  pool: Pool,
  statement: string,
  values: readonly unknown[],
  perPage: number,
): Promise<UpkeepPage> {
  const { rows } = await pool.query<{ count: number; overdue_seconds: number | null }>(statement, [...values])
  const { count, overdue_seconds: overdueSeconds } = rows[0]!
  return { count, hasMore: count === perPage, overdueSeconds }
}

interface UpkeepOptions {
  readonly name: string
  readonly everyMs: number
  /** The line of the log that says how many went. */
  readonly done: string
}

/** Takes one page a share. */
export function upkeepJob(
  log: Logger,
  takePage: () => Promise<UpkeepPage>,
  { name, everyMs, done }: UpkeepOptions,
): Job {
  return {
    name,
    everyMs,
    run: () =>
      takeShare(async () => {
        const { count, overdueSeconds, hasMore } = await takePage()
        if (count > 0) log.info({ count }, done)
        return { hasMore, oldestWorkSeconds: hasMore ? overdueSeconds : null }
      }),
  }
}
