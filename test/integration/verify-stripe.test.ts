/** What verification reports about payments at Stripe: nothing if books and Stripe agree, and each planted fault, only that. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { recordPayment } from '../../src/ledger/top-ups/record-payment.ts'
import type { PaymentProvider } from '../../src/payments/providers/provider.ts'
import { createStripeProvider } from '../../src/payments/providers/stripe/provider.ts'
import { createLog } from '../../src/platform/log.ts'
import { verifyAccounts } from '../../src/verify/accounts.ts'
import type { Fault } from '../../src/verify/fault.ts'
import { createPace } from '../../src/verify/pace.ts'
import { verifyPayments } from '../../src/verify/payments.ts'
import { testAccount } from '../support/catalog.ts'
import { readNow } from '../support/charges.ts'
import { apply, openTestLedger, type TestLedger } from '../support/ledger.ts'
import { factsIn, paymentFor } from '../support/provider-contract.ts'
import { DOUBLE_KEY, type StripeDouble, startStripeDouble } from '../support/stripe-double/server.ts'

let double: StripeDouble
let provider: PaymentProvider
let ledger: TestLedger
let accountCount = 0

beforeAll(async () => {
  double = await startStripeDouble()
  provider = createStripeProvider({
    secretKey: DOUBLE_KEY,
    apiUrl: double.url,
    log: createLog('silent'),
    deadlineMs: 5_000,
    returnPage: () => 'https://api.example/return/payment',
  })
  ledger = await openTestLedger()
})

afterAll(async () => {
  await ledger?.close()
  await double?.close()
})

/** Charges 25.00 at Stripe, to a new account. */
async function charge(): Promise<{ readonly accountId: string; readonly paymentId: string }> {
  const accountId = `account-${++accountCount}`
  await apply(ledger, [testAccount({ accountId })])
  const customer = await provider.createCustomer(accountId)
  if (customer.kind !== 'customer') throw new Error(customer.detail)
  const { customerId } = customer
  const { id: providerMethodId } = double.state.attach(customerId, '4242424242424242')
  const payment = paymentFor(accountId, { customerId, providerMethodId }, { isOffSession: false })
  const { paymentId } = await factsIn(provider.prepare(payment))
  await factsIn(provider.confirm(paymentId, payment.attemptId))
  return { accountId, paymentId }
}

/** Records the payment in its current state at Stripe. */
async function record(paymentId: string): Promise<void> {
  const recorded = await recordPayment(ledger, 'stripe', await factsIn(provider.readPayment(paymentId)), readNow())
  if (!('posted' in recorded)) throw new Error(Object.keys(recorded)[0])
}

async function findFaults(): Promise<Fault[]> {
  const { pool } = ledger
  const faults: Fault[] = []
  const pace = createPace(1_000_000)
  await verifyAccounts(pool, pace, (fault) => faults.push(fault))
  await verifyPayments({ pool, provider, pace, patienceMs: 50 }, (fault) => faults.push(fault))
  return faults
}

const E = { invariant: 'E', severity: 'fault' } as const

it('recorded payments, refunds and disputes give no fault, and all are compared', async () => {
  for (const returnMoney of [
    () => {},
    (id: string) => void double.bank.refund(id, 5_000_000n),
    (id: string) => void double.bank.dispute(id),
    (id: string) => {
      double.bank.dispute(id)
      double.bank.win(id)
    },
  ]) {
    const { paymentId } = await charge()
    returnMoney(paymentId)
    await record(paymentId)
  }
  expect(await findFaults()).toEqual([])
  const { pool } = ledger
  expect(await verifyPayments({ pool, provider, pace: createPace(1_000_000) }, () => {})).toBe(4)
})

describe('each of these is found, and nothing else:', () => {
  it('a charge without a movement', async () => {
    const { accountId, paymentId } = await charge()
    expect(await findFaults()).toEqual([
      {
        ...E,
        check: 'payment_not_credited',
        accountId,
        detail: expect.stringContaining(`payment ${paymentId}: 25.000000 taken`),
      },
    ])
    await record(paymentId)
    expect(await findFaults()).toEqual([])
  })

  it('a movement without a charge', async () => {
    const { accountId, paymentId } = await charge()
    await record(paymentId)
    const { intents } = double.state
    const intent = intents.get(paymentId)!
    intents.delete(paymentId)
    expect(await findFaults()).toEqual([
      { ...E, check: 'payment_unknown_at_provider', accountId, detail: expect.stringContaining(paymentId) },
    ])
    intents.set(paymentId, intent)
    expect(await findFaults()).toEqual([])
  })

  it('a wrong amount', async () => {
    const { accountId, paymentId } = await charge()
    await record(paymentId)
    const intent = double.state.intents.get(paymentId)!
    Object.assign(intent, { amount: 3_000, amount_received: 3_000 })
    expect(await findFaults()).toEqual([
      {
        ...E,
        check: 'payment_not_credited',
        accountId,
        detail: expect.stringMatching(/30\.000000 taken.* at the provider, 25\.000000 taken.* in the ledger/),
      },
    ])
    Object.assign(intent, { amount: 2_500, amount_received: 2_500 })
  })

  it('a refund that is not recorded', async () => {
    const { accountId, paymentId } = await charge()
    await record(paymentId)
    double.bank.refund(paymentId, 10_000_000n)
    expect(await findFaults()).toEqual([
      { ...E, check: 'payment_not_credited', accountId, detail: expect.stringContaining('10.000000 refunded') },
    ])
    await record(paymentId)
    expect(await findFaults()).toEqual([])
  })

  it('a provider that does not answer', async () => {
    double.orderFault({ fault: 'rate_limited', call: 'listChanged', times: 10 })
    expect(await findFaults()).toMatchObject([{ check: 'provider_silent' }])
    double.endFaults()
  })
})
