/** One event with its decision as the ledger stores them, for explaining and recomputing it. Plain data of any age. */
import type { NumberType } from '../catalog/catalog.ts'
import type { InstantMicros } from '../instant.ts'
import type { Currency, Micros } from '../money.ts'
import type { Outcome, Reason } from '../rating/decision.ts'
import type { Channel, Direction, Leg, UsageType } from '../usage/event.ts'

/** The figures of a decision, stored or recomputed. They must be equal. */
export interface DecisionFigures {
  readonly outcome: Outcome
  readonly reason: Reason
  readonly units: number
  readonly coveredMinutes: number
  readonly amountMicros: Micros
  readonly currency: Currency | null
  readonly deck: string | null
  readonly prefix: string | null
  readonly destination: string | null
  readonly toCountry: string | null
  readonly toType: NumberType | null
  readonly fromCountry: string | null
  readonly minutesLeft: number | null
  readonly cycleAnchor: string | null
  readonly cycleStart: string | null
  /** The change of the account's credit, negative if it took credit. 0 if there is no movement. */
  readonly movedMicros: Micros
}

/** The event that a correction reverses, as it is recorded. */
export interface CorrectedUsage {
  readonly type: UsageType
  readonly userId: string | null
  readonly outcome: Outcome
  readonly reason: Reason
  readonly amountMicros: Micros
  readonly coveredMinutes: number
  readonly currency: Currency
  readonly cycleAnchor: string | null
  readonly cycleStart: string | null
}

/** The correction that reversed an event. Instant and outcome are null if its detail was deleted. */
export interface CorrectingUsage {
  readonly eventId: string
  readonly recordedAtMicros: InstantMicros | null
  readonly outcome: Outcome | null
}

/** The expiry of a correction whose event did not arrive in time. */
export interface Expired {
  readonly recordedAtMicros: InstantMicros
  readonly detail: string
}

/** The movement that the event made. */
export interface RecordedMovement {
  readonly sequence: bigint
  readonly balanceBeforeMicros: Micros
  readonly balanceAfterMicros: Micros
}

/** One event with its decision, as the ledger stores them. */
export interface StoredUsage {
  readonly accountId: string
  readonly eventId: string
  readonly type: UsageType
  readonly occurredAtMicros: InstantMicros
  readonly recordedAtMicros: InstantMicros
  readonly interactionId: string
  readonly userId: string | null
  readonly direction: Direction | null
  readonly leg: Leg | null
  readonly from: string | null
  readonly to: string | null
  readonly channel: Channel | null
  readonly agentId: string | null
  readonly sku: string | null
  readonly corrects: string | null
  /** The quantity used: seconds, fragments or items. */
  readonly quantity: number
  readonly figures: DecisionFigures
  readonly settingsVersion: number
  readonly catalogVersion: number | null
  readonly correctedBy: CorrectingUsage | null
  readonly corrected: CorrectedUsage | null
  /** For a correction whose event did not arrive in time, else null. */
  readonly expired: Expired | null
  readonly movement: RecordedMovement | null
}

/**
 * Whether the phone numbers were cleared after their retention. Usage with a destination is never recorded without one.
 */
export function areNumbersCleared(stored: StoredUsage): boolean {
  const hasNumbers = stored.type === 'call' || stored.type === 'toll_free' || stored.type === 'message'
  return hasNumbers && stored.to === null
}

/** Returns the names of the figures that differ, in the order of `a`. */
export function differingFigures(a: DecisionFigures, b: DecisionFigures): (keyof DecisionFigures)[] {
  return (Object.keys(a) as (keyof DecisionFigures)[]).filter((name) => a[name] !== b[name])
}
