/** Returned money of a payment at Stripe, and its reversal: refunds, disputes. */
import { SHORTLY_MICROS } from '../../../src/payments/providers/sandbox/cards.ts'
import { NotPossible } from '../../../src/payments/providers/sandbox/payment.ts'
import type { Books } from './books.ts'
import type { Charge, Dispute, Intent, Refund } from './objects.ts'

const SHORTLY_SECONDS = SHORTLY_MICROS / 1_000_000

export function createMoneyBack(books: Books) {
  const { methods, intents, charges, refunds, disputes, now, newId, find, transact, announce, later } = books

  return {
    leftOf,
    dispute,

    /** `cents` null: everything that is left. */
    refund(id: string, cents: number | null): Refund {
      const { intent, paid } = paidOf(id)
      const left = leftOf(intent)
      const amount = cents ?? left
      if (amount <= 0 || amount > left) throw new NotPossible('the refund exceeds what is left of it')
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

    win(id: string): void {
      const lost = [...disputes.values()].find((one) => one.payment_intent === id && one.status === 'needs_response')
      if (lost === undefined) throw new NotPossible('it has no open dispute')
      lost.status = 'won'
      lost.balance_transactions.push(transact('adjustment', lost.amount, lost))
      announce('charge.dispute.closed', lost)
      announce('charge.dispute.funds_reinstated', lost)
    },
  }

  function paidOf(id: string): { intent: Intent; paid: Charge } {
    const intent = find(intents, 'payment_intent', id)
    if (intent.status !== 'succeeded') throw new NotPossible(`it is ${intent.status}: nothing was charged`)
    return { intent, paid: charges.get(intent.latest_charge!)! }
  }

  /** What was neither returned nor is about to be. */
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

  function dispute(id: string, isInquiry = false): Dispute {
    const { intent, paid } = paidOf(id)
    if ([...disputes.values()].some((one) => one.payment_intent === id && one.status !== 'warning_needs_response')) {
      throw new NotPossible('it has already been disputed')
    }
    const amount = leftOf(intent)
    if (amount <= 0) throw new NotPossible('nothing of it is left to dispute')
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
}
