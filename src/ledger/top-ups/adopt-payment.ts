/** Payments that the provider has and this database has not: it was restored, or they were made at the provider. */
import { randomUUID } from 'node:crypto'
import type { InstantMicros } from '../../core/instant.ts'
import { advance, type PaymentNews, type TopUp, type TopUpTrigger } from '../../core/top-up/machine.ts'
import type { AutoTopUpMemory } from '../../core/top-up/memory.ts'
import { hasTakenMoney, type PaymentFacts } from '../../core/top-up/payment.ts'
import type { Connection } from '../../platform/postgres.ts'
import type { Locked } from '../changes/change-account.ts'
import {
  insertAttempt,
  insertTopUp,
  newTopUp,
  readLastNumber,
  readTopUp,
  updateAttempt,
  updateTopUp,
} from './top-up-rows.ts'

/** The attempt that a payment belongs to. */
export interface PaymentAttempt {
  readonly attemptId: string
  readonly topUpId: string
  readonly number: number
  readonly methodId: string | null
}

/** An unknown payment in any other state is ignored, unless it has taken money. */
const MAY_TAKE_MONEY: readonly PaymentNews['kind'][] = ['processing', 'needs_action']

/**
 * Adopts a payment that is not stored here; null: it need not be. It becomes the current attempt of its top-up if that has none,
 * so that nothing else is charged in the meantime. It counts towards the limits from when it was made. The account must be
 * locked.
 */
export async function adoptPayment(
  { connection, account, clock }: Locked,
  provider: string,
  facts: PaymentFacts,
  memory: AutoTopUpMemory,
): Promise<PaymentAttempt | null> {
  if (!hasTakenMoney(facts) && !MAY_TAKE_MONEY.includes(facts.state.kind)) return null
  const { accountId, currency } = account
  const { paymentId, amountMicros } = facts
  const nowMicros = clock.nowMicros
  const methodId = await readMethodId(connection, accountId, provider, facts.providerMethodId)
  const stored = facts.topUpId === null ? null : await readTopUp(connection, accountId, facts.topUpId)
  const trigger: TopUpTrigger = stored?.topUp.trigger ?? facts.trigger ?? 'manual'
  const topUp =
    stored?.topUp ??
    (await insertAdoptedTopUp(connection, { accountId, trigger, amountMicros, currency, methodId }, facts, nowMicros))
  const attempt = {
    attemptId: randomUUID(),
    topUpId: topUp.topUpId,
    number: (await readLastNumber(connection, topUp.topUpId)) + 1,
    methodId,
  }
  // The attempt keeps the payment's trigger, so it counts towards the limits even if its top-up is stored as a manual one.
  await insertAttempt(connection, { ...attempt, accountId, trigger, amountMicros, provider, paymentId }, nowMicros)
  const confirmedAtMicros = Math.min(facts.createdAtMicros, nowMicros)
  await updateAttempt(connection, attempt.attemptId, { confirmedAtMicros, outcome: null, code: null })
  const { attemptId, number } = attempt
  const news = { kind: 'adopted', attemptId, number, paymentId, methodId, amountMicros, confirmedAtMicros } as const
  const adopted = advance(topUp, news, memory, nowMicros, 0)
  if (adopted !== null) await updateTopUp(connection, adopted.topUp, nowMicros)
  return attempt
}

/** Inserts a top-up for an adopted payment, with its trigger; as a manual one if another automatic top-up is open by now. */
async function insertAdoptedTopUp(
  connection: Connection,
  about: Pick<TopUp, 'accountId' | 'trigger' | 'amountMicros' | 'currency' | 'methodId'>,
  facts: PaymentFacts,
  nowMicros: InstantMicros,
): Promise<TopUp> {
  const requestedAtMicros = Math.min(facts.createdAtMicros, nowMicros)
  for (const trigger of new Set([about.trigger, 'manual'] as const)) {
    for (const topUpId of [facts.topUpId ?? randomUUID(), randomUUID()]) {
      const topUp = newTopUp({ ...about, trigger, topUpId }, requestedAtMicros, nowMicros)
      if (await insertTopUp(connection, topUp, null, nowMicros)) return topUp
    }
  }
  throw new TypeError(`payment ${facts.paymentId} has no top-up`)
}

async function readMethodId(
  connection: Connection,
  accountId: string,
  provider: string,
  providerMethodId: string | null,
): Promise<string | null> {
  const { rows } = await connection.query<{ method_id: string }>(
    `select method_id from tollgate.payment_methods
      where account_id = $1 and provider = $2 and provider_method_id = $3
      order by removed_at desc nulls first limit 1`,
    [accountId, provider, providerMethodId],
  )
  return rows[0]?.method_id ?? null
}
