/**
 * Translates a payment at Stripe into facts. Stripe has no state for a decline: a payment whose last attempt was declined is
 * in `requires_payment_method` with an error, and so is one that needs approval but was charged off-session.
 *
 * Amounts follow the money that was moved. A refund counts while its funds are in transit or have arrived. A dispute counts by
 * its balance transactions: the first withdraws funds, the second reinstates them. An inquiry has none, so it moves nothing.
 */
import type Stripe from 'stripe'
import type { Currency, Micros } from '../../../core/money.ts'
import { type Decline, declineOf } from '../../../core/top-up/declines.ts'
import type { PaymentNews } from '../../../core/top-up/machine.ts'
import type { PaymentFacts, PaymentToPrepare } from '../provider.ts'

const MICROS_PER_CENT = 10_000n
const AUTHENTICATION_REQUIRED = 'authentication_required'

/** A payment with its refunds and disputes. */
export interface PaymentAtStripe {
  /** With its latest charge. */
  readonly intent: Stripe.PaymentIntent
  readonly refunds: readonly Stripe.Refund[]
  readonly disputes: readonly Stripe.Dispute[]
}

/** The metadata of a payment, for people at Stripe's dashboard and for a database that was restored. */
export function metadataOf({ accountId, topUpId, attemptId, isOffSession }: PaymentToPrepare): Stripe.MetadataParam {
  return {
    account_id: accountId,
    top_up_id: topUpId,
    attempt_id: attemptId,
    trigger: isOffSession ? 'automatic' : 'manual',
  }
}

/** The facts of a payment. Throws a TypeError for a status that this version does not know. */
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
    // Any currency is passed on: `recordPayment` rejects one that is not the account's.
    currency: intent.currency.toUpperCase() as Currency,
    refundedMicros: refunds.reduce((sum, refund) => sum + refundedBy(refund), 0n),
    disputedMicros: disputes.reduce((sum, dispute) => sum + withdrawnBy(dispute), 0n),
    createdAtMicros: intent.created * 1_000_000,
  }
}

/** The card of a payment. In `requires_payment_method` Stripe clears it, and only the error names the card. */
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
    // Authorised at the dashboard but not captured yet.
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
      throw new TypeError(`payment ${intent.id} is ${status}, which this version does not know`)
  }
}

/** Whether the bank wants the customer's approval, who was not present. */
export function asksForApproval({ last_payment_error: error }: Stripe.PaymentIntent): boolean {
  return error?.code === AUTHENTICATION_REQUIRED || error?.decline_code === AUTHENTICATION_REQUIRED
}

/** The URL of the bank's page; null: the payment is not waiting for it. */
export function approvalUrlOf({ next_action: next }: Stripe.PaymentIntent): string | null {
  return next?.redirect_to_url?.url ?? null
}

/** The decline that Stripe's error codes stand for. */
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

/** A refund that waits for bank details or funds has no balance transaction, and has not moved money yet. */
function refundedBy({ status, amount, balance_transaction: transaction }: Stripe.Refund): Micros {
  if (status === 'failed' || status === 'canceled') return 0n
  return status === 'succeeded' || transaction !== null ? microsOf(amount) : 0n
}

/**
 * The amount in the payment's currency. If the balance is in another currency, its transactions show that funds were moved, but
 * not how much of the payment. Then a dispute counts in full until funds are reinstated.
 */
function withdrawnBy({ amount, currency, balance_transactions: transactions }: Stripe.Dispute): Micros {
  const isWithdrawn = transactions.some((one) => one.amount < 0)
  if (!isWithdrawn) return 0n
  if (transactions.every((one) => one.currency === currency)) {
    return microsOf(-transactions.reduce((sum, one) => sum + one.amount, 0))
  }
  return transactions.some((one) => one.amount > 0) ? 0n : microsOf(amount)
}

/** Whole cents of an amount in micros; a fraction of a cent is cut. */
export function centsOf(micros: Micros): number {
  return Number(micros / MICROS_PER_CENT)
}

function microsOf(cents: number): Micros {
  return BigInt(cents) * MICROS_PER_CENT
}

/** The id of an object that may or may not be expanded. */
export function idOf(of: string | { readonly id: string } | null | undefined): string | null {
  return of === null || of === undefined ? null : typeof of === 'string' ? of : of.id
}
