/** What verification finds: values, each naming the invariant, what was checked, and whose books it is about. */

/** A closed list; docs/OPERATIONS.md says of each what to do about it. */
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
  /** The letter of docs/INVARIANTS.md; null for a charge that its versions do not give, and for what does not follow from the books. */
  readonly invariant: 'A' | 'B' | 'C' | 'D' | 'E' | 'F' | null
  /** A warning is for a person to look at: the books may be right. */
  readonly severity: 'fault' | 'warning'
  readonly accountId: string | null
  readonly detail: string
}

export type OnFault = (fault: Fault) => void
