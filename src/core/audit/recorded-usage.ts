/** One event with its decision as the ledger holds them: what is explained, and decided again. Plain data, of any age. */
import type { NumberType } from '../catalog/catalog.ts'
import type { InstantMicros } from '../instant.ts'
import type { Currency, Micros } from '../money.ts'
import type { Outcome, Reason } from '../rating/decision.ts'
import type { Channel, Direction, Leg, UsageType } from '../usage/event.ts'

/** What a decision comes to, stored or recomputed: the figures that must agree. */
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
  /** What it moved on the account's credit, below zero when it took some; 0 when there is no movement. */
  readonly movedMicros: Micros
}

/** The event that a correction takes back, as it is recorded. */
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

/** The correction that took an event back; instant and outcome are null once its detail is gone. */
export interface CorrectingUsage {
  readonly eventId: string
  readonly recordedAtMicros: InstantMicros | null
  readonly outcome: Outcome | null
}

/** The refusal that a correction's wait ended in. */
export interface GivenUp {
  readonly recordedAtMicros: InstantMicros
  readonly detail: string
}

export interface RecordedMovement {
  readonly sequence: bigint
  readonly balanceBeforeMicros: Micros
  readonly balanceAfterMicros: Micros
}

/** One event with its decision, as the ledger holds them. */
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
  /** As used: seconds, fragments or items. */
  readonly quantity: number
  readonly figures: DecisionFigures
  readonly settingsVersion: number
  readonly catalogVersion: number | null
  readonly correctedBy: CorrectingUsage | null
  readonly corrected: CorrectedUsage | null
  /** For a correction whose event did not come in time; null for any other usage. */
  readonly givenUp: GivenUp | null
  readonly movement: RecordedMovement | null
}

/** Phone numbers are cleared after their retention; usage that goes to a number was never recorded without it. */
export function areNumbersCleared(stored: StoredUsage): boolean {
  const hasNumbers = stored.type === 'call' || stored.type === 'toll_free' || stored.type === 'message'
  return hasNumbers && stored.to === null
}

/** Names of the figures in which two decisions differ, in the order of `a`. */
export function differingFigures(a: DecisionFigures, b: DecisionFigures): (keyof DecisionFigures)[] {
  return (Object.keys(a) as (keyof DecisionFigures)[]).filter((name) => a[name] !== b[name])
}
