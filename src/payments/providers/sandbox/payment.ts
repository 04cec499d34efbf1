/**
 * The life cycle of a payment in the sandbox, as decisions on plain data. Money is represented by transfers, which are only
 * added: the totals charged, refunded and disputed are sums over completed transfers. A pending transfer has a due time.
 */
import type { InstantMicros } from '../../../core/instant.ts'
import type { Currency, Micros } from '../../../core/money.ts'
import { declineOf } from '../../../core/top-up/declines.ts'
import type { PaymentNews } from '../../../core/top-up/machine.ts'
import type { PaymentFacts } from '../provider.ts'
import { BEHAVIOURS, type Behaviour, type BehaviourName, type DeclineCodes, SHORTLY_MICROS } from './cards.ts'

export type SandboxState = 'unconfirmed' | 'needs_action' | 'processing' | 'succeeded' | 'declined' | 'canceled'

export interface Transfer {
  readonly kind: 'charge' | 'refund' | 'dispute'
  /** From the seller's view: a charge is positive, a refund or dispute negative. */
  readonly amountMicros: Micros
  readonly dueAtMicros: InstantMicros
  /** Null: pending. */
  readonly doneAtMicros: InstantMicros | null
}

export interface SandboxPayment {
  readonly paymentId: string
  readonly attemptId: string
  readonly topUpId: string
  readonly accountId: string
  readonly customerId: string
  readonly providerMethodId: string
  readonly amountMicros: Micros
  readonly currency: Currency
  readonly isOffSession: boolean
  readonly createdAtMicros: InstantMicros
  /** Where the bank's page returns the customer to; null: nowhere. */
  readonly returnUrl: string | null
  readonly state: SandboxState
  readonly decline: DeclineCodes | null
  /** When processing ends. */
  readonly settlesAtMicros: InstantMicros | null
  readonly dispute: 'inquiry' | 'open' | 'won' | null
  readonly transfers: readonly Transfer[]
  /** The behaviour of its card. */
  readonly behaviour: BehaviourName
  /** The customer has approved the card for later charges. */
  readonly isSetUp: boolean
  /** Its card was detached. */
  readonly isDetached: boolean
}

/** Thrown when an action is not possible in the current state. Nothing is changed. */
export class NotPossible extends Error {
  override readonly name = 'NotPossible'
  readonly code: string

  constructor(message: string, code = 'not_possible') {
    super(message)
    this.code = code
  }
}

const BANK_REFUSES: DeclineCodes = { code: 'card_declined', declineCode: 'generic_decline', adviceCode: null }
const NOT_APPROVED: DeclineCodes = {
  code: 'payment_intent_authentication_failure',
  declineCode: null,
  adviceCode: null,
}

/** Applies what is due by now. Returns the same object if nothing is due. */
export function advancedTo(payment: SandboxPayment, nowMicros: InstantMicros): SandboxPayment {
  const { settlesAtMicros } = payment
  // A dispute of a charge that settles now appears at the next read, as everywhere.
  if (settlesAtMicros !== null && settlesAtMicros <= nowMicros) return settled(payment, nowMicros)
  const due = payment.transfers.filter((transfer) => isDue(transfer, nowMicros))
  if (due.length === 0) return payment
  return {
    ...payment,
    dispute: due.some(({ kind }) => kind === 'dispute') ? 'open' : payment.dispute,
    transfers: payment.transfers.map((one) => (due.includes(one) ? { ...one, doneAtMicros: nowMicros } : one)),
  }
}

function isDue({ dueAtMicros, doneAtMicros }: Transfer, nowMicros: InstantMicros): boolean {
  return doneAtMicros === null && dueAtMicros <= nowMicros
}

/** When something is due next; null: never. */
export function nextDueMicros({ settlesAtMicros, transfers }: SandboxPayment): InstantMicros | null {
  const due = transfers.filter(({ doneAtMicros }) => doneAtMicros === null).map(({ dueAtMicros }) => dueAtMicros)
  if (settlesAtMicros !== null) due.push(settlesAtMicros)
  return due.length === 0 ? null : Math.min(...due)
}

/** Charges a prepared payment, or asks for approval first. A payment that was confirmed before is not changed. */
export function confirmed(payment: SandboxPayment, nowMicros: InstantMicros): SandboxPayment {
  if (payment.state !== 'unconfirmed') return payment
  if (payment.isDetached) throw new NotPossible('its card was detached', 'method_gone')
  return needsApproval(payment) ? { ...payment, state: 'needs_action' } : charged(payment, nowMicros)
}

function needsApproval({ behaviour, isOffSession, isSetUp }: SandboxPayment): boolean {
  switch (behaviourOf(behaviour).authentication) {
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

function charged(payment: SandboxPayment, nowMicros: InstantMicros): SandboxPayment {
  const { processingMicros } = behaviourOf(payment.behaviour)
  if (processingMicros === undefined) return settled(payment, nowMicros)
  return { ...payment, state: 'processing', settlesAtMicros: nowMicros + processingMicros }
}

/** Succeeds or is declined, depending on its card. */
function settled(payment: SandboxPayment, nowMicros: InstantMicros): SandboxPayment {
  const { decline = null, dispute } = behaviourOf(payment.behaviour)
  if (decline !== null) return { ...payment, state: 'declined', decline, settlesAtMicros: null }
  const { amountMicros } = payment
  const transfers = [...payment.transfers, completed('charge', amountMicros, nowMicros)]
  // Not together with the charge: like any dispute it appears at the next read.
  if (dispute === 'open') transfers.push(pending('dispute', -amountMicros, nowMicros))
  return {
    ...payment,
    state: 'succeeded',
    settlesAtMicros: null,
    transfers,
    dispute: dispute === 'inquiry' ? 'inquiry' : null,
  }
}

/** Cancels a payment that was not charged. Any other is not changed, nor is one that the bank is processing. */
export function canceled(payment: SandboxPayment): SandboxPayment {
  const isOpen = payment.state === 'unconfirmed' || payment.state === 'needs_action'
  return isOpen ? { ...payment, state: 'canceled' } : payment
}

/** The customer is present to approve the payment, and returns to `returnUrl`. Without a need for approval nothing changes. */
export function approvalAsked(payment: SandboxPayment, returnUrl: string): SandboxPayment {
  return payment.state === 'needs_action' ? { ...payment, returnUrl } : payment
}

/** The customer approves the payment, which sets the card up for later charges. */
export function approved(payment: SandboxPayment, nowMicros: InstantMicros): SandboxPayment {
  if (payment.state !== 'needs_action') throw new NotPossible(`it is ${payment.state} and is not waiting for approval`)
  return charged({ ...payment, isSetUp: true }, nowMicros)
}

/** The customer does not approve the payment, or the bank declines it while processing; `decline` null: the usual codes. */
export function declinedByBank(payment: SandboxPayment, decline: DeclineCodes | null): SandboxPayment {
  const { state } = payment
  if (state !== 'needs_action' && state !== 'processing') {
    throw new NotPossible(`it is ${state} and is not waiting for the customer or the bank`)
  }
  const usual = state === 'needs_action' ? NOT_APPROVED : BANK_REFUSES
  return { ...payment, state: 'declined', decline: decline ?? usual, settlesAtMicros: null }
}

/** Ends the processing of a payment now; the outcome depends on its account. */
export function settledNow(payment: SandboxPayment, nowMicros: InstantMicros): SandboxPayment {
  if (payment.state !== 'processing') throw new NotPossible(`it is ${payment.state} and not processing`)
  return settled(payment, nowMicros)
}

/** Refunds a payment; `amountMicros` null: everything that is left. */
export function refunded(
  payment: SandboxPayment,
  amountMicros: Micros | null,
  nowMicros: InstantMicros,
): SandboxPayment {
  if (payment.state !== 'succeeded') throw new NotPossible(`it is ${payment.state}: nothing was charged`)
  // Pending refunds are already gone; pending returns are not back yet.
  const leftMicros = sum(payment.transfers.filter((one) => one.doneAtMicros !== null || one.amountMicros < 0n))
  const micros = amountMicros ?? leftMicros
  if (micros <= 0n || micros > leftMicros) throw new NotPossible('the refund exceeds what is left of it')
  const { refund } = behaviourOf(payment.behaviour)
  const shortly = nowMicros + SHORTLY_MICROS
  const transfers = [...payment.transfers]
  transfers.push(refund === 'late' ? pending('refund', -micros, shortly) : completed('refund', -micros, nowMicros))
  if (refund === 'fails') transfers.push(pending('refund', micros, shortly))
  return { ...payment, transfers }
}

/** The cardholder disputes what is left of the payment; the funds are withdrawn at once. */
export function disputed(payment: SandboxPayment, nowMicros: InstantMicros): SandboxPayment {
  if (payment.state !== 'succeeded') throw new NotPossible(`it is ${payment.state}: nothing was charged`)
  const isDisputed = payment.transfers.some(({ kind }) => kind === 'dispute')
  if (isDisputed) throw new NotPossible('it has already been disputed')
  const leftMicros = sum(payment.transfers.filter((one) => one.doneAtMicros !== null || one.amountMicros < 0n))
  if (leftMicros <= 0n) throw new NotPossible('nothing of it is left to dispute')
  return {
    ...payment,
    dispute: 'open',
    transfers: [...payment.transfers, completed('dispute', -leftMicros, nowMicros)],
  }
}

/** The seller wins the dispute; the funds are reinstated. */
export function won(payment: SandboxPayment, nowMicros: InstantMicros): SandboxPayment {
  if (payment.dispute !== 'open') throw new NotPossible('it has no open dispute')
  const withdrawnMicros = sumOf('dispute', payment)
  return {
    ...payment,
    dispute: 'won',
    transfers: [...payment.transfers, completed('dispute', -withdrawnMicros, nowMicros)],
  }
}

/** The provider's facts of a payment. `approvalUrl`: where the customer can approve it. */
export function factsOf(payment: SandboxPayment, approvalUrl: string): PaymentFacts {
  return {
    paymentId: payment.paymentId,
    topUpId: payment.topUpId,
    accountId: payment.accountId,
    trigger: payment.isOffSession ? 'automatic' : 'manual',
    providerMethodId: payment.providerMethodId,
    state: newsOf(payment, approvalUrl),
    amountMicros: payment.amountMicros,
    currency: payment.currency,
    refundedMicros: -sumOf('refund', payment),
    disputedMicros: -sumOf('dispute', payment),
    createdAtMicros: payment.createdAtMicros,
  }
}

function newsOf({ state, decline }: SandboxPayment, url: string): PaymentNews {
  switch (state) {
    case 'needs_action':
      return { kind: 'needs_action', url }
    case 'declined':
      return { kind: 'declined', decline: declineOf(decline!) }
    default:
      return { kind: state }
  }
}

/** The sum of the completed transfers of one kind. */
export function sumOf(kind: Transfer['kind'], { transfers }: Pick<SandboxPayment, 'transfers'>): Micros {
  return sum(transfers.filter((one) => one.kind === kind && one.doneAtMicros !== null))
}

function sum(transfers: readonly Transfer[]): Micros {
  return transfers.reduce((total, { amountMicros }) => total + amountMicros, 0n)
}

function behaviourOf(name: BehaviourName): Behaviour {
  return BEHAVIOURS[name]
}

function completed(kind: Transfer['kind'], amountMicros: Micros, nowMicros: InstantMicros): Transfer {
  return { kind, amountMicros, dueAtMicros: nowMicros, doneAtMicros: nowMicros }
}

function pending(kind: Transfer['kind'], amountMicros: Micros, dueAtMicros: InstantMicros): Transfer {
  return { kind, amountMicros, dueAtMicros, doneAtMicros: null }
}
