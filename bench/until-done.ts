/** Waits for work of a running `tollgate serve`, and fails with the end of its log if it is not done. */
import { endOfLog, type Serve } from '../stack/serve.ts'
import { until } from '../testkit/until.ts'

const POLL_MS = 1000
const STUCK_AFTER_MS = 30_000
/** A tenth of the rate of the slowest machine ever measured. */
const MIN_EVENTS_PER_SECOND = 500

export interface Work {
  /** A clause such as `all events are recorded`. */
  readonly condition: string
  readonly isDone: () => Promise<boolean> | boolean
  /** A value that changes while the work progresses; it is read once a second. */
  readonly progress: () => Promise<unknown> | unknown
  readonly withinMs: number
  readonly stuckAfterMs?: number
}

export type Watched = Pick<Serve, 'pid' | 'logFile' | 'ended'>

/** A benchmark cannot continue; the message has everything that a person needs. */
export class BenchFailed extends Error {}

/**
 * Resolves when the work is done. Throws `BenchFailed`, with the end of each process's log, if a process has ended, if nothing
 * has changed for 30 s, or when the time limit is reached.
 */
export async function untilDone(
  serves: readonly Watched[],
  { condition, isDone, progress, withinMs, stuckAfterMs = STUCK_AFTER_MS }: Work,
): Promise<void> {
  let last: unknown
  let movedAt = Date.now()
  let lookAt = 0
  const assertMoving = async () => {
    if (Date.now() < lookAt) return
    const now = await progress()
    if (now !== last) movedAt = Date.now()
    last = now
    if (Date.now() - movedAt >= stuckAfterMs) throw new Error(`nothing has moved for ${stuckAfterMs / 1000} s`)
    lookAt = Date.now() + Math.min(POLL_MS, stuckAfterMs / 10)
  }
  try {
    await until(
      condition,
      async () => {
        if (await isDone()) return true
        assertRunning(serves)
        await assertMoving()
        return false
      },
      withinMs,
    )
  } catch (error) {
    if (error instanceof BenchFailed) throw error
    throw failed(`while waiting that ${condition}: ${(error as Error).message}`, serves, error)
  }
}

/** Throws `BenchFailed`, with the end of its log, if a process has ended. */
export function assertRunning(serves: readonly Watched[]): void {
  const ended = serves.filter((serve) => serve.ended.aborted)
  if (ended.length > 0) throw failed('tollgate serve ended by itself', ended)
}

/** Stops all processes. If they failed, they are killed, as a stuck process does not stop on request, and their logs are kept. */
export async function stopAll(serves: readonly Serve[], haveFailed: boolean): Promise<void> {
  if (haveFailed) for (const { pid, ended } of serves) if (!ended.aborted) process.kill(pid, 'SIGKILL')
  await Promise.all(serves.map((serve) => serve.stop()))
}

/** The time limit for this many events, in milliseconds. */
export function withinMsOf(events: number): number {
  return 60_000 + (events / MIN_EVENTS_PER_SECOND) * 1000
}

function failed(what: string, serves: readonly Watched[], cause?: unknown): BenchFailed {
  const logs = serves.map(
    ({ pid, logFile }) => `the log of tollgate serve ${pid}, ${logFile}, ends:\n${endOfLog(logFile)}`,
  )
  return new BenchFailed([what, ...logs].join('\n'), { cause })
}
