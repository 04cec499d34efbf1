/** What rating says of one usage event: an outcome, its reason, and the figures that explain it. */
import type { Currency, Micros } from '../money.ts'
import type { NumberFacts } from '../usage/number.ts'

export type Outcome =
  | 'charged'
  | 'covered'
  | 'free'
  | 'invoiced'
  | 'reversed'
  | 'pending'
  | 'voided'
  | 'duplicate'
  | 'conflict'
  | 'rejected'

export type RejectionReason =
  | 'invalid_event'
  | 'invalid_number'
  | 'unknown_account'
  | 'no_rate'
  | 'already_corrected'
  | 'too_late'

export type Reason =
  | RejectionReason
  | 'not_answered'
  | 'emergency'
  | 'toll_free_inbound'
  | 'inbound_standard'
  | 'forwarded_leg'
  | 'special_number'
  | 'no_package'
  | 'outside_package_countries'
  | 'caller_region_mismatch'
  | 'fair_use_exceeded'
  | 'in_package'
  | 'message'
  | 'inbound_message'
  | 'no_usage'
  | 'conversation_intelligence'
  | 'voice_agent'
  | 'billed_on_invoice'
  | 'included_in_plan'
  | 'other_usage'
  | 'correction'
  | 'invoice_correction'
  | 'awaiting_event'
  | 'corrected'
  | 'already_rated'
  | 'content_differs'

/** The deck row a price came from; `deck` is the file as the catalog names it. */
export interface AppliedRate {
  readonly deck: string
  readonly prefix: string
  readonly destination: string
}

/** The fair-use counter a call was held against, and the minutes it left before the call (null: no limit). */
export interface FairUseUse {
  readonly counter: string
  readonly minutesLeft: number | null
}

export interface Decision {
  readonly outcome: Outcome
  readonly reason: Reason
  /** Billed seconds, fragments or quantity of the part that is priced. */
  readonly units: number
  /** Whole minutes taken from the package; negative when a correction gives them back. */
  readonly coveredMinutes: number
  /** Above zero takes credit (or goes on the invoice); below zero gives it back. */
  readonly amountMicros: Micros
  /** Null until the account is known. */
  readonly currency: Currency | null
  readonly rate: AppliedRate | null
  readonly to: NumberFacts | null
  readonly from: NumberFacts | null
  readonly fairUse: FairUseUse | null
  /** For a person, where the reason alone does not say it: which field, which price is missing. */
  readonly detail: string | null
}

const NOTHING = {
  units: 0,
  coveredMinutes: 0,
  amountMicros: 0n,
  currency: null,
  rate: null,
  to: null,
  from: null,
  fairUse: null,
  detail: null,
} as const

/** A decision of the given outcome in which nothing is priced unless `figures` say so. */
export function decision(
  outcome: Outcome,
  reason: Reason,
  figures: Partial<Omit<Decision, 'outcome' | 'reason'>> = {},
): Decision {
  return { outcome, reason, ...NOTHING, ...figures }
}

/** A refusal: never a debit, never a guess; the event goes to the dead letters with this reason. */
export function rejected(reason: RejectionReason, detail: string, currency: Currency | null = null): Decision {
  return decision('rejected', reason, { detail, currency })
}
