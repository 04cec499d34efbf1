/** How many streams may be open: of the process, which each costs memory, and of one caller, lest one takes them all. */
import { ApiProblem } from '../protocol/problem.ts'

export interface StreamLimits {
  readonly streams: number
  readonly streamsPerCaller: number
}

const RETRY_AFTER_SECONDS = 10

export interface OpenStreams {
  /** Counts one more; to be called back once when it ends. Throws `ApiProblem` where it would be one too many. */
  admit(callerKey: string): () => void
  /** From now on none is let in. */
  close(): void
}

export function countStreams({ streams, streamsPerCaller }: StreamLimits): OpenStreams {
  const openByCaller = new Map<string, number>()
  let open = 0
  let isClosed = false
  return {
    admit(callerKey) {
      if (isClosed || open >= streams) {
        const why = isClosed ? 'this process is stopping' : `all ${streams} streams that this process may have are open`
        throw new ApiProblem('unavailable', `${why}: try again in a while, or read the balance`, {
          retryAfterSeconds: isClosed ? 1 : RETRY_AFTER_SECONDS,
        })
      }
      const ofCaller = openByCaller.get(callerKey) ?? 0
      if (ofCaller >= streamsPerCaller) {
        throw new ApiProblem(
          'too_many_requests',
          `${ofCaller} streams of this caller are open already: close one first`,
          {
            retryAfterSeconds: RETRY_AFTER_SECONDS,
          },
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
