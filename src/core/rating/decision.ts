/**
 * The decision on one usage event: an outcome, its reason, and the figures that explain it. Each outcome is a type that
 * narrows the figures it may have. All have the same fields, because rows and announcements need them. `outcomes.ts`
 * makes them.
 */
import type { Currency, Micros } from '../money.ts'
import type { NumberFacts } from '../usage/number.ts'
import type { FairUseCounter } from './fair-use.ts'

export type RejectionReason =
  | 'invalid_event'
  | 'invalid_number'
  | 'unknown_account'
  | 'no_rate'
  | 'already_corrected'
  | 'too_late'

export type ChargeReason =
  | 'toll_free_inbound'
  | 'forwarded_leg'
  | 'special_number'
  | 'no_package'
  | 'outside_package_countries'
  | 'caller_region_mismatch'
  | 'fair_use_exceeded'
  | 'message'
  | 'conversation_intelligence'
  | 'voice_agent'
  | 'other_usage'

export type FreeReason = 'not_answered' | 'emergency' | 'inbound_standard' | 'inbound_message' | 'no_usage'

/** The deck row that gave the price. `deck` is the file's name in the catalog. */
export interface AppliedRate {
  readonly deck: string
  readonly prefix: string
  readonly destination: string
}

/** The fair-use counter that a call was counted on. */
export interface FairUseCount {
  readonly counter: FairUseCounter
  /** `counterKey(counter)`. */
  readonly key: string
  /** Minutes left before the call. Null if there is no limit, and for a correction. */
  readonly minutesLeft: number | null
}

/** The fields of every decision. Each outcome narrows them. */
interface Figures {
  /** Billed seconds, fragments or quantity of the priced part. */
  readonly units: number
  /** Whole minutes taken from the package. Negative if a correction returns them. */
  readonly coveredMinutes: number
  /** Positive if it takes credit or goes on the invoice; negative if it returns it. */
  readonly amountMicros: Micros
  /** Null if the account is unknown. */
  readonly currency: Currency | null
  readonly rate: AppliedRate | null
  readonly to: NumberFacts | null
  readonly from: NumberFacts | null
  readonly fairUse: FairUseCount | null
  /** For people, if the reason alone does not say enough: which field is wrong, which price is missing. */
  readonly detail: string | null
  /** The version used to price it. Null if no catalog was needed. */
  readonly catalogVersion: number | null
}

/** Priced by a catalog, for a known account. */
interface ByCatalog extends Figures {
  readonly currency: Currency
  readonly catalogVersion: number
  readonly detail: null
}

/** Nothing was priced, and no catalog was used. */
interface Unpriced extends Figures {
  readonly units: 0
  readonly coveredMinutes: 0
  readonly amountMicros: 0n
  readonly rate: null
  readonly to: null
  readonly from: null
  readonly fairUse: null
}

interface UnpricedOfAccount extends Unpriced {
  readonly currency: Currency
  readonly catalogVersion: null
}

/** Taken from credit. `rate` is null if the tariff itself gives the price. */
export interface Charged extends ByCatalog {
  readonly outcome: 'charged'
  readonly reason: ChargeReason
}

/** Paid for by a package, on a fair-use counter; or included in the plan, without a counter. */
export interface Covered extends ByCatalog {
  readonly outcome: 'covered'
  readonly reason: 'in_package' | 'included_in_plan'
  readonly units: 0
  readonly amountMicros: 0n
  readonly rate: null
}

export interface Free extends ByCatalog {
  readonly outcome: 'free'
  readonly reason: FreeReason
  readonly units: 0
  readonly coveredMinutes: 0
  readonly amountMicros: 0n
  readonly rate: null
  readonly fairUse: null
}

/** Goes on the invoice. Credit does not move. */
export interface Invoiced extends ByCatalog {
  readonly outcome: 'invoiced'
  readonly reason: 'billed_on_invoice'
  readonly coveredMinutes: 0
  readonly fairUse: null
}

/** A correction of a recorded event: the negated figures of that event. */
export interface Reversed extends Figures {
  readonly outcome: 'reversed'
  /** `invoice_correction` corrects an invoiced event, so credit does not move. */
  readonly reason: 'correction' | 'invoice_correction'
  readonly units: 0
  readonly rate: null
  readonly to: null
  readonly from: null
  readonly detail: null
  readonly catalogVersion: null
}

/** A correction that arrived before its event. */
export interface Pending extends UnpricedOfAccount {
  readonly outcome: 'pending'
  readonly reason: 'awaiting_event'
  readonly detail: null
}

/** An event whose correction arrived first. It is not rated. */
export interface Voided extends UnpricedOfAccount {
  readonly outcome: 'voided'
  readonly reason: 'corrected'
  readonly detail: null
}

/** The same event is already recorded. */
export interface Duplicate extends UnpricedOfAccount {
  readonly outcome: 'duplicate'
  readonly reason: 'already_rated'
  readonly detail: null
}

/** Another event is already recorded under the same id. */
export interface Conflict extends UnpricedOfAccount {
  readonly outcome: 'conflict'
  readonly reason: 'content_differs'
  readonly detail: string
}

/** A refusal. Nothing is charged. */
export interface Rejected extends Unpriced {
  readonly outcome: 'rejected'
  readonly reason: RejectionReason
  readonly detail: string
}

/** The possible results of rating. */
export type RatedDecision = Charged | Covered | Free | Invoiced | Rejected
/** The possible results of a correction. */
export type CorrectionDecision = Reversed | Pending | Rejected

/** Decisions that record an identity. A second event with the same id is a duplicate or a conflict. */
export type RecordedDecision = Charged | Covered | Free | Invoiced | Reversed | Pending | Voided
/** Decisions that go to the dead letters. */
export type RefusedDecision = Conflict | Rejected
export type Decision = RecordedDecision | RefusedDecision | Duplicate

export type Outcome = Decision['outcome']
export type Reason = Decision['reason']

/**
 * Whether a decision records an identity. A refused event does not: once repaired, it may be sent again with the same
 * id.
 */
export function isRecorded(decided: Decision): decided is RecordedDecision {
  switch (decided.outcome) {
    case 'charged':
    case 'covered':
    case 'free':
    case 'invoiced':
    case 'reversed':
    case 'pending':
    case 'voided':
      return true
    case 'duplicate':
    case 'conflict':
    case 'rejected':
      return false
  }
}

/** Returns what the decision takes from credit, in micros. Negative if it returns credit. */
export function creditTaken(decided: Decision): Micros {
  switch (decided.outcome) {
    case 'charged':
      return decided.amountMicros
    case 'reversed':
      return decided.reason === 'correction' ? decided.amountMicros : 0n
    case 'covered':
    case 'free':
    case 'invoiced':
    case 'pending':
    case 'voided':
    case 'duplicate':
    case 'conflict':
    case 'rejected':
      return 0n
  }
}
