/** The contract of every payment provider: given a saved card, when it is charged, then these facts are reported. */
import { randomUUID } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Micros } from '../../src/core/money.ts'
import type {
  MethodSetup,
  PaymentFacts,
  PaymentProvider,
  PaymentToPrepare,
  SetupAnswer,
} from '../../src/payments/providers/provider.ts'

/** What a saved card does when it is charged without the customer present. */
export type CardKind = 'succeeds' | 'insufficient_funds' | 'lost_card' | 'needs_approval'

/** A provider, with the actions of cardholders and banks. */
export interface ProviderUnderTest {
  readonly provider: PaymentProvider
  /** The same provider, as another process reaches it. */
  readonly other: PaymentProvider
  addCard(
    accountId: string,
    kind: CardKind,
  ): Promise<{ readonly customerId: string; readonly providerMethodId: string }>
  approve(paymentId: string): Promise<void>
  decline(paymentId: string): Promise<void>
  refund(paymentId: string, amountMicros: Micros): Promise<void>
  dispute(paymentId: string): Promise<void>
  /** Enters a card that succeeds, on the provider's page. */
  enterCard(providerSetupId: string): Promise<void>
  /** Cancels on the provider's page. */
  cancelSetup(providerSetupId: string): Promise<void>
  win(paymentId: string): Promise<void>
  /** By the provider's own books. */
  timesCharged(paymentId: string): Promise<number>
}

export const AMOUNT_MICROS = 25_000_000n

const RETURN_URL = 'https://billing.example/return'

/** The facts, if the answer has any. */
export async function factsIn(answer: ReturnType<PaymentProvider['readPayment']>): Promise<PaymentFacts> {
  const given = await answer
  if (given.kind !== 'facts') throw new Error(`expected facts, but the answer was ${JSON.stringify(given)}`)
  return given.facts
}

/** The setup, if the answer has one. */
async function setupIn(answer: Promise<SetupAnswer>): Promise<MethodSetup> {
  const given = await answer
  if (given.kind !== 'setup') throw new Error(`expected a setup, but the answer was ${JSON.stringify(given)}`)
  return given.setup
}

/** Every page from the cursor on, and the cursor after the last. */
export async function listAll(
  provider: PaymentProvider,
  from: string | null,
): Promise<{ readonly facts: readonly PaymentFacts[]; readonly cursor: string }> {
  const facts: PaymentFacts[] = []
  for (let cursor = from; ; ) {
    const page = await provider.listChanged(cursor)
    if (page.kind !== 'page') throw new Error(`expected a page, but the answer was ${JSON.stringify(page)}`)
    facts.push(...page.facts)
    cursor = page.cursor
    if (page.isLast) return { facts, cursor }
  }
}

export function paymentFor(
  accountId: string,
  card: { readonly customerId: string; readonly providerMethodId: string },
  changed: Partial<PaymentToPrepare> = {},
): PaymentToPrepare {
  return {
    attemptId: randomUUID(),
    topUpId: randomUUID(),
    accountId,
    customerId: card.customerId,
    providerMethodId: card.providerMethodId,
    amountMicros: AMOUNT_MICROS,
    currency: 'EUR',
    isOffSession: true,
    ...changed,
  }
}

/** `get` returns the provider once it is open. */
export function describeProvider(get: () => ProviderUnderTest): void {
  let test: ProviderUnderTest
  let provider: PaymentProvider
  let accountId: string

  beforeEach(() => {
    test = get()
    provider = test.provider
    accountId = `acme-${randomUUID()}`
  })

  const prepared = async (kind: CardKind, changed: Partial<PaymentToPrepare> = {}) => {
    const payment = paymentFor(accountId, await test.addCard(accountId, kind), changed)
    return { ...payment, ...(await factsIn(provider.prepare(payment))) }
  }
  const charged = async (kind: CardKind) => {
    const payment = await prepared(kind)
    return { ...payment, ...(await factsIn(provider.confirm(payment.paymentId, payment.attemptId))) }
  }

  describe('preparing', () => {
    it('charges nothing, and returns what the payment was prepared with', async () => {
      const payment = paymentFor(accountId, await test.addCard(accountId, 'succeeds'))
      const facts = await factsIn(provider.prepare(payment))
      expect(facts).toEqual({
        paymentId: expect.any(String),
        topUpId: payment.topUpId,
        accountId,
        trigger: payment.isOffSession ? 'automatic' : 'manual',
        providerMethodId: payment.providerMethodId,
        state: { kind: 'unconfirmed' },
        amountMicros: AMOUNT_MICROS,
        currency: 'EUR',
        refundedMicros: 0n,
        disputedMicros: 0n,
        createdAtMicros: expect.any(Number),
      })
      expect(await test.timesCharged(facts.paymentId)).toBe(0)
    })

    it('twice for one attempt is one payment, even concurrently', async () => {
      const payment = paymentFor(accountId, await test.addCard(accountId, 'succeeds'))
      const answers = await Promise.all(
        Array.from({ length: 12 }, (_, at) => factsIn((at % 2 ? provider : test.other).prepare(payment))),
      )
      expect(new Set(answers.map(({ paymentId }) => paymentId)).size).toBe(1)
      const { facts } = await listAll(provider, null)
      expect(facts.filter((one) => one.accountId === accountId)).toHaveLength(1)
    })

    it('a second payment for the same attempt is refused', async () => {
      const first = await prepared('succeeds')
      const wanted = paymentFor(accountId, first as never, { attemptId: first.attemptId, amountMicros: 30_000_000n })
      expect(await provider.prepare(wanted)).toMatchObject({ kind: 'refused' })
    })

    it('with another customer’s card, or a removed one, is refused', async () => {
      const other = await test.addCard(`${accountId}-other`, 'succeeds')
      const own = await test.addCard(accountId, 'succeeds')
      const foreign = { customerId: own.customerId, providerMethodId: other.providerMethodId }
      expect(await provider.prepare(paymentFor(accountId, foreign))).toMatchObject({ kind: 'refused' })
      expect(await provider.detachMethod(own.providerMethodId)).toEqual({ kind: 'done' })
      expect(await provider.prepare(paymentFor(accountId, own))).toMatchObject({ kind: 'refused' })
    })
  })

  describe('confirming', () => {
    it('charges, and later looks confirm it', async () => {
      const { paymentId, state } = await charged('succeeds')
      expect(state).toEqual({ kind: 'succeeded' })
      expect((await factsIn(test.other.readPayment(paymentId))).state).toEqual({ kind: 'succeeded' })
      expect(await test.timesCharged(paymentId)).toBe(1)
    })

    it('twice charges once, and returns the outcome', async () => {
      const { paymentId, attemptId } = await charged('succeeds')
      expect((await factsIn(test.other.confirm(paymentId, attemptId))).state).toEqual({ kind: 'succeeded' })
      expect(await test.timesCharged(paymentId)).toBe(1)
    })

    it('many times concurrently charges once', async () => {
      const { paymentId, attemptId } = await prepared('succeeds')
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, at) => (at % 2 ? provider : test.other).confirm(paymentId, attemptId)),
      )
      for (const answer of answers) expect(answer).toMatchObject({ facts: { state: { kind: 'succeeded' } } })
      expect(await test.timesCharged(paymentId)).toBe(1)
    })

    it.each([
      ['insufficient_funds', { code: 'insufficient_funds', advice: 'retry_later', why: 'funds' }],
      ['lost_card', { code: 'lost_card', advice: 'stop', why: 'hard' }],
    ] as const)('%s is a decline with its code and advice, and charges nothing', async (kind, decline) => {
      const { paymentId, attemptId, state } = await charged(kind)
      expect(state).toMatchObject({ kind: 'declined', decline })
      expect((await factsIn(provider.confirm(paymentId, attemptId))).state).toEqual(state)
      expect(await test.timesCharged(paymentId)).toBe(0)
    })
  })

  describe('approval', () => {
    it('is requested with a page for it, and charges once when given', async () => {
      const { paymentId, state } = await charged('needs_approval')
      expect(state).toEqual({ kind: 'needs_action', url: expect.stringMatching(/^\w+:.+/) })
      expect(await test.timesCharged(paymentId)).toBe(0)
      await test.approve(paymentId)
      expect((await factsIn(provider.readPayment(paymentId))).state).toEqual({ kind: 'succeeded' })
      expect(await test.timesCharged(paymentId)).toBe(1)
    })

    it('that is not given declines the payment, and needs the customer', async () => {
      const { paymentId } = await charged('needs_approval')
      await test.decline(paymentId)
      expect((await factsIn(provider.readPayment(paymentId))).state).toMatchObject({
        kind: 'declined',
        decline: { advice: 'ask_customer', why: 'authentication' },
      })
    })

    it('with the customer present has the same page each time, and charges nothing by itself', async () => {
      const { paymentId, attemptId } = await charged('needs_approval')
      const ask = (by: PaymentProvider) => factsIn(by.approve(paymentId, attemptId, RETURN_URL))
      const { state } = await ask(provider)
      expect(state).toEqual({ kind: 'needs_action', url: expect.stringMatching(/^\w+:.+/) })
      expect((await ask(test.other)).state).toEqual(state)
      expect(await test.timesCharged(paymentId)).toBe(0)
      await test.approve(paymentId)
      expect((await ask(provider)).state).toEqual({ kind: 'succeeded' })
      expect(await test.timesCharged(paymentId)).toBe(1)
    })

    it.each(['succeeds', 'insufficient_funds'] as const)(
      'of one that needs none (%s) changes nothing',
      async (kind) => {
        const { paymentId, attemptId, state } = await charged(kind)
        expect((await factsIn(provider.approve(paymentId, attemptId, RETURN_URL))).state).toEqual(state)
        const untouched = await prepared(kind)
        const approving = provider.approve(untouched.paymentId, untouched.attemptId, RETURN_URL)
        expect((await factsIn(approving)).state).toEqual({ kind: 'unconfirmed' })
        expect(await provider.approve(paymentId, untouched.attemptId, RETURN_URL)).toMatchObject({ kind: 'refused' })
      },
    )

    it('that expires is canceled by us, and cannot be given afterwards', async () => {
      const { paymentId } = await charged('needs_approval')
      expect((await factsIn(provider.cancel(paymentId))).state).toEqual({ kind: 'canceled' })
      await expect(test.approve(paymentId)).rejects.toThrow()
      expect(await test.timesCharged(paymentId)).toBe(0)
    })
  })

  describe('canceling', () => {
    it('ends a prepared payment for good', async () => {
      const { paymentId, attemptId } = await prepared('succeeds')
      expect((await factsIn(provider.cancel(paymentId))).state).toEqual({ kind: 'canceled' })
      expect(await provider.confirm(paymentId, attemptId)).not.toMatchObject({
        facts: { state: { kind: 'succeeded' } },
      })
      expect(await test.timesCharged(paymentId)).toBe(0)
    })

    it.each(['succeeds', 'insufficient_funds'] as const)(
      'a finished payment (%s) returns its outcome',
      async (kind) => {
        const { paymentId, state } = await charged(kind)
        expect((await factsIn(provider.cancel(paymentId))).state).toEqual(state)
      },
    )

    it('concurrently with a confirmation: one of them wins, and both return the outcome', async () => {
      for (let round = 0; round < 5; round++) {
        const { paymentId, attemptId } = await prepared('succeeds')
        const [confirmation, cancellation] = await Promise.all([
          provider.confirm(paymentId, attemptId),
          test.other.cancel(paymentId),
        ])
        const { state } = await factsIn(provider.readPayment(paymentId))
        expect(['succeeded', 'canceled']).toContain(state.kind)
        expect(await test.timesCharged(paymentId)).toBe(state.kind === 'succeeded' ? 1 : 0)
        for (const answer of [confirmation, cancellation]) {
          if (answer.kind === 'facts') expect(answer.facts.state).toEqual(state)
        }
      }
    })
  })

  describe('returned money', () => {
    it('is in the facts: total refunds, and a dispute until it is won', async () => {
      const { paymentId } = await charged('succeeds')
      await test.refund(paymentId, 5_000_000n)
      await test.refund(paymentId, 2_500_000n)
      expect(await factsIn(provider.readPayment(paymentId))).toMatchObject({
        state: { kind: 'succeeded' },
        refundedMicros: 7_500_000n,
        disputedMicros: 0n,
      })
      await test.dispute(paymentId)
      expect((await factsIn(provider.readPayment(paymentId))).disputedMicros).toBeGreaterThan(0n)
      await test.win(paymentId)
      expect(await factsIn(provider.readPayment(paymentId))).toMatchObject({
        refundedMicros: 7_500_000n,
        disputedMicros: 0n,
      })
    })
  })

  describe('the list of changes', () => {
    it('names every payment that changed since the cursor, including refunds and disputes, and no other', async () => {
      const untouched = await charged('succeeds')
      const refunded = await charged('succeeds')
      const disputed = await charged('succeeds')
      const start = (await listAll(provider, null)).cursor
      const fresh = await prepared('succeeds')
      await test.refund(refunded.paymentId, 1_000_000n)
      await test.dispute(disputed.paymentId)
      const { facts, cursor } = await listAll(test.other, start)
      const latest = new Map(facts.map((one) => [one.paymentId, one]))
      expect([...latest.keys()].toSorted()).toEqual(
        [fresh, refunded, disputed].map(({ paymentId }) => paymentId).toSorted(),
      )
      expect(latest.has(untouched.paymentId)).toBe(false)
      expect(latest.get(fresh.paymentId)!.state).toEqual({ kind: 'unconfirmed' })
      expect(latest.get(refunded.paymentId)!.refundedMicros).toBe(1_000_000n)
      expect(latest.get(disputed.paymentId)!.disputedMicros).toBe(AMOUNT_MICROS)
      expect((await listAll(provider, cursor)).facts).toEqual([])
    })

    it('starts earlier with a rewound cursor, and repeated rewinding does not move the cursor', async () => {
      const { paymentId } = await charged('succeeds')
      const { cursor } = await listAll(provider, null)
      let seen = cursor
      for (let look = 0; look < 3; look++) {
        const found = await listAll(provider, provider.rewind(seen, 3_600_000_000))
        expect(found.facts.map((one) => one.paymentId)).toContain(paymentId)
        seen = found.cursor
      }
      expect(seen).toBe(cursor)
    })
  })

  describe('the setup of a card', () => {
    const begin = async () => {
      const customer = await provider.createCustomer(accountId)
      if (customer.kind !== 'customer') throw new Error(`expected a customer, but the answer was ${customer.kind}`)
      const wanted = { setupId: randomUUID(), customerId: customer.customerId, returnUrl: RETURN_URL }
      return { ...wanted, setup: await setupIn(provider.createSetup(wanted)) }
    }

    it('has one page, however often and by whomever it is requested', async () => {
      const { setup, setupId, customerId, returnUrl } = await begin()
      expect(setup).toEqual({
        providerSetupId: expect.any(String),
        url: expect.stringMatching(/^\w+:.+/),
        expiresAtMicros: expect.any(Number),
        state: { kind: 'open' },
      })
      expect(setup.expiresAtMicros).toBeGreaterThan(Date.now() * 1000)
      const wanted = { setupId, customerId, returnUrl }
      const again = await Promise.all([provider, test.other].map((by) => setupIn(by.createSetup(wanted))))
      expect(again).toEqual([setup, setup])
    })

    it('saves the card once it is entered, and it can be charged', async () => {
      const { setup, customerId } = await begin()
      await test.enterCard(setup.providerSetupId)
      const { state } = await setupIn(test.other.readSetup(setup.providerSetupId))
      if (state.kind !== 'saved') throw new Error(`it is ${state.kind}`)
      expect(await provider.readMethod(state.method.providerMethodId)).toEqual({ kind: 'method', method: state.method })
      const card = { customerId, providerMethodId: state.method.providerMethodId }
      const payment = paymentFor(accountId, card)
      const { paymentId } = await factsIn(provider.prepare(payment))
      expect((await factsIn(provider.confirm(paymentId, payment.attemptId))).state).toEqual({ kind: 'succeeded' })
    })

    it('is gone after the customer cancels it', async () => {
      const { setup } = await begin()
      await test.cancelSetup(setup.providerSetupId)
      expect((await setupIn(provider.readSetup(setup.providerSetupId))).state).toEqual({ kind: 'canceled' })
    })

    it('ends when the customer cancels, unless a card was entered first; repetitions return the same', async () => {
      const { setup } = await begin()
      const other = await begin()
      await test.enterCard(other.setup.providerSetupId)
      for (const by of [provider, test.other]) {
        expect((await setupIn(by.cancelSetup(setup.providerSetupId))).state).toEqual({ kind: 'canceled' })
        expect((await setupIn(by.cancelSetup(other.setup.providerSetupId))).state.kind).toBe('saved')
      }
      await test.enterCard(setup.providerSetupId).catch(() => {})
      expect((await setupIn(provider.readSetup(setup.providerSetupId))).state).toEqual({ kind: 'canceled' })
      expect(await provider.cancelSetup('none')).toMatchObject({ kind: 'refused' })
    })

    it('with other content under its id, for an unknown customer, or by an unknown id is refused', async () => {
      const { setupId, customerId } = await begin()
      const wanted = { setupId, customerId, returnUrl: RETURN_URL }
      const other = `${RETURN_URL}/other`
      for (const answer of [
        provider.createSetup({ ...wanted, returnUrl: other }),
        provider.createSetup({ ...wanted, setupId: randomUUID(), customerId: 'none' }),
        provider.readSetup('none'),
      ]) {
        expect(await answer).toMatchObject({ kind: 'refused' })
      }
    })
  })

  describe('customers, methods and marks', () => {
    it('an account has one customer, however often it is requested', async () => {
      const answers = await Promise.all([provider, test.other].map((one) => one.createCustomer(accountId)))
      expect(answers[0]).toEqual({ kind: 'customer', customerId: expect.any(String) })
      expect(answers[1]).toEqual(answers[0])
    })

    it('a method is readable until it is removed, which may be repeated', async () => {
      const { providerMethodId } = await test.addCard(accountId, 'succeeds')
      expect(await provider.readMethod(providerMethodId)).toEqual({
        kind: 'method',
        method: {
          providerMethodId,
          brand: 'visa',
          last4: '4242',
          expiryMonth: expect.any(Number),
          expiryYear: expect.any(Number),
        },
      })
      expect(await provider.detachMethod(providerMethodId)).toEqual({ kind: 'done' })
      expect(await provider.detachMethod(providerMethodId)).toEqual({ kind: 'done' })
      expect(await test.other.readMethod(providerMethodId)).toEqual({ kind: 'gone' })
    })

    it('a mark only moves forward', async () => {
      const { customerId } = await test.addCard(accountId, 'succeeds')
      expect(await provider.readMark(customerId)).toEqual({ kind: 'mark', mark: null })
      for (const settingsVersion of [3, 7, 5]) await provider.writeMark(customerId, { settingsVersion })
      expect(await test.other.readMark(customerId)).toEqual({ kind: 'mark', mark: { settingsVersion: 7 } })
    })

    it('requests about an unknown payment are refused', async () => {
      for (const answer of [provider.readPayment('none'), provider.cancel('none'), provider.confirm('none', 'none')]) {
        expect(await answer).toMatchObject({ kind: 'refused' })
      }
    })
  })
}
