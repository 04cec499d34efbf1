/**
 * What the provider says of a payment becomes credit here, whoever heard it: the reply to a confirmation, a webhook, a look
 * at the payment, a sweep over all of them. What is posted is the difference between what the payment has brought by the
 * provider's facts and what was posted of it before, so the same facts twice change nothing, in any order.
 *
 * One transaction: movements, balance, service status and alerts, the payment's totals, the top-up whose payment it is, what
 * is remembered, the next top-up where the balance is below the threshold still, and all of it announced.
 */

import { randomUUID } from 'node:crypto'
import { type AccountChange, type CreditEntry, postCredit } from '../../core/account/change.ts'
import { formatInstant, type InstantMicros } from '../../core/instant.ts'
import { advance, type PaymentNews, type TopUp, type TopUpTrigger } from '../../core/top-up/machine.ts'
import { type AutoTopUpMemory, afterReversal } from '../../core/top-up/memory.ts'
import {
  entriesFor,
  NOTHING_POSTED,
  type PaymentEntry,
  type PaymentFacts,
  type PaymentTotals,
} from '../../core/top-up/payment.ts'
import { autoTopUpStep, type TopUpStep } from '../../core/top-up/step.ts'
import type { Connection, Pool } from '../../platform/postgres.ts'
import { epochMicros } from '../../platform/sql.ts'
import { changeAccount, type Locked, type Writer } from '../changes/change-account.ts'
import { conclude, stepsOf, storeAdvanced } from './conclude.ts'
import { readAutoTopUp } from './read-auto-top-up.ts'
import { insertAttempt, insertTopUp, newTopUp, readTopUp, updateAttempt, updateTopUp } from './top-up-rows.ts'

export type RecordedPayment =
  | {
      /** What these facts have added to what was posted before; empty where they said nothing new. */
      readonly posted: readonly PaymentEntry[]
      /** The payment's top-up as it is now; null where nothing is known or kept of one. */
      readonly topUp: TopUp | null
    }
  /** Of no account here: nothing is posted. */
  | { readonly unknownAccount: true }
  /** Heard too long ago: nothing is posted, and the payment has to be looked at anew. */
  | { readonly tooOld: true }
  /** In another currency than the account's, which no payment of ours is: nothing is posted, and a person has to look. */
  | { readonly otherCurrency: true }

/**
 * What a process heard before it stood still may undo what others have posted since, a refund for one. Within this the next
 * look over all that changed, which goes an hour back, puts that right; later nothing would.
 */
const FACTS_HOLD_FOR_MS = 5 * 60_000

/**
 * A payment that has no row here, because the database was restored or somebody made it at the provider, gets one as soon as
 * money may move by it; a prepared one that nobody has confirmed gets none. `chance`, from 0 to below 1, spreads next tries.
 * `askedAtMs`: when the provider was asked, by the clock of this process.
 */
export async function recordPayment(
  writer: Writer,
  provider: string,
  facts: PaymentFacts,
  chance: number,
  askedAtMs: number = Date.now(),
): Promise<RecordedPayment> {
  const accountId = (await readAccountOf(writer.pool, provider, facts.paymentId)) ?? facts.accountId
  if (accountId === null) return { unknownAccount: true }
  const changed = await changeAccount<RecordedPayment>(writer, accountId, async (locked) => {
    if (Date.now() - askedAtMs > FACTS_HOLD_FOR_MS) return { change: null, answer: { tooOld: true } }
    if (facts.currency !== locked.account.currency) return { change: null, answer: { otherCurrency: true } }
    return record(locked, provider, facts, chance)
  })
  return 'answer' in changed ? changed.answer : { unknownAccount: true }
}

/** What is stored says it; the metadata at the provider may be written by hand. */
const READ_ACCOUNT = `
  select account_id from tollgate.top_up_attempts where provider = $1 and payment_id = $2
   union all
  select account_id from tollgate.payments where provider = $1 and payment_id = $2`

async function readAccountOf(pool: Pool, provider: string, paymentId: string): Promise<string | null> {
  const { rows } = await pool.query<{ account_id: string }>(READ_ACCOUNT, [provider, paymentId])
  return rows[0]?.account_id ?? null
}

async function record(locked: Locked, provider: string, facts: PaymentFacts, chance: number) {
  const { connection, account, settings, clock } = locked
  const payment = { provider, paymentId: facts.paymentId }
  const news = newsOf(facts)
  const known = await readAttempt(connection, payment)
  const found = known ?? (await adopt(locked, provider, facts, news))
  if (found === null) return { change: null, answer: { posted: [], topUp: null } }
  const before = (await readTopUp(connection, account.accountId, found.topUpId))!.topUp
  const posted = await readPayment(connection, payment)

  const auto = await readAutoTopUp(connection, account.accountId)
  const isCurrent = before.attemptId === found.attemptId
  const advanced = isCurrent ? advance(before, news, auto.memory, clock.nowMicros, chance) : null
  if (advanced !== null) await storeAdvanced(locked, before, advanced, news)
  else if (!isCurrent) await storeLateOutcome(connection, found.attemptId, news, clock.nowMicros)

  const { entries, totals } = entriesFor(posted?.totals ?? NOTHING_POSTED, saidOf(facts, news))
  const [first, ...others] = entries
  let change: AccountChange | undefined
  if (first !== undefined) {
    const creditedSequence = posted?.creditedSequence ?? account.lastSequence + 1n
    // One that was made long before it is heard of here happened then.
    const occurredAtMicros = known === null ? Math.min(facts.createdAtMicros, clock.nowMicros) : clock.nowMicros
    const asCredit = (entry: PaymentEntry) => creditEntry(entry, found.topUpId, creditedSequence, occurredAtMicros)
    change = postCredit(account, settings, [asCredit(first), ...others.map(asCredit)], clock.nowMicros)
    const sequences = { creditedSequence, lastSequence: change.account.lastSequence }
    await upsertPayment(connection, payment, found, facts, totals, sequences, clock.nowMicros)
  }

  const memoryBefore = advanced?.memory ?? auto.memory
  const memory = afterEntries(memoryBefore, entries, found.methodId, clock.nowMicros)
  const steps: TopUpStep[] = advanced === null ? [] : stepsOf(advanced)
  // Credit for an attempt that the top-up has left behind is news of that top-up all the same.
  if (!isCurrent && posted === null && first?.kind === 'top_up') {
    const { topUpId, trigger } = before
    const { number: attempt } = found
    const amountMicros = first.amountMicros
    steps.push({ kind: 'succeeded', topUpId, trigger, amountMicros, reason: null, attempt, untilMicros: null })
  }
  if (memory.pause !== null && memory.pause !== memoryBefore.pause && auto.settings?.isOn) {
    steps.push(autoTopUpStep('paused', memory.pause.reason))
  }
  const topUp = advanced?.topUp ?? before
  return {
    change: await conclude(locked, auto, {
      ...(change === undefined ? {} : { change }),
      cause: change?.cause ?? 'top_up',
      topUp,
      memory,
      steps,
      ...(posted === null ? {} : { paidAtMicros: posted.paidAtMicros }),
    }),
    answer: { posted: entries, topUp },
  }
}

/** Money that was given back or withdrawn was taken: the payment has succeeded, whatever else is heard of it first. */
function newsOf({ state, refundedMicros, disputedMicros }: PaymentFacts): PaymentNews {
  return refundedMicros > 0n || disputedMicros > 0n ? { kind: 'succeeded' } : state
}

function saidOf(facts: PaymentFacts, news: PaymentNews): PaymentTotals {
  const { amountMicros, refundedMicros, disputedMicros } = facts
  return { creditedMicros: news.kind === 'succeeded' ? amountMicros : 0n, refundedMicros, disputedMicros }
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

/** Only money that goes back pauses; a refund that failed and a dispute that was won end no pause. */
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

/** The attempt that a payment is of. */
interface OfAttempt {
  readonly attemptId: string
  readonly topUpId: string
  readonly number: number
  readonly methodId: string | null
}

interface PaymentId {
  readonly provider: string
  readonly paymentId: string
}

const READ_ATTEMPT = `
  select attempt_id, top_up_id, number, method_id from tollgate.top_up_attempts where provider = $1 and payment_id = $2`

async function readAttempt(connection: Connection, { provider, paymentId }: PaymentId): Promise<OfAttempt | null> {
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

/** News by which money may move, or has: what is said of any other payment that nobody here knows is of no use. */
const ADOPTED: readonly PaymentNews['kind'][] = ['succeeded', 'processing', 'needs_action']

/**
 * Takes in a payment that has no row here, as the current attempt of its top-up where that has none, so that nothing else is
 * charged meanwhile. It counts towards the limits by when it was made.
 */
async function adopt(
  { connection, account, clock }: Locked,
  provider: string,
  facts: PaymentFacts,
  news: PaymentNews,
): Promise<OfAttempt | null> {
  if (!ADOPTED.includes(news.kind)) return null
  const { accountId, currency } = account
  const { paymentId, amountMicros } = facts
  const nowMicros = clock.nowMicros
  const methodId = await readMethodId(connection, accountId, provider, facts.providerMethodId)
  const stored = facts.topUpId === null ? null : await readTopUp(connection, accountId, facts.topUpId)
  const trigger: TopUpTrigger = stored?.topUp.trigger ?? facts.trigger ?? 'manual'
  const topUp =
    stored?.topUp ??
    (await insertLost(connection, { accountId, trigger, amountMicros, currency, methodId }, facts, nowMicros))
  const attempt = {
    attemptId: randomUUID(),
    topUpId: topUp.topUpId,
    number: topUp.attempts + 1,
    methodId,
  }
  await insertAttempt(connection, { ...attempt, accountId, trigger, amountMicros, provider, paymentId }, nowMicros)
  const confirmedAtMicros = Math.min(facts.createdAtMicros, nowMicros)
  await updateAttempt(connection, attempt.attemptId, { confirmedAtMicros, outcome: null, code: null })
  if (topUp.state === 'requested' && topUp.paymentId === null) {
    const { attemptId, number: attempts } = attempt
    const taken = {
      state: 'prepared',
      attemptId,
      attempts,
      paymentId,
      methodId,
      amountMicros,
      confirmedAtMicros,
    } as const
    await updateTopUp(connection, { ...topUp, ...taken }, nowMicros)
  }
  return attempt
}

/** As automatic as it was; where another automatic one is open by now, it is kept beside that one. */
async function insertLost(
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
  throw new TypeError(`payment ${facts.paymentId} finds no top-up`)
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

/** Of an attempt that its top-up has left behind: only that money was taken after all matters to anybody. */
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
         ${epochMicros('recorded_at')} as paid_at_micros
    from tollgate.payments where provider = $1 and payment_id = $2`

interface PostedPayment {
  readonly totals: PaymentTotals
  readonly creditedSequence: bigint
  readonly paidAtMicros: InstantMicros
}

async function readPayment(connection: Connection, { provider, paymentId }: PaymentId): Promise<PostedPayment | null> {
  const { rows } = await connection.query<{
    credited_micros: bigint
    refunded_micros: bigint
    disputed_micros: bigint
    credited_sequence: bigint
    paid_at_micros: bigint
  }>(READ_PAYMENT, [provider, paymentId])
  const [row] = rows
  if (row === undefined) return null
  const { credited_micros: creditedMicros, refunded_micros: refundedMicros, disputed_micros: disputedMicros } = row
  return {
    totals: { creditedMicros, refundedMicros, disputedMicros },
    creditedSequence: row.credited_sequence,
    paidAtMicros: Number(row.paid_at_micros),
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
  { topUpId }: OfAttempt,
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
