/**
 * The one policy by which failures are tried again: each wait is twice the one before, up to a longest, and half of it is
 * chance, so that those who failed together do not come back together.
 */
import { setTimeout as delay } from 'node:timers/promises'

export interface Backoff {
  /** The longest wait after the first failure. */
  readonly firstMs: number
  /** The longest wait at all; equal to `firstMs`, waits do not grow. */
  readonly maxMs: number
}

/** How long to wait after so many failures in a row, counted from 1. `chance` is from 0 to below 1. */
export function retryWaitMs({ firstMs, maxMs }: Backoff, failures: number, chance = Math.random()): number {
  // Whatever the first, so many doublings are longer than any longest.
  const wholeMs = Math.min(maxMs, firstMs * 2 ** Math.min(failures - 1, MAX_DOUBLINGS))
  return wholeMs * (0.5 + chance / 2)
}

const MAX_DOUBLINGS = 30

export interface Failure {
  readonly error: unknown
  /** In a row, this one included. */
  readonly failures: number
  /** What will be waited, if it is tried again. */
  readonly waitMs: number
}

export interface RetryOptions {
  readonly backoff: Backoff
  /** Asked after each failure, before the wait; false: the failure is final. The place to log and to count. */
  readonly isRetried: (failure: Failure) => boolean
  /** Ends the wait, and the trying: it then rejects with the signal's reason. */
  readonly signal?: AbortSignal
}

/** What `work` resolves to, tried again for as long as `isRetried` says so. Rejects with the failure that is final. */
export async function retry<Value>(
  work: () => Promise<Value>,
  { backoff, isRetried, signal }: RetryOptions,
): Promise<Value> {
  for (let failures = 1; ; failures++) {
    try {
      return await work()
    } catch (error) {
      const waitMs = retryWaitMs(backoff, failures)
      if (!isRetried({ error, failures, waitMs })) throw error
      await pause(waitMs, signal)
      signal?.throwIfAborted()
    }
  }
}

/** Resolves after the time, or at once when the signal aborts. */
export async function pause(millis: number, signal?: AbortSignal): Promise<void> {
  await delay(millis, undefined, signal && { signal }).catch(() => {})
}
