/** An adjustment by an operator: a movement like any other, with the actor and the reason. */
import { post, settle } from '../core/account/state.ts'
import { formatInstant } from '../core/instant.ts'
import type { Currency, Micros } from '../core/money.ts'
import { inTransaction, type Pool } from '../platform/postgres.ts'
import { balanceChangedMessage, type Encode, serviceStatusMessage } from './announce.ts'
import { lockAccounts } from './lock-accounts.ts'
import { readClock } from './read-clock.ts'
import { updateAccounts } from './write-accounts.ts'
import { insertMovements } from './write-movements.ts'
import { insertPacks } from './write-outbox.ts'

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

/** Null when there is no such account. */
export async function adjustCredit(pool: Pool, encode: Encode, adjustment: Adjustment): Promise<Adjusted | null> {
  const { accountId, amountMicros, actor, reason } = adjustment
  return inTransaction(pool, async (connection) => {
    const before = (await lockAccounts(connection, [accountId])).get(accountId)
    if (before === undefined) return null
    const { epoch, nowMicros } = await readClock(connection)
    const recordedAt = formatInstant(nowMicros)
    const { account: posted, posting } = post(before, amountMicros)
    const { account, balanceChanged, statusChanged } = settle(before, posted, 'adjustment', nowMicros)
    const origin = { kind: 'adjustment', actor, reason } as const
    await insertMovements(connection, [{ posting, origin, occurredAtMicros: nowMicros }], recordedAt)
    await updateAccounts(connection, [account])
    const messages = [
      ...(balanceChanged === null ? [] : [balanceChangedMessage(balanceChanged, epoch, nowMicros, encode)]),
      ...(statusChanged === null ? [] : [serviceStatusMessage(statusChanged, epoch, encode)]),
    ]
    await insertPacks(connection, 'now', messages, recordedAt)
    return { balanceMicros: account.balanceMicros, currency: account.currency, sequence: posting.sequence }
  })
}
