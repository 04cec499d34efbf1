/**
 * A stateful double of Stripe, an HTTP server for the real client. Besides its state it follows Stripe's documentation of
 * requests: an idempotency key returns its first answer for a day, even if that was an error of Stripe; other parameters under
 * it are refused with 400; it answers 409 during the first request. Network faults come on demand: silence before or after, a
 * cut connection, a 500, a 429 with `Retry-After`.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises'
import type { CallName } from '../../../src/payments/providers/sandbox/faults.ts'
import { API_VERSION } from '../../../src/payments/providers/stripe/client.ts'
import { createBank, type StripeBank } from './bank.ts'
import { withoutHidden } from './books.ts'
import { type Answer, answerOf, createKeys } from './idempotency.ts'
import { ApiError, invalid } from './objects.ts'
import { type Params, type Route, refuseUnknown } from './route.ts'
import { routesOf } from './routes.ts'
import { createState, type StripeState } from './state.ts'

export const DOUBLE_KEY = 'sk_test_double'

export type DoubleFault =
  | 'rate_limited'
  | 'silent_before'
  | 'silent_after'
  | 'cut_before'
  | 'cut_after'
  | 'error_before'
  | 'error_after'
  /** As over a line that repeats. */
  | 'twice'

export interface OrderedDoubleFault {
  readonly fault: DoubleFault
  /** Null: any call. */
  readonly call: CallName | null
  readonly times: number
  /** Of `rate_limited`. */
  readonly retryAfterSeconds?: number
}

export interface StripeDouble {
  readonly url: string
  readonly state: StripeState
  /** The actions of cardholders, banks, and a person at the dashboard. */
  readonly bank: StripeBank
  orderFault(order: OrderedDoubleFault): void
  endFaults(): void
  lag(seconds: { readonly lists?: number; readonly search?: number }): void
  /** Requests of this call wait, before they have any effect, until they are released. */
  hold(call: CallName): void
  letGo(call: CallName): void
  /** How many are waiting. */
  held(call: CallName): number
  /** Answers to this call come this much later than its effect. */
  answerLate(call: CallName, afterMs: number): void
  /** Back to the initial state. */
  reset(): void
  /** Method, path and status of each request so far. */
  readonly requests: readonly string[]
  /** The same as it was sent, for sending it elsewhere. `form`: query or body. */
  readonly recorded: readonly RecordedRequest[]
  /** `GET /v1/payment_intents/:id`: every kind of request that it answers. */
  readonly kinds: readonly string[]
  close(): Promise<void>
}

export interface RecordedRequest {
  readonly method: string
  readonly path: string
  readonly form: string
  readonly kind: string
  readonly status: number
}

export async function startStripeDouble(nowMicros: () => number = () => Date.now() * 1_000): Promise<StripeDouble> {
  const state = createState(nowMicros)
  let lag = { lists: 0, search: 0 }
  const routes = routesOf({ state, lagSeconds: () => lag })
  const keys = createKeys(state.now)
  const locked = new Set<string>()
  const requests: string[] = []
  const recorded: RecordedRequest[] = []
  let faults: (OrderedDoubleFault & { left: number })[] = []
  const holds = new Map<CallName, PromiseWithResolvers<void> & { waiting: number }>()
  const late = new Map<CallName, number>()
  let requestIds = 0

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      console.error(error)
      response.destroy()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  return {
    url,
    state,
    bank: createBank(state),
    orderFault: (order) => void faults.push({ ...order, left: order.times }),
    endFaults: () => {
      faults = []
    },
    lag: (seconds) => {
      lag = { ...lag, ...seconds }
    },
    hold: (call) => void holds.set(call, { ...Promise.withResolvers<void>(), waiting: 0 }),
    letGo(call) {
      holds.get(call)?.resolve()
      holds.delete(call)
    },
    held: (call) => holds.get(call)?.waiting ?? 0,
    answerLate: (call, afterMs) => void late.set(call, afterMs),
    reset() {
      state.empty()
      keys.forget()
      faults = []
      requests.length = 0
      recorded.length = 0
      lag = { lists: 0, search: 0 }
    },
    requests,
    recorded,
    kinds: routes.map(kindOf),
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks).toString()
    const { pathname, search } = new URL(request.url!, url)
    const route = routes.find((one) => one.method === request.method && one.path.test(pathname))
    const fault = route === undefined ? null : takeFault(route.call)
    const hold = route && holds.get(route.call)
    if (hold !== undefined) {
      hold.waiting++
      await hold.promise
    }
    if (fault?.fault === 'silent_before') return
    if (fault?.fault === 'cut_before') return void request.socket.destroy()
    const asked = { request, route, pathname, form: request.method === 'GET' ? search.slice(1) : body }
    let answer = await answerTo(asked, fault)
    if (fault?.fault === 'twice') answer = await answerTo(asked, null)
    requests.push(`${request.method} ${pathname} ${answer.status}`)
    if (route !== undefined) {
      const { form } = asked
      recorded.push({ method: route.method, path: pathname, form, kind: kindOf(route), status: answer.status })
    }
    const lateMs = route && late.get(route.call)
    if (lateMs !== undefined) await delay(lateMs)
    if (fault?.fault === 'silent_after') return
    if (fault?.fault === 'cut_after') return void request.socket.destroy()
    response.writeHead(answer.status, {
      'content-type': 'application/json',
      'request-id': `req_${++requestIds}`,
      ...answer.headers,
    })
    response.end(JSON.stringify(answer.body))
  }

  interface AskedOfServer {
    readonly request: IncomingMessage
    readonly route: Route | undefined
    readonly pathname: string
    readonly form: string
  }

  async function answerTo(asked: AskedOfServer, fault: OrderedDoubleFault | null): Promise<Answer> {
    const { request, route, pathname, form } = asked
    try {
      refuseStrangers(request)
      if (fault?.fault === 'rate_limited') throw rateLimited(fault.retryAfterSeconds)
      if (route === undefined) {
        throw new ApiError(404, { type: 'invalid_request_error', message: `Unrecognized request URL (${pathname})` })
      }
      const params = parseForm(form)
      refuseUnknown(route, params)
      const id = route.path.exec(pathname)![1] ?? ''
      const key = request.method === 'POST' ? request.headers['idempotency-key'] : undefined
      if (typeof key !== 'string') return await carryOut(route, id, params, fault)
      return await keys.under(key, `${pathname} ${form}`, () => carryOut(route, id, params, fault))
    } catch (error) {
      if (error instanceof ApiError) return answerOf(error)
      throw error
    }
  }

  async function carryOut(route: Route, id: string, params: Params, fault: OrderedDoubleFault | null): Promise<Answer> {
    if (route.locks && locked.has(id)) {
      const message = 'This object cannot be accessed right now because another API request is accessing it'
      throw new ApiError(429, { type: 'invalid_request_error', code: 'lock_timeout', message })
    }
    if (route.locks) locked.add(id)
    try {
      // Others come in between, as at Stripe.
      await turn()
      state.settleDue()
      if (fault?.fault === 'error_before') throw ownFault()
      try {
        const body = structuredClone(withoutHidden(route.answer({ id, params })))
        if (fault?.fault === 'error_after') throw ownFault()
        return { status: 200, body, headers: {} }
      } catch (error) {
        if (fault?.fault === 'error_after') throw ownFault()
        throw error
      }
    } finally {
      if (route.locks) locked.delete(id)
    }
  }

  function takeFault(call: CallName): OrderedDoubleFault | null {
    const found = faults.find((one) => one.call === null || one.call === call)
    if (found === undefined) return null
    if (--found.left === 0) faults = faults.filter((one) => one !== found)
    return found
  }
}

function kindOf({ method, path }: Route): string {
  return `${method} ${path.source.replaceAll('\\/', '/').replaceAll('([\\w-]+)', ':id').slice(1, -1)}`
}

function refuseStrangers({ headers }: IncomingMessage): void {
  if (headers.authorization !== `Bearer ${DOUBLE_KEY}`) {
    const message = `Invalid API Key provided: ${headers.authorization?.slice(0, 14)}***`
    throw new ApiError(401, { type: 'invalid_request_error', message })
  }
  if (headers['stripe-version'] !== API_VERSION) throw invalid('', `version ${headers['stripe-version']}`)
}

function ownFault(): ApiError {
  return new ApiError(500, { type: 'api_error', message: 'An unknown error occurred' }, { isKept: true })
}

function rateLimited(seconds?: number): ApiError {
  const headers: Record<string, string> = seconds === undefined ? {} : { 'retry-after': String(seconds) }
  return new ApiError(
    429,
    { type: 'invalid_request_error', code: 'rate_limit', message: 'Too many requests' },
    { headers },
  )
}

/** `metadata[account_id]=acme&expand[0]=latest_charge`. */
export function parseForm(text: string): Params {
  const params: Record<string, string | Record<string, unknown>> = {}
  for (const [name, value] of new URLSearchParams(text)) {
    const path = name.split(/[[\]]+/).filter((part) => part !== '')
    let at: Record<string, unknown> = params
    for (const part of path.slice(0, -1)) {
      at[part] ??= {}
      at = at[part] as Record<string, unknown>
    }
    at[path.at(-1)!] = value
  }
  return params as Params
}
