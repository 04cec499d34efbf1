/** News of a top-up that is not about money taken: a payment was prepared, nothing was answered, a request was refused. */
import { advance, type TopUp, type TopUpNews } from '../../core/top-up/machine.ts'
import { changeAccount, type Locked, type Writer } from '../changes/change-account.ts'
import { conclude, stepsOf, storeAdvanced } from './conclude.ts'
import { readAutoTopUp } from './read-auto-top-up.ts'
import { insertAttempt, readTopUp } from './top-up-rows.ts'

export interface NewsOf {
  readonly accountId: string
  readonly topUpId: string
  /** The payment that the news is of; absent: of its preparation. */
  readonly paymentId?: string
}

/** Answers of the provider about a payment are facts, and go to `recordPayment`. */
export type NewsWithoutMoney = Extract<TopUpNews, { kind: 'unavailable' | 'unknown' | 'refused' | 'wait' }> | Prepared

/** A payment was prepared, at the provider of the method that it charges. */
export type Prepared = Extract<TopUpNews, { kind: 'prepared' }> & { readonly provider: string }

/**
 * The top-up as it is then; null where the news changed nothing, or the top-up has moved on meanwhile. A payment that was
 * prepared for one that has moved on is to be canceled.
 */
export async function advanceTopUp(
  writer: Writer,
  { accountId, topUpId, paymentId }: NewsOf,
  news: NewsWithoutMoney,
  chance: number,
): Promise<TopUp | null> {
  const changed = await changeAccount<TopUp | null>(writer, accountId, async (locked) => {
    const { connection, clock } = locked
    const before = (await readTopUp(connection, accountId, topUpId))?.topUp
    const isOfThis = before !== undefined && before.paymentId === (paymentId ?? null)
    if (!isOfThis || (news.kind === 'prepared' && before.state !== 'requested')) return { change: null, answer: null }
    const auto = await readAutoTopUp(connection, accountId)
    const advanced = advance(before, news, auto.memory, clock.nowMicros, chance)
    if (advanced === null) return { change: null, answer: null }
    const { topUp, memory } = advanced
    if (news.kind === 'prepared') await insertPrepared(locked, topUp, news)
    await storeAdvanced(locked, before, advanced, news)
    const change = await conclude(locked, auto, { cause: 'top_up', topUp, memory, steps: stepsOf(advanced) })
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
