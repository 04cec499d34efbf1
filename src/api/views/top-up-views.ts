/**
 * What each caller sees of top-ups, cards and declines. Admins see the kind of a decline, never the bank's code;
 * members see neither card nor reason. Services and operators see everything.
 */
import { z } from 'zod'
import { formatMoney } from '../../core/money.ts'
import { DECLINE_WHYS, type DeclineWhy, whyDeclined } from '../../core/top-up/declines.ts'
import { TOP_UP_STATES } from '../../core/top-up/machine.ts'
import type { ListedTopUp } from '../../ledger/top-ups/list-top-ups.ts'
import { type Caller, seesInFull } from '../access/permissions.ts'
import { AccountId, CurrencyCode, Instant, Money } from '../protocol/schemas.ts'

export const Why = z
  .string()
  .nullable()
  .meta({
    description: `Why the card was declined: ${DECLINE_WHYS.join(', ')}; new values may be added. Null if it was not declined, or the caller may not see why.`,
  })

/** The kind of a decline as the caller may see it, from a bank's code or from the kind itself. */
export function whyFor(caller: Caller, why: DeclineWhy | string | null): string | null {
  if (why === null || !seesInFull(caller)) return null
  return (DECLINE_WHYS as readonly string[]).includes(why) ? why : whyDeclined(why)
}

/** A provider's code, which people do not see. */
export function codeFor(caller: Caller, code: string | null): string | null {
  return caller.kind === 'person' ? null : code
}

export const CardFields = {
  brand: z.string().nullable().meta({ description: 'visa, mastercard, ... Null if the caller may not see it.' }),
  last4: z.string().nullable(),
  expiry_month: z.int(),
  expiry_year: z.int(),
}

export interface ShownCard {
  readonly brand: string
  readonly last4: string
  readonly expiryMonth: number
  readonly expiryYear: number
}

/** A card as JSON; brand and digits are null for members. */
export function cardJson(caller: Caller, { brand, last4, expiryMonth, expiryYear }: ShownCard) {
  const isInFull = seesInFull(caller)
  return {
    brand: isInFull ? brand : null,
    last4: isInFull ? last4 : null,
    expiry_month: expiryMonth,
    expiry_year: expiryYear,
  }
}

export const TRIGGERS = ['automatic', 'manual'] as const
export const State = z.enum(TOP_UP_STATES)

export const TOP_UP_FIELDS = {
  top_up_id: z.string(),
  account_id: AccountId,
  trigger: z.enum(TRIGGERS),
  state: State,
  is_being_canceled: z
    .boolean()
    .meta({ description: 'Whether it ends as soon as the provider has canceled its payment.' }),
  reason: z.string().nullable().meta({
    description:
      'Why it is in this state: monthly_cap, turned_off, by_hand, ... Null if `state` or `why` already says so.',
  }),
  why: Why,
  amount: Money,
  currency: CurrencyCode,
  method_id: z.string().nullable(),
  requested_by: z.string().nullable().meta({ description: 'Null if it is automatic, or the caller may not see it.' }),
  requested_at: Instant,
  updated_at: Instant,
  next_try_at: Instant.nullable().meta({ description: 'When it is next processed. Null once it is over.' }),
  action_until: Instant.nullable().meta({
    description: 'Until when the customer can approve the payment. Set while it needs approval.',
  }),
}

export const TopUp = z.object(TOP_UP_FIELDS).meta({ id: 'TopUp' })

/** A top-up as JSON, for this caller. */
export function topUpJson(caller: Caller, topUp: ListedTopUp): z.output<typeof TopUp> {
  const { reason, isDeclined } = topUp
  // If the provider declined or refused it, the reason is its code, which people do not see.
  const isForeignCode = topUp.state === 'failed' || isDeclined
  return {
    top_up_id: topUp.topUpId,
    account_id: topUp.accountId,
    trigger: topUp.trigger,
    state: topUp.state,
    is_being_canceled: topUp.isBeingCanceled,
    reason: isForeignCode ? codeFor(caller, reason) : reason,
    why: isDeclined ? whyFor(caller, reason) : null,
    amount: formatMoney(topUp.amountMicros),
    currency: topUp.currency,
    method_id: topUp.methodId,
    requested_by: seesInFull(caller) ? topUp.actor : null,
    requested_at: topUp.requestedAt,
    updated_at: topUp.updatedAt,
    next_try_at: topUp.nextLookAt,
    action_until: topUp.actionUntil,
  }
}
