/**
 * Stripe's side of everything, in memory: what its API does to customers, cards, visits to Checkout and payments, and what
 * cardholders and banks do. It decides nothing for the product: it only behaves as Stripe documents. Cards behave by
 * Stripe's public test numbers, all of which may be saved with a customer here.
 */

import {
  BEHAVIOURS,
  type DeclineCodes,
  findTestNumber,
  SHORTLY_MICROS,
} from '../../../src/payments/providers/sandbox/cards.ts'
import { NotPossible } from '../../../src/payments/providers/sandbox/payment.ts'
import { API_VERSION } from '../../../src/payments/providers/stripe/client.ts'
import {
  ApiError,
  type Charge,
  type Customer,
  type Dispute,
  type Intent,
  invalid,
  type Metadata,
  type Method,
  missing,
  type Refund,
  type Session,
  type StripeEvent,
  type Transaction,
} from './objects.ts'

const SHORTLY_SECONDS = SHORTLY_MICROS / 1_000_000
const NOT_APPROVED: DeclineCodes = {
  code: 'payment_intent_authentication_failure',
  declineCode: null,
  adviceCode: null,
}
const APPROVAL_WANTED: DeclineCodes = {
  code: 'authentication_required',
  declineCode: 'authentication_required',
  adviceCode: null,
}
const BANK_REFUSES: DeclineCodes = { code: 'card_declined', declineCode: 'generic_decline', adviceCode: null }

export type StripeState = ReturnType<typeof createState>

/** `nowMicros`: its clock. */
export function createState(nowMicros: () => number) {
  const customers = new Map<string, Customer>()
  const methods = new Map<string, Method>()
  const sessions = new Map<string, Session>()
  const intents = new Map<string, Intent>()
  const charges = new Map<string, Charge>()
  const refunds = new Map<string, Refund>()
  const disputes = new Map<string, Dispute>()
  const transactions = new Map<string, Transaction>()
  const events: StripeEvent[] = []
  let due: { readonly at: number; readonly happen: () => void }[] = []
  let ids = 0

  const now = () => Math.floor(nowMicros() / 1_000_000)
  const newId = (prefix: string) => `${prefix}_${String(++ids).padStart(14, '0')}`

  return {
    customers,
    methods,
    sessions,
    intents,
    charges,
    refunds,
    disputes,
    transactions,
    events,
    now,
    settleDue,
    reset() {
      for (const kept of [customers, methods, sessions, intents, charges, refunds, disputes, transactions]) kept.clear()
      events.length = 0
      due = []
    },

    createCustomer(metadata: Metadata): Customer {
      const customer: Customer = { id: newId('cus'), object: 'customer', created: now(), metadata }
      customers.set(customer.id, customer)
      announce('customer.created', customer)
      return customer
    },

    /** Types a card in for a customer. */
    attach(customerId: string, number: string, expiry = { month: 12, year: 2034 }, isApproved = false): Method {
      const known = findTestNumber(number)
      if (known === null) throw new TypeError(`${number} is no test number`)
      const method: Method = {
        id: newId('pm'),
        object: 'payment_method',
        type: 'card',
        created: now(),
        customer: customerId,
        card: {
          brand: known.brand,
          last4: known.number.slice(-4),
          exp_month: expiry.month,
          exp_year: expiry.year,
        },
        hidden: { behaviour: BEHAVIOURS[known.behaviour], isSetUp: isApproved },
      }
      methods.set(method.id, method)
      announce('payment_method.attached', method)
      return method
    },

    detach(id: string): Method {
      const method = find(methods, 'payment_method', id)
      if (method.customer === null) {
        throw invalid(
          'payment_method_unexpected_state',
          'The payment method you provided is not attached to a customer',
        )
      }
      method.customer = null
      announce('payment_method.detached', method)
      return method
    },

    /** A bank has sent its customer a new card, and told Stripe. */
    renew(id: string, expiry: { month: number; year: number }, last4?: string): void {
      const method = find(methods, 'payment_method', id)
      method.card = { ...method.card, exp_month: expiry.month, exp_year: expiry.year, ...(last4 ? { last4 } : {}) }
      announce('payment_method.automatically_updated', method)
    },

    createSession(wanted: { customer: string; success_url: string; cancel_url: string; metadata: Metadata }): Session {
      find(customers, 'customer', wanted.customer)
      const id = newId('cs')
      const session: Session = {
        ...wanted,
        id,
        object: 'checkout.session',
        mode: 'setup',
        created: now(),
        expires_at: now() + 86_400,
        status: 'open',
        url: `https://checkout.stripe.test/c/pay/${id}`,
        setup_intent: newId('seti'),
        hidden: { methodId: null },
      }
      sessions.set(id, session)
      return session
    },

    expireSession(id: string): Session {
      const session = find(sessions, 'checkout.session', id)
      if (session.status !== 'open') {
        throw invalid('', `Only Checkout Sessions with a status in ["open"] can be expired. It is ${session.status}.`)
      }
      Object.assign(session, { status: 'expired', url: null })
      announce('checkout.session.expired', session)
      return session
    },

    completeSession(id: string, methodId: string): void {
      const session = find(sessions, 'checkout.session', id)
      if (session.status !== 'open') throw new NotPossible(`the page ${id} is ${session.status}`)
      Object.assign(session, { status: 'complete', url: null, hidden: { methodId } })
      announce('checkout.session.completed', session)
    },

    createIntent(wanted: {
      amount: number
      currency: string
      customer: string
      payment_method: string
      metadata: Metadata
      receipt_email: string | null
    }): Intent {
      find(customers, 'customer', wanted.customer)
      const method = find(methods, 'payment_method', wanted.payment_method)
      if (method.customer !== wanted.customer) {
        throw invalid('resource_missing', 'The payment method does not belong to the Customer', 'payment_method')
      }
      const intent: Intent = {
        ...wanted,
        id: newId('pi'),
        object: 'payment_intent',
        created: now(),
        amount_received: 0,
        status: 'requires_confirmation',
        last_payment_error: null,
        next_action: null,
        latest_charge: null,
        hidden: { methodId: wanted.payment_method, timesCharged: 0, authenticates: null },
      }
      intents.set(intent.id, intent)
      announce('payment_intent.created', intent)
      return intent
    },

    confirmIntent(
      id: string,
      how: { readonly isOffSession: boolean; readonly returnUrl: string | null; readonly method: string | null },
    ): Intent {
      const intent = find(intents, 'payment_intent', id)
      if (intent.status !== 'requires_confirmation' && intent.status !== 'requires_payment_method') {
        throw unexpected(intent, `cannot be confirmed because it has a status of ${intent.status}`)
      }
      const methodId = how.method ?? intent.payment_method
      if (methodId === null) throw unexpected(intent, "cannot be confirmed because it's missing a payment method")
      const method = find(methods, 'payment_method', methodId)
      if (method.customer !== intent.customer) {
        throw invalid('payment_method_unexpected_state', 'The payment method was detached from its customer')
      }
      intent.payment_method = methodId
      intent.next_action = null
      if (asksApproval(method, how.isOffSession)) {
        if (how.isOffSession) throw declined(intent, method, APPROVAL_WANTED, true)
        const url = `https://hooks.stripe.test/redirect/${intent.id}`
        if (how.returnUrl === null) throw invalid('parameter_missing', 'a return_url is needed', 'return_url')
        intent.status = 'requires_action'
        intent.next_action = { type: 'redirect_to_url', redirect_to_url: { url, return_url: how.returnUrl } }
        announce('payment_intent.requires_action', intent)
        return intent
      }
      charge(intent, method, true)
      return intent
    },

    cancelIntent(id: string): Intent {
      const intent = find(intents, 'payment_intent', id)
      if (intent.status === 'succeeded' || intent.status === 'canceled' || intent.status === 'processing') {
        throw unexpected(intent, `cannot be canceled because it has a status of ${intent.status}`)
      }
      Object.assign(intent, { status: 'canceled', next_action: null })
      announce('payment_intent.canceled', intent)
      return intent
    },

    /** The customer answers the bank's page. */
    authenticate(id: string, isApproved: boolean): void {
      const intent = find(intents, 'payment_intent', id)
      if (intent.status !== 'requires_action') throw new NotPossible(`it is ${intent.status} and waits for no approval`)
      const method = find(methods, 'payment_method', intent.payment_method!)
      intent.next_action = null
      if (!isApproved) {
        fail(intent, method, NOT_APPROVED, false)
        return
      }
      method.hidden.isSetUp = true
      charge(intent, method, false)
    },

    /** The bank ends what it was processing: as the card stands for, or with a decline. */
    settle(id: string, isDeclined: boolean): void {
      const intent = find(intents, 'payment_intent', id)
      if (intent.status !== 'processing') throw new NotPossible(`it is ${intent.status} and not processing`)
      const method = find(methods, 'payment_method', intent.payment_method!)
      if (isDeclined) fail(intent, method, BANK_REFUSES, true)
      else end(intent, method)
    },

    /** `cents` null: all that is left. */
    refund(id: string, cents: number | null): Refund {
      const { intent, paid } = paidOf(id)
      const left = leftOf(intent)
      const amount = cents ?? left
      if (amount <= 0 || amount > left) throw new NotPossible('more than is left of it cannot be refunded')
      const behaviour = find(methods, 'payment_method', intent.hidden.methodId).hidden.behaviour.refund
      const refund: Refund = {
        id: newId('re'),
        object: 'refund',
        created: now(),
        amount,
        currency: intent.currency,
        status: behaviour === 'late' ? 'pending' : 'succeeded',
        payment_intent: id,
        charge: paid.id,
        balance_transaction: null,
      }
      refunds.set(refund.id, refund)
      const move = () => {
        refund.balance_transaction = transact('refund', -amount, refund).id
      }
      if (behaviour === 'late') {
        later(SHORTLY_SECONDS, () => {
          refund.status = 'succeeded'
          move()
          announce('refund.updated', refund)
        })
      } else move()
      if (behaviour === 'fails') {
        later(SHORTLY_SECONDS, () => {
          refund.status = 'failed'
          refund.failure_balance_transaction = transact('refund_failure', amount, refund).id
          sumUp(paid)
          announce('refund.failed', refund)
        })
      }
      sumUp(paid)
      announce('refund.created', refund)
      announce('charge.refunded', paid)
      return refund
    },

    dispute: (id: string, isInquiry = false) => dispute(id, isInquiry),

    win(id: string): void {
      const lost = [...disputes.values()].find((one) => one.payment_intent === id && one.status === 'needs_response')
      if (lost === undefined) throw new NotPossible('no funds of it are withdrawn by a dispute')
      lost.status = 'won'
      lost.balance_transactions.push(transact('adjustment', lost.amount, lost))
      announce('charge.dispute.closed', lost)
      announce('charge.dispute.funds_reinstated', lost)
    },
  }

  function find<T>(kept: ReadonlyMap<string, T>, what: string, id: string): T {
    const found = kept.get(id)
    if (found === undefined) throw missing(what, id)
    return found
  }

  function unexpected({ id }: Intent, why: string): ApiError {
    const message = `This PaymentIntent ${id} ${why}`
    const body = { type: 'invalid_request_error', code: 'payment_intent_unexpected_state', message }
    return new ApiError(400, body, { isKept: true })
  }

  function asksApproval({ hidden: { behaviour, isSetUp } }: Method, isOffSession: boolean): boolean {
    switch (behaviour.authentication) {
      case 'always':
        return true
      case 'on_session':
        return !isOffSession
      case 'unless_set_up':
        return !isOffSession || !isSetUp
      default:
        return false
    }
  }

  /** `isAsked`: by a request, which a decline ends with 402. */
  function charge(intent: Intent, method: Method, isAsked: boolean): void {
    const { processingMicros, decline } = method.hidden.behaviour
    if (processingMicros !== undefined) {
      intent.status = 'processing'
      intent.latest_charge = newCharge(intent, 'pending').id
      announce('payment_intent.processing', intent)
      later(processingMicros / 1_000_000, () => {
        if (intent.status === 'processing') end(intent, method)
      })
      return
    }
    if (decline !== undefined) {
      const error = declined(intent, method, decline, true)
      if (isAsked) throw error
      return
    }
    end(intent, method)
  }

  function end(intent: Intent, method: Method): void {
    const { decline, dispute: disputes } = method.hidden.behaviour
    if (decline !== undefined) return void fail(intent, method, decline, true)
    const paid = intent.status === 'processing' ? charges.get(intent.latest_charge!)! : newCharge(intent, 'succeeded')
    paid.status = 'succeeded'
    paid.balance_transaction = transact('charge', intent.amount, paid).id
    Object.assign(intent, {
      status: 'succeeded',
      amount_received: intent.amount,
      latest_charge: paid.id,
      last_payment_error: null,
    })
    intent.hidden.timesCharged++
    announce('payment_intent.succeeded', intent)
    announce('charge.succeeded', paid)
    // Not with the charge itself, but at the next look.
    if (disputes !== undefined) later(0, () => leftOf(intent) > 0 && dispute(intent.id, disputes === 'inquiry'))
  }

  function fail(intent: Intent, method: Method, decline: DeclineCodes, isCharged: boolean): void {
    declined(intent, method, decline, isCharged)
  }

  /** Notes the decline, and answers the error that the request ends with, if there is one. */
  function declined(intent: Intent, method: Method, codes: DeclineCodes, isCharged: boolean): ApiError {
    const failed =
      intent.status === 'processing'
        ? charges.get(intent.latest_charge!)!
        : isCharged
          ? newCharge(intent, 'failed')
          : null
    if (failed !== null) failed.status = 'failed'
    intent.last_payment_error = {
      type: 'card_error',
      code: codes.code,
      ...(codes.declineCode === null ? {} : { decline_code: codes.declineCode }),
      ...(codes.adviceCode === null ? {} : { advice_code: codes.adviceCode }),
      message: 'Your card was declined.',
      ...(failed === null ? {} : { charge: failed.id }),
      payment_method: method,
    }
    intent.status = 'requires_payment_method'
    intent.payment_method = null
    if (failed !== null) intent.latest_charge = failed.id
    announce('payment_intent.payment_failed', intent)
    return new ApiError(402, { ...intent.last_payment_error, payment_intent: intent }, { isKept: true })
  }

  function newCharge(intent: Intent, status: Charge['status']): Charge {
    const made: Charge = {
      id: newId('ch'),
      object: 'charge',
      created: now(),
      amount: intent.amount,
      amount_refunded: 0,
      refunded: false,
      disputed: false,
      currency: intent.currency,
      status,
      payment_intent: intent.id,
      payment_method: intent.payment_method ?? intent.hidden.methodId,
      balance_transaction: null,
    }
    charges.set(made.id, made)
    return made
  }

  function transact(type: Transaction['type'], amount: number, of: { id: string; currency: string }): Transaction {
    const fee = type === 'charge' ? 55 : 0
    const { currency, id: source } = of
    const made: Transaction = {
      id: newId('txn'),
      object: 'balance_transaction',
      created: now(),
      type,
      amount,
      fee,
      net: amount - fee,
      currency,
      source,
    }
    transactions.set(made.id, made)
    return made
  }

  function paidOf(id: string): { intent: Intent; paid: Charge } {
    const intent = find(intents, 'payment_intent', id)
    if (intent.status !== 'succeeded') throw new NotPossible(`it is ${intent.status}: nothing was charged`)
    return { intent, paid: charges.get(intent.latest_charge!)! }
  }

  /** What neither went back nor is promised to. */
  function leftOf({ id, amount }: Intent): number {
    const back = [...refunds.values()].filter((one) => one.payment_intent === id && one.status !== 'failed')
    const lost = [...disputes.values()].filter((one) => one.payment_intent === id)
    const withdrawn = lost.flatMap((one) => one.balance_transactions).reduce((sum, one) => sum + one.amount, 0)
    return amount - back.reduce((sum, one) => sum + one.amount, 0) + withdrawn
  }

  function sumUp(paid: Charge): void {
    const back = [...refunds.values()].filter((one) => one.charge === paid.id && one.status !== 'failed')
    paid.amount_refunded = back.reduce((sum, one) => sum + one.amount, 0)
    paid.refunded = paid.amount_refunded === paid.amount
  }

  function dispute(id: string, isInquiry: boolean): Dispute {
    const { intent, paid } = paidOf(id)
    if ([...disputes.values()].some((one) => one.payment_intent === id && one.status !== 'warning_needs_response')) {
      throw new NotPossible('it was disputed before')
    }
    const amount = leftOf(intent)
    if (amount <= 0) throw new NotPossible('nothing is left of it')
    const made: Dispute = {
      id: newId('dp'),
      object: 'dispute',
      created: now(),
      amount,
      currency: intent.currency,
      status: isInquiry ? 'warning_needs_response' : 'needs_response',
      payment_intent: id,
      charge: paid.id,
      balance_transactions: [],
    }
    disputes.set(made.id, made)
    paid.disputed = true
    announce('charge.dispute.created', made)
    if (!isInquiry) {
      made.balance_transactions.push(transact('adjustment', -amount, made))
      announce('charge.dispute.funds_withdrawn', made)
    }
    return made
  }

  function later(seconds: number, happen: () => void): void {
    due.push({ at: now() + seconds, happen })
  }

  /** Lets happen what is due: called before each request. */
  function settleDue(): void {
    const ready = due.filter(({ at }) => at <= now())
    due = due.filter((one) => !ready.includes(one))
    for (const { happen } of ready) happen()
  }

  function announce(type: string, object: { id: string; object: string }): void {
    const about = structuredClone(withoutHidden(object)) as StripeEvent['data']['object']
    events.push({
      id: newId('evt'),
      object: 'event',
      api_version: API_VERSION,
      created: now(),
      type,
      data: { object: about },
      livemode: false,
    })
  }
}

/** As the API gives it. */
export function withoutHidden(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutHidden)
  if (value === null || typeof value !== 'object') return value
  const entries = Object.entries(value).filter(([name]) => name !== 'hidden')
  return Object.fromEntries(entries.map(([name, inner]) => [name, withoutHidden(inner)]))
}
