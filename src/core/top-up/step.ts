/** The steps of top-ups that are announced to consumers. */
import type { InstantMicros } from '../instant.ts'
import type { Micros } from '../money.ts'
import type { TopUp, TopUpState, TopUpTrigger } from './machine.ts'

export interface TopUpStep {
  /** `declined`: the bank declined, and it is tried again. `paused` and `resumed` are about automatic top-up itself. */
  readonly kind: Exclude<TopUpState, 'prepared'> | 'declined' | 'paused' | 'resumed'
  /** Null if the step is about automatic top-up itself. */
  readonly topUpId: string | null
  readonly trigger: TopUpTrigger | null
  readonly amountMicros: Micros | null
  readonly reason: string | null
  /** The number of the attempt, from 1. Null before the first. */
  readonly attempt: number | null
  /** Until when it waits: for the next try, the customer's approval, or a limit. */
  readonly untilMicros: InstantMicros | null
}

/**
 * Returns the step that a top-up made, by its new state. Null if there is nothing to announce. `waitsUntilMicros` is
 * when a limit allows the next top-up.
 */
export function stepOf(topUp: TopUp, waitsUntilMicros: InstantMicros | null = null): TopUpStep | null {
  const { topUpId, trigger, amountMicros, reason, attempts, state } = topUp
  const step = { topUpId, trigger, amountMicros, reason, attempt: attempts === 0 ? null : attempts, untilMicros: null }
  switch (state) {
    // Nothing that consumers could act on.
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

/** Makes a step of automatic top-up itself. */
export function autoTopUpStep(kind: 'paused' | 'resumed', reason: string): TopUpStep {
  const none = { topUpId: null, trigger: null, amountMicros: null, attempt: null, untilMicros: null }
  return { ...none, kind, reason }
}
