/**
 * Background jobs: sweeps, roll-ups, mail, exports, upkeep. Each job runs at the start and then after its own interval.
 * It reports the age of the oldest work that waits for it, which shows whether it keeps up.
 *
 * The work is stored in tables, by the transaction that caused it, and a run claims its share with `skip locked`. So
 * any number of processes may run the same jobs and a crash loses nothing. No session state is needed, so a pooler may
 * sit in between, and no ledger transaction has to notify anybody.
 */
import type { Logger } from './log.ts'
import { gauge, type Registry, retriesCounter } from './metrics.ts'
import { pause } from './retry.ts'

export interface Job {
  readonly name: string
  /** From the end of one run to the start of the next. */
  readonly everyMs: number
  /** The signal aborts when the process stops: a long run then ends at a point from which it can continue later. */
  run(stopping: AbortSignal): Promise<void> | Promise<JobReport>
}

export interface JobReport {
  /** Age of the oldest work that still waits, in seconds; null if none waits. */
  readonly oldestWorkSeconds?: number | null
  /** More work is due: the next run comes after this rest instead of the interval. */
  readonly restMs?: number
}

const RESTS_PER_SHARE = 9

/** Does one share of the work. If more is left, reports a rest of `rests` times as long as the share took. */
export async function takeShare(
  share: () => Promise<{ readonly hasMore: boolean; readonly oldestWorkSeconds?: number | null }>,
  rests = RESTS_PER_SHARE,
): Promise<JobReport> {
  const beganAt = performance.now()
  const { hasMore, ...report } = await share()
  const tookMs = performance.now() - beganAt
  return hasMore ? { ...report, restMs: Math.ceil(tookMs * rests) } : report
}

interface JobsParts {
  readonly jobs: readonly Job[]
  readonly log: Logger
  readonly registry: Registry
  /** Resolves after the time, or at once when the signal aborts; tests inject their own. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>
}

export interface Jobs {
  /** Resolves when every job has run once, successfully or not. */
  readonly firstRuns: Promise<void>
  /** Waits for the jobs that are running, and starts no others. */
  stop(): Promise<void>
}

/** Starts the jobs; a job that fails is logged, counted and run again after its interval. */
export function startJobs({ jobs, log, registry, wait = pause }: JobsParts): Jobs {
  const retries = retriesCounter(registry)
  const oldestWork = gauge(registry, {
    name: 'tollgate_job_oldest_work_seconds',
    help: 'Age in seconds of the oldest work waiting for a job; 0 if none is waiting',
    labelNames: ['job'],
  })
  const lastSuccess = gauge(registry, {
    name: 'tollgate_job_last_success_timestamp_seconds',
    help: 'Unix time at which a job last succeeded',
    labelNames: ['job'],
  })
  const stopping = new AbortController()
  const started = jobs.map((job) => {
    const firstRun = attempt(job)
    return { firstRun, ended: firstRun.then((waitMs) => repeat(job, waitMs)) }
  })

  return {
    firstRuns: Promise.all(started.map(({ firstRun }) => firstRun)).then(() => {}),
    async stop() {
      stopping.abort()
      await Promise.all(started.map(({ ended }) => ended))
    },
  }

  async function repeat(job: Job, firstWaitMs: number): Promise<void> {
    let waitMs = firstWaitMs
    while (!stopping.signal.aborted) {
      await wait(waitMs, stopping.signal)
      if (!stopping.signal.aborted) waitMs = await attempt(job)
    }
  }

  /** Runs a job and returns how long to wait before its next run. */
  async function attempt(job: Job): Promise<number> {
    try {
      const report = (await job.run(stopping.signal)) as JobReport | undefined
      const { oldestWorkSeconds, restMs = job.everyMs } = report ?? {}
      if (oldestWorkSeconds !== undefined) oldestWork.set({ job: job.name }, oldestWorkSeconds ?? 0)
      lastSuccess.set({ job: job.name }, Date.now() / 1000)
      return restMs
    } catch (error) {
      retries.inc({ stage: 'job' })
      log.warn({ err: error, job: job.name }, 'a job failed; it runs again after its interval')
      return job.everyMs
    }
  }
}
