/**
 * What a payment has brought, and what of it went back. The provider says how much in all; what is posted is the difference
 * to what was posted before, of either sign: said twice it is posted once, a refund that failed and a dispute that was won
 * come back as a difference above zero.
 */
import type { InstantMicros } from '../instant.ts'
import type { Currency, Micros } from '../money.ts'
import type { PaymentNews, TopUpTrigger } from './machine.ts'

/** What a provider says of one payment, as it is at the time of asking. */
export interface PaymentFacts {
  readonly paymentId: string
  /** From the metadata that it was prepared with; null where this program did not prepare it. */
  readonly topUpId: string | null
  readonly accountId: string | null
  /** Who asked for it, from the metadata; absent where that does not say. */
  readonly trigger?: TopUpTrigger | null
  readonly providerMethodId: string | null
  readonly state: PaymentNews
  readonly amountMicros: Micros
  readonly currency: Currency
  /** Refunded in all, so far; less where a refund failed. */
  readonly refundedMicros: Micros
  /** Withdrawn by disputes that are open or lost; a dispute won is not in it, nor is an inquiry. */
  readonly disputedMicros: Micros
  readonly createdAtMicros: InstantMicros
}

/** In all, each from 0 to the amount credited. What is charged and what is credited differ once tax is added. */
export interface PaymentTotals {
  readonly creditedMicros: Micros
  readonly refundedMicros: Micros
  /** Funds withdrawn by disputes that are open or lost; an inquiry moves nothing. */
  readonly disputedMicros: Micros
}

export const NOTHING_POSTED: PaymentTotals = { creditedMicros: 0n, refundedMicros: 0n, disputedMicros: 0n }

export interface PaymentEntry {
  readonly kind: 'top_up' | 'refund' | 'dispute'
  /** Above zero adds credit; never 0. */
  readonly amountMicros: Micros
}

/**
 * What to post so that the account has what the provider says. Never more goes back than the payment brought: where a refund
 * and a dispute overlap, the provider returns one of them, and the customer must not pay for it twice. A payment once
 * credited is never un-credited but by refund or dispute.
 */
export function entriesFor(
  posted: PaymentTotals,
  said: PaymentTotals,
): { readonly entries: readonly PaymentEntry[]; readonly totals: PaymentTotals } {
  const creditedMicros = said.creditedMicros > posted.creditedMicros ? said.creditedMicros : posted.creditedMicros
  const refundedMicros = between(said.refundedMicros, creditedMicros)
  const disputedMicros = between(said.disputedMicros, creditedMicros - refundedMicros)
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
