/** Payments at Stripe: prepared unconfirmed, confirmed by their id, approved with the customer there, canceled, read. */
import type Stripe from 'stripe'
import type { FactsAnswer, PaymentFacts, PaymentToPrepare } from '../provider.ts'
import {
  type Asking,
  Ended,
  isAbout,
  isCardError,
  isMissing,
  isUnexpectedState,
  refused,
  type StripeClient,
} from './client.ts'
import { approvalUrlOf, asksForApproval, centsOf, factsOf, idOf, metadataOf } from './payment.ts'

const EXPAND = ['latest_charge']

export interface Payments {
  prepare(asking: Asking, payment: PaymentToPrepare): Promise<FactsAnswer>
  confirm(asking: Asking, paymentId: string, attemptId: string): Promise<FactsAnswer>
  approve(asking: Asking, paymentId: string, attemptId: string, returnUrl: string): Promise<FactsAnswer>
  cancel(asking: Asking, paymentId: string): Promise<FactsAnswer>
  read(asking: Asking, paymentId: string): Promise<FactsAnswer>
  /** Of a payment as a list has it, with its latest charge. */
  complete(asking: Asking, intent: Stripe.PaymentIntent): Promise<PaymentFacts>
}

/** `returnPage`: where a bank's page sends the customer of a top-up back to. */
export function createPayments(stripe: StripeClient, returnPage: (topUpId: string) => string): Payments {
  const payments: Payments = {
    async prepare(asking, payment) {
      const { amountMicros, currency, customerId, providerMethodId, attemptId } = payment
      if (amountMicros <= 0n || amountMicros % 10_000n !== 0n) {
        return refused('amount_invalid', 'an amount is above zero and in whole cents')
      }
      const wanted: Stripe.PaymentIntentCreateParams = {
        amount: centsOf(amountMicros),
        currency: currency.toLowerCase(),
        customer: customerId,
        payment_method: providerMethodId,
        allowed_payment_method_types: ['card'],
        metadata: metadataOf(payment),
        expand: EXPAND,
      }
      const create = (more: Pick<Stripe.PaymentIntentCreateParams, 'receipt_email'>) =>
        asking.write(attemptId, (options) => stripe.paymentIntents.create({ ...wanted, ...more }, options))
      if (payment.receiptEmail == null) return facts(asking, await create({}))
      try {
        return await facts(asking, await create({ receipt_email: payment.receiptEmail }))
      } catch (error) {
        // An address that is none is no reason to charge nobody. What was refused as invalid leaves nothing under its key.
        if (isAbout(error, 'receipt_email')) return facts(asking, await create({}))
        throw error
      }
    },

    async confirm(asking, paymentId, attemptId) {
      const intent = await readOf(asking, paymentId, attemptId)
      if (intent.status !== 'requires_confirmation') return facts(asking, intent)
      const isOffSession = intent.metadata.trigger === 'automatic'
      // Under a key of its own each time: a payment can succeed once, and one that was declined has no card to be tried with
      // again. Under a key that stays, Stripe would give a fault of its own again for a day.
      return confirmed(asking, paymentId, {
        off_session: isOffSession,
        // Wanted of every payment that Stripe might redirect somebody for, also where nobody is there.
        return_url: returnPage(intent.metadata.top_up_id ?? ''),
      })
    },

    async approve(asking, paymentId, attemptId, returnUrl) {
      const intent = await readOf(asking, paymentId, attemptId)
      const isWaiting = intent.status === 'requires_payment_method' && asksForApproval(intent)
      if (!isWaiting || approvalUrlOf(intent) !== null) return facts(asking, intent)
      const method = idOf(intent.last_payment_error?.payment_method)
      if (method === null) return refused('method_gone', `the card of payment ${paymentId} is gone`)
      return confirmed(asking, paymentId, { payment_method: method, off_session: false, return_url: returnUrl })
    },

    async cancel(asking, paymentId) {
      try {
        const expand = { expand: EXPAND }
        const canceled = (options: Stripe.RequestOptions) => stripe.paymentIntents.cancel(paymentId, expand, options)
        return await facts(asking, await asking.write(null, canceled))
      } catch (error) {
        // Over, or at the bank: what it is decides.
        if (isUnexpectedState(error)) return payments.read(asking, paymentId)
        throw missingOr(error, paymentId)
      }
    },

    async read(asking, paymentId) {
      return facts(asking, await retrieve(asking, paymentId))
    },

    async complete(asking, intent) {
      const charge = intent.latest_charge
      const isCharge = typeof charge === 'object' && charge !== null
      const hasRefunds = isCharge && (charge.refunded || charge.amount_refunded > 0)
      const refunds = hasRefunds ? await refundsOf(asking, intent.id) : []
      const disputes = isCharge && charge.disputed ? await disputesOf(asking, intent.id) : []
      return factsOf({ intent, refunds, disputes })
    },
  }
  return payments

  async function confirmed(
    asking: Asking,
    paymentId: string,
    how: Stripe.PaymentIntentConfirmParams,
  ): Promise<FactsAnswer> {
    const params = { ...how, expand: EXPAND }
    try {
      const confirm = (options: Stripe.RequestOptions) => stripe.paymentIntents.confirm(paymentId, params, options)
      return await facts(asking, await asking.write(null, confirm))
    } catch (error) {
      // Declined, or the bank wants its customer: both stand in the payment.
      if (isCardError(error)) return payments.read(asking, paymentId)
      // Somebody was faster.
      if (isUnexpectedState(error)) {
        const after = await retrieve(asking, paymentId)
        if (after.status !== 'requires_confirmation') return facts(asking, after)
      }
      throw missingOr(error, paymentId)
    }
  }

  async function facts(asking: Asking, intent: Stripe.PaymentIntent): Promise<FactsAnswer> {
    return { kind: 'facts', facts: await payments.complete(asking, intent) }
  }

  async function retrieve(asking: Asking, paymentId: string): Promise<Stripe.PaymentIntent> {
    try {
      return await asking.read((options) => stripe.paymentIntents.retrieve(paymentId, { expand: EXPAND }, options))
    } catch (error) {
      throw missingOr(error, paymentId)
    }
  }

  async function readOf(asking: Asking, paymentId: string, attemptId: string): Promise<Stripe.PaymentIntent> {
    const intent = await retrieve(asking, paymentId)
    if (intent.metadata.attempt_id === attemptId) return intent
    throw new Ended(refused('attempt_differs', `attempt ${attemptId} has not prepared ${paymentId}`))
  }

  async function refundsOf(asking: Asking, paymentId: string): Promise<Stripe.Refund[]> {
    return all((page) => asking.read((options) => stripe.refunds.list({ payment_intent: paymentId, ...page }, options)))
  }

  async function disputesOf(asking: Asking, paymentId: string): Promise<Stripe.Dispute[]> {
    return all((page) =>
      asking.read((options) => stripe.disputes.list({ payment_intent: paymentId, ...page }, options)),
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
  return isMissing(error) ? new Ended(refused('payment_missing', `there is no payment ${paymentId}`)) : error
}
