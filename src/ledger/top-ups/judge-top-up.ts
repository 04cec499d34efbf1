/**
 * Judges a top-up under its account's lock: whether it is still wanted, and whether the limits allow it. Each attempt is
 * judged before its payment is prepared, and again right before it is confirmed.
 */
import type { InstantMicros } from '../../core/instant.ts'
import type { Currency, Micros } from '../../core/money.ts'
import { type Judgement, judgeAttempt, judgeManual } from '../../core/top-up/judge.ts'
import { advance, type TopUp } from '../../core/top-up/machine.ts'
import { allReplies, type Connection } from '../../platform/postgres.ts'
import { changeAccount, type Writer } from '../changes/change-account.ts'
import { readAutoTopUpVersion } from './auto-top-up-version.ts'
import { readCounted, readUnsettledManual } from './counted-attempts.ts'
import { type AutoTopUp, readAutoTopUp, type Waits } from './read-auto-top-up.ts'
import { rearmAndAnnounce, stepsOf, storeAdvanced } from './rearm-and-announce.ts'
import { isHeldBy, readTopUp } from './top-up-rows.ts'

export interface HeldTopUpId {
  readonly accountId: string
  readonly topUpId: string
  /** Who claimed it. */
  readonly holder: string
}

export type Judged =
  | {
      readonly kind: 'charge'
      readonly amountMicros: Micros
      readonly currency: Currency
      readonly method: { readonly methodId: string; readonly provider: string; readonly providerMethodId: string }
      /** Null: the account is not known to be a customer at the provider yet. */
      readonly customerId: string | null
      /** The version that last changed automatic top-up. */
      readonly settingsVersion: number
    }
  /** It has ended, which is announced. */
  | { readonly kind: 'over' }
  | { readonly kind: 'wait' }
  /** Another process has the claim, or the top-up has moved on. */
  | { readonly kind: 'lost' }

const LOST = { change: null, answer: { kind: 'lost' } } as const

/** Judges the next attempt of a requested top-up and stores the outcome, unless it is `charge`. */
export async function judgeTopUp(writer: Writer, { accountId, topUpId, holder }: HeldTopUpId): Promise<Judged> {
  const changed = await changeAccount<Judged>(writer, accountId, async (locked) => {
    const { connection, account, clock } = locked
    const held = await readTopUp(connection, accountId, topUpId)
    if (held === null || held.topUp.state !== 'requested' || !isHeldBy(held, holder, clock.nowMicros)) return LOST
    const { topUp } = held
    const auto = await readAutoTopUp(connection, accountId)
    const judgement = await judge(connection, topUp, auto, clock.nowMicros)
    if (judgement.kind === 'charge') {
      const { amountMicros, methodId } = judgement
      const { customerId, provider, providerMethodId } = await readMethod(connection, methodId)
      const method = { methodId, provider, providerMethodId }
      const { currency } = account
      const settingsVersion = await readAutoTopUpVersion(connection, accountId)
      return { change: null, answer: { kind: 'charge', amountMicros, currency, method, customerId, settingsVersion } }
    }
    const advanced = advance(topUp, judgement, auto.memory, clock.nowMicros, 0)!
    await storeAdvanced(locked, topUp, advanced, judgement)
    const waits = waitsOf(judgement) ?? auto.waits
    const steps = stepsOf(advanced, auto, waits)
    const change = await rearmAndAnnounce(locked, auto, 'top_up', { topUp: advanced.topUp, waits, steps })
    return { change, answer: { kind: judgement.kind === 'wait' ? 'wait' : 'over' } }
  })
  return 'answer' in changed ? changed.answer : { kind: 'lost' }
}

/** The limit that a judgement waits for; null: none. */
export function waitsOf(judgement: Judgement): Waits | null {
  if (judgement.kind !== 'unwanted' || judgement.untilMicros === null) return null
  return { untilMicros: judgement.untilMicros, limit: judgement.ending.reason }
}

/** Judges a top-up. The account must be locked, and `auto` must have been read under the lock. */
export async function judge(
  connection: Connection,
  topUp: TopUp,
  auto: AutoTopUp,
  nowMicros: InstantMicros,
): Promise<Judgement> {
  if (topUp.trigger === 'manual') {
    const isMethodRemoved = topUp.methodId !== null && (await readMethod(connection, topUp.methodId)).isRemoved
    return judgeManual(topUp, { isClosed: auto.isClosed, isMethodRemoved }, nowMicros)
  }
  const [counted, unsettledManual] = await allReplies([
    readCounted(connection, topUp, nowMicros),
    readUnsettledManual(connection, topUp.accountId),
  ])
  return judgeAttempt({ ...auto, counted, unsettledManual }, nowMicros)
}

const READ_METHOD = `
  select m.method_id, m.provider, m.provider_method_id, m.removed_at is not null as is_removed, c.customer_id
    from tollgate.payment_methods m
    left join tollgate.payment_customers c on c.provider = m.provider and c.account_id = m.account_id
   where m.method_id = $1`

async function readMethod(connection: Connection, methodId: string) {
  const { rows } = await connection.query<{
    provider: string
    provider_method_id: string
    is_removed: boolean
    customer_id: string | null
  }>(READ_METHOD, [methodId])
  const [row] = rows
  if (row === undefined) throw new TypeError(`payment method ${methodId} is not stored`)
  const { provider, provider_method_id: providerMethodId, is_removed: isRemoved, customer_id: customerId } = row
  return { methodId, provider, providerMethodId, isRemoved, customerId }
}
