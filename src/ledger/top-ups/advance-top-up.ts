/** Advances a top-up by news that moves no money: a payment was prepared, no answer came, or a request was refused. */
import { advance, type TopUp, type TopUpNews } from '../../core/top-up/machine.ts'
import { changeAccount, type Locked, type Writer } from '../changes/change-account.ts'
import { readAutoTopUp } from './read-auto-top-up.ts'
import { rearmAndAnnounce, stepsOf, storeAdvanced } from './rearm-and-announce.ts'
import { insertAttempt, readLastNumber, readTopUp } from './top-up-rows.ts'

export interface NewsOf {
  readonly accountId: string
  readonly topUpId: string
  /** The payment that the news is about; absent: its preparation. */
  readonly paymentId?: string
}

/** News about the state of a payment is not among them: it goes to `recordPayment`. */
export type NewsWithoutMoney =
  | Extract<TopUpNews, { kind: 'unavailable' | 'unknown' | 'refused' }>
  | Prepared
  /** Not yet: from now on, by the database's clock. */
  | { readonly kind: 'wait'; readonly forMicros: number }

/** A payment was prepared, at the provider of the method to be charged. */
export type Prepared = Extract<TopUpNews, { kind: 'prepared' }> & { readonly provider: string }

/**
 * Advances a top-up and returns its new state. Null: the news changes nothing, or the top-up has moved on in the meantime;
 * the caller must then cancel a payment that it prepared. `chance`, from 0 to below 1, spreads retries.
 */
export async function advanceTopUp(
  writer: Writer,
  { accountId, topUpId, paymentId }: NewsOf,
  reported: NewsWithoutMoney,
  chance: number,
): Promise<TopUp | null> {
  const changed = await changeAccount<TopUp | null>(writer, accountId, async (locked) => {
    const { connection, clock } = locked
    const news =
      reported.kind === 'wait'
        ? ({ kind: 'wait', untilMicros: clock.nowMicros + reported.forMicros } as const)
        : reported
    const stored = (await readTopUp(connection, accountId, topUpId))?.topUp
    const isOfThis = stored !== undefined && stored.paymentId === (paymentId ?? null)
    if (!isOfThis || (news.kind === 'prepared' && stored.state !== 'requested')) return { change: null, answer: null }
    const before =
      news.kind === 'prepared' ? { ...stored, attempts: await readLastNumber(connection, topUpId) } : stored
    const auto = await readAutoTopUp(connection, accountId)
    const advanced = advance(before, news, auto.memory, clock.nowMicros, chance)
    if (advanced === null) return { change: null, answer: null }
    const { topUp, memory } = advanced
    if (news.kind === 'prepared') await insertPrepared(locked, topUp, news)
    await storeAdvanced(locked, before, advanced, news)
    const change = await rearmAndAnnounce(locked, auto, 'top_up', {
      topUp,
      memory,
      steps: stepsOf(advanced, auto, auto.waits),
    })
    return { change, answer: topUp }
  })
  return 'answer' in changed ? changed.answer : null
}

async function insertPrepared(
  { connection, clock }: Locked,
  { topUpId, accountId, trigger, attempts, amountMicros }: TopUp,
  { attemptId, paymentId, methodId, provider }: Prepared,
): Promise<void> {
  const attempt = { attemptId, topUpId, accountId, trigger, methodId, amountMicros, provider, paymentId }
  await insertAttempt(connection, { ...attempt, number: attempts }, clock.nowMicros)
}
