/**
 * Cancels a top-up at a person's request. A requested one ends at once. One whose payment is prepared or waits for approval
 * ends once the worker has canceled the payment at the provider. One that is being charged cannot be stopped.
 */
import { advance, type TopUp } from '../../core/top-up/machine.ts'
import { afterPause, type Pause } from '../../core/top-up/memory.ts'
import { type Changed, changeAccount, type Writer } from '../changes/change-account.ts'
import { readAutoTopUp } from './read-auto-top-up.ts'
import { pauseSteps, rearmAndAnnounce, stepsOf, storeAdvanced } from './rearm-and-announce.ts'
import { readTopUp } from './top-up-rows.ts'

export type CancelRefusal =
  | 'unknown_top_up'
  /** It is being charged, or has ended. */
  | { readonly cannotBeCanceled: TopUp['state'] }

const ENDING = { state: 'canceled', reason: 'by_hand' } as const

/** Cancels a top-up. For an automatic one, automatic top-up is paused as well, or it would request the next one at once. */
export async function cancelTopUp(
  writer: Writer,
  { accountId, topUpId }: { readonly accountId: string; readonly topUpId: string },
): Promise<Changed<null, CancelRefusal>> {
  return changeAccount<null, CancelRefusal>(writer, accountId, async (locked) => {
    const { connection, clock } = locked
    const before = (await readTopUp(connection, accountId, topUpId))?.topUp
    if (before === undefined) return { refused: 'unknown_top_up' }
    const isCanceled = before.ending !== null || (before.state === 'canceled' && before.reason === ENDING.reason)
    if (isCanceled) return { change: null, answer: null }
    const { state, trigger } = before
    if (state !== 'requested' && state !== 'prepared' && state !== 'needs_action') {
      return { refused: { cannotBeCanceled: state } }
    }
    const auto = await readAutoTopUp(connection, accountId)
    const pause: Pause = { reason: 'canceled', code: null, methodId: before.methodId, sinceMicros: clock.nowMicros }
    const memory = trigger === 'automatic' ? afterPause(auto.memory, pause) : auto.memory
    const news = { kind: 'unwanted', ending: ENDING } as const
    const advanced = advance(before, news, memory, clock.nowMicros, 0)!
    await storeAdvanced(locked, before, advanced, news)
    const steps = [...stepsOf(advanced, auto, auto.waits), ...pauseSteps(memory.pause === pause ? pause : null, auto)]
    const change = await rearmAndAnnounce(locked, auto, 'top_up', { topUp: advanced.topUp, memory, steps })
    return { change, answer: null }
  })
}
