/**
 * Calls to Stripe: one deadline over all requests of a call, and each request sent once.
 *
 * The client's own retries are off. What is retried here is stored (`top_ups.next_try_at`), known to the operator, and asks
 * first whether the charge is wanted still; a retry inside the client knows nothing of that, and may go out after the
 * deadline by which everybody has stopped waiting. Two refusals are waited out within the deadline, under the same
 * idempotency key: another request holds the key (409), or the object is locked by one (429 `lock_timeout`).
 */
import { setTimeout as delay } from 'node:timers/promises'
import Stripe from 'stripe'
import type { NoAnswer, Refused } from '../provider.ts'

/** The version that this code was written against: webhooks and answers have its form, whatever the account's default is. */
export const API_VERSION = '2026-10-28.endive'

export interface StripeAccount {
  /** `sk_...` or, better, a restricted key `rk_...`. */
  readonly secretKey: string
  /** Stripe's own unless given: for tests. */
  readonly apiUrl?: string | undefined
}

const BUSY_MS = 100
/** Between two processes that ask under one key at once. */
const MAX_BUSY_MS = 1_000

export type StripeClient = Stripe

export function createClient({ secretKey, apiUrl }: StripeAccount): StripeClient {
  const url = apiUrl === undefined ? null : new URL(apiUrl)
  return new Stripe(secretKey, {
    apiVersion: API_VERSION,
    maxNetworkRetries: 0,
    // How long requests took is nobody else's business.
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

/** The client sends a request anew whose connection was cut, whatever its retries are set to; under these codes it does not. */
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

/** For one request. */
export type RequestOptions = Pick<Stripe.RequestOptions, 'timeout' | 'idempotencyKey'>

/** Requests of one call, within its deadline. */
export interface Asking {
  read<T>(request: (options: RequestOptions) => Promise<T>): Promise<T>
  /** `key`: the idempotency key; null: one of its own, as what is asked for can happen once by itself. */
  write<T>(key: string | null, request: (options: RequestOptions) => Promise<T>): Promise<T>
}

/** What ends a call from within. */
export class Ended extends Error {
  override readonly name = 'Ended'
  readonly answer: NoAnswer | Refused

  constructor(answer: NoAnswer | Refused) {
    super(answer.detail)
    this.answer = answer
  }
}

export function refused(code: string, detail: string): Refused {
  return { kind: 'refused', code, detail }
}

/** Makes a call; what goes wrong is an answer. Only bugs throw. */
export async function call<T extends { readonly kind: string }>(
  deadlineMs: number,
  onKeyRefused: (detail: string) => void,
  work: (asking: Asking) => Promise<T>,
): Promise<T | NoAnswer | Refused> {
  const endsAt = performance.now() + deadlineMs
  /** A request that may change something is on its way, or was answered: after it nobody can say that nothing happened. */
  let hasWritten = false
  const late = (): Ended => {
    const detail = `no answer within ${deadlineMs} ms`
    return new Ended(hasWritten ? { kind: 'unknown', detail } : { kind: 'unavailable', detail, retryAfterMicros: null })
  }
  const send = async <R>(
    request: (options: RequestOptions) => Promise<R>,
    options: RequestOptions,
    isWrite: boolean,
  ): Promise<R> => {
    const hadWritten = hasWritten
    for (let busyMs = BUSY_MS; ; busyMs = Math.min(2 * busyMs, MAX_BUSY_MS)) {
      const leftMs = Math.ceil(endsAt - performance.now())
      if (leftMs <= 0) throw late()
      try {
        hasWritten ||= isWrite
        return await request({ ...options, timeout: leftMs })
      } catch (error) {
        hasWritten = hadWritten || (isWrite && mayHaveHappened(error))
        if (!isBusy(error) || performance.now() + busyMs >= endsAt) throw error
        await delay(busyMs * (0.5 + Math.random()))
      }
    }
  }
  const asking: Asking = {
    read: (request) => send(request, {}, false),
    write: (idempotencyKey, request) => send(request, idempotencyKey === null ? {} : { idempotencyKey }, true),
  }
  const over = new AbortController()
  // The client's time-out is one of silence; an answer that trickles in is late all the same.
  const atDeadline = delay(deadlineMs, undefined, { signal: over.signal, ref: false }).then(() => {
    throw late()
  })
  atDeadline.catch(() => {})
  const working = work(asking)
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

/** No connection came about. */
function wasNeverSent({ detail }: InstanceType<typeof Stripe.errors.StripeConnectionError>): boolean {
  const { code } = (detail ?? {}) as { code?: string }
  return ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'].includes(code ?? '')
}

function isKeyRefused(error: unknown): boolean {
  return error instanceof Stripe.errors.StripeError && (error.statusCode === 401 || error.statusCode === 403)
}

/** A message of Stripe's may quote what was sent; its codes and the id of the request say as much to an operator. */
function answerOf(error: unknown, hasWritten: boolean): NoAnswer | Refused {
  if (error instanceof Ended) return error.answer
  if (!(error instanceof Stripe.errors.StripeError)) throw error
  const { statusCode = 0, code, param, requestId } = error
  const detail = [`${statusCode === 0 ? 'no answer' : `status ${statusCode}`}: ${code ?? error.type}`]
  if (param !== undefined) detail.push(`parameter ${param}`)
  if (requestId !== undefined) detail.push(`request ${requestId}`)
  const text = detail.join(', ')
  if (hasWritten) return { kind: 'unknown', detail: text }
  // A key that is wrong or may do too little is the operator's to put right: nobody's payment is refused for it.
  if (statusCode < 400 || statusCode >= 500 || isKeyRefused(error) || isBusy(error) || statusCode === 429) {
    return { kind: 'unavailable', detail: text, retryAfterMicros: retryAfterMicros(error.headers) }
  }
  return refused(code ?? error.rawType ?? 'invalid_request', text)
}

function retryAfterMicros(headers: Record<string, string> | undefined): number | null {
  const seconds = Number(headers?.['retry-after'] ?? Number.NaN)
  return Number.isFinite(seconds) && seconds >= 0 ? Math.ceil(seconds * 1_000_000) : null
}

/** Whether Stripe knows nothing of the id that was asked about. */
export function isMissing(error: unknown): boolean {
  return error instanceof Stripe.errors.StripeError && error.code === 'resource_missing'
}

/** Whether something is not in a state in which that could be done to it. */
export function isUnexpectedState(error: unknown): boolean {
  return error instanceof Stripe.errors.StripeError && /_unexpected_state$/.test(error.code ?? '')
}

/** Whether a request was refused for that parameter of it. */
export function isAbout(error: unknown, param: string): boolean {
  return error instanceof Stripe.errors.StripeInvalidRequestError && error.param === param
}

/** A 402: the bank, or what Stripe knows of the card, says no. */
export function isCardError(error: unknown): error is InstanceType<typeof Stripe.errors.StripeCardError> {
  return error instanceof Stripe.errors.StripeCardError
}

/** Whether Stripe gave again what it had answered under the key before, and that was a fault of its own: it would for a day. */
export function isReplayedFault(error: unknown): boolean {
  if (!(error instanceof Stripe.errors.StripeError)) return false
  return (error.statusCode ?? 0) >= 500 && error.headers?.['idempotent-replayed'] === 'true'
}
