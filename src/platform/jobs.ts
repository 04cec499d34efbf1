/** What has to be done now and then beside the work itself: each job at the start, and again after an interval of its own. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from './log.ts'
import { type Registry, retriesCounter } from './metrics.ts'

export interface Job {
  readonly name: string
  /** From the end of one run to the start of the next. */
  readonly everyMs: number
  run(): Promise<void>
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
  const stopping = new AbortController()
  const started = jobs.map((job) => {
    const firstRun = attempt(job)
    return { firstRun, ended: firstRun.then(() => repeat(job)) }
  })

  return {
    firstRuns: Promise.all(started.map(({ firstRun }) => firstRun)).then(() => {}),
    async stop() {
      stopping.abort()
      await Promise.all(started.map(({ ended }) => ended))
    },
  }

  async function repeat(job: Job): Promise<void> {
    while (!stopping.signal.aborted) {
      await wait(job.everyMs, stopping.signal)
      if (!stopping.signal.aborted) await attempt(job)
    }
  }

  /** One that fails has another chance after its interval. */
  async function attempt(job: Job): Promise<void> {
    try {
      await job.run()
    } catch (error) {
      retries.inc({ stage: 'job' })
      log.warn({ err: error, job: job.name }, 'a job failed; it is tried again after its interval')
    }
  }
}

async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => {})
}
