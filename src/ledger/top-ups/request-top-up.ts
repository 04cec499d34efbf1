/** Requests a manual top-up: a person adds credit now, regardless of automatic top-up. */
import { randomUUID } from 'node:crypto'
import { formatInstant } from '../../core/instant.ts'
import type { Currency, Micros } from '../../core/money.ts'
import { type BoundsByCurrency, checkAmount, DEFAULT_BOUNDS, type SettingsFault } from '../../core/top-up/settings.ts'
import { stepOf } from '../../core/top-up/step.ts'
import { type ChangedOnce, changeAccount, type Writer } from '../changes/change-account.ts'
import { readSavedMethods } from './payment-methods.ts'
import { readAutoTopUp } from './read-auto-top-up.ts'
import { rearmAndAnnounce } from './rearm-and-announce.ts'
import { insertTopUp, newTopUp } from './top-up-rows.ts'

export interface WantedTopUp {
  readonly accountId: string
  readonly amountMicros: Micros
  /** Null: the default card. */
  readonly methodId: string | null
  readonly actor: string
}

export interface RequestedTopUp {
  readonly topUpId: string
  readonly amountMicros: Micros
  readonly currency: Currency
  readonly methodId: string
  /** RFC 3339, UTC. */
  readonly requestedAt: string
}

export type TopUpRefusal = 'account_closed' | 'no_method' | { readonly faults: readonly SettingsFault[] }

/** Requests a top-up, once per request key: a repeated request returns the first answer. */
export async function requestTopUp(
  writer: Writer,
  { accountId, amountMicros, methodId: wantedMethodId, actor }: WantedTopUp,
  requestKey: string,
  boundsByCurrency: BoundsByCurrency = DEFAULT_BOUNDS,
): Promise<ChangedOnce<RequestedTopUp, TopUpRefusal>> {
  return changeAccount<RequestedTopUp, TopUpRefusal>(
    writer,
    accountId,
    async (locked) => {
      const { connection, account, clock } = locked
      const faults = checkAmount(amountMicros, boundsByCurrency[account.currency])
      if (faults.length > 0) return { refused: { faults } }
      const auto = await readAutoTopUp(connection, accountId)
      if (auto.isClosed) return { refused: 'account_closed' }
      const methodId = wantedMethodId ?? auto.methodId
      const saved = await readSavedMethods(connection, accountId)
      if (methodId === null || !saved.some((method) => method.methodId === methodId)) return { refused: 'no_method' }
      const { currency } = account
      const about = { topUpId: randomUUID(), accountId, trigger: 'manual', amountMicros, currency, methodId } as const
      const topUp = newTopUp(about, clock.nowMicros, clock.nowMicros)
      await insertTopUp(connection, topUp, actor, clock.nowMicros)
      const change = await rearmAndAnnounce(locked, auto, 'top_up', { steps: [stepOf(topUp)!] })
      const requestedAt = formatInstant(clock.nowMicros)
      return { change, answer: { topUpId: topUp.topUpId, amountMicros, currency, methodId, requestedAt } }
    },
    { kind: 'top_up', key: requestKey, content: { amountMicros, methodId: wantedMethodId, actor } },
  )
}
