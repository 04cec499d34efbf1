/** The Stripe provider, by the real client, on a double of Stripe: the contract of providers, and what is Stripe's own. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { PaymentProvider, PaymentToPrepare } from '../../src/payments/providers/provider.ts'
import { createStripeProvider } from '../../src/payments/providers/stripe/provider.ts'
import { createLog } from '../../src/platform/log.ts'
import {
  AMOUNT_MICROS,
  type CardKind,
  describeProvider,
  factsIn,
  listAll,
  type ProviderUnderTest,
  paymentFor,
} from '../support/provider-contract.ts'
import {
  DOUBLE_KEY,
  type OrderedDoubleFault,
  type StripeDouble,
  startStripeDouble,
} from '../support/stripe-double/server.ts'

const NUMBER_OF: Readonly<Record<CardKind, string>> = {
  succeeds: '4242424242424242',
  insufficient_funds: '4000000000009995',
  lost_card: '4000000000009987',
  needs_approval: '4000002760003184',
}
const RETURN_PAGE = 'https://api.example/return/payment'

let double: StripeDouble
let provider: PaymentProvider
let aheadMicros = 0

function open({ deadlineMs = 5_000, secretKey = DOUBLE_KEY, apiUrl = double.url, log = createLog('silent') } = {}) {
  return createStripeProvider({
    secretKey,
    apiUrl,
    log,
    deadlineMs,
    returnPage: (topUpId) => `${RETURN_PAGE}?top_up=${topUpId}`,
    now: () => Date.now() + aheadMicros / 1_000,
  })
}

beforeAll(async () => {
  double = await startStripeDouble(() => Date.now() * 1_000 + aheadMicros)
  provider = open()
})

beforeEach(() => {
  double.endFaults()
  double.lag({ lists: 0, search: 0 })
})

afterAll(() => double?.close())

const order = (fault: OrderedDoubleFault['fault'], more: Partial<OrderedDoubleFault> = {}) =>
  double.orderFault({ fault, call: null, times: 1, ...more })

async function addCard(accountId: string, number: string) {
  const customer = await provider.createCustomer(accountId)
  if (customer.kind !== 'customer') throw new Error(customer.detail)
  const { id } = double.state.attach(customer.customerId, number)
  return { customerId: customer.customerId, providerMethodId: id }
}

async function prepare(number: string, changed: Partial<PaymentToPrepare> = {}) {
  const accountId = `acme-${randomUUID()}`
  const payment = paymentFor(accountId, await addCard(accountId, number), changed)
  return { ...payment, ...(await factsIn(provider.prepare(payment))) }
}

async function charge(number: string, changed: Partial<PaymentToPrepare> = {}) {
  const payment = await prepare(number, changed)
  return { ...payment, ...(await factsIn(provider.confirm(payment.paymentId, payment.attemptId))) }
}

/** At the bank's page, to which our approval sends the customer. */
async function answerBank(paymentId: string, isApproved: boolean): Promise<void> {
  const attemptId = double.state.intents.get(paymentId)!.metadata.attempt_id!
  await provider.approve(paymentId, attemptId, RETURN_PAGE)
  double.bank.authenticate(paymentId, isApproved)
}

describe('Stripe, like any provider:', () => {
  let test: ProviderUnderTest

  beforeAll(() => {
    const { bank, state } = double
    test = {
      provider,
      other: open(),
      addCard: (accountId, kind) => addCard(accountId, NUMBER_OF[kind]),
      approve: (paymentId) => answerBank(paymentId, true),
      decline: (paymentId) => answerBank(paymentId, false),
      refund: async (paymentId, amountMicros) => void bank.refund(paymentId, amountMicros),
      dispute: async (paymentId) => void bank.dispute(paymentId),
      win: async (paymentId) => bank.win(paymentId),
      enterCard: async (id) => bank.enterCard(id, NUMBER_OF.succeeds),
      cancelSetup: async (id) => void (await provider.cancelSetup(id)),
      timesCharged: async (paymentId) => state.intents.get(paymentId)!.hidden.timesCharged,
    }
  })

  describeProvider(() => test)
})

describe('a charge', () => {
  it('names its account and top-up, and requests Stripe’s receipt if there is an address', async () => {
    const payment = await prepare(NUMBER_OF.succeeds, { receiptEmail: 'billing@acme.example' })
    const { metadata, receipt_email } = double.state.intents.get(payment.paymentId)!
    const { accountId: account_id, topUpId: top_up_id, attemptId: attempt_id } = payment
    expect(metadata).toEqual({ account_id, top_up_id, attempt_id, trigger: 'automatic' })
    expect(receipt_email).toBe('billing@acme.example')
    // An address that Stripe rejects does not prevent the charge.
    const other = await charge(NUMBER_OF.succeeds, { receiptEmail: 'nobody@nowhere' })
    expect(other.state).toEqual({ kind: 'succeeded' })
    expect(double.state.intents.get(other.paymentId)!.receipt_email).toBeNull()
  })

  it.each([
    ['4000000000000069', 'expired_card', 'ask_customer', 'expired'],
    ['4000000000009979', 'stolen_card', 'stop', 'hard'],
    ['4000000000000002', 'generic_decline', 'retry_later', 'no_reason'],
    ['4000000000000119', 'processing_error', 'retry_later', 'bank_down'],
  ])('of %s is declined: %s, %s, %s', async (number, code, advice, why) => {
    expect((await charge(number)).state).toMatchObject({ kind: 'declined', decline: { code, advice, why } })
  })

  it('that is processing stays so until the bank ends it, and canceling it changes nothing', async () => {
    const { paymentId, state } = await charge('AT611904300234573201')
    expect(state).toEqual({ kind: 'processing' })
    expect((await factsIn(provider.cancel(paymentId))).state).toEqual({ kind: 'processing' })
    double.bank.settle(paymentId)
    expect((await factsIn(provider.readPayment(paymentId))).state).toEqual({ kind: 'succeeded' })
  })

  it('with the customer present goes to the bank’s page at once, and returns to ours', async () => {
    const { paymentId, attemptId, topUpId, state } = await charge(NUMBER_OF.needs_approval, { isOffSession: false })
    expect(state).toEqual({ kind: 'needs_action', url: expect.stringContaining(paymentId) })
    const { next_action: next } = double.state.intents.get(paymentId)!
    expect(next!.redirect_to_url.return_url).toBe(`${RETURN_PAGE}?top_up=${topUpId}`)
    expect((await factsIn(provider.approve(paymentId, attemptId, RETURN_PAGE))).state).toEqual(state)
  })

  it('that was declined after approval is declined, and needs no further approval', async () => {
    const { paymentId } = await charge('4000008400001629')
    await answerBank(paymentId, true)
    expect((await factsIn(provider.readPayment(paymentId))).state).toMatchObject({
      kind: 'declined',
      decline: { code: 'generic_decline' },
    })
  })

  it('declined and then canceled stays declined', async () => {
    const { paymentId, state } = await charge(NUMBER_OF.lost_card)
    await provider.cancel(paymentId)
    expect((await factsIn(provider.readPayment(paymentId))).state).toEqual(state)
  })
})

describe('returned money', () => {
  it('by a refund that fails is returned; a late refund counts once it has moved money', async () => {
    const fails = await charge('4000000000005126')
    const late = await charge('4000000000007726')
    const sums = async () =>
      Promise.all([fails, late].map(async (one) => (await factsIn(provider.readPayment(one.paymentId))).refundedMicros))
    double.bank.refund(fails.paymentId, 10_000_000n)
    double.bank.refund(late.paymentId, 10_000_000n)
    expect(await sums()).toEqual([10_000_000n, 0n])
    aheadMicros += 31_000_000
    expect(await sums()).toEqual([0n, 10_000_000n])
  })

  it('an inquiry moves nothing, a dispute everything that is left, a won dispute returns it', async () => {
    const { paymentId } = await charge(NUMBER_OF.succeeds)
    const disputed = async () => (await factsIn(provider.readPayment(paymentId))).disputedMicros
    double.bank.inquire(paymentId)
    expect(await disputed()).toBe(0n)
    double.bank.refund(paymentId, 5_000_000n)
    double.bank.dispute(paymentId)
    expect(await disputed()).toBe(AMOUNT_MICROS - 5_000_000n)
    double.bank.win(paymentId)
    expect(await disputed()).toBe(0n)
  })
})

describe('with faults', () => {
  it.each([
    ['silent_before', 'unknown', 0],
    ['silent_after', 'unknown', 1],
    ['cut_before', 'unknown', 0],
    ['cut_after', 'unknown', 1],
    ['error_before', 'unknown', 0],
    ['error_after', 'unknown', 1],
    ['rate_limited', 'unavailable', 0],
  ] as const)('%s of a confirmation is %s, and was charged %i times', async (fault, kind, times) => {
    // Long enough for every answer and every charge to come before it, even on a busy machine.
    const hasty = open({ deadlineMs: 2_000 })
    const { paymentId, attemptId } = await prepare(NUMBER_OF.succeeds)
    order(fault, { call: 'confirm' })
    expect((await hasty.confirm(paymentId, attemptId)).kind).toBe(kind)
    expect(double.bank.timesCharged(paymentId)).toBe(times)
    // Reading it by its id shows its state, and it can be confirmed again if necessary.
    expect((await factsIn(provider.confirm(paymentId, attemptId))).state).toEqual({ kind: 'succeeded' })
    expect(double.bank.timesCharged(paymentId)).toBe(1)
  })

  it('a confirmation is sent once, even if the connection is cut', async () => {
    const { paymentId, attemptId } = await prepare(NUMBER_OF.succeeds)
    order('cut_before', { call: 'confirm', times: 5 })
    const before = double.requests.length
    await provider.confirm(paymentId, attemptId)
    expect(double.requests.slice(before)).toEqual([`GET /v1/payment_intents/${paymentId} 200`])
    double.endFaults()
  })

  it('returns when to retry', async () => {
    order('rate_limited', { retryAfterSeconds: 7 })
    expect(await provider.readPayment('pi_1')).toMatchObject({ kind: 'unavailable', retryAfterMicros: 7_000_000 })
  })

  it('a preparation without an answer is the same one under its key; a fault of Stripe’s is replayed', async () => {
    const accountId = `acme-${randomUUID()}`
    const payment = paymentFor(accountId, await addCard(accountId, NUMBER_OF.succeeds))
    order('cut_after', { call: 'prepare' })
    expect((await provider.prepare(payment)).kind).toBe('unknown')
    await factsIn(provider.prepare(payment))
    const made = [...double.state.intents.values()].filter(({ metadata }) => metadata.account_id === accountId)
    expect(made).toHaveLength(1)
    const another = { ...payment, attemptId: randomUUID() }
    order('error_before', { call: 'prepare' })
    expect((await provider.prepare(another)).kind).toBe('unknown')
    // The key replays the fault for a day; the next attempt has another key.
    expect((await provider.prepare(another)).kind).toBe('unknown')
    await factsIn(provider.prepare({ ...another, attemptId: randomUUID() }))
  })

  it('a customer is created once, despite a replayed fault, and found before search has it', async () => {
    const accountId = `acme-${randomUUID()}`
    double.lag({ search: 60 })
    order('error_before', { call: 'createCustomer' })
    expect((await provider.createCustomer(accountId)).kind).toBe('unavailable')
    double.orderFault({ fault: 'twice', call: 'createCustomer', times: 1 })
    const first = await provider.createCustomer(accountId)
    expect(await provider.createCustomer(accountId)).toEqual(first)
    const named = [...double.state.customers.values()].filter(({ metadata }) => metadata.account_id === accountId)
    expect(named).toHaveLength(1)
    // A day later the key is forgotten, and search knows it.
    aheadMicros += 90_000_000_000
    expect(await provider.createCustomer(accountId)).toEqual(first)
  })

  it('a secret key that Stripe rejects refuses no payment, and is in no answer and no log', async () => {
    const lines: string[] = []
    const log = createLog('info', { write: (line: string) => void lines.push(line) })
    const secretKey = 'sk_test_wrong_and_secret'
    const answer = await open({ secretKey, log }).readPayment('pi_1')
    expect(answer).toMatchObject({ kind: 'unavailable' })
    expect(lines.join('')).toContain('rejected the secret key')
    expect(JSON.stringify(answer) + lines.join('')).not.toContain(secretKey)
  })

  it('an unreachable server is unavailable, and so is one that does not answer a read', async () => {
    const { paymentId, attemptId } = await prepare(NUMBER_OF.succeeds)
    expect(await open({ apiUrl: 'http://127.0.0.1:1' }).confirm(paymentId, attemptId)).toMatchObject({
      kind: 'unavailable',
    })
    order('silent_before', { call: 'readPayment' })
    expect(await open({ deadlineMs: 200 }).readPayment(paymentId)).toMatchObject({ kind: 'unavailable' })
  })
})

describe('the list of changes', () => {
  it('that lags misses nothing with a rewound cursor', async () => {
    const { cursor: start } = await listAll(provider, null)
    double.lag({ lists: 20 })
    const { paymentId } = await charge(NUMBER_OF.succeeds)
    aheadMicros += 10_000_000
    const early = await listAll(provider, start)
    expect(early.facts.map((one) => one.paymentId)).not.toContain(paymentId)
    aheadMicros += 20_000_000
    const { facts } = await listAll(provider, provider.rewind(early.cursor, 3_600_000_000))
    expect(facts.find((one) => one.paymentId === paymentId)!.state).toEqual({ kind: 'succeeded' })
  })

  it('contains an old payment whose money moved since: refunded, disputed, won, or ended by the bank', async () => {
    const refunded = await charge(NUMBER_OF.succeeds)
    const won = await charge(NUMBER_OF.succeeds)
    double.bank.dispute(won.paymentId)
    const processing = await charge('AT321904300235473204')
    aheadMicros += 90_000_000
    const { cursor: start } = await listAll(provider, null)
    aheadMicros += 40 * 86_400_000_000
    double.bank.refund(refunded.paymentId, 1_000_000n)
    double.bank.win(won.paymentId)
    const { facts } = await listAll(provider, start)
    const found = new Map(facts.map((one) => [one.paymentId, one]))
    expect([...found.keys()].toSorted()).toEqual([refunded, won, processing].map((one) => one.paymentId).toSorted())
    expect(found.get(processing.paymentId)!.state).toEqual({ kind: 'succeeded' })
  })

  it('has several pages, and starts again in another process', async () => {
    const { cursor: start } = await listAll(provider, null)
    const accountId = `acme-${randomUUID()}`
    const card = await addCard(accountId, NUMBER_OF.succeeds)
    for (let i = 0; i < 130; i++) await provider.prepare(paymentFor(accountId, card))
    const { facts } = await listAll(provider, start)
    expect(facts).toHaveLength(130)
    const first = await provider.listChanged(start)
    if (first.kind !== 'page') throw new Error(first.detail)
    expect((await listAll(open(), first.cursor)).facts).toHaveLength(130)
    expect(await provider.listChanged('not one')).toMatchObject({ kind: 'refused' })
  })
})
