/** Upkeep jobs: delete what is no longer kept, a page at a time, oldest first, in any number of processes. */
import { type Job, takeShare } from './jobs.ts'
import type { Logger } from './log.ts'
import type { Pool } from './postgres.ts'

export interface UpkeepPage {
  readonly count: number
  /** More rows are due, as far as this page has seen. */
  readonly hasMore: boolean
  /** How long the oldest row of this page had been due; null if none was. */
  readonly overdueSeconds: number | null
}

/**
 * Runs a statement that deletes up to `perPage` rows and returns `count` and `overdue_seconds`. It must skip rows that
 * another process has locked.
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
  /** Log message with the count of rows. */
  readonly done: string
}

/** A job that takes one page per share. */
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
