/** Waits for what a running `tollgate serve` has to do, and fails with the end of its log when it does not do it. */
import { endOfLog, type Serve } from '../stack/serve.ts'
import { until } from '../testkit/until.ts'

const LOOK_EVERY_MS = 1000
const STUCK_AFTER_MS = 30_000
/** Ten times slower than the slowest machine that a figure was ever taken on. */
const SLOWEST_EVENTS_PER_SECOND = 500

export interface Work {
  /** As the rest of a sentence: `all events are recorded`. */
  readonly condition: string
  readonly isDone: () => Promise<boolean> | boolean
  /** Whatever changes as long as the work goes on; asked once a second. */
  readonly progress: () => Promise<unknown> | unknown
  readonly withinMs: number
  readonly stuckAfterMs?: number
}

export type Watched = Pick<Serve, 'pid' | 'logFile' | 'ended'>

/** A benchmark that cannot go on: its message is all that a person needs. */
export class BenchFailed extends Error {}

/**
 * Resolves when the work is done. Throws `BenchFailed`, with the end of the log of each process, when one of them has
 * ended, when nothing changed for 30 s, or when the time is over.
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
    lookAt = Date.now() + Math.min(LOOK_EVERY_MS, stuckAfterMs / 10)
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

/** Throws `BenchFailed`, with the end of its log, when one of the processes has ended. */
export function assertRunning(serves: readonly Watched[]): void {
  const ended = serves.filter((serve) => serve.ended.aborted)
  if (ended.length > 0) throw failed('tollgate serve ended by itself', ended)
}

/** Stops all; at once when they failed, for one that is stuck obeys no polite request. Their logs are then left. */
export async function stopAll(serves: readonly Serve[], haveFailed: boolean): Promise<void> {
  if (haveFailed) for (const { pid, ended } of serves) if (!ended.aborted) process.kill(pid, 'SIGKILL')
  await Promise.all(serves.map((serve) => serve.stop()))
}

/** How long so many events may take at the very most. */
export function withinMsOf(events: number): number {
  return 60_000 + (events / SLOWEST_EVENTS_PER_SECOND) * 1000
}

function failed(what: string, serves: readonly Watched[], cause?: unknown): BenchFailed {
  const logs = serves.map(
    ({ pid, logFile }) => `the log of tollgate serve ${pid}, ${logFile}, ends:\n${endOfLog(logFile)}`,
  )
  return new BenchFailed([what, ...logs].join('\n'), { cause })
}
