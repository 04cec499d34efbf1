/** The state of automatic top-up as the customer sees it, in one word. */
import type { InstantMicros } from '../instant.ts'
import type { AutoTopUpSettings } from './judge.ts'
import type { TopUpState } from './machine.ts'
import type { AutoTopUpMemory } from './memory.ts'

export const AUTO_TOP_UP_STATES = ['on', 'waiting', 'paused', 'needs_approval', 'off'] as const
export type AutoTopUpState = (typeof AUTO_TOP_UP_STATES)[number]

export interface ShownState {
  readonly state: AutoTopUpState
  /** What it waits for: `monthly_cap`, `day_limit`, or `next_try` after a decline. Null if nothing. */
  readonly waitsFor: string | null
  readonly untilMicros: InstantMicros | null
}

/** What the shown state depends on. */
export interface Shown {
  readonly isClosed: boolean
  readonly settings: AutoTopUpSettings | null
  readonly memory: AutoTopUpMemory
  /** The limit that it waits for. */
  readonly waits: { readonly limit: string; readonly untilMicros: InstantMicros } | null
  /** The open automatic top-up. Null if there is none. */
  readonly open: {
    readonly state: TopUpState
    /** The reason of the last decline while the next try is pending. */
    readonly reason: string | null
    readonly nextTryAtMicros: InstantMicros
    readonly isBeingCanceled: boolean
  } | null
}

/** Returns the first of these states that applies: off, needs approval, paused, waiting, on. */
export function shownState({ isClosed, settings, memory, waits, open }: Shown, nowMicros: InstantMicros): ShownState {
  if (isClosed || settings === null || !settings.isOn) return stateOnly('off')
  if (open?.state === 'needs_action' && !open.isBeingCanceled) return stateOnly('needs_approval')
  if (memory.pause !== null) return stateOnly('paused')
  if (waits !== null && waits.untilMicros > nowMicros) {
    return { state: 'waiting', waitsFor: waits.limit, untilMicros: waits.untilMicros }
  }
  if (open?.state === 'requested' && open.reason !== null && open.nextTryAtMicros > nowMicros) {
    return { state: 'waiting', waitsFor: 'next_try', untilMicros: open.nextTryAtMicros }
  }
  return stateOnly('on')
}

function stateOnly(state: AutoTopUpState): ShownState {
  return { state, waitsFor: null, untilMicros: null }
}
