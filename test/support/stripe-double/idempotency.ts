/** Idempotency keys, as Stripe documents them: https://docs.stripe.com/api/idempotent_requests. */
import { withoutHidden } from './books.ts'
import { ApiError } from './objects.ts'

export interface Answer {
  readonly status: number
  readonly body: unknown
  readonly headers: Record<string, string>
}

interface Kept {
  readonly asked: string
  readonly atSeconds: number
  answer: Answer | null
}

const KEPT_SECONDS = 86_400

export function createKeys(now: () => number) {
  const keys = new Map<string, Kept>()

  return {
    /** `asked`: path and parameters, which have to be the same under one key. */
    async under(key: string, asked: string, work: () => Promise<Answer>): Promise<Answer> {
      for (const [old, { atSeconds }] of keys) if (atSeconds <= now() - KEPT_SECONDS) keys.delete(old)
      const kept = keys.get(key)
      if (kept !== undefined) return repeated(kept, asked)
      const entry: Kept = { asked, atSeconds: now(), answer: null }
      keys.set(key, entry)
      try {
        entry.answer = await work()
        return entry.answer
      } catch (error) {
        // A request refused before it began may be repeated; otherwise the answer stays, whatever it was.
        if (error instanceof ApiError && error.isKept) entry.answer = answerOf(error)
        else keys.delete(key)
        throw error
      }
    },
    forget: () => keys.clear(),
  }
}

function repeated(kept: Kept, asked: string): Answer {
  if (kept.asked !== asked) {
    const message = 'Keys for idempotent requests can only be used with the same parameters they were first used with.'
    throw new ApiError(400, { type: 'idempotency_error', message })
  }
  if (kept.answer === null) {
    const message = 'There is currently another in-progress request using this Idempotent Key'
    throw new ApiError(409, { type: 'idempotency_error', code: 'idempotency_key_in_use', message })
  }
  return { ...kept.answer, headers: { ...kept.answer.headers, 'idempotent-replayed': 'true' } }
}

export function answerOf({ status, body, headers }: ApiError): Answer {
  return { status, body: structuredClone(withoutHidden({ error: body })), headers }
}
