/** The findings of verification: each names the invariant, the check and the account. */

/** A closed list; docs/OPERATIONS.md describes what to do about each. */
export type Check =
  | 'offset_ahead'
  | 'balance'
  | 'chain'
  | 'movement'
  | 'status'
  | 'charge'
  | 'identity'
  | 'unaccounted'
  | 'unpublished'
  | 'version_gap'
  | 'status_event'
  | 'charged_twice'
  | 'auto_top_up_column'
  | 'usage_by_day'
  | 'movement_index'
  | 'payment_not_credited'
  | 'payment_unknown_at_provider'
  | 'payment_sum'
  | 'two_payments_under_way'
  | 'provider_silent'

export interface Fault {
  readonly check: Check
  /** The letter in docs/INVARIANTS.md; null: none of them, as for a charge that its versions do not give. */
  readonly invariant: 'A' | 'B' | 'C' | 'D' | 'E' | 'F' | null
  /** A warning is for a person to check: the books may be right. */
  readonly severity: 'fault' | 'warning'
  readonly accountId: string | null
  readonly detail: string
}

export type OnFault = (fault: Fault) => void
