/**
 * Turns the provider's facts about a payment into credit, whatever their source: the answer to a confirmation, a webhook, a
 * check of the payment, or reconciliation. It posts the difference between the totals in the facts and what was posted before.
 * So the same facts may come twice. Those that others have overtaken are refused, and read again: posted, they would undo
 * what was posted since.
 *
 * One transaction writes the movements, balance, service status and alerts, the payment's totals, its top-up, the memory of
 * automatic top-up, the next top-up if the balance is still below the threshold, and all announcements.
 */

import { type AccountChange, type CreditEntry, postCredit } from '../../core/changes/account-change.ts'
import { formatInstant, type InstantMicros } from '../../core/instant.ts'
import { advance, type PaymentNews, type TopUp } from '../../core/top-up/machine.ts'
import { type AutoTopUpMemory, afterReversal, isSamePause } from '../../core/top-up/memory.ts'
import {
  entriesFor,
  hasTakenMoney,
  NOTHING_POSTED,
  type PaymentEntry,
  type PaymentFacts,
  type PaymentTotals,
  reportedTotals,
} from '../../core/top-up/payment.ts'
import type { TopUpStep } from '../../core/top-up/step.ts'
import type { Connection, Pool } from '../../platform/postgres.ts'
import { epochMicros } from '../../platform/sql.ts'
import { changeAccount, type Locked, type Writer } from '../changes/change-account.ts'
import { adoptPayment, type PaymentAttempt } from './adopt-payment.ts'
import { readAutoTopUp } from './read-auto-top-up.ts'
import { pauseSteps, rearmAndAnnounce, stepsOf, storeAdvanced } from './rearm-and-announce.ts'
import { readTopUp } from './top-up-rows.ts'

export type RecordedPayment =
  | {
      /** The entries posted for these facts; empty: they contained nothing new. */
      readonly posted: readonly PaymentEntry[]
      /** The payment's top-up as it is now; null: none is known or stored. */
      readonly topUp: TopUp | null
    }
  /** The payment belongs to no account here. Nothing is posted. */
  | { readonly unknownAccount: true }
  /** The facts are old, or others were posted since they were asked for. Nothing is posted; the payment has to be read again. */
  | { readonly tooOld: true }
  /** The currency is not the account's, so it is not our payment. Nothing is posted; a person has to check it. */
  | { readonly otherCurrency: true }

/** If a process was suspended, its facts may be old: what they say of a payment's state is outdated too. */
const FACTS_HOLD_FOR_MS = 5 * 60_000

/** The clocks' milliseconds are rounded. */
const CLOCK_MARGIN_MICROS = 1_000

export interface ReadOptions {
  /** From 0 to below 1; spreads retries. */
  readonly chance: number
  /**
   * When the provider was asked, by `Date.now()` of this process. A monotonic clock stands still while a machine is suspended,
   * which is when facts become old.
   */
  readonly askedAtMs: number
}

/**
 * Records the facts of a payment. It locks the account; nothing may be locked before.
 *
 * A payment that is not stored here, because the database was restored or the payment was made at the provider, is adopted as
 * soon as it may move money; a prepared payment that was never confirmed is not.
 */
export async function recordPayment(
  writer: Writer,
  provider: string,
  facts: PaymentFacts,
  { chance, askedAtMs }: ReadOptions,
): Promise<RecordedPayment> {
  const accountId = (await readAccountOf(writer.pool, provider, facts.paymentId)) ?? facts.accountId
  if (accountId === null) return { unknownAccount: true }
  const changed = await changeAccount<RecordedPayment>(writer, accountId, async (locked) => {
    const ageMs = Date.now() - askedAtMs
    if (ageMs > FACTS_HOLD_FOR_MS) return { change: null, answer: { tooOld: true } }
    if (facts.currency !== locked.account.currency) return { change: null, answer: { otherCurrency: true } }
    // By the database's clock, as postings are: this process's clock may be wrong, and says only how long ago it was.
    const askedAtMicros = locked.clock.nowMicros - ageMs * 1_000
    return record(locked, provider, facts, { chance, askedAtMicros })
  })
  return 'answer' in changed ? changed.answer : { unknownAccount: true }
}

/** The stored account takes precedence: metadata at the provider can be edited by hand. */
const READ_ACCOUNT = `
  select account_id from tollgate.top_up_attempts where provider = $1 and payment_id = $2
   union all
  select account_id from tollgate.payments where provider = $1 and payment_id = $2`

async function readAccountOf(pool: Pool, provider: string, paymentId: string): Promise<string | null> {
  const { rows } = await pool.query<{ account_id: string }>(READ_ACCOUNT, [provider, paymentId])
  return rows[0]?.account_id ?? null
}

async function record(
  locked: Locked,
  provider: string,
  facts: PaymentFacts,
  { chance, askedAtMicros }: { readonly chance: number; readonly askedAtMicros: InstantMicros },
) {
  const { connection, account, settings, clock } = locked
  const payment = { provider, paymentId: facts.paymentId }
  const news: PaymentNews = hasTakenMoney(facts) ? { kind: 'succeeded' } : facts.state
  const posted = await readPayment(connection, payment)
  const { entries, totals } = entriesFor(posted?.totals ?? NOTHING_POSTED, reportedTotals(facts))
  // A total may rise and fall, so a difference counts only if it was read after the last posting.
  const isOvertaken = posted !== null && askedAtMicros <= posted.changedAtMicros + CLOCK_MARGIN_MICROS
  if (isOvertaken && entries.length > 0) return { change: null, answer: { tooOld: true } } as const
  const known = await readAttempt(connection, payment)
  // Before a payment is adopted, which writes.
  const auto = await readAutoTopUp(connection, account.accountId)
  const found = known ?? (await adoptPayment(locked, provider, facts, auto.memory))
  if (found === null) return { change: null, answer: { posted: [], topUp: null } }
  const before = (await readTopUp(connection, account.accountId, found.topUpId))!.topUp
  const isCurrent = before.attemptId === found.attemptId
  const advanced = isCurrent ? advance(before, news, auto.memory, clock.nowMicros, chance) : null
  if (advanced !== null) await storeAdvanced(locked, before, advanced, news)
  else if (!isCurrent) await storeLateOutcome(connection, found.attemptId, news, clock.nowMicros)

  const [first, ...others] = entries
  let change: AccountChange | undefined
  if (first !== undefined) {
    const creditedSequence = posted?.creditedSequence ?? account.lastSequence + 1n
    // An adopted payment occurred when it was made, which may be long ago.
    const occurredAtMicros = known === null ? Math.min(facts.createdAtMicros, clock.nowMicros) : clock.nowMicros
    const asCredit = (entry: PaymentEntry) => creditEntry(entry, found.topUpId, creditedSequence, occurredAtMicros)
    change = postCredit(account, settings, [asCredit(first), ...others.map(asCredit)], clock.nowMicros)
    const sequences = { creditedSequence, lastSequence: change.account.lastSequence }
    await upsertPayment(connection, payment, found, facts, totals, sequences, clock.nowMicros)
  }

  const memoryBefore = advanced?.memory ?? auto.memory
  const memory = afterEntries(memoryBefore, entries, found.methodId, clock.nowMicros)
  const steps: TopUpStep[] = advanced === null ? [] : stepsOf(advanced, auto, auto.waits)
  // A credit for an earlier attempt of the top-up is announced as well.
  if (!isCurrent && posted === null && first?.kind === 'top_up') {
    const { topUpId, trigger } = before
    const { number: attempt } = found
    const amountMicros = first.amountMicros
    steps.push({ kind: 'succeeded', topUpId, trigger, amountMicros, reason: null, attempt, untilMicros: null })
  }
  steps.push(...pauseSteps(isSamePause(memory.pause, memoryBefore.pause) ? null : memory.pause, auto))
  const topUp = advanced?.topUp ?? before
  return {
    change: await rearmAndAnnounce(locked, auto, change ?? 'top_up', {
      topUp,
      memory,
      steps,
      ...(posted === null ? {} : { paidAtMicros: posted.paidAtMicros }),
    }),
    answer: { posted: entries, topUp },
  }
}

function creditEntry(
  { kind, amountMicros }: PaymentEntry,
  topUpId: string,
  reversesSequence: bigint,
  occurredAtMicros: InstantMicros,
): CreditEntry {
  const origin = kind === 'top_up' ? { kind, topUpId } : { kind, topUpId, reversesSequence }
  return { amountMicros, origin, occurredAtMicros }
}

/** A refund or dispute pauses automatic top-up. A failed refund or a won dispute does not end the pause. */
function afterEntries(
  memory: AutoTopUpMemory,
  entries: readonly PaymentEntry[],
  methodId: string | null,
  nowMicros: InstantMicros,
): AutoTopUpMemory {
  return entries.reduce((after, { kind, amountMicros }) => {
    if (kind === 'top_up' || amountMicros > 0n) return after
    return afterReversal(after, kind === 'refund' ? 'refunded' : 'disputed', methodId, nowMicros)
  }, memory)
}

interface PaymentId {
  readonly provider: string
  readonly paymentId: string
}

const READ_ATTEMPT = `
  select attempt_id, top_up_id, number, method_id from tollgate.top_up_attempts where provider = $1 and payment_id = $2`

async function readAttempt(connection: Connection, { provider, paymentId }: PaymentId): Promise<PaymentAttempt | null> {
  const { rows } = await connection.query<{
    attempt_id: string
    top_up_id: string
    number: number
    method_id: string | null
  }>(READ_ATTEMPT, [provider, paymentId])
  const [row] = rows
  if (row === undefined) return null
  return { attemptId: row.attempt_id, topUpId: row.top_up_id, number: row.number, methodId: row.method_id }
}

/** Stores the outcome of an earlier attempt, which matters only if money was charged after all. */
async function storeLateOutcome(
  connection: Connection,
  attemptId: string,
  news: PaymentNews,
  nowMicros: InstantMicros,
): Promise<void> {
  if (news.kind !== 'succeeded' && news.kind !== 'processing') return
  await connection.query(
    `update tollgate.top_up_attempts
        set outcome = $2, code = null, confirmed_at = coalesce(confirmed_at, $3::timestamptz) where attempt_id = $1`,
    [attemptId, news.kind, formatInstant(nowMicros)],
  )
}

const READ_PAYMENT = `
  select credited_micros, refunded_micros, disputed_micros, credited_sequence,
         ${epochMicros('recorded_at')} as paid_at_micros, ${epochMicros('changed_at')} as changed_at_micros
    from tollgate.payments where provider = $1 and payment_id = $2`

interface PostedPayment {
  readonly totals: PaymentTotals
  readonly creditedSequence: bigint
  readonly paidAtMicros: InstantMicros
  /** When something was last posted of it. */
  readonly changedAtMicros: InstantMicros
}

async function readPayment(connection: Connection, { provider, paymentId }: PaymentId): Promise<PostedPayment | null> {
  const { rows } = await connection.query<{
    credited_micros: bigint
    refunded_micros: bigint
    disputed_micros: bigint
    credited_sequence: bigint
    paid_at_micros: bigint
    changed_at_micros: bigint
  }>(READ_PAYMENT, [provider, paymentId])
  const [row] = rows
  if (row === undefined) return null
  const { credited_micros: creditedMicros, refunded_micros: refundedMicros, disputed_micros: disputedMicros } = row
  return {
    totals: { creditedMicros, refundedMicros, disputedMicros },
    creditedSequence: row.credited_sequence,
    paidAtMicros: Number(row.paid_at_micros),
    changedAtMicros: Number(row.changed_at_micros),
  }
}

const UPSERT_PAYMENT = `
  insert into tollgate.payments (provider, payment_id, account_id, top_up_id, currency, charged_micros, credited_micros,
    refunded_micros, disputed_micros, credited_sequence, last_sequence, recorded_at, changed_at)
  select $1, $2, t.account_id, t.top_up_id, t.currency, $4, $5, $6, $7, $8, $9, $10::timestamptz, $10::timestamptz
    from tollgate.top_ups t
   where t.top_up_id = $3
      on conflict (provider, payment_id) do update
     set charged_micros = excluded.charged_micros, credited_micros = excluded.credited_micros,
         refunded_micros = excluded.refunded_micros, disputed_micros = excluded.disputed_micros,
         last_sequence = excluded.last_sequence, changed_at = excluded.changed_at`

async function upsertPayment(
  connection: Connection,
  { provider, paymentId }: PaymentId,
  { topUpId }: PaymentAttempt,
  facts: PaymentFacts,
  totals: PaymentTotals,
  { creditedSequence, lastSequence }: { readonly creditedSequence: bigint; readonly lastSequence: bigint },
  nowMicros: InstantMicros,
): Promise<void> {
  await connection.query(UPSERT_PAYMENT, [
    provider,
    paymentId,
    topUpId,
    facts.amountMicros,
    totals.creditedMicros,
    totals.refundedMicros,
    totals.disputedMicros,
    creditedSequence,
    lastSequence,
    formatInstant(nowMicros),
  ])
}
