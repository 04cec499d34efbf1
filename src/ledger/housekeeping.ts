/** What has to be done now and then, one job after the other: at the start and every so often, until stopped. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from '../platform/log.ts'
import type { Metrics } from '../platform/metrics.ts'

export interface HousekeepingJob {
  readonly name: string
  run(): Promise<void>
}

interface HousekeepingParts {
  readonly jobs: readonly HousekeepingJob[]
  readonly log: Logger
  readonly metrics: Pick<Metrics, 'retriesTotal'>
  /** From the end of one round to the start of the next. */
  readonly everyMillis: number
  /** Resolves after the time, and at once when the signal is aborted. */
  readonly wait?: (millis: number, signal: AbortSignal) => Promise<void>
}

export interface Housekeeping {
  /** Resolves when every job has had its first turn, whatever came of it. */
  readonly firstRound: Promise<void>
  /** Lets the job that runs come to its end, and starts no other. */
  stop(): Promise<void>
}

export function startHousekeeping({ jobs, log, metrics, everyMillis, wait = sleep }: HousekeepingParts): Housekeeping {
  const stopping = new AbortController()
  const firstRound = runRound()
  const rounds = firstRound.then(runRounds)

  return {
    firstRound,
    async stop() {
      stopping.abort()
      await rounds
    },
  }

  async function runRounds(): Promise<void> {
    while (!stopping.signal.aborted) {
      await wait(everyMillis, stopping.signal)
      await runRound()
    }
  }

  async function runRound(): Promise<void> {
    for (const job of jobs) {
      if (!stopping.signal.aborted) await attempt(job)
    }
  }

  /** One that fails has another chance in the next round, and keeps nobody else from theirs. */
  async function attempt(job: HousekeepingJob): Promise<void> {
    try {
      await job.run()
    } catch (error) {
      metrics.retriesTotal.inc({ stage: 'housekeeping' })
      log.warn({ err: error, name: job.name }, 'a housekeeping job failed; it is tried again in the next round')
    }
  }
}

async function sleep(millis: number, signal: AbortSignal): Promise<void> {
  await delay(millis, undefined, { signal }).catch(() => {})
}
