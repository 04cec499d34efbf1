/**
 * The one retry policy: each wait is twice the previous one, up to a maximum, and half of it is random, so that callers
 * that failed together do not retry together.
 */
import { setTimeout as delay } from 'node:timers/promises'

/** The waits between tries, in milliseconds. */
export interface Backoff {
  /** The longest wait after the first failure. */
  readonly firstMs: number
  /** The longest wait. If it equals `firstMs`, the waits do not grow. */
  readonly maxMs: number
}

/** Returns the wait after the given number of failures in a row, counted from 1. `chance` is from 0 to below 1. */
export function retryWaitMs({ firstMs, maxMs }: Backoff, failures: number, chance = Math.random()): number {
  // So many doublings exceed any maximum, whatever the first wait.
  const wholeMs = Math.min(maxMs, firstMs * 2 ** Math.min(failures - 1, MAX_DOUBLINGS))
  return wholeMs * (0.5 + chance / 2)
}

const MAX_DOUBLINGS = 30

export interface Failure {
  readonly error: unknown
  /** The number of failures in a row, including this one. */
  readonly failures: number
  /** The wait before the next try, if there is one. */
  readonly waitMs: number
}

export interface RetryOptions {
  readonly backoff: Backoff
  /** Whether to try again after this failure. Otherwise it is final. */
  readonly isRetried: (failure: Failure) => boolean
  /** Called before each wait: the place to log and count. */
  readonly onRetry?: (failure: Failure) => void
  /** Ends the wait and the retries. The promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal
}

/** Runs `work` again for as long as `isRetried` agrees, and returns its result. Rejects with the final failure. */
export async function retry<Value>(
  work: () => Promise<Value>,
  { backoff, isRetried, onRetry, signal }: RetryOptions,
): Promise<Value> {
  for (let failures = 1; ; failures++) {
    try {
      return await work()
    } catch (error) {
      const failure = { error, failures, waitMs: retryWaitMs(backoff, failures) }
      if (!isRetried(failure)) throw error
      onRetry?.(failure)
      await pause(failure.waitMs, signal)
      signal?.throwIfAborted()
    }
  }
}

/** Resolves after the time, or at once when the signal aborts. Never rejects. */
export async function pause(waitMs: number, signal?: AbortSignal): Promise<void> {
  await delay(waitMs, undefined, signal && { signal }).catch(() => {})
}
