/**
 * How much credit a payment brought, and how much of it was returned. The provider reports totals. What is posted is
 * the difference to what was posted before, positive or negative. So a total that is reported twice is posted once, and
 * a failed refund or a won dispute adds credit again.
 */
import type { InstantMicros } from '../instant.ts'
import type { Currency, Micros } from '../money.ts'
import type { PaymentNews, TopUpTrigger } from './machine.ts'

/** What the provider says about one payment at the time of the request. */
export interface PaymentFacts {
  readonly paymentId: string
  /** From the payment's metadata. Null if this program did not prepare it. */
  readonly topUpId: string | null
  readonly accountId: string | null
  /** Who requested it, from the metadata. Absent if the metadata does not say. */
  readonly trigger?: TopUpTrigger | null
  readonly providerMethodId: string | null
  readonly state: PaymentNews
  readonly amountMicros: Micros
  readonly currency: Currency
  /** The total refunded so far. It decreases if a refund fails. */
  readonly refundedMicros: Micros
  /** Withdrawn by open or lost disputes. Won disputes and inquiries do not count. */
  readonly disputedMicros: Micros
  readonly createdAtMicros: InstantMicros
}

/**
 * Totals, each from 0 to the credited amount. The charged amount may differ from the credited amount, because of tax.
 */
export interface PaymentTotals {
  readonly creditedMicros: Micros
  readonly refundedMicros: Micros
  /** Withdrawn by open or lost disputes. An inquiry withdraws nothing. */
  readonly disputedMicros: Micros
}

export const NOTHING_POSTED: PaymentTotals = { creditedMicros: 0n, refundedMicros: 0n, disputedMicros: 0n }

/** Whether it took money. One with a refund or a dispute must have succeeded, even if its state does not say so yet. */
export function hasTakenMoney({ state, refundedMicros, disputedMicros }: PaymentFacts): boolean {
  return state.kind === 'succeeded' || refundedMicros > 0n || disputedMicros > 0n
}

/** The totals that the provider reports. `entriesFor` limits them to what the payment brought. */
export function reportedTotals(facts: PaymentFacts): PaymentTotals {
  const { amountMicros, refundedMicros, disputedMicros } = facts
  return { creditedMicros: hasTakenMoney(facts) ? amountMicros : 0n, refundedMicros, disputedMicros }
}

/** One movement to post. */
export interface PaymentEntry {
  readonly kind: 'top_up' | 'refund' | 'dispute'
  /** Positive adds credit. Never 0. */
  readonly amountMicros: Micros
}

/**
 * Returns what to post so that the account matches the provider's totals. Never more is returned than the payment
 * brought: if a refund and a dispute overlap, the provider returns one of them, and the customer must not pay for it
 * twice. Only a refund or a dispute reverses a credited payment.
 */
export function entriesFor(
  posted: PaymentTotals,
  reported: PaymentTotals,
): { readonly entries: readonly PaymentEntry[]; readonly totals: PaymentTotals } {
  const creditedMicros =
    reported.creditedMicros > posted.creditedMicros ? reported.creditedMicros : posted.creditedMicros
  const refundedMicros = between(reported.refundedMicros, creditedMicros)
  const disputedMicros = between(reported.disputedMicros, creditedMicros - refundedMicros)
  const entries = [
    { kind: 'top_up', amountMicros: creditedMicros - posted.creditedMicros },
    { kind: 'refund', amountMicros: posted.refundedMicros - refundedMicros },
    { kind: 'dispute', amountMicros: posted.disputedMicros - disputedMicros },
  ] as const satisfies PaymentEntry[]
  return {
    entries: entries.filter(({ amountMicros }) => amountMicros !== 0n),
    totals: { creditedMicros, refundedMicros, disputedMicros },
  }
}

function between(micros: Micros, maxMicros: Micros): Micros {
  return micros < 0n ? 0n : micros > maxMicros ? maxMicros : micros
}
