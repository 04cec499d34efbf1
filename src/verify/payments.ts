/**
 * E: every payment at the provider that has taken money stands in the books as the provider says, and every payment in the
 * books is known there. Both ways by the provider's whole list, read in pages; what is in the books is ticked off against it.
 *
 * Online: the books follow the provider by seconds, by a minute where no answer was heard. So what differs is looked at again
 * until it agrees, and is a fault only when neither side has changed for longer than that.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { formatMoney } from '../core/money.ts'
import { entriesFor, NOTHING_POSTED, type PaymentTotals } from '../core/top-up/payment.ts'
import type { NoAnswer, PaymentFacts, PaymentProvider } from '../payments/providers/provider.ts'
import type { Pool } from '../platform/postgres.ts'
import type { OnFault } from './fault.ts'
import type { Pace } from './pace.ts'

/** Payments of the books that are ticked off against one reading of the list. */
const PAYMENTS_HELD = 500_000
const PAYMENTS_PER_PAGE = 5_000
/** Payments that differ and wait to be looked at again. */
const SUSPECTS_HELD = 20_000

/** What the provider knows is posted every minute, by the payments role. */
const PATIENCE_MS = 90_000
const LOOK_EVERY_MS = 1_000
const ASKED_EACH_LOOK = 20

const MAX_ASKED = 3
const ASK_AGAIN_MS = 1_000

const READ_IDS = `
  select payment_id from tollgate.payments where provider = $1 and payment_id > $2 order by payment_id limit $3`

const READ_POSTED = `
  select payment_id, account_id, credited_micros, refunded_micros, disputed_micros
    from tollgate.payments
   where provider = $1 and payment_id = any($2::text[])`

export interface PaymentsParts {
  readonly pool: Pool
  /** Null: it was never used, so that there is nobody to ask. */
  readonly provider: PaymentProvider | null
  readonly pace: Pace
  /** How long what differs may take to agree. */
  readonly patienceMs?: number
}

/** Answers how many payments the provider's list has; null: nobody has ever paid. A provider that is silent is a fault. */
export async function verifyPayments(parts: PaymentsParts, onFault: OnFault): Promise<number | null> {
  const { pool, provider, pace, patienceMs = PATIENCE_MS } = parts
  const silent = (detail: string) =>
    onFault({ check: 'provider_silent', invariant: 'E', severity: 'fault', accountId: null, detail })
  if (provider === null) {
    const { rows } = await pool.query<{ found: boolean }>('select exists (select from tollgate.payments) as found')
    if (!rows[0]!.found) return null
    silent('the database of the payment provider is not there, and payments were made')
    return 0
  }
  try {
    return await comparePayments({ pool, provider, pace, patienceMs, onFault })
  } catch (error) {
    if (!(error instanceof ProviderSilent)) throw error
    silent(`${error.message}: not all payments were compared`)
    return 0
  }
}

interface Comparing {
  readonly pool: Pool
  readonly provider: PaymentProvider
  readonly pace: Pace
  readonly patienceMs: number
  readonly onFault: OnFault
}

async function comparePayments(comparing: Comparing): Promise<number> {
  const { pool, provider, pace } = comparing
  let looked = 0
  for (let after: string | null = ''; after !== null; ) {
    const isFirst = after === ''
    // Before the list: all of them must be on it.
    const { ids, last } = await readIds(comparing, after)
    const suspects = new Map<string, PaymentFacts>()
    const underWay = new Map<string, Set<string>>()
    for await (const page of listed(provider)) {
      for (const { paymentId } of page) ids.delete(paymentId)
      if (isFirst) {
        looked += page.length
        noteUnderWay(underWay, page)
        const posted = await readPosted(pool, provider.name, page)
        // One that changes meanwhile is listed again; its latest counts.
        for (const facts of page) {
          if (agrees(facts, posted.get(facts.paymentId))) suspects.delete(facts.paymentId)
          else suspects.set(facts.paymentId, facts)
        }
        if (suspects.size >= SUSPECTS_HELD) await lookAgain(comparing, suspects)
      }
      await pace.took(page.length)
    }
    await lookAgain(comparing, suspects)
    for (const payments of underWay.values()) await verifyUnderWay(comparing, payments)
    for (const paymentId of ids) await verifyKnown(comparing, paymentId)
    after = last
  }
  return looked
}

/** `last` null: there are no more. */
async function readIds(
  { pool, provider, pace }: Comparing,
  after: string,
): Promise<{ readonly ids: Set<string>; readonly last: string | null }> {
  const ids = new Set<string>()
  for (let last = after; ids.size < PAYMENTS_HELD; ) {
    const { rows } = await pool.query<{ payment_id: string }>(READ_IDS, [provider.name, last, PAYMENTS_PER_PAGE])
    for (const { payment_id } of rows) ids.add(payment_id)
    await pace.took(rows.length)
    if (rows.length < PAYMENTS_PER_PAGE) return { ids, last: null }
    last = rows.at(-1)!.payment_id
    if (ids.size >= PAYMENTS_HELD) return { ids, last }
  }
  return { ids, last: null }
}

type ListAnswer = Exclude<Awaited<ReturnType<PaymentProvider['listChanged']>>, NoAnswer>

async function* listed(provider: PaymentProvider): AsyncGenerator<readonly PaymentFacts[]> {
  for (let cursor: string | null = null; ; ) {
    const from: string | null = cursor
    const page: ListAnswer = await answered(provider, () => provider.listChanged(from))
    if (page.kind === 'refused') throw new ProviderSilent(provider.name, page.detail)
    yield page.facts
    if (page.isLast) return
    cursor = page.cursor
  }
}

interface Posted {
  readonly accountId: string
  readonly totals: PaymentTotals
}

async function readPosted(
  pool: Pool,
  provider: string,
  listed: Iterable<Pick<PaymentFacts, 'paymentId'>>,
): Promise<Map<string, Posted>> {
  const { rows } = await pool.query<{
    payment_id: string
    account_id: string
    credited_micros: bigint
    refunded_micros: bigint
    disputed_micros: bigint
  }>(READ_POSTED, [provider, Array.from(listed, ({ paymentId }) => paymentId)])
  return new Map(
    rows.map((row) => {
      const { credited_micros: creditedMicros, refunded_micros: refundedMicros, disputed_micros: disputedMicros } = row
      return [row.payment_id, { accountId: row.account_id, totals: { creditedMicros, refundedMicros, disputedMicros } }]
    }),
  )
}

/** What would be posted of it, were it heard of for the first time. */
function totalsOf({ state, amountMicros, refundedMicros, disputedMicros }: PaymentFacts): PaymentTotals {
  const hasTaken = state.kind === 'succeeded' || refundedMicros > 0n || disputedMicros > 0n
  const said = { creditedMicros: hasTaken ? amountMicros : 0n, refundedMicros, disputedMicros }
  return entriesFor(NOTHING_POSTED, said).totals
}

/** One that nobody could post, and that was given back whole, is settled too. */
function agrees(facts: PaymentFacts, posted: Posted | undefined): boolean {
  const said = totalsOf(facts)
  if (posted === undefined) return said.creditedMicros === said.refundedMicros + said.disputedMicros
  return isSame(said, posted.totals)
}

function isSame(one: PaymentTotals, other: PaymentTotals): boolean {
  return (
    one.creditedMicros === other.creditedMicros &&
    one.refundedMicros === other.refundedMicros &&
    one.disputedMicros === other.disputedMicros
  )
}

/** Waits for the books to agree with what was listed; what has changed at the provider meanwhile is waited for anew. */
async function lookAgain(comparing: Comparing, suspects: Map<string, PaymentFacts>): Promise<void> {
  const { pool, provider, patienceMs, onFault } = comparing
  while (suspects.size > 0) {
    const deadline = performance.now() + patienceMs
    const atFirst = new Map(suspects)
    do {
      await delay(Math.min(LOOK_EVERY_MS, patienceMs))
      // The books may be ahead of what was listed by now. Many are asked about once, at the end.
      if (suspects.size <= ASKED_EACH_LOOK) await readAnew(comparing, suspects)
      await dropAgreeing(pool, provider.name, suspects)
    } while (suspects.size > 0 && performance.now() < deadline)

    for (const paymentId of [...suspects.keys()]) {
      const before = atFirst.get(paymentId)!
      const now = await readFacts(comparing, paymentId)
      // One the provider no longer has is reported from the books' side.
      if (now !== null && !isSame(totalsOf(now), totalsOf(before))) {
        suspects.set(paymentId, now)
        continue
      }
      suspects.delete(paymentId)
      const posted = (await readPosted(pool, provider.name, [before])).get(paymentId)
      if (now === null || agrees(now, posted)) continue
      const accountId = posted?.accountId ?? now.accountId
      const detail = `payment ${paymentId}: ${shown(totalsOf(now))} by the provider, ${shown(posted?.totals ?? NOTHING_POSTED)} here`
      onFault({ check: 'payment_not_credited', invariant: 'E', severity: 'fault', accountId, detail })
    }
  }
}

async function readAnew(comparing: Comparing, suspects: Map<string, PaymentFacts>): Promise<void> {
  for (const paymentId of [...suspects.keys()]) {
    const facts = await readFacts(comparing, paymentId)
    if (facts !== null) suspects.set(paymentId, facts)
  }
}

async function dropAgreeing(pool: Pool, provider: string, suspects: Map<string, PaymentFacts>): Promise<void> {
  const all = [...suspects.values()]
  for (let at = 0; at < all.length; at += PAYMENTS_PER_PAGE) {
    const page = all.slice(at, at + PAYMENTS_PER_PAGE)
    const posted = await readPosted(pool, provider, page)
    for (const facts of page) {
      if (agrees(facts, posted.get(facts.paymentId))) suspects.delete(facts.paymentId)
    }
  }
}

function shown({ creditedMicros, refundedMicros, disputedMicros }: PaymentTotals): string {
  return `${formatMoney(creditedMicros)} taken, ${formatMoney(refundedMicros)} refunded, ${formatMoney(disputedMicros)} disputed`
}

async function verifyKnown(comparing: Comparing, paymentId: string): Promise<void> {
  const { pool, provider, onFault } = comparing
  if ((await readFacts(comparing, paymentId)) !== null) return
  const posted = (await readPosted(pool, provider.name, [{ paymentId }])).get(paymentId)
  if (posted === undefined) return
  const { accountId } = posted
  const detail = `payment ${paymentId}: the provider does not know it, and ${formatMoney(posted.totals.creditedMicros)} was credited`
  onFault({ check: 'payment_unknown_at_provider', invariant: 'E', severity: 'fault', accountId, detail })
}

/** Automatic payments by account that may yet take money without anybody's doing: one each at the most. */
function noteUnderWay(underWay: Map<string, Set<string>>, page: readonly PaymentFacts[]): void {
  for (const { paymentId, accountId, trigger, state } of page) {
    if (accountId === null || trigger !== 'automatic') continue
    const payments = underWay.get(accountId)
    if (isUnderWay(state)) {
      if (payments === undefined) underWay.set(accountId, new Set([paymentId]))
      else payments.add(paymentId)
    } else if (payments?.delete(paymentId) && payments.size === 0) underWay.delete(accountId)
  }
}

function isUnderWay({ kind }: PaymentFacts['state']): boolean {
  return kind === 'processing' || kind === 'needs_action'
}

/** A warning: one that was forgotten by a restore is let run its course beside the one asked for since. */
async function verifyUnderWay(comparing: Comparing, payments: ReadonlySet<string>): Promise<void> {
  if (payments.size < 2) return
  const still: PaymentFacts[] = []
  for (const paymentId of payments) {
    const facts = await readFacts(comparing, paymentId)
    if (facts !== null && isUnderWay(facts.state)) still.push(facts)
  }
  if (still.length < 2) return
  const detail = `automatic payments are under way at once: ${still.map(({ paymentId }) => paymentId).join(', ')}`
  const { accountId } = still[0]!
  comparing.onFault({ check: 'two_payments_under_way', invariant: 'E', severity: 'warning', accountId, detail })
}

/** Null: the provider does not know it. */
async function readFacts({ provider }: Comparing, paymentId: string): Promise<PaymentFacts | null> {
  const answer = await answered(provider, () => provider.readPayment(paymentId))
  if (answer.kind === 'facts') return answer.facts
  if (answer.code === 'payment_missing') return null
  throw new ProviderSilent(provider.name, answer.detail)
}

async function answered<T extends { readonly kind: string }>(
  { name }: PaymentProvider,
  ask: () => Promise<T>,
): Promise<Exclude<T, NoAnswer>> {
  for (let asked = 1; ; asked++) {
    const answer = await ask()
    if (!isNoAnswer(answer)) return answer as Exclude<T, NoAnswer>
    if (asked === MAX_ASKED) throw new ProviderSilent(name, answer.detail)
    await delay(ASK_AGAIN_MS)
  }
}

function isNoAnswer(answer: { readonly kind: string }): answer is NoAnswer {
  return answer.kind === 'unavailable' || answer.kind === 'unknown'
}

class ProviderSilent extends Error {
  override readonly name = 'ProviderSilent'

  constructor(provider: string, detail: string) {
    super(`the payment provider ${provider} did not answer: ${detail}`)
  }
}
