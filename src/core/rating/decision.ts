/**
 * What is decided of one usage event: an outcome, its reason, and the figures that explain it. A union by outcome, so that
 * each promises what it has; all have the same fields, as rows and announcements want them. They are made in `outcomes.ts`.
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

/** The deck row a price came from; `deck` is the file as the catalog names it. */
export interface AppliedRate {
  readonly deck: string
  readonly prefix: string
  readonly destination: string
}

/** The fair-use counter that a call counts on. */
export interface FairUseUse {
  readonly counter: FairUseCounter
  /** `counterKey(counter)`. */
  readonly key: string
  /** Minutes left before the call; null: no limit, or a correction. */
  readonly minutesLeft: number | null
}

/** What every decision has; each outcome narrows it. */
interface Figures {
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
  /** The version it was priced by; null where none was asked. */
  readonly catalogVersion: number | null
}

/** Priced by a catalog, of a known account. */
interface ByCatalog extends Figures {
  readonly currency: Currency
  readonly catalogVersion: number
  readonly detail: null
}

/** Nothing is priced, and no catalog was asked. */
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

/** Taken from credit. `rate` is null where the tariff itself has the price. */
export interface Charged extends ByCatalog {
  readonly outcome: 'charged'
  readonly reason: ChargeReason
}

/** Paid by a package, on a counter, or included in the plan, on none. */
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

/** For the invoice: credit does not move. */
export interface Invoiced extends ByCatalog {
  readonly outcome: 'invoiced'
  readonly reason: 'billed_on_invoice'
  readonly coveredMinutes: 0
  readonly fairUse: null
}

/** A correction of an event that is known: what that took, below zero. */
export interface Reversed extends Figures {
  readonly outcome: 'reversed'
  /** `invoice_correction`: of an invoiced event, so credit does not move. */
  readonly reason: 'correction' | 'invoice_correction'
  readonly units: 0
  readonly rate: null
  readonly to: null
  readonly from: null
  readonly detail: null
  readonly catalogVersion: null
}

/** A correction that came before its event. */
export interface Pending extends UnpricedOfAccount {
  readonly outcome: 'pending'
  readonly reason: 'awaiting_event'
  readonly detail: null
}

/** An event whose correction came before it: it is not rated. */
export interface Voided extends UnpricedOfAccount {
  readonly outcome: 'voided'
  readonly reason: 'corrected'
  readonly detail: null
}

/** The same event again. */
export interface Duplicate extends UnpricedOfAccount {
  readonly outcome: 'duplicate'
  readonly reason: 'already_rated'
  readonly detail: null
}

/** Another event under the id of one that is known. */
export interface Conflict extends UnpricedOfAccount {
  readonly outcome: 'conflict'
  readonly reason: 'content_differs'
  readonly detail: string
}

/** A refusal: never a debit, never a guess. */
export interface Rejected extends Unpriced {
  readonly outcome: 'rejected'
  readonly reason: RejectionReason
  readonly detail: string
}

/** What the price of an event may come to. */
export type RatedDecision = Charged | Covered | Free | Invoiced | Rejected
export type CorrectionDecision = Reversed | Pending | Rejected

/** What leaves an identity behind: a second event under its id is a duplicate or a conflict. */
export type RecordedDecision = Charged | Covered | Free | Invoiced | Reversed | Pending | Voided
/** What goes to the dead letters. */
export type RefusedDecision = Conflict | Rejected
export type Decision = RecordedDecision | RefusedDecision | Duplicate

export type Outcome = Decision['outcome']
export type Reason = Decision['reason']

/** Whether a decision leaves an identity behind. A refused event leaves none: mended, it may come again under its id. */
export function leavesIdentity(decided: Decision): decided is RecordedDecision {
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

/** What the decision takes from the account's credit: above zero takes, below zero gives back. */
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
