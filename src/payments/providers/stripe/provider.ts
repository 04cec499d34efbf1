/**
 * Stripe, as a payment provider. A payment is a PaymentIntent, created unconfirmed under the attempt's id as idempotency key;
 * a customer is an account; cards are typed in on Checkout's page and never pass through here.
 */
import type { Logger } from '../../../platform/log.ts'
import type { NoAnswer, PaymentProvider, Refused } from '../provider.ts'
import { createChanges, rewound } from './changes.ts'
import { type Asking, call, createClient, type StripeAccount } from './client.ts'
import * as customers from './customers.ts'
import { createPayments } from './payments.ts'

export interface StripeProviderOptions extends StripeAccount {
  readonly log: Logger
  /** How long a call may take; what became of it is unknown after that. */
  readonly deadlineMs: number
  /** Where a bank's page sends the customer of a top-up that was asked for by hand. */
  readonly returnPage: (topUpId: string) => string
  /** For tests, where time goes faster. Milliseconds since 1970. */
  readonly now?: () => number
}

export function createStripeProvider(options: StripeProviderOptions): PaymentProvider {
  const { log, deadlineMs, returnPage, now = Date.now } = options
  const stripe = createClient(options)
  const payments = createPayments(stripe, returnPage)
  const changes = createChanges(stripe, payments)
  const nowSeconds = () => Math.floor(now() / 1_000)

  function ask<T extends { readonly kind: string }>(
    work: (asking: Asking) => Promise<T>,
  ): Promise<T | NoAnswer | Refused> {
    return call(
      deadlineMs,
      (detail) => log.error({ detail }, 'Stripe does not accept the secret key, or lets it do too little: set another'),
      work,
    )
  }

  return {
    name: 'stripe',
    createCustomer: (accountId) =>
      ask(async (asking) => ({
        kind: 'customer' as const,
        customerId: await customers.customerOf(stripe, asking, accountId),
      })),
    prepare: (payment) => ask((asking) => payments.prepare(asking, payment)),
    confirm: (paymentId, attemptId) => ask((asking) => payments.confirm(asking, paymentId, attemptId)),
    approve: (paymentId, attemptId, returnUrl) =>
      ask((asking) => payments.approve(asking, paymentId, attemptId, returnUrl)),
    cancel: (paymentId) => ask((asking) => payments.cancel(asking, paymentId)),
    readPayment: (paymentId) => ask((asking) => payments.read(asking, paymentId)),
    listChanged: (cursor) => ask((asking) => changes.list(asking, cursor)),
    rewind: rewound,
    createSetup: (setup) =>
      ask(async (asking) => ({
        kind: 'setup' as const,
        setup: await customers.createSetup(stripe, asking, setup, nowSeconds()),
      })),
    readSetup: (id) =>
      ask(async (asking) => ({
        kind: 'setup' as const,
        setup: await customers.readSetup(stripe, asking, id, nowSeconds()),
      })),
    cancelSetup: (id) =>
      ask(async (asking) => ({
        kind: 'setup' as const,
        setup: await customers.cancelSetup(stripe, asking, id, nowSeconds()),
      })),
    readMethod: (id) =>
      ask(async (asking) => {
        const method = await customers.readMethod(stripe, asking, id)
        return method === null ? { kind: 'gone' as const } : { kind: 'method' as const, method }
      }),
    detachMethod: (id) =>
      ask(async (asking) => {
        await customers.detachMethod(stripe, asking, id)
        return { kind: 'done' as const }
      }),
    readMark: (customerId) =>
      ask(async (asking) => ({
        kind: 'mark' as const,
        mark: await customers.readMark(stripe, asking, customerId),
      })),
    writeMark: (customerId, mark) =>
      ask(async (asking) => {
        await customers.writeMark(stripe, asking, customerId, mark)
        return { kind: 'done' as const }
      }),
  }
}
