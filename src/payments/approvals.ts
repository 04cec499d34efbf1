/** The customer's approval of a payment: they are sent to the bank's page, and the payment is checked when they return. */
import type { TopUpState } from '../core/top-up/machine.ts'
import type { Writer } from '../ledger/changes/change-account.ts'
import { readClock } from '../ledger/changes/read-clock.ts'
import { storeReturnUrl } from '../ledger/top-ups/approval-returns.ts'
import { recordPayment } from '../ledger/top-ups/record-payment.ts'
import { readTopUp } from '../ledger/top-ups/top-up-rows.ts'
import type { NoAnswer, PaymentProvider, Refused } from './providers/provider.ts'

/** The URL of our page to which a bank's page returns the customer of a top-up. */
export function paymentReturnPage(publicUrl: string, topUpId: string): string {
  return `${publicUrl}/return/payment?top_up=${encodeURIComponent(topUpId)}`
}

export interface WantedApproval {
  readonly accountId: string
  readonly topUpId: string
  /** Where the customer finally returns to. */
  readonly returnUrl: string
  /** Our page, where the bank's page sends them first. */
  readonly returnPage: string
}

export type AskedForApproval =
  | { readonly kind: 'page'; readonly url: string }
  | { readonly kind: 'unknown_top_up' }
  /** The payment does not need approval, or no longer does. */
  | { readonly kind: 'not_waiting'; readonly state: TopUpState }
  | NoAnswer
  | Refused

/** Asks the provider for the page on which the customer approves the payment of a top-up. The customer must be present. */
export async function askForApproval(
  writer: Writer,
  provider: PaymentProvider,
  { accountId, topUpId, returnUrl, returnPage }: WantedApproval,
): Promise<AskedForApproval> {
  const topUp = (await readTopUp(writer.pool, accountId, topUpId))?.topUp
  if (topUp === undefined) return { kind: 'unknown_top_up' }
  const { state, ending, actionUntilMicros, paymentId, attemptId } = topUp
  const { nowMicros } = await readClock(writer.pool)
  const hasLapsed = actionUntilMicros !== null && actionUntilMicros <= nowMicros
  if (state !== 'needs_action' || ending !== null || hasLapsed) return { kind: 'not_waiting', state }
  await storeReturnUrl(writer.pool, topUpId, returnUrl)
  const askedAtMs = Date.now()
  const answer = await provider.approve(paymentId!, attemptId!, returnPage)
  if (answer.kind !== 'facts') return answer
  const { facts } = answer
  if (facts.state.kind === 'needs_action') return { kind: 'page', url: facts.state.url }
  // It was approved or declined in the meantime, perhaps in another tab.
  await recordPayment(writer, provider.name, facts, { chance: Math.random(), askedAtMs })
  const after = await readTopUp(writer.pool, accountId, topUpId)
  return { kind: 'not_waiting', state: after?.topUp.state ?? state }
}

/** Reads a payment from the provider and records its state, as soon as the customer returns from the bank's page. */
export async function checkPayment(
  writer: Writer,
  provider: PaymentProvider,
  paymentId: string,
): Promise<{ readonly kind: 'looked' } | NoAnswer | Refused> {
  const askedAtMs = Date.now()
  const answer = await provider.readPayment(paymentId)
  if (answer.kind !== 'facts') return answer
  await recordPayment(writer, provider.name, answer.facts, { chance: Math.random(), askedAtMs })
  return { kind: 'looked' }
}
