/** What consumers learn of top-ups, one step after the other. */
import type { InstantMicros } from '../instant.ts'
import type { Micros } from '../money.ts'
import type { TopUp, TopUpState, TopUpTrigger } from './machine.ts'

export interface TopUpStep {
  /** `declined`: by the bank, and tried again. `paused` and `resumed` are of automatic top-up itself. */
  readonly kind: Exclude<TopUpState, 'prepared'> | 'declined' | 'paused' | 'resumed'
  /** Null where it is of automatic top-up itself. */
  readonly topUpId: string | null
  readonly trigger: TopUpTrigger | null
  readonly amountMicros: Micros | null
  readonly reason: string | null
  /** Which attempt to pay it is, from 1; null before the first. */
  readonly attempt: number | null
  /** Until when it waits: for the next try, for the customer's approval, for a limit. */
  readonly untilMicros: InstantMicros | null
}

/** The step that a top-up has made, by where it stands. `waitsUntilMicros` is when a limit allows the next one. */
export function stepOf(topUp: TopUp, waitsUntilMicros: InstantMicros | null = null): TopUpStep | null {
  const { topUpId, trigger, amountMicros, reason, attempts, state } = topUp
  const step = { topUpId, trigger, amountMicros, reason, attempt: attempts === 0 ? null : attempts, untilMicros: null }
  switch (state) {
    // Nothing that anybody else could act on.
    case 'prepared':
      return null
    case 'requested':
      return attempts === 0
        ? { ...step, kind: state }
        : { ...step, kind: 'declined', untilMicros: topUp.nextTryAtMicros }
    case 'needs_action':
      return { ...step, kind: state, untilMicros: topUp.actionUntilMicros }
    case 'skipped':
      return { ...step, kind: state, untilMicros: waitsUntilMicros }
    default:
      return { ...step, kind: state }
  }
}

/** A step of automatic top-up itself. */
export function autoTopUpStep(kind: 'paused' | 'resumed', reason: string): TopUpStep {
  const none = { topUpId: null, trigger: null, amountMicros: null, attempt: null, untilMicros: null }
  return { ...none, kind, reason }
}
