/** An adjustment by an operator: a movement like any other, with the actor and the reason. */
import { alertLevels } from '../core/account/alerts.ts'
import { post, settle } from '../core/account/state.ts'
import type { Currency, Micros } from '../core/money.ts'
import { inTransaction, type Pool } from '../platform/postgres.ts'
import { RECORD_TOPICS, type RecordTopic } from '../topics.ts'
import type { Encode } from './announce.ts'
import { lockAccounts } from './lock-accounts.ts'
import { readClock } from './read-clock.ts'
import { readSettings } from './read-settings.ts'
import { writeSettled } from './write-settled.ts'

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
export async function adjustCredit(
  pool: Pool,
  encode: Encode,
  adjustment: Adjustment,
  recordTopics: ReadonlySet<RecordTopic> = new Set(RECORD_TOPICS),
): Promise<Adjusted | null> {
  const { accountId, amountMicros, actor, reason } = adjustment
  return inTransaction(pool, async (connection) => {
    const before = (await lockAccounts(connection, [accountId])).get(accountId)
    if (before === undefined) return null
    const { epoch, nowMicros } = await readClock(connection)
    const [settings] = await readSettings(connection, [{ accountId, version: before.settingsVersion }])
    const { account: posted, posting } = post(before, amountMicros)
    const settled = settle(before, posted, 'adjustment', alertLevels(settings!), nowMicros)
    const origin = { kind: 'adjustment', actor, reason } as const
    const movement = { posting, origin, occurredAtMicros: nowMicros }
    await writeSettled(connection, { encode, recordTopics }, settled, [movement], { epoch, nowMicros })
    const { balanceMicros, currency } = settled.account
    return { balanceMicros, currency, sequence: posting.sequence }
  })
}
