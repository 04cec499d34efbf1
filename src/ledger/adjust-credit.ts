/** An adjustment by an operator: a movement like any other, with the actor and the reason. */
import { postCredit } from '../core/account/change.ts'
import type { Currency, Micros } from '../core/money.ts'
import { type Changed, changeAccount, type Writer } from './change-account.ts'

export interface Adjustment {
  readonly accountId: string
  /** Above zero adds credit, below zero takes it; never 0. */
  readonly amountMicros: Micros
  readonly actor: string
  readonly reason: string
}

export interface Adjusted {
  readonly balanceMicros: Micros
  readonly currency: Currency
  readonly sequence: bigint
}

/** Posts it once, however often it is asked for under this key. */
export async function adjustCredit(
  writer: Writer,
  { accountId, amountMicros, actor, reason }: Adjustment,
  requestKey: string,
): Promise<Changed<Adjusted>> {
  return changeAccount<Adjusted>(
    writer,
    accountId,
    ({ account, settings, clock: { nowMicros } }) => {
      const origin = { kind: 'adjustment', actor, reason } as const
      const change = postCredit(account, settings, [{ amountMicros, origin, occurredAtMicros: nowMicros }], nowMicros)
      const { balanceMicros, currency, lastSequence: sequence } = change.account
      return { change, answer: { balanceMicros, currency, sequence } }
    },
    { kind: 'adjustment', key: requestKey, content: { amountMicros, actor, reason } },
  )
}
