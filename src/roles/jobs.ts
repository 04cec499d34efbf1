/**
 * Background jobs that must not slow down rating. Each job works in shares, one transaction per share, and after each share
 * rests nine times as long as it took (`takeShare`). So a job uses at most a tenth of one connection, and a busy database,
 * where shares take longer, gets longer rests. Two jobs have people waiting for them: exports rest only as long as they
 * worked, and mail is limited by the mail server instead (src/mail/jobs.ts).
 *
 * On a stop the current shares finish, which takes some hundred milliseconds, and no new ones begin. A share that is cut
 * off leaves no trace: a job's progress is stored in the transaction of its work.
 */

import { deleteOldPortalSessions } from '../ledger/access/portal-sessions.ts'
import { deleteOldRequestKeys } from '../ledger/changes/request-keys.ts'
import { deleteOldProviderEvents } from '../ledger/top-ups/provider-events.ts'
import { clearOldLetters, clearOldNumbers } from '../ledger/upkeep/clear-numbers.ts'
import { mailJobs } from '../mail/jobs.ts'
import { mailSettings } from '../mail/settings.ts'
import type { Config } from '../platform/config.ts'
import { type Job, startJobs, takeShare } from '../platform/jobs.ts'
import type { Logger } from '../platform/log.ts'
import { type Counter, counter, type Registry } from '../platform/metrics.ts'
import { createPool, type Pool } from '../platform/postgres.ts'
import { type UpkeepPage, upkeepJob } from '../platform/upkeep.ts'
import { deletePartsOfExpired } from '../reporting/exports/delete-parts.ts'
import { createExportThread, type ExportThread } from '../reporting/exports/export-thread.ts'
import { mailAboutExport } from '../reporting/exports/mail-about-export.ts'
import {
  oldestInPreparation,
  type Prepared,
  prepareNextPart,
  type WhenExportEnds,
} from '../reporting/exports/prepare-export.ts'
import { oldestNotRolledUp, rollUp } from '../reporting/roll-up.ts'
import { defineRole } from './role.ts'

const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS

/** Half of one connection: an export of a million movements takes about two minutes. */
const RESTS_PER_EXPORT_PART = 1

/** How often the lag of the roll-up is measured; the query scans all accounts. */
const MEASURE_EVERY_MS = 5 * SECOND_MS

export const jobsRole = defineRole({
  name: 'jobs',
  sections: ['database', 'jobs', 'log', 'brand', 'mail', 'provider'],
  checks: [(config) => mailSettings(config, isSandbox(config))],
  async start(config, { log, registry }) {
    await using starting = new AsyncDisposableStack()
    const { connections, numbersKeptDays } = config.jobs
    const settings = mailSettings(config, isSandbox(config))
    // The export thread has the remaining connection.
    const pool = createPool(config.database.url, log, connections - 1)
    starting.defer(() => pool.end())
    const thread = createExportThread({ databaseUrl: config.database.url, logLevel: config.log.level })
    starting.defer(() => thread.rest())
    const mail = mailJobs(pool, settings, log, registry)
    starting.defer(() => mail.close())
    const jobs = startJobs({
      jobs: [
        rollUpJob(pool),
        exportsJob(pool, { log, registry, thread, whenExportEnds: mailAboutExport }),
        ...upkeepJobs(pool, log),
        phoneNumbersJob(pool, registry, numbersKeptDays),
        ...mail.jobs,
      ],
      log,
      registry,
    })
    starting.defer(() => jobs.stop())

    const running = starting.move()
    return {
      // A failed job runs again after its interval; a restart would not help. Its metrics show the failure.
      health: () => null,
      degraded: () => [],
      readiness: () => null,
      [Symbol.asyncDispose]: () => running.disposeAsync(),
    }
  },
})

function isSandbox({ provider }: Pick<Config, 'provider'>): boolean {
  return provider.name === 'sandbox'
}

/**
 * Rolls movements up, in rounds over all accounts. It rests for its interval once a round has left nothing behind. An
 * account that cannot be summed up makes the run fail, and the next run goes on after it.
 */
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
        const [failed] = share.failed
        if (failed !== undefined) {
          throw new Error(`the movements of account ${failed.accountId} cannot be summed up`, { cause: failed.error })
        }
        if (hasMore && performance.now() - measuredAt < MEASURE_EVERY_MS) return { hasMore }
        measuredAt = performance.now()
        return { hasMore, oldestWorkSeconds: await oldestNotRolledUp(pool) }
      }),
  }
}

interface ExportsParts {
  readonly log: Logger
  readonly registry: Registry
  readonly thread: ExportThread
  readonly whenExportEnds: WhenExportEnds
}

/** Prepares exports. Someone is waiting for each, so it polls every second and rests less than other jobs. */
export function exportsJob(pool: Pool, { log, registry, thread, whenExportEnds: whenEnds }: ExportsParts): Job {
  const ended: Counter<'state'> = counter(registry, {
    name: 'tollgate_exports_total',
    help: 'Exports that ended, by state: ready or failed',
    labelNames: ['state'],
  })
  // Initialized to 0, so that the first failure shows up as an increase.
  for (const state of ['ready', 'failed']) ended.inc({ state }, 0)
  const report = ({ export: worked, failure }: Prepared) => {
    const about = worked && { export_id: worked.exportId, account_id: worked.accountId, state: worked.state }
    if (failure !== null)
      log.warn({ ...about, err: failure.error, tries: worked?.tries }, 'an export could not continue')
    if (worked === null) return
    if (worked.state === 'ready') log.info({ ...about, file_bytes: Number(worked.fileBytes) }, 'an export is ready')
    if (worked.state !== 'preparing') ended.inc({ state: worked.state })
  }
  return {
    name: 'exports',
    everyMs: SECOND_MS,
    run: () =>
      takeShare(async () => {
        const prepared = await prepareNextPart(pool, { whenExportEnds: whenEnds, makePart: thread.makePart })
        report(prepared)
        const hasMore = prepared.export !== null
        if (!hasMore) await thread.rest()
        return { hasMore, oldestWorkSeconds: await oldestInPreparation(pool) }
      }, RESTS_PER_EXPORT_PART),
  }
}

function upkeepJobs(pool: Pool, log: Logger): Job[] {
  return [
    upkeepJob(log, () => deletePartsOfExpired(pool), {
      name: 'expired exports',
      everyMs: 10 * MINUTE_MS,
      done: 'deleted the files of expired exports',
    }),
    upkeepJob(log, () => deleteOldRequestKeys(pool), {
      name: 'request keys',
      everyMs: 60 * MINUTE_MS,
      done: 'deleted request keys that are no longer kept',
    }),
    upkeepJob(log, () => deleteOldPortalSessions(pool), {
      name: 'portal sessions',
      everyMs: 60 * MINUTE_MS,
      done: 'deleted links and sessions of the billing page that are no longer kept',
    }),
    upkeepJob(log, () => deleteOldProviderEvents(pool), {
      name: 'old webhooks',
      everyMs: 60 * MINUTE_MS,
      done: 'deleted webhooks that are no longer kept',
    }),
  ]
}

/** Clears phone numbers of rated usage and dead letters that are older than `keptDays`. */
export function phoneNumbersJob(pool: Pool, registry: Registry, keptDays: number): Job {
  const cleared: Counter<'of'> = counter(registry, {
    name: 'tollgate_numbers_cleared_total',
    help: 'Rated usage and dead letters whose phone numbers were cleared after their retention',
    labelNames: ['of'],
  })
  const counted = async (of: string, clearing: Promise<UpkeepPage>): Promise<UpkeepPage> => {
    const page = await clearing
    cleared.inc({ of }, page.count)
    return page
  }
  return {
    name: 'phone numbers',
    everyMs: 60 * MINUTE_MS,
    run: () =>
      takeShare(async () => {
        const usage = await counted('rated_usage', clearOldNumbers(pool, keptDays))
        const letters = await counted('dead_letter', clearOldLetters(pool, keptDays))
        const waiting = [usage, letters].filter(({ hasMore }) => hasMore)
        const oldest = Math.max(0, ...waiting.map(({ overdueSeconds }) => overdueSeconds ?? 0))
        return { hasMore: waiting.length > 0, oldestWorkSeconds: waiting.length > 0 ? oldest : null }
      }),
  }
}
