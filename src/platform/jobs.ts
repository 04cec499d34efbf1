/**
 * Work beside the work: sweeps, roll-ups, mail, exports, upkeep. Each job runs at the start, and again after an interval of
 * its own; it says how old the oldest work is that waits for it, which is what tells whether it keeps up.
 *
 * What there is to do stands in the tables, written by the transaction that caused it, and a run claims its share with
 * `skip locked`. So any number of processes may run the same jobs, a crash loses nothing, no session state is needed (a
 * pooler may sit in between), and nobody is notified from inside a ledger transaction.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from './log.ts'
import { gauge, type Registry, retriesCounter } from './metrics.ts'

export interface Job {
  readonly name: string
  /** From the end of one run to the start of the next. */
  readonly everyMs: number
  /** The signal aborts when the process stops: a long run comes to rest where it can go on later. */
  run(stopping: AbortSignal): Promise<void> | Promise<JobReport>
}

export interface JobReport {
  /** Age of the oldest work that still waits for this job, in seconds; null: none waits. */
  readonly oldestWorkSeconds?: number | null
  /** More is due at once: the next run comes after this rest instead of the interval. */
  readonly restMs?: number
}

const RESTS_A_SHARE = 9

/**
 * Takes a share, and reports the rest that is due after it, nine times as long as it took; none, where nothing is left to do.
 */
export async function takeShare(
  share: () => Promise<{ readonly hasMore: boolean; readonly oldestWorkSeconds?: number | null }>,
): Promise<JobReport> {
  const beganAt = performance.now()
  const { hasMore, ...report } = await share()
  const tookMs = performance.now() - beganAt
  return hasMore ? { ...report, restMs: Math.ceil(tookMs * RESTS_A_SHARE) } : report
}

interface JobsParts {
  readonly jobs: readonly Job[]
  readonly log: Logger
  readonly registry: Registry
  /** Resolves after the time, and at once when the signal is aborted; injected so that tests hold the clock. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>
}

export interface Jobs {
  /** Resolves when every job has run once, whatever came of it. */
  readonly firstRuns: Promise<void>
  /** Lets the jobs that run come to their end, and starts no other. */
  stop(): Promise<void>
}

export function startJobs({ jobs, log, registry, wait = sleep }: JobsParts): Jobs {
  const retries = retriesCounter(registry)
  const oldestWork = gauge(registry, {
    name: 'tollgate_job_oldest_work_seconds',
    help: 'Age of the oldest work that waits for a job; 0 where none waits',
    labelNames: ['job'],
  })
  const lastSuccess = gauge(registry, {
    name: 'tollgate_job_last_success_timestamp_seconds',
    help: 'When a job last came to its end without a fault',
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

  /** One that fails has another chance after its interval. Answers how long the next run is waited for. */
  async function attempt(job: Job): Promise<number> {
    try {
      const report = (await job.run(stopping.signal)) as JobReport | undefined
      const { oldestWorkSeconds, restMs = job.everyMs } = report ?? {}
      if (oldestWorkSeconds !== undefined) oldestWork.set({ job: job.name }, oldestWorkSeconds ?? 0)
      lastSuccess.set({ job: job.name }, Date.now() / 1000)
      return restMs
    } catch (error) {
      retries.inc({ stage: 'job' })
      log.warn({ err: error, job: job.name }, 'a job failed; it is tried again after its interval')
      return job.everyMs
    }
  }
}

async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => {})
}
