/** What the double stores, in the form of Stripe's API, and how an id is made. Internal state is under `hidden`. */
import type { Behaviour, DeclineCodes } from '../../../src/payments/providers/sandbox/cards.ts'

export type Metadata = Record<string, string>

export interface Customer {
  id: string
  object: 'customer'
  created: number
  metadata: Metadata
}

export interface Method {
  id: string
  object: 'payment_method'
  type: 'card'
  created: number
  customer: string | null
  card: { brand: string; last4: string; exp_month: number; exp_year: number }
  hidden: { behaviour: Behaviour; isSetUp: boolean }
}

export interface Session {
  id: string
  object: 'checkout.session'
  mode: 'setup'
  created: number
  expires_at: number
  status: 'open' | 'complete' | 'expired'
  customer: string
  success_url: string
  cancel_url: string
  url: string | null
  metadata: Metadata
  setup_intent: string
  hidden: { methodId: string | null }
}

export interface CardError {
  type: 'card_error'
  code: string
  decline_code?: string
  advice_code?: string
  message: string
  charge?: string
  payment_method: Method
}

export interface Intent {
  id: string
  object: 'payment_intent'
  created: number
  amount: number
  amount_received: number
  currency: string
  customer: string
  payment_method: string | null
  status:
    | 'requires_payment_method'
    | 'requires_confirmation'
    | 'requires_action'
    | 'processing'
    | 'succeeded'
    | 'canceled'
  metadata: Metadata
  receipt_email: string | null
  last_payment_error: CardError | null
  next_action: { type: 'redirect_to_url'; redirect_to_url: { url: string; return_url: string } } | null
  latest_charge: string | null
  hidden: { methodId: string; timesCharged: number; authenticates: DeclineCodes | null }
}

export interface Charge {
  id: string
  object: 'charge'
  created: number
  amount: number
  amount_refunded: number
  refunded: boolean
  disputed: boolean
  currency: string
  status: 'succeeded' | 'pending' | 'failed'
  payment_intent: string
  payment_method: string
  balance_transaction: string | null
}

export interface Refund {
  id: string
  object: 'refund'
  created: number
  amount: number
  currency: string
  status: 'succeeded' | 'pending' | 'failed'
  payment_intent: string
  charge: string
  balance_transaction: string | null
  failure_balance_transaction?: string
}

export interface Transaction {
  id: string
  object: 'balance_transaction'
  created: number
  type: 'charge' | 'refund' | 'refund_failure' | 'adjustment'
  /** In cents, of the seller's balance. */
  amount: number
  fee: number
  net: number
  currency: string
  source: string
}

export interface Dispute {
  id: string
  object: 'dispute'
  created: number
  amount: number
  currency: string
  status: 'warning_needs_response' | 'needs_response' | 'won' | 'lost'
  payment_intent: string
  charge: string
  balance_transactions: Transaction[]
}

export interface StripeEvent {
  id: string
  object: 'event'
  api_version: string
  created: number
  type: string
  data: { object: { id: string; object: string } }
  livemode: false
}

/** Ends a request with an error in Stripe's form. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly body: Record<string, unknown>
  readonly headers: Record<string, string>
  /** Whether it is repeated under its idempotency key: not if nothing had begun. */
  readonly isKept: boolean

  constructor(
    status: number,
    body: Record<string, unknown>,
    { headers = {}, isKept = false }: { headers?: Record<string, string>; isKept?: boolean } = {},
  ) {
    super(String(body.message ?? body.code ?? status))
    this.status = status
    this.body = body
    this.headers = headers
    this.isKept = isKept
  }
}

export function invalid(code: string, message: string, param?: string): ApiError {
  return new ApiError(400, { type: 'invalid_request_error', code, message, ...(param === undefined ? {} : { param }) })
}

export function missing(what: string, id: string): ApiError {
  return new ApiError(404, {
    type: 'invalid_request_error',
    code: 'resource_missing',
    message: `No such ${what}: '${id}'`,
    param: what === 'payment_intent' ? 'intent' : what,
  })
}
