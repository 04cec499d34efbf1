/** Webhooks from their receipt to the books: repeated, shuffled, forged or lost, they never make the books wrong. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Writer } from '../../src/ledger/changes/change-account.ts'
import { addPaymentMethod, readSavedMethods } from '../../src/ledger/top-ups/payment-methods.ts'
import { deleteOldProviderEvents } from '../../src/ledger/top-ups/provider-events.ts'
import type { PaymentProvider } from '../../src/payments/providers/provider.ts'
import { createStripeProvider } from '../../src/payments/providers/stripe/provider.ts'
import { createStripeWebhooks } from '../../src/payments/providers/stripe/webhooks.ts'
import { reconcile } from '../../src/payments/reconcile.ts'
import { handleProviderEvents, refreshStaleMethods } from '../../src/payments/webhooks.ts'
import { createLog } from '../../src/platform/log.ts'
import { createRandom } from '../../testkit/random.ts'
import { openTestApi, type TestApi } from '../support/api.ts'
import { testAccount } from '../support/catalog.ts'
import { apply } from '../support/ledger.ts'
import { factsIn, paymentFor } from '../support/provider-contract.ts'
import type { StripeEvent } from '../support/stripe-double/objects.ts'
import { DOUBLE_KEY, type StripeDouble, startStripeDouble } from '../support/stripe-double/server.ts'
import { disordered, send, signed } from '../support/stripe-double/webhooks.ts'

const SECRET = 'whsec_in_force'
const UNUSED_ADDRESS = '127.0.0.1:1'
const lines: string[] = []
const log = createLog('info', { write: (line: string) => void lines.push(line) })

let double: StripeDouble
let provider: PaymentProvider
let api: TestApi
let writer: Writer
let url: string
let accountCount = 0
let seenCount = 0

beforeAll(async () => {
  double = await startStripeDouble()
  const { url: apiUrl } = double
  const returnPage = () => 'https://api.example/return/payment'
  provider = createStripeProvider({ secretKey: DOUBLE_KEY, apiUrl, log, deadlineMs: 5_000, returnPage })
  const webhooks = createStripeWebhooks({ secrets: [SECRET, 'whsec_before'] })
  // Counted by the process itself: in the shared Redis, other tests may have used up the one request.
  const redisUrl = `redis://${UNUSED_ADDRESS}`
  api = await openTestApi({ provider, webhooks, log, anonymousRequestsPerMinute: 1, redisUrl })
  writer = { pool: api.pool, publishing: api.publishing }
  url = `${api.url}/webhooks/stripe`
})

afterAll(async () => {
  await api?.close()
  await double?.close()
})

/** The events of Stripe since the last call. */
function newEvents(): StripeEvent[] {
  const events = double.state.events.slice(seenCount)
  seenCount = double.state.events.length
  return events
}

async function openAccount(number = '4242424242424242') {
  const accountId = `account-${++accountCount}`
  await apply(api, [testAccount({ accountId })])
  const customer = await provider.createCustomer(accountId)
  if (customer.kind !== 'customer') throw new Error(customer.detail)
  const { customerId } = customer
  return { accountId, customerId, providerMethodId: double.state.attach(customerId, number).id }
}

async function charge() {
  const card = await openAccount()
  const payment = paymentFor(card.accountId, card, { isOffSession: false })
  const { paymentId } = await factsIn(provider.prepare(payment))
  await factsIn(provider.confirm(paymentId, payment.attemptId))
  return { ...card, paymentId }
}

async function handleAll(): Promise<void> {
  for (;;) if ((await handleProviderEvents(writer, provider, log)).claimed === 0) return
}

async function deliver(events: readonly StripeEvent[]): Promise<void> {
  for (const event of events) expect((await send(url, signed(event, SECRET))).status).toBe(200)
}

interface Sums {
  readonly balance: bigint
  readonly credited: bigint | null
  readonly refunded: bigint | null
  readonly disputed: bigint | null
  readonly movements: number
}

async function sumsOf(accountId: string): Promise<Sums> {
  const { rows } = await api.pool.query<Sums>(
    `select a.balance_micros as balance, p.credited_micros as credited, p.refunded_micros as refunded,
            p.disputed_micros as disputed,
            (select count(*)::integer from tollgate.movements m where m.account_id = a.account_id) as movements
       from tollgate.accounts a left join tollgate.payments p using (account_id) where a.account_id = $1`,
    [accountId],
  )
  return rows[0]!
}

async function cursor(): Promise<string> {
  const { rows } = await api.pool.query<{ cursor: string }>(
    'select cursor from tollgate.provider_cursors where provider = $1',
    [provider.name],
  )
  return rows[0]!.cursor
}

const MILLION = 1_000_000n
const sums = (balance: bigint, credited: bigint, refunded: bigint, disputed: bigint, movements: number): Sums => ({
  balance: balance * MILLION,
  credited: credited * MILLION,
  refunded: refunded * MILLION,
  disputed: disputed * MILLION,
  movements,
})

describe('webhooks', () => {
  it('sent five times each and shuffled add credit once; only a forged one and an old one are refused', async () => {
    newEvents()
    const payments = [await charge(), await charge(), await charge()]
    const events = disordered(newEvents(), createRandom(7), { times: 5 })
    const [event] = events
    const forged = signed(event, 'whsec_somebody')
    const old = signed(event, SECRET, Date.now() - 600_000)
    const half = Math.floor(events.length / 2)
    await deliver(events.slice(0, half))
    for (const refused of [forged, old]) {
      const answer = await send(url, refused)
      expect(answer.status).toBe(400)
      expect(await answer.json()).toMatchObject({ title: 'The request is not valid' })
    }
    // Some are handled while others still arrive.
    await handleProviderEvents(writer, provider, log)
    await deliver(events.slice(half))
    await handleAll()
    for (const { accountId } of payments) expect(await sumsOf(accountId)).toEqual(sums(25n, 25n, 0n, 0n, 1))
    const stored = await api.pool.query('select event_id from tollgate.provider_events where provider = $1', ['stripe'])
    expect(stored.rows).toHaveLength(new Set(events.map(({ id }) => id)).size)
    // Again, days later, as if a person had resent them at the dashboard.
    await deliver(events)
    await handleAll()
    for (const { accountId } of payments) expect(await sumsOf(accountId)).toEqual(sums(25n, 25n, 0n, 0n, 1))
  })

  it('post a partial refund, then a dispute, then its win, and nothing is charged again', async () => {
    newEvents()
    const { accountId, paymentId } = await charge()
    const random = createRandom(3)
    const step = async () => {
      await deliver(disordered(newEvents(), random, { times: 2 }))
      await handleAll()
      return sumsOf(accountId)
    }
    expect(await step()).toEqual(sums(25n, 25n, 0n, 0n, 1))
    double.bank.refund(paymentId, 10n * MILLION)
    expect(await step()).toEqual(sums(15n, 25n, 10n, 0n, 2))
    double.bank.inquire(paymentId)
    expect(await step()).toEqual(sums(15n, 25n, 10n, 0n, 2))
    double.bank.dispute(paymentId)
    expect(await step()).toEqual(sums(0n, 25n, 10n, 15n, 3))
    double.bank.win(paymentId)
    expect(await step()).toEqual(sums(15n, 25n, 10n, 0n, 4))
    expect(double.bank.timesCharged(paymentId)).toBe(1)
    expect(double.bank.books().filter((one) => one.accountId === accountId)).toHaveLength(1)
  })

  it('of a dispute also post the charge and the refund whose webhooks are missing', async () => {
    newEvents()
    const { accountId, paymentId } = await charge()
    double.bank.refund(paymentId, 5n * MILLION)
    double.bank.dispute(paymentId)
    await deliver(newEvents().filter(({ type }) => type === 'charge.dispute.created'))
    await handleAll()
    expect(await sumsOf(accountId)).toEqual(sums(0n, 25n, 5n, 20n, 3))
  })

  it('that are mostly lost are made up for by the list of changes', async () => {
    const before = new Map(double.bank.books().map(({ paymentId }) => [paymentId, true]))
    newEvents()
    const payments = [await charge(), await charge(), await charge()]
    double.bank.refund(payments[1]!.paymentId, 10n * MILLION)
    double.bank.dispute(payments[2]!.paymentId)
    const random = createRandom(11)
    await deliver(disordered(newEvents(), random, { isLost: () => random.chance(0.9) }))
    await handleAll()
    await reconcile(writer, provider, log)
    const balances = await Promise.all(payments.map(async ({ accountId }) => (await sumsOf(accountId)).balance))
    expect(balances).toEqual([25n * MILLION, 15n * MILLION, 0n])
    expect(double.bank.books().filter(({ paymentId }) => !before.has(paymentId))).toHaveLength(3)
  })

  it('wait while the provider does not answer, without delaying others, and are handled by one process each', async () => {
    newEvents()
    const [one, other] = [await charge(), await charge()]
    const all = newEvents()
    // One each: of two, each process could claim one, and both would read the payment.
    const successOf = ({ paymentId }: typeof one) =>
      all.find(({ type, data }) => type === 'payment_intent.succeeded' && data.object.id === paymentId)!
    await deliver([successOf(one), successOf(other)])
    double.orderFault({ fault: 'rate_limited', call: 'readPayment', times: 1 })
    const [first, second] = await Promise.all([
      handleProviderEvents(writer, provider, log),
      handleProviderEvents(writer, provider, log),
    ])
    expect(first.claimed + second.claimed).toBe(2)
    const credited = await Promise.all([one, other].map(async ({ accountId }) => (await sumsOf(accountId)).balance))
    expect(credited.toSorted()).toEqual([0n, 25n * MILLION])
    await api.pool.query('update tollgate.provider_events set next_try_at = clock_timestamp() where handled_at is null')
    await handleAll()
    for (const { accountId } of [one, other]) expect((await sumsOf(accountId)).balance).toBe(25n * MILLION)
  })

  it('keep a saved card up to date, and remove one that was detached', async () => {
    const { accountId, providerMethodId } = await openAccount()
    const read = await provider.readMethod(providerMethodId)
    if (read.kind !== 'method') throw new Error(read.kind)
    const methodId = randomUUID()
    const method = { ...read.method, methodId, provider: 'stripe', isDefault: true }
    await addPaymentMethod(writer, { accountId, method, consent: null, actor: 'test' })
    const shown = async () => readSavedMethods(api.pool, accountId)
    newEvents()
    double.state.renew(providerMethodId, { month: 7, year: 2041 }, '1881')
    await deliver(newEvents())
    await handleAll()
    expect(await shown()).toMatchObject([{ methodId, last4: '1881', expiryMonth: 7, expiryYear: 2041 }])
    // Without a webhook, it is read again once a week.
    double.state.renew(providerMethodId, { month: 8, year: 2042 })
    expect(await refreshStaleMethods(writer, provider, log)).toBe(0)
    await api.pool.query(`update tollgate.payment_methods set looked_at = now() - interval '8 days'`)
    await refreshStaleMethods(writer, provider, log)
    expect(await shown()).toMatchObject([{ expiryMonth: 8, expiryYear: 2042 }])
    newEvents()
    double.state.detach(providerMethodId)
    await deliver(newEvents())
    await handleAll()
    expect(await shown()).toEqual([])
  })

  it('complete a card setup whose browser never returned', async () => {
    const { accountId } = await openAccount()
    const token = await api.key(['write'])
    const begun = await api.ask('POST', `/v1/accounts/${accountId}/payment-method-setups`, {
      token,
      headers: { 'idempotency-key': randomUUID() },
      body: { return_url: `${api.url}/docs`, make_default: true, consent: null },
    })
    expect(begun.status).toBe(201)
    const { rows } = await api.pool.query(
      'select provider_setup_id as id from tollgate.method_setups where setup_id = $1',
      [begun.body.setup_id],
    )
    newEvents()
    double.bank.enterCard(rows[0].id, '5555555555554444')
    await deliver(newEvents())
    await handleAll()
    const saved = await readSavedMethods(api.pool, accountId)
    expect(saved).toMatchObject([{ provider: 'stripe', brand: 'mastercard', last4: '4444', isDefault: true }])
  })

  it('are not needed to cancel a card setup whose customer cancels', async () => {
    const { accountId } = await openAccount()
    const token = await api.key(['write'])
    const path = `/v1/accounts/${accountId}/payment-method-setups`
    const { body } = await api.ask('POST', path, {
      token,
      headers: { 'idempotency-key': randomUUID() },
      body: { return_url: `${api.url}/docs`, make_default: false, consent: null },
    })
    const session = [...double.state.sessions.values()].find(({ url: page }) => page === body.url)!
    const { pathname, search } = new URL(session.cancel_url)
    // Stripe has the URL of another origin, but with the same path.
    expect((await fetch(`${api.url}${pathname}${search}`)).status).toBe(200)
    expect((await api.ask('GET', `${path}/${body.setup_id}`, { token })).body).toMatchObject({ state: 'canceled' })
    expect(session.status).toBe('expired')
  })

  it('of no interest are stored as handled, and deleted like all others after 30 days', async () => {
    const payout = {
      id: `evt_${randomUUID()}`,
      type: 'payout.paid',
      data: { object: { object: 'payout', id: 'po_1' } },
    }
    expect((await send(url, signed(payout, SECRET))).status).toBe(200)
    const stored = async () =>
      (await api.pool.query('select handled_at from tollgate.provider_events where event_id = $1', [payout.id])).rows
    expect((await stored())[0].handled_at).not.toBeNull()
    await deleteOldProviderEvents(api.pool)
    expect(await stored()).toHaveLength(1)
    const past = `update tollgate.provider_events set received_at = now() - interval '31 days' where event_id = $1`
    await api.pool.query(past, [payout.id])
    expect(await deleteOldProviderEvents(api.pool)).toMatchObject({ count: 1, hasMore: false })
    expect(await stored()).toEqual([])
  })

  it('leave no secret, signature or body in the log', () => {
    expect(lines.length).toBeGreaterThan(20)
    for (const secret of [SECRET, DOUBLE_KEY, 'v1=', '"object"']) expect(lines.join('\n')).not.toContain(secret)
  })
})

it('a list that breaks off, on whichever page, leaves the cursor where it was', async () => {
  await charge()
  await reconcile(writer, provider, log)
  const before = await cursor()
  for (let pages = 1; pages <= 3; pages++) {
    let asked = 0
    const breaking: PaymentProvider = {
      ...provider,
      async listChanged(from) {
        if (asked++ === pages) return { kind: 'unavailable', detail: 'broken off', retryAfterMicros: null }
        return await provider.listChanged(from)
      },
    }
    await expect(reconcile(writer, breaking, log)).rejects.toThrow('broken off')
    expect(await cursor()).toBe(before)
  }
  const { accountId } = await charge()
  await reconcile(writer, provider, log)
  expect(await sumsOf(accountId)).toEqual(sums(25n, 25n, 0n, 0n, 1))
  // The cursor names what was made in the latest second: not always the payment itself, but what its charge has moved.
  expect(await cursor()).toContain([...double.state.transactions.keys()].at(-1))
})
