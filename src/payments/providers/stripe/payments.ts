/** Payments at Stripe: prepare, confirm, approve with the customer present, cancel and read. */
import type Stripe from 'stripe'
import type { FactsAnswer, PaymentFacts, PaymentToPrepare } from '../provider.ts'
import {
  CallEnded,
  isAbout,
  isCardError,
  isMissing,
  isUnexpectedState,
  type Requests,
  refused,
  type StripeClient,
} from './client.ts'
import { approvalUrlOf, asksForApproval, centsOf, factsOf, idOf, metadataOf } from './payment.ts'

const EXPAND = ['latest_charge']

export interface Payments {
  prepare(requests: Requests, payment: PaymentToPrepare): Promise<FactsAnswer>
  confirm(requests: Requests, paymentId: string, attemptId: string): Promise<FactsAnswer>
  approve(requests: Requests, paymentId: string, attemptId: string, returnUrl: string): Promise<FactsAnswer>
  cancel(requests: Requests, paymentId: string): Promise<FactsAnswer>
  read(requests: Requests, paymentId: string): Promise<FactsAnswer>
  /** The facts of a listed payment with an expanded latest charge; its refunds and disputes are read if there are any. */
  complete(requests: Requests, intent: Stripe.PaymentIntent): Promise<PaymentFacts>
}

/** Makes the operations. `returnPage`: the page to which a bank's page returns the customer of a top-up. */
export function createPayments(stripe: StripeClient, returnPage: (topUpId: string) => string): Payments {
  const reads = createReads(stripe)
  return {
    read: reads.read,
    complete: reads.complete,

    async prepare(requests, payment) {
      const { amountMicros, attemptId } = payment
      if (amountMicros <= 0n || amountMicros % 10_000n !== 0n) {
        return refused('amount_invalid', 'an amount must be above 0 and in whole cents')
      }
      const wanted = intentToCreate(payment)
      const create = (more: Pick<Stripe.PaymentIntentCreateParams, 'receipt_email'>) =>
        requests.write(attemptId, (options) => stripe.paymentIntents.create({ ...wanted, ...more }, options))
      if (payment.receiptEmail == null) return reads.facts(requests, await create({}))
      try {
        return await reads.facts(requests, await create({ receipt_email: payment.receiptEmail }))
      } catch (error) {
        // An invalid address must not prevent the charge. An invalid request does not use up its idempotency key.
        if (isAbout(error, 'receipt_email')) return reads.facts(requests, await create({}))
        throw error
      }
    },

    async confirm(requests, paymentId, attemptId) {
      const intent = await reads.readOf(requests, paymentId, attemptId)
      if (intent.status !== 'requires_confirmation') return reads.facts(requests, intent)
      const isOffSession = intent.metadata.trigger === 'automatic'
      // A new key each time is safe: a payment can succeed only once, and a declined one has lost its card. Under a fixed key
      // Stripe would replay its own faults for a day.
      return confirmIntent(stripe, reads, requests, paymentId, {
        off_session: isOffSession,
        // Stripe requires it for every payment that might redirect, even off-session.
        return_url: returnPage(intent.metadata.top_up_id ?? ''),
      })
    },

    async approve(requests, paymentId, attemptId, returnUrl) {
      const intent = await reads.readOf(requests, paymentId, attemptId)
      const isWaiting = intent.status === 'requires_payment_method' && asksForApproval(intent)
      if (!isWaiting || approvalUrlOf(intent) !== null) return reads.facts(requests, intent)
      const method = idOf(intent.last_payment_error?.payment_method)
      if (method === null) return refused('method_gone', `the card of payment ${paymentId} is gone`)
      return confirmIntent(stripe, reads, requests, paymentId, {
        payment_method: method,
        off_session: false,
        return_url: returnUrl,
      })
    },

    async cancel(requests, paymentId) {
      try {
        const expand = { expand: EXPAND }
        const canceled = (options: Stripe.RequestOptions) => stripe.paymentIntents.cancel(paymentId, expand, options)
        return await reads.facts(requests, await requests.write(null, canceled))
      } catch (error) {
        // It has ended or is being processed: its facts decide.
        if (isUnexpectedState(error)) return reads.read(requests, paymentId)
        throw missingOr(error, paymentId)
      }
    },
  }
}

function intentToCreate(payment: PaymentToPrepare): Stripe.PaymentIntentCreateParams {
  return {
    amount: centsOf(payment.amountMicros),
    currency: payment.currency.toLowerCase(),
    customer: payment.customerId,
    payment_method: payment.providerMethodId,
    allowed_payment_method_types: ['card'],
    metadata: metadataOf(payment),
    expand: EXPAND,
  }
}

async function confirmIntent(
  stripe: StripeClient,
  reads: Reads,
  requests: Requests,
  paymentId: string,
  how: Stripe.PaymentIntentConfirmParams,
): Promise<FactsAnswer> {
  const params = { ...how, expand: EXPAND }
  try {
    const confirm = (options: Stripe.RequestOptions) => stripe.paymentIntents.confirm(paymentId, params, options)
    return await reads.facts(requests, await requests.write(null, confirm))
  } catch (error) {
    // Declined, or it needs approval: the payment says which.
    if (isCardError(error)) return reads.read(requests, paymentId)
    // It was confirmed elsewhere in the meantime.
    if (isUnexpectedState(error)) {
      const after = await reads.retrieve(requests, paymentId)
      if (after.status !== 'requires_confirmation') return reads.facts(requests, after)
    }
    throw missingOr(error, paymentId)
  }
}

type Reads = ReturnType<typeof createReads>

/** Makes the operations that change nothing. */
function createReads(stripe: StripeClient) {
  return { read, retrieve, readOf, facts, complete }

  async function read(requests: Requests, paymentId: string): Promise<FactsAnswer> {
    return facts(requests, await retrieve(requests, paymentId))
  }

  async function facts(requests: Requests, intent: Stripe.PaymentIntent): Promise<FactsAnswer> {
    return { kind: 'facts', facts: await complete(requests, intent) }
  }

  async function complete(requests: Requests, intent: Stripe.PaymentIntent): Promise<PaymentFacts> {
    const charge = intent.latest_charge
    const isCharge = typeof charge === 'object' && charge !== null
    const hasRefunds = isCharge && (charge.refunded || charge.amount_refunded > 0)
    const refunds = hasRefunds ? await refundsOf(requests, intent.id) : []
    const disputes = isCharge && charge.disputed ? await disputesOf(requests, intent.id) : []
    return factsOf({ intent, refunds, disputes })
  }

  async function retrieve(requests: Requests, paymentId: string): Promise<Stripe.PaymentIntent> {
    try {
      return await requests.read((options) => stripe.paymentIntents.retrieve(paymentId, { expand: EXPAND }, options))
    } catch (error) {
      throw missingOr(error, paymentId)
    }
  }

  /** The payment, which this attempt must have prepared; any other ends the call as refused. */
  async function readOf(requests: Requests, paymentId: string, attemptId: string): Promise<Stripe.PaymentIntent> {
    const intent = await retrieve(requests, paymentId)
    if (intent.metadata.attempt_id === attemptId) return intent
    throw new CallEnded(refused('attempt_differs', `attempt ${attemptId} did not prepare payment ${paymentId}`))
  }

  async function refundsOf(requests: Requests, paymentId: string): Promise<Stripe.Refund[]> {
    return all((page) =>
      requests.read((options) => stripe.refunds.list({ payment_intent: paymentId, ...page }, options)),
    )
  }

  async function disputesOf(requests: Requests, paymentId: string): Promise<Stripe.Dispute[]> {
    return all((page) =>
      requests.read((options) => stripe.disputes.list({ payment_intent: paymentId, ...page }, options)),
    )
  }
}

async function all<T extends { readonly id: string }>(
  list: (page: { limit: number; starting_after?: string }) => Promise<Stripe.ApiList<T>>,
): Promise<T[]> {
  const found: T[] = []
  for (;;) {
    const last = found.at(-1)
    const page = await list({ limit: 100, ...(last === undefined ? {} : { starting_after: last.id }) })
    found.push(...page.data)
    if (!page.has_more) return found
  }
}

function missingOr(error: unknown, paymentId: string): unknown {
  return isMissing(error) ? new CallEnded(refused('payment_missing', `there is no payment ${paymentId}`)) : error
}
