/**
 * Jobs: the work beside the ledger that nobody waits for, and that rating must not feel. It is done a share at a time, a share
 * a transaction, and after each the job rests nine times as long as that took: so it has a tenth of one connection at the
 * most, and a database that is busy, where shares take longer, is left alone for longer.
 *
 * A stop lets the shares in hand come to their end, some hundred milliseconds, and begins no other. One that is cut off
 * leaves nothing: where a job stands is stored with what it did.
 */
import { type Cleared, clearOldLetters, clearOldNumbers } from '../ledger/clear-numbers.ts'
import { deleteOldPortalSessions } from '../ledger/portal-sessions.ts'
import { deleteOldRequestKeys } from '../ledger/request-keys.ts'
import { deleteOldProviderEvents } from '../ledger/top-ups/provider-events.ts'
import { type Job, type JobReport, startJobs } from '../platform/jobs.ts'
import type { Logger } from '../platform/log.ts'
import { type Counter, counter, type Registry } from '../platform/metrics.ts'
import { createPool, type Pool } from '../platform/postgres.ts'
import { oldestNotRolledUp, rollUp } from '../reporting/roll-up.ts'
import { defineRole } from './role.ts'

const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS

const RESTS_A_SHARE = 9

/** How often it is asked how far the roll-up is behind, which looks at all accounts. */
const MEASURED_EVERY_MS = 5 * SECOND_MS

export const jobsRole = defineRole({
  name: 'jobs',
  sections: ['database', 'jobs'],
  async start(config, { log, registry }) {
    await using starting = new AsyncDisposableStack()
    const { connections, numbersKeptDays } = config.jobs
    const pool = createPool(config.database.url, log, connections)
    starting.defer(() => pool.end())
    const jobs = startJobs({
      jobs: [
        rollUpJob(pool),
        requestKeysJob(pool, log),
        portalSessionsJob(pool, log),
        webhooksJob(pool, log),
        phoneNumbersJob(pool, registry, numbersKeptDays),
      ],
      log,
      registry,
    })
    starting.defer(() => jobs.stop())

    const running = starting.move()
    return {
      // A job that fails is tried again after its interval, and a new process would do no better: its metrics tell.
      health: () => null,
      degraded: () => [],
      readiness: () => null,
      [Symbol.asyncDispose]: () => running.disposeAsync(),
    }
  },
})

/** Takes a share, and reports the rest that is due after it; none, where nothing is left to do. */
async function takeShare(
  share: () => Promise<{ readonly hasMore: boolean; readonly oldestWorkSeconds?: number | null }>,
): Promise<JobReport> {
  const beganAt = performance.now()
  const { hasMore, ...report } = await share()
  const tookMs = performance.now() - beganAt
  return hasMore ? { ...report, restMs: Math.ceil(tookMs * RESTS_A_SHARE) } : report
}

/** Goes round all accounts, a share at a time, and rests for its interval once a round has left nothing behind. */
export function rollUpJob(pool: Pool): Job {
  let after = ''
  let leftBehind = false
  let measuredAt = Number.NEGATIVE_INFINITY
  return {
    name: 'usage by day',
    everyMs: 5 * SECOND_MS,
    run: () =>
      takeShare(async () => {
        const share = await rollUp(pool, { after })
        after = share.nextAfter
        leftBehind ||= share.leavesBehind
        const isRoundOver = after === ''
        const hasMore = !isRoundOver || leftBehind
        if (isRoundOver) leftBehind = false
        if (hasMore && performance.now() - measuredAt < MEASURED_EVERY_MS) return { hasMore }
        measuredAt = performance.now()
        return { hasMore, oldestWorkSeconds: await oldestNotRolledUp(pool) }
      }),
  }
}

function requestKeysJob(pool: Pool, log: Logger): Job {
  return {
    name: 'request keys',
    everyMs: 60 * MINUTE_MS,
    run: () =>
      takeShare(async () => {
        const { count, overdueSeconds, hasMore } = await deleteOldRequestKeys(pool)
        if (count > 0) log.info({ count }, 'deleted request keys that are no longer kept')
        return { hasMore, oldestWorkSeconds: hasMore ? overdueSeconds : null }
      }),
  }
}

function portalSessionsJob(pool: Pool, log: Logger): Job {
  return {
    name: 'portal sessions',
    everyMs: 60 * MINUTE_MS,
    run: () =>
      takeShare(async () => {
        const { count, overdueSeconds, hasMore } = await deleteOldPortalSessions(pool)
        if (count > 0) log.info({ count }, 'deleted links and sessions of the billing page that are no longer kept')
        return { hasMore, oldestWorkSeconds: hasMore ? overdueSeconds : null }
      }),
  }
}

export function webhooksJob(pool: Pool, log: Logger): Job {
  return {
    name: 'old webhooks',
    everyMs: 60 * MINUTE_MS,
    run: () =>
      takeShare(async () => {
        const { count, overdueSeconds, hasMore } = await deleteOldProviderEvents(pool)
        if (count > 0) log.info({ count }, 'deleted webhooks that are no longer kept')
        return { hasMore, oldestWorkSeconds: hasMore ? overdueSeconds : null }
      }),
  }
}

export function phoneNumbersJob(pool: Pool, registry: Registry, keptDays: number): Job {
  const cleared: Counter<'of'> = counter(registry, {
    name: 'tollgate_numbers_cleared_total',
    help: 'Rated usage and dead letters whose phone numbers were cleared after their retention',
    labelNames: ['of'],
  })
  const take = async (of: string, share: Promise<Cleared>): Promise<Cleared> => {
    const taken = await share
    cleared.inc({ of }, taken.count)
    return taken
  }
  return {
    name: 'phone numbers',
    everyMs: 60 * MINUTE_MS,
    run: () =>
      takeShare(async () => {
        const usage = await take('rated_usage', clearOldNumbers(pool, keptDays))
        const letters = await take('dead_letter', clearOldLetters(pool, keptDays))
        const waiting = [usage, letters].filter(({ hasMore }) => hasMore)
        const oldest = Math.max(0, ...waiting.map(({ overdueSeconds }) => overdueSeconds ?? 0))
        return { hasMore: waiting.length > 0, oldestWorkSeconds: waiting.length > 0 ? oldest : null }
      }),
  }
}
