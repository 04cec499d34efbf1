/** Waits for a condition or a promise, with a deadline and an error that says what was waited for. */
import { setTimeout as delay } from 'node:timers/promises'
import { inspect } from 'node:util'

const POLL_MS = 50
const DEFAULT_LIMIT_MS = 60_000

/**
 * Polls `holds` until it returns true. Fails after `withinMs`, even if a call does not return. `lastSeen` supplies the actual
 * state for the error.
 */
export async function until(
  condition: string,
  holds: () => Promise<boolean> | boolean,
  withinMs: number = DEFAULT_LIMIT_MS,
  lastSeen?: () => unknown,
): Promise<void> {
  const deadlineAt = performance.now() + withinMs
  const failed = () => {
    const seen =
      lastSeen === undefined ? '' : `; last seen: ${inspect(lastSeen(), { breakLength: Number.POSITIVE_INFINITY })}`
    return new Error(`within ${withinMs} ms it never came true that ${condition}${seen}`)
  }
  while (!(await beforeDeadline(holds(), deadlineAt, failed))) {
    if (performance.now() > deadlineAt) throw failed()
    await delay(POLL_MS)
  }
}

/** Resolves like the promise, but fails after `withinMs` with an error that names `what` was waited for. */
export async function within<Value>(
  what: string,
  promise: PromiseLike<Value>,
  withinMs: number = DEFAULT_LIMIT_MS,
): Promise<Value> {
  return await beforeDeadline(
    promise,
    performance.now() + withinMs,
    () => new Error(`waited ${withinMs} ms in vain for ${what}`),
  )
}

async function beforeDeadline<Value>(
  promise: PromiseLike<Value> | Value,
  deadline: number,
  failed: () => Error,
): Promise<Value> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(failed()), Math.max(0, deadline - performance.now()))
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
