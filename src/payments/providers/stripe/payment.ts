/**
 * What Stripe says of a payment, as facts. Stripe has no state for a decline: a payment whose last try was declined waits for
 * another method (`requires_payment_method`) with the error beside it, one that the bank wants approved off-session too.
 *
 * Money goes by what was moved. A refund counts while funds are on their way or there; a dispute by its balance transactions,
 * the first of which withdraws and the second reinstates, so that an inquiry, which has none, moves nothing.
 */
import type Stripe from 'stripe'
import type { Currency, Micros } from '../../../core/money.ts'
import { type Decline, declineOf } from '../../../core/top-up/declines.ts'
import type { PaymentNews } from '../../../core/top-up/machine.ts'
import type { PaymentFacts, PaymentToPrepare } from '../provider.ts'

const MICROS_PER_CENT = 10_000n
const AUTHENTICATION_REQUIRED = 'authentication_required'

/** A payment with what went back of it. */
export interface PaymentAtStripe {
  /** With its latest charge. */
  readonly intent: Stripe.PaymentIntent
  readonly refunds: readonly Stripe.Refund[]
  readonly disputes: readonly Stripe.Dispute[]
}

/** What a payment is prepared with, for whoever meets it at Stripe, and for a database that has forgotten it. */
export function metadataOf({ accountId, topUpId, attemptId, isOffSession }: PaymentToPrepare): Stripe.MetadataParam {
  return {
    account_id: accountId,
    top_up_id: topUpId,
    attempt_id: attemptId,
    trigger: isOffSession ? 'automatic' : 'manual',
  }
}

export function factsOf({ intent, refunds, disputes }: PaymentAtStripe): PaymentFacts {
  const { metadata } = intent
  const { trigger } = metadata
  return {
    paymentId: intent.id,
    topUpId: metadata.top_up_id ?? null,
    accountId: metadata.account_id ?? null,
    trigger: trigger === 'automatic' || trigger === 'manual' ? trigger : null,
    providerMethodId: methodOf(intent),
    state: newsOf(intent),
    amountMicros: microsOf(intent.status === 'succeeded' ? intent.amount_received : intent.amount),
    // One that is none of ours is refused by whoever compares it with the account's.
    currency: intent.currency.toUpperCase() as Currency,
    refundedMicros: refunds.reduce((sum, refund) => sum + refundedBy(refund), 0n),
    disputedMicros: disputes.reduce((sum, dispute) => sum + withdrawnBy(dispute), 0n),
    createdAtMicros: intent.created * 1_000_000,
  }
}

/** Null in `requires_payment_method`, where the error names the card that was tried. */
function methodOf({ payment_method: method, last_payment_error: error }: Stripe.PaymentIntent): string | null {
  return idOf(method) ?? error?.payment_method?.id ?? null
}

function newsOf(intent: Stripe.PaymentIntent): PaymentNews {
  const { status, last_payment_error: error } = intent
  const wasDeclined = error !== null && !asksForApproval(intent)
  switch (status) {
    case 'succeeded':
      return { kind: 'succeeded' }
    case 'processing':
    // Reserved at the bank, by somebody at the dashboard: not taken yet.
    case 'requires_capture':
      return { kind: 'processing' }
    case 'requires_action':
      return { kind: 'needs_action', url: approvalUrlOf(intent) ?? `stripe:${intent.id}` }
    case 'requires_confirmation':
      return { kind: 'unconfirmed' }
    case 'requires_payment_method':
      if (wasDeclined) return { kind: 'declined', decline: declineFor(error) }
      return error === null ? { kind: 'unconfirmed' } : { kind: 'needs_action', url: `stripe:${intent.id}` }
    case 'canceled':
      return wasDeclined ? { kind: 'declined', decline: declineFor(error) } : { kind: 'canceled' }
    default:
      throw new TypeError(`payment ${intent.id} is ${status}, which this version knows nothing of`)
  }
}

/** The bank wants its customer there, who was not. */
export function asksForApproval({ last_payment_error: error }: Stripe.PaymentIntent): boolean {
  return error?.code === AUTHENTICATION_REQUIRED || error?.decline_code === AUTHENTICATION_REQUIRED
}

/** The bank's page, while the payment waits for what is done there. */
export function approvalUrlOf({ next_action: next }: Stripe.PaymentIntent): string | null {
  return next?.redirect_to_url?.url ?? null
}

export function declineFor(error: {
  readonly code?: string | undefined
  readonly decline_code?: string | undefined
  readonly advice_code?: string | undefined
}): Decline {
  return declineOf({
    code: error.code || null,
    declineCode: error.decline_code || null,
    adviceCode: error.advice_code || null,
  })
}

/** One that waits for the customer's bank details, or for funds, has moved nothing yet and has no transaction. */
function refundedBy({ status, amount, balance_transaction: transaction }: Stripe.Refund): Micros {
  if (status === 'failed' || status === 'canceled') return 0n
  return status === 'succeeded' || transaction !== null ? microsOf(amount) : 0n
}

/**
 * In the payment's currency. The balance may be kept in another: then the transactions say that funds moved, not how much of
 * the payment that is, and a dispute is whole or over.
 */
function withdrawnBy({ amount, currency, balance_transactions: transactions }: Stripe.Dispute): Micros {
  const isWithdrawn = transactions.some((one) => one.amount < 0)
  if (!isWithdrawn) return 0n
  if (transactions.every((one) => one.currency === currency)) {
    return microsOf(-transactions.reduce((sum, one) => sum + one.amount, 0))
  }
  return transactions.some((one) => one.amount > 0) ? 0n : microsOf(amount)
}

export function centsOf(micros: Micros): number {
  return Number(micros / MICROS_PER_CENT)
}

function microsOf(cents: number): Micros {
  return BigInt(cents) * MICROS_PER_CENT
}

/** Of what is expanded or not. */
export function idOf(of: string | { readonly id: string } | null | undefined): string | null {
  return of === null || of === undefined ? null : typeof of === 'string' ? of : of.id
}
