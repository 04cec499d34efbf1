/** The last check before money may move: everything is judged again, and the claim must outlast the call. */

import { formatInstant } from '../../core/instant.ts'
import { judgePrepared } from '../../core/top-up/judge.ts'
import { advance, type TopUp } from '../../core/top-up/machine.ts'
import { changeAccount, type Locked, type Writer } from '../changes/change-account.ts'
import { type HeldTopUpId, judge, waitsOf } from './judge-top-up.ts'
import { readAutoTopUp } from './read-auto-top-up.ts'
import { rearmAndAnnounce, stepsOf, storeAdvanced } from './rearm-and-announce.ts'
import { isHeldBy, readTopUp } from './top-up-rows.ts'

export type MayConfirm =
  /** The top-up is stored as `charging`, and the claim lasts for at least `callMs` from now. */
  | { readonly kind: 'confirm'; readonly topUp: TopUp }
  /** No longer wanted: cancel the prepared payment. How the top-up ends then is stored. */
  | { readonly kind: 'cancel'; readonly topUp: TopUp }
  | { readonly kind: 'wait' }
  /** Somebody else has the claim, or the top-up has moved on. */
  | { readonly kind: 'lost' }

const EXTEND_CLAIM = `
  update tollgate.top_ups set claimed_until = greatest(claimed_until, $3::timestamptz) where top_up_id = $1 and claimed_by = $2`

/** Judges a prepared top-up and stores it as `charging` if it may be confirmed. `callMs`: the deadline of the provider's call. */
export async function beginConfirming(
  writer: Writer,
  { accountId, topUpId, holder, callMs }: HeldTopUpId & { readonly callMs: number },
): Promise<MayConfirm> {
  const changed = await changeAccount<MayConfirm>(writer, accountId, async (locked) => {
    const { connection, clock } = locked
    const held = await readTopUp(connection, accountId, topUpId)
    if (held === null || held.topUp.state !== 'prepared' || !isHeldBy(held, holder, clock.nowMicros)) {
      return { change: null, answer: { kind: 'lost' } }
    }
    if (held.topUp.ending !== null) return { change: null, answer: { kind: 'cancel', topUp: held.topUp } }
    const decided = await confirmOrEnd(locked, held.topUp)
    if (decided.answer.kind === 'confirm') {
      await connection.query(EXTEND_CLAIM, [topUpId, holder, formatInstant(clock.nowMicros + callMs * 1_000)])
    }
    return decided
  })
  return 'answer' in changed ? changed.answer : { kind: 'lost' }
}

async function confirmOrEnd(locked: Locked, topUp: TopUp) {
  const { connection, clock } = locked
  const auto = await readAutoTopUp(connection, topUp.accountId)
  const judgement = judgePrepared(topUp, await judge(connection, topUp, auto, clock.nowMicros))
  const news = judgement.kind === 'charge' ? ({ kind: 'confirming' } as const) : judgement
  const advanced = advance(topUp, news, auto.memory, clock.nowMicros, 0)!
  await storeAdvanced(locked, topUp, advanced, news)
  const waits = waitsOf(judgement) ?? auto.waits
  const change = await rearmAndAnnounce(locked, auto, 'top_up', {
    topUp: advanced.topUp,
    waits,
    steps: stepsOf(advanced, auto, waits),
  })
  const kind = ({ charge: 'confirm', wait: 'wait', unwanted: 'cancel' } as const)[judgement.kind]
  return { change, answer: { kind, topUp: advanced.topUp } } as const
}
