/**
 * Stripe as a payment provider. A payment is a PaymentIntent, created unconfirmed with the attempt's id as idempotency key.
 * Each account is a customer. Cards are entered on a Checkout page and never pass through this program.
 */
import type { Logger } from '../../../platform/log.ts'
import type { NoAnswer, PaymentProvider, Refused } from '../provider.ts'
import { createChanges, rewound } from './changes.ts'
import { call, createClient, type Requests, type StripeAccount } from './client.ts'
import * as customers from './customers.ts'
import { createPayments } from './payments.ts'

export interface StripeProviderOptions extends StripeAccount {
  readonly log: Logger
  /** How long a call may take; after that its outcome is unknown. */
  readonly deadlineMs: number
  /** The page to which a bank's page returns the customer of a top-up. */
  readonly returnPage: (topUpId: string) => string
  /** For tests, where time runs faster. Milliseconds since 1970. */
  readonly now?: () => number
}

/** Makes the provider. It connects when it is called. */
export function createStripeProvider(options: StripeProviderOptions): PaymentProvider {
  const { log, deadlineMs, returnPage, now = Date.now } = options
  const stripe = createClient(options)
  const payments = createPayments(stripe, returnPage)
  const changes = createChanges(stripe, payments)
  const nowSeconds = () => Math.floor(now() / 1_000)

  function callStripe<T extends { readonly kind: string }>(
    work: (requests: Requests) => Promise<T>,
  ): Promise<T | NoAnswer | Refused> {
    return call(
      deadlineMs,
      (detail) => log.error({ detail }, 'Stripe rejected the secret key, or the key lacks permissions: set another'),
      work,
    )
  }

  return {
    name: 'stripe',
    createCustomer: (accountId) =>
      callStripe(async (requests) => ({
        kind: 'customer' as const,
        customerId: await customers.customerOf(stripe, requests, accountId),
      })),
    prepare: (payment) => callStripe((requests) => payments.prepare(requests, payment)),
    confirm: (paymentId, attemptId) => callStripe((requests) => payments.confirm(requests, paymentId, attemptId)),
    approve: (paymentId, attemptId, returnUrl) =>
      callStripe((requests) => payments.approve(requests, paymentId, attemptId, returnUrl)),
    cancel: (paymentId) => callStripe((requests) => payments.cancel(requests, paymentId)),
    readPayment: (paymentId) => callStripe((requests) => payments.read(requests, paymentId)),
    listChanged: (cursor) => callStripe((requests) => changes.list(requests, cursor)),
    rewind: rewound,
    createSetup: (setup) =>
      callStripe(async (requests) => ({
        kind: 'setup' as const,
        setup: await customers.createSetup(stripe, requests, setup, nowSeconds()),
      })),
    readSetup: (id) =>
      callStripe(async (requests) => ({
        kind: 'setup' as const,
        setup: await customers.readSetup(stripe, requests, id, nowSeconds()),
      })),
    cancelSetup: (id) =>
      callStripe(async (requests) => ({
        kind: 'setup' as const,
        setup: await customers.cancelSetup(stripe, requests, id, nowSeconds()),
      })),
    readMethod: (id) =>
      callStripe(async (requests) => {
        const method = await customers.readMethod(stripe, requests, id)
        return method === null ? { kind: 'gone' as const } : { kind: 'method' as const, method }
      }),
    detachMethod: (id) =>
      callStripe(async (requests) => {
        await customers.detachMethod(stripe, requests, id)
        return { kind: 'done' as const }
      }),
    readMark: (customerId) =>
      callStripe(async (requests) => ({
        kind: 'mark' as const,
        mark: await customers.readMark(stripe, requests, customerId),
      })),
    writeMark: (customerId, mark) =>
      callStripe(async (requests) => {
        await customers.writeMark(stripe, requests, customerId, mark)
        return { kind: 'done' as const }
      }),
  }
}
