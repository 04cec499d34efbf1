/** Manual actions on Stripe's side: cards entered, banks' pages answered, refunds at the dashboard, disputes. */
import type { StripeState } from './state.ts'

export interface PaymentInBooks {
  readonly paymentId: string
  readonly topUpId: string
  readonly accountId: string
  readonly providerMethodId: string
  readonly isAutomatic: boolean
  readonly amountMicros: bigint
  readonly state: 'unconfirmed' | 'needs_action' | 'processing' | 'succeeded' | 'declined' | 'canceled'
  readonly declineCode: string | null
  /** Charged, refunded and disputed totals so far. */
  readonly chargedMicros: bigint
  readonly netMicros: bigint
  readonly isReturned: boolean
  readonly createdAtMicros: number
}

const WANTS_APPROVAL = 'authentication_required'
const MICROS_PER_CENT = 10_000n

export type StripeBank = ReturnType<typeof createBank>

export function createBank(state: StripeState) {
  const settled = <T>(work: () => T): T => {
    state.settleDue()
    return work()
  }
  const customerOf = (accountId: string) =>
    [...state.customers.values()].find(({ metadata }) => metadata.account_id === accountId) ??
    state.createCustomer({ account_id: accountId })

  return {
    /** Saves a card with the account's customer, who is created if missing. */
    addCard(accountId: string, number: string, expiry?: { month: number; year: number }) {
      const { id: customerId } = customerOf(accountId)
      const { id: providerMethodId, card } = state.attach(customerId, number, expiry)
      const { brand, last4, exp_month: expiryMonth, exp_year: expiryYear } = card
      return { customerId, method: { providerMethodId, brand, last4, expiryMonth, expiryYear } }
    },
    /** On Checkout's page: the card is approved for future charges. */
    enterCard(sessionId: string, number: string): void {
      const session = state.sessions.get(sessionId)
      if (session === undefined) throw new TypeError(`there is no page ${sessionId}`)
      state.completeSession(sessionId, state.attach(session.customer, number, undefined, true).id)
    },
    /** On the bank's page, after the customer was redirected to it. */
    authenticate: (paymentId: string, isApproved: boolean) => settled(() => state.authenticate(paymentId, isApproved)),
    /** The same, for a payment whose customer was not redirected yet. */
    sendAndAuthenticate(paymentId: string, isApproved: boolean): void {
      state.settleDue()
      const { status, last_payment_error: error } = state.intents.get(paymentId)!
      if (status === 'requires_payment_method' && error?.code === WANTS_APPROVAL) {
        const method = error.payment_method.id
        state.confirmIntent(paymentId, { isOffSession: false, returnUrl: 'https://nowhere.example', method })
      }
      state.authenticate(paymentId, isApproved)
    },
    settle: (paymentId: string, isDeclined = false) => settled(() => state.settle(paymentId, isDeclined)),
    refund: (paymentId: string, micros: bigint | null) =>
      settled(() => state.refund(paymentId, micros === null ? null : Number(micros / MICROS_PER_CENT))),
    dispute: (paymentId: string) => settled(() => state.dispute(paymentId)),
    inquire: (paymentId: string) => settled(() => state.dispute(paymentId, true)),
    win: (paymentId: string) => settled(() => state.win(paymentId)),
    statusOf: (paymentId: string) => state.intents.get(paymentId)?.status ?? null,
    timesCharged: (paymentId: string) => state.intents.get(paymentId)?.hidden.timesCharged ?? 0,

    /** All payments, oldest first, by the movements of the seller's balance. */
    books(): PaymentInBooks[] {
      const moved = new Map<string, { charged: number; net: number; back: boolean }>()
      for (const { type, amount, source } of state.transactions.values()) {
        const of = state.charges.get(source) ?? state.refunds.get(source) ?? state.disputes.get(source)
        const sums = moved.get(of!.payment_intent) ?? { charged: 0, net: 0, back: false }
        sums.net += amount
        if (type === 'charge') sums.charged += amount
        else sums.back = true
        moved.set(of!.payment_intent, sums)
      }
      return [...state.intents.values()].map((intent) => {
        const { charged, net, back } = moved.get(intent.id) ?? { charged: 0, net: 0, back: false }
        const { last_payment_error: error, metadata } = intent
        return {
          paymentId: intent.id,
          topUpId: metadata.top_up_id ?? '',
          accountId: metadata.account_id ?? '',
          providerMethodId: intent.hidden.methodId,
          isAutomatic: metadata.trigger === 'automatic',
          amountMicros: BigInt(intent.amount) * MICROS_PER_CENT,
          state: stateOf(intent.status, error?.code ?? null),
          declineCode: error === null || error.code === WANTS_APPROVAL ? null : (error.decline_code ?? error.code),
          chargedMicros: BigInt(charged) * MICROS_PER_CENT,
          netMicros: BigInt(net) * MICROS_PER_CENT,
          isReturned: back,
          createdAtMicros: intent.created * 1_000_000,
        }
      })
    },
    /** The settings version that is marked on its customer, by account; null: none. */
    marks(): ReadonlyMap<string, number | null> {
      return new Map(
        [...state.customers.values()].map(({ metadata }) => {
          const marks = Object.entries(metadata).filter(([name]) => name.startsWith('settings_version'))
          return [metadata.account_id!, marks.length === 0 ? null : Math.max(...marks.map(([, text]) => Number(text)))]
        }),
      )
    },
  }
}

function stateOf(status: string, code: string | null): PaymentInBooks['state'] {
  switch (status) {
    case 'requires_confirmation':
      return 'unconfirmed'
    case 'requires_action':
      return 'needs_action'
    case 'requires_payment_method':
      return code === WANTS_APPROVAL ? 'needs_action' : 'declined'
    case 'canceled':
      return code === null || code === WANTS_APPROVAL ? 'canceled' : 'declined'
    default:
      return status as 'processing' | 'succeeded'
  }
}
