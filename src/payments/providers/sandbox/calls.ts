/** Calls of the sandbox as over a network: each has a deadline, and may meet a fault that was ordered for it. */
import { setTimeout as sleep } from 'node:timers/promises'
import { consequenceOf } from '../../../platform/faults.ts'
import { mayBeCommitted } from '../../../platform/postgres.ts'
import type { NoAnswer, Refused } from '../provider.ts'
import type { SandboxDatabase } from './database.ts'
import { type CallName, takeFault } from './faults.ts'
import { NotPossible } from './payment.ts'

/** Makes a call: `work` must have committed what it did when it resolves. Only bugs throw. */
export type Call = <T extends { readonly kind: string }>(
  name: CallName,
  work: () => Promise<T>,
) => Promise<T | NoAnswer | Refused>

/** Makes the function that makes calls. `deadlineMs`: after it the outcome of a call is unknown. */
export function createCall(database: SandboxDatabase, deadlineMs: number): Call {
  return call

  /** Makes a call as over a network: with a deadline, and with any injected fault. */
  async function call<T extends { readonly kind: string }>(
    name: CallName,
    work: () => Promise<T>,
  ): Promise<T | NoAnswer | Refused> {
    const deadline = new AbortController()
    const late = sleep(deadlineMs, unknown(`no answer within ${deadlineMs} ms`), { signal: deadline.signal })
    try {
      return await Promise.race([answered(name, work), late])
    } finally {
      deadline.abort()
    }
  }

  async function answered<T>(name: CallName, work: () => Promise<T>): Promise<T | NoAnswer | Refused> {
    let isDone = false
    try {
      const ordered = await takeFault(database, name)
      switch (ordered?.fault) {
        case 'down':
          return unavailable('the sandbox is down, as ordered')
        case 'timeout_before':
          return unknown('timed out before anything was done, as ordered')
        case 'timeout_after':
          await work()
          return unknown('timed out after it was done, as ordered')
        case 'slow': {
          const answer = await work()
          // Nobody waits for it after the deadline, and it must not keep the process alive.
          await sleep(ordered.delayMs!, undefined, { ref: false })
          return answer
        }
        case 'twice':
          await work()
          isDone = true
          return await work()
        default:
          return await work()
      }
    } catch (error) {
      if (error instanceof NotPossible) return refused(error.code, error.message)
      if (consequenceOf(error).fate !== 'retry') throw error
      const detail = (error as Error).message
      return isDone || mayBeCommitted(error) ? unknown(detail) : unavailable(detail)
    }
  }
}

/** Makes a refusal. */
export function refused(code: string, detail: string): Refused {
  return { kind: 'refused', code, detail }
}

function unavailable(detail: string): NoAnswer {
  return { kind: 'unavailable', detail, retryAfterMicros: null }
}

function unknown(detail: string): NoAnswer {
  return { kind: 'unknown', detail }
}
