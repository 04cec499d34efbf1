/** Limits on open streams: per process, because each costs memory, and per caller, so that none takes them all. */
import { ApiProblem } from '../protocol/problem.ts'

export interface StreamLimits {
  readonly streams: number
  readonly streamsPerCaller: number
}

const RETRY_AFTER_SECONDS = 10

export interface OpenStreams {
  /**
   * Counts one more stream and returns the function to call when it ends. Throws `unavailable` or `too_many_requests`.
   */
  admit(callerKey: string): () => void
  /** Admits no stream from now on. */
  close(): void
}

/** Creates the counter of open streams. */
export function countStreams({ streams, streamsPerCaller }: StreamLimits): OpenStreams {
  const openByCaller = new Map<string, number>()
  let open = 0
  let isClosed = false
  return {
    admit(callerKey) {
      if (isClosed || open >= streams) {
        const why = isClosed
          ? 'this process is stopping'
          : `this process already has ${streams} open streams, the maximum`
        throw new ApiProblem('unavailable', `${why}: try again later, or read the balance`, {
          retryAfterSeconds: isClosed ? 1 : RETRY_AFTER_SECONDS,
        })
      }
      const ofCaller = openByCaller.get(callerKey) ?? 0
      if (ofCaller >= streamsPerCaller) {
        throw new ApiProblem(
          'too_many_requests',
          `you already have ${ofCaller} open streams, the maximum: close one first`,
          { retryAfterSeconds: RETRY_AFTER_SECONDS },
        )
      }
      open++
      openByCaller.set(callerKey, ofCaller + 1)
      return () => {
        open--
        const left = openByCaller.get(callerKey)! - 1
        if (left === 0) openByCaller.delete(callerKey)
        else openByCaller.set(callerKey, left)
      }
    },
    close() {
      isClosed = true
    },
  }
}
