/**
 * Calls to Stripe: one deadline for all requests of a call, and each request is sent once.
 *
 * The client's own retries are disabled. Our retries are stored (`top_ups.next_try_at`), visible to operators, and check first
 * whether the charge is still wanted. A retry inside the client does none of that, and might be sent after the deadline, when
 * nobody waits for it any more. Two refusals are retried here until the deadline, under the same idempotency key: another
 * request uses the key (409), or has locked the object (429 `lock_timeout`).
 */
import { setTimeout as delay } from 'node:timers/promises'
import Stripe from 'stripe'
import { retry } from '../../../platform/retry.ts'
import type { NoAnswer, Refused } from '../provider.ts'

/** The API version that this code is written for. Answers and webhooks use it, whatever the account's default version is. */
export const API_VERSION = '2026-10-28.endive'

export interface StripeAccount {
  /** `sk_...` or, better, a restricted key `rk_...`. */
  readonly secretKey: string
  /** For tests; absent: Stripe's own. */
  readonly apiUrl?: string | undefined
}

/** While another process uses the same key. */
const BUSY_BACKOFF = { firstMs: 100, maxMs: 1_000 }

export type StripeClient = Stripe

/** Makes a client without retries and telemetry. */
export function createClient({ secretKey, apiUrl }: StripeAccount): StripeClient {
  const url = apiUrl === undefined ? null : new URL(apiUrl)
  return new Stripe(secretKey, {
    apiVersion: API_VERSION,
    maxNetworkRetries: 0,
    // Request timings are not sent to Stripe.
    telemetry: false,
    httpClient: sentOnce(),
    ...(url === null
      ? {}
      : {
          host: url.hostname,
          port: url.port === '' ? (url.protocol === 'http:' ? '80' : '443') : url.port,
          protocol: url.protocol === 'http:' ? ('http' as const) : ('https' as const),
        }),
  })
}

/** On these codes the client resends a request even with retries disabled. `sentOnce` changes the code to prevent that. */
const CUT = ['ECONNRESET', 'EPIPE']

function sentOnce(): ReturnType<typeof Stripe.createNodeHttpClient> {
  const inner = Stripe.createNodeHttpClient()
  return {
    getClientName: () => inner.getClientName(),
    async makeRequest(...request) {
      try {
        return await inner.makeRequest(...request)
      } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException
        throw CUT.includes(code ?? '') ? Object.assign(new Error(message), { code: `CUT_${code}` }) : error
      }
    },
  }
}

/** The options of one request. */
export type RequestOptions = Pick<Stripe.RequestOptions, 'timeout' | 'idempotencyKey'>

/** Sends the requests of one call, within its deadline. */
export interface Requests {
  read<T>(request: (options: RequestOptions) => Promise<T>): Promise<T>
  /** `key`: the idempotency key; null: a random one, for a request that is idempotent anyway. */
  write<T>(key: string | null, request: (options: RequestOptions) => Promise<T>): Promise<T>
}

/** Thrown within a call to end it with this answer. */
export class CallEnded extends Error {
  override readonly name = 'CallEnded'
  readonly answer: NoAnswer | Refused

  constructor(answer: NoAnswer | Refused) {
    super(answer.detail)
    this.answer = answer
  }
}

/** Makes a refusal. */
export function refused(code: string, detail: string): Refused {
  return { kind: 'refused', code, detail }
}

/** Makes a call. Failures are returned as answers; only bugs throw. `onKeyRefused`: called when Stripe rejects the secret key. */
export async function call<T extends { readonly kind: string }>(
  deadlineMs: number,
  onKeyRefused: (detail: string) => void,
  work: (requests: Requests) => Promise<T>,
): Promise<T | NoAnswer | Refused> {
  const endsAt = performance.now() + deadlineMs
  /** A request that may change something was sent. From then on a failure is `unknown`, not `unavailable`. */
  let hasWritten = false
  const late = (): CallEnded => {
    const detail = `no answer within ${deadlineMs} ms`
    return new CallEnded(
      hasWritten ? { kind: 'unknown', detail } : { kind: 'unavailable', detail, retryAfterMicros: null },
    )
  }
  const send = async <R>(
    request: (options: RequestOptions) => Promise<R>,
    options: RequestOptions,
    isWrite: boolean,
  ): Promise<R> => {
    const hadWritten = hasWritten
    const sendOnce = async () => {
      const leftMs = Math.ceil(endsAt - performance.now())
      if (leftMs <= 0) throw late()
      try {
        hasWritten ||= isWrite
        return await request({ ...options, timeout: leftMs })
      } catch (error) {
        hasWritten = hadWritten || (isWrite && mayHaveHappened(error))
        throw error
      }
    }
    return await retry(sendOnce, {
      backoff: BUSY_BACKOFF,
      isRetried: ({ error, waitMs }) => isBusy(error) && performance.now() + waitMs < endsAt,
    })
  }
  const requests: Requests = {
    read: (request) => send(request, {}, false),
    write: (idempotencyKey, request) => send(request, idempotencyKey === null ? {} : { idempotencyKey }, true),
  }
  const over = new AbortController()
  // The client's timeout only limits silence; an answer that trickles in must end at the deadline too.
  const atDeadline = delay(deadlineMs, undefined, { signal: over.signal, ref: false }).then(() => {
    throw late()
  })
  atDeadline.catch(() => {})
  const working = work(requests)
  working.catch(() => {})
  try {
    return await Promise.race([working, atDeadline])
  } catch (error) {
    const answer = answerOf(error, hasWritten)
    if (answer.kind === 'unavailable' && isKeyRefused(error)) onKeyRefused(answer.detail)
    return answer
  } finally {
    over.abort()
  }
}

function isBusy(error: unknown): boolean {
  if (!(error instanceof Stripe.errors.StripeError)) return false
  return error.code === 'lock_timeout' || error.code === 'idempotency_key_in_use' || error.statusCode === 409
}

function mayHaveHappened(error: unknown): boolean {
  if (error instanceof Stripe.errors.StripeConnectionError) return !wasNeverSent(error)
  return error instanceof Stripe.errors.StripeError && (error.statusCode ?? 500) >= 500
}

/** No connection was established. */
function wasNeverSent({ detail }: InstanceType<typeof Stripe.errors.StripeConnectionError>): boolean {
  const { code } = (detail ?? {}) as { code?: string }
  return ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'].includes(code ?? '')
}

function isKeyRefused(error: unknown): boolean {
  return error instanceof Stripe.errors.StripeError && (error.statusCode === 401 || error.statusCode === 403)
}

/** Turns an error into an answer. Stripe's messages may quote what was sent, so only codes and the request id are kept. */
function answerOf(error: unknown, hasWritten: boolean): NoAnswer | Refused {
  if (error instanceof CallEnded) return error.answer
  if (!(error instanceof Stripe.errors.StripeError)) throw error
  const { statusCode = 0, code, param, requestId } = error
  const detail = [`${statusCode === 0 ? 'no answer' : `status ${statusCode}`}: ${code ?? error.type}`]
  if (param !== undefined) detail.push(`parameter ${param}`)
  if (requestId !== undefined) detail.push(`request ${requestId}`)
  const text = detail.join(', ')
  if (hasWritten) return { kind: 'unknown', detail: text }
  // A key that is wrong or lacks permissions has to be fixed by the operator; no payment is refused because of it.
  if (statusCode < 400 || statusCode >= 500 || isKeyRefused(error) || isBusy(error) || statusCode === 429) {
    return { kind: 'unavailable', detail: text, retryAfterMicros: retryAfterMicros(error.headers) }
  }
  return refused(code ?? error.rawType ?? 'invalid_request', text)
}

function retryAfterMicros(headers: Record<string, string> | undefined): number | null {
  const seconds = Number(headers?.['retry-after'] ?? Number.NaN)
  return Number.isFinite(seconds) && seconds >= 0 ? Math.ceil(seconds * 1_000_000) : null
}

/** Whether the requested id does not exist at Stripe. */
export function isMissing(error: unknown): boolean {
  return error instanceof Stripe.errors.StripeError && error.code === 'resource_missing'
}

/** Whether the object is not in a state that allows the request. */
export function isUnexpectedState(error: unknown): boolean {
  return error instanceof Stripe.errors.StripeError && /_unexpected_state$/.test(error.code ?? '')
}

/** Whether a request was refused because of this parameter. */
export function isAbout(error: unknown, param: string): boolean {
  return error instanceof Stripe.errors.StripeInvalidRequestError && error.param === param
}

/** Whether the card was declined (402), by the bank or by Stripe. */
export function isCardError(error: unknown): error is InstanceType<typeof Stripe.errors.StripeCardError> {
  return error instanceof Stripe.errors.StripeCardError
}

/** Whether Stripe replayed its own earlier fault under an idempotency key. It would do so for a day. */
export function isReplayedFault(error: unknown): boolean {
  if (!(error instanceof Stripe.errors.StripeError)) return false
  return (error.statusCode ?? 0) >= 500 && error.headers?.['idempotent-replayed'] === 'true'
}
