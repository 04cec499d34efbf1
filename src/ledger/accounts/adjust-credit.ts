/** Adjusts credit by hand: a movement with the operator and the reason. */
import { postCredit } from '../../core/changes/account-change.ts'
import { formatInstant } from '../../core/instant.ts'
import type { Currency, Micros } from '../../core/money.ts'
import { type ChangedOnce, changeAccount, type Writer } from '../changes/change-account.ts'

export interface Adjustment {
  readonly accountId: string
  /** Positive adds credit, negative removes it; never 0. */
  readonly amountMicros: Micros
  readonly actor: string
  readonly reason: string
}

/** The movement that was posted. */
export interface Adjusted {
  readonly sequence: bigint
  readonly balanceBeforeMicros: Micros
  readonly balanceMicros: Micros
  readonly currency: Currency
  /** RFC 3339, UTC. */
  readonly recordedAt: string
}

/** Posts an adjustment, once per request key: a repeated request returns the first answer. */
export async function adjustCredit(
  writer: Writer,
  { accountId, amountMicros, actor, reason }: Adjustment,
  requestKey: string,
): Promise<ChangedOnce<Adjusted>> {
  return changeAccount<Adjusted>(
    writer,
    accountId,
    ({ account, settings, clock: { nowMicros } }) => {
      const origin = { kind: 'adjustment', actor, reason } as const
      const change = postCredit(account, settings, [{ amountMicros, origin, occurredAtMicros: nowMicros }], nowMicros)
      const { balanceMicros, currency, lastSequence: sequence } = change.account
      const recordedAt = formatInstant(nowMicros)
      const answer = { sequence, balanceBeforeMicros: account.balanceMicros, balanceMicros, currency, recordedAt }
      return { change, answer }
    },
    { kind: 'adjustment', key: requestKey, content: { amountMicros, actor, reason } },
  )
}
