/** The life of a payment at Stripe: prepared, confirmed, approved, processed, declined, canceled. */
import type { DeclineCodes } from '../../../src/payments/providers/sandbox/cards.ts'
import { NotPossible } from '../../../src/payments/providers/sandbox/payment.ts'
import type { Books } from './books.ts'
import { ApiError, type Charge, type Intent, invalid, type Metadata, type Method } from './objects.ts'

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

/** `dispute`: what a cardholder does who disputes it at once. */
export function createPaymentLife(books: Books, dispute: (id: string, isInquiry: boolean) => unknown) {
  const { customers, methods, intents, charges, now, newId, find, transact, announce, later } = books

  return {
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
      if (requiresApproval(method, how.isOffSession)) {
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
      if (intent.status !== 'requires_action')
        throw new NotPossible(`it is ${intent.status} and is not waiting for approval`)
      const method = find(methods, 'payment_method', intent.payment_method!)
      intent.next_action = null
      if (!isApproved) {
        fail(intent, method, NOT_APPROVED, false)
        return
      }
      method.hidden.isSetUp = true
      charge(intent, method, false)
    },

    /** The bank finishes processing: as the card specifies, or with a decline. */
    settle(id: string, isDeclined: boolean): void {
      const intent = find(intents, 'payment_intent', id)
      if (intent.status !== 'processing') throw new NotPossible(`it is ${intent.status} and not processing`)
      const method = find(methods, 'payment_method', intent.payment_method!)
      if (isDeclined) fail(intent, method, BANK_REFUSES, true)
      else end(intent, method)
    },
  }

  function unexpected({ id }: Intent, why: string): ApiError {
    const message = `This PaymentIntent ${id} ${why}`
    const body = { type: 'invalid_request_error', code: 'payment_intent_unexpected_state', message }
    return new ApiError(400, body, { isKept: true })
  }

  function requiresApproval({ hidden: { behaviour, isSetUp } }: Method, isOffSession: boolean): boolean {
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
    const { decline, dispute: ending } = method.hidden.behaviour
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
    if (ending !== undefined) later(0, () => dispute(intent.id, ending === 'inquiry'))
  }

  function fail(intent: Intent, method: Method, decline: DeclineCodes, isCharged: boolean): void {
    declined(intent, method, decline, isCharged)
  }

  /** Records the decline, and returns the error that the request ends with, if there is one. */
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
}
