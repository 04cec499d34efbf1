/**
 * Stripe's side: what its API does to customers, cards, visits to Checkout and payments, and what cardholders and banks do. It
 * makes no decisions for the product: it only behaves as Stripe documents. Cards behave by Stripe's public test numbers, all of
 * which may be saved with a customer here.
 */
import { BEHAVIOURS, findTestNumber } from '../../../src/payments/providers/sandbox/cards.ts'
import { NotPossible } from '../../../src/payments/providers/sandbox/payment.ts'
import { createBooks } from './books.ts'
import { createMoneyBack } from './money-back.ts'
import { type Customer, invalid, type Metadata, type Method, type Session } from './objects.ts'
import { createPaymentLife } from './payment-life.ts'

export type StripeState = ReturnType<typeof createState>

/** `nowMicros`: its clock. */
export function createState(nowMicros: () => number) {
  const books = createBooks(nowMicros)
  const { customers, methods, sessions, intents, now, newId, find, announce } = books
  const moneyBack = createMoneyBack(books)
  const disputeAtOnce = (id: string, isInquiry: boolean) =>
    moneyBack.leftOf(intents.get(id)!) > 0 && moneyBack.dispute(id, isInquiry)

  return {
    ...books,
    ...moneyBack,
    ...createPaymentLife(books, disputeAtOnce),

    createCustomer(metadata: Metadata): Customer {
      const customer: Customer = { id: newId('cus'), object: 'customer', created: now(), metadata }
      customers.set(customer.id, customer)
      announce('customer.created', customer)
      return customer
    },

    /** Enters a card for a customer. */
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

    /** A bank has sent its customer a new card, and informed Stripe. */
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
  }
}
