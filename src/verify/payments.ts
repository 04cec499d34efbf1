/**
 * Verifies E: every payment at the provider that took money is in the books with the provider's amounts, and every payment in
 * the books is known to the provider. Both directions use the provider's complete list, read in pages, against which the
 * payments in the books are ticked off.
 *
 * Online: the books follow the provider within seconds, or within a minute if an answer was lost. So differences are checked
 * again until they disappear, and count as faults only if neither side has changed for longer than that.
 */
import { formatMoney } from '../core/money.ts'
import { entriesFor, NOTHING_POSTED, type PaymentTotals } from '../core/top-up/payment.ts'
import {
  type NoAnswer,
  type PaymentFacts,
  type PaymentProvider,
  ProviderDidNotAnswer,
} from '../payments/providers/provider.ts'
import type { Pool } from '../platform/postgres.ts'
import { pause, retryWaitMs } from '../platform/retry.ts'
import type { OnFault } from './fault.ts'
import type { Pace } from './pace.ts'

/** Payments of the books that are ticked off in one reading of the list. */
const MAX_PAYMENTS = 500_000
const PAYMENTS_PER_PAGE = 5_000
/** Differing payments that wait to be checked again. */
const MAX_SUSPECTS = 20_000

/** The payments role reconciles every minute. */
const PATIENCE_MS = 90_000
const RECHECK_EVERY_MS = 1_000
/** Up to this many suspects are read from the provider at each check. */
const MAX_READS_PER_CHECK = 20

const MAX_TRIES = 3
const BACKOFF = { firstMs: 1_000, maxMs: 1_000 }

const READ_IDS = `
  select payment_id from tollgate.payments where provider = $1 and payment_id > $2 order by payment_id limit $3`

const READ_POSTED = `
  select payment_id, account_id, credited_micros, refunded_micros, disputed_micros
    from tollgate.payments
   where provider = $1 and payment_id = any($2::text[])`

export interface PaymentsParts {
  readonly pool: Pool
  /** Null: the sandbox was never used, so it has no database. */
  readonly provider: PaymentProvider | null
  readonly pace: Pace
  /** How long a difference may last before it is a fault. */
  readonly patienceMs?: number
}

/** Verifies payments and returns how many the provider listed; null: no payment was ever made. A silent provider is a fault. */
export async function verifyPayments(parts: PaymentsParts, onFault: OnFault): Promise<number | null> {
  const { pool, provider, pace, patienceMs = PATIENCE_MS } = parts
  const silent = (detail: string) =>
    onFault({ check: 'provider_silent', invariant: 'E', severity: 'fault', accountId: null, detail })
  if (provider === null) {
    const { rows } = await pool.query<{ found: boolean }>('select exists (select from tollgate.payments) as found')
    if (!rows[0]!.found) return null
    silent("the sandbox's database does not exist, although payments were made")
    return 0
  }
  try {
    return await comparePayments({ pool, provider, pace, patienceMs, onFault })
  } catch (error) {
    if (!(error instanceof ProviderDidNotAnswer)) throw error
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
    // Read before the list, so that all of them must be on it.
    const { ids, last } = await readIds(comparing, after)
    const suspects = new Map<string, PaymentFacts>()
    const underWay = new Map<string, Set<string>>()
    for await (const page of listed(provider)) {
      for (const { paymentId } of page) ids.delete(paymentId)
      if (isFirst) {
        looked += page.length
        noteUnderWay(underWay, page)
        const posted = await readPosted(pool, provider.name, page)
        // A payment that changes in the meantime is listed again; its latest facts count.
        for (const facts of page) {
          if (agrees(facts, posted.get(facts.paymentId))) suspects.delete(facts.paymentId)
          else suspects.set(facts.paymentId, facts)
        }
        if (suspects.size >= MAX_SUSPECTS) await recheck(comparing, suspects)
      }
      await pace.took(page.length)
    }
    await recheck(comparing, suspects)
    for (const payments of underWay.values()) await verifyUnderWay(comparing, payments)
    for (const paymentId of ids) await verifyKnown(comparing, paymentId)
    after = last
  }
  return looked
}

/** Reads payment ids of the books after `after`. `last`: where to continue; null: there are no more. */
async function readIds(
  { pool, provider, pace }: Comparing,
  after: string,
): Promise<{ readonly ids: Set<string>; readonly last: string | null }> {
  const ids = new Set<string>()
  for (let last = after; ; ) {
    const { rows } = await pool.query<{ payment_id: string }>(READ_IDS, [provider.name, last, PAYMENTS_PER_PAGE])
    for (const { payment_id } of rows) ids.add(payment_id)
    await pace.took(rows.length)
    if (rows.length < PAYMENTS_PER_PAGE) return { ids, last: null }
    last = rows.at(-1)!.payment_id
    if (ids.size >= MAX_PAYMENTS) return { ids, last }
  }
}

type ListAnswer = Exclude<Awaited<ReturnType<PaymentProvider['listChanged']>>, NoAnswer>

async function* listed(provider: PaymentProvider): AsyncGenerator<readonly PaymentFacts[]> {
  for (let cursor: string | null = null; ; ) {
    const from: string | null = cursor
    const page: ListAnswer = await answered(provider, () => provider.listChanged(from))
    if (page.kind === 'refused') throw new ProviderDidNotAnswer(provider.name, page.detail)
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

/** The totals that should be posted for these facts. */
function totalsOf({ state, amountMicros, refundedMicros, disputedMicros }: PaymentFacts): PaymentTotals {
  const hasTaken = state.kind === 'succeeded' || refundedMicros > 0n || disputedMicros > 0n
  const atProvider = { creditedMicros: hasTaken ? amountMicros : 0n, refundedMicros, disputedMicros }
  return entriesFor(NOTHING_POSTED, atProvider).totals
}

/** A payment that could not be posted but was returned in full agrees too. */
function agrees(facts: PaymentFacts, posted: Posted | undefined): boolean {
  const atProvider = totalsOf(facts)
  if (posted === undefined) {
    return atProvider.creditedMicros === atProvider.refundedMicros + atProvider.disputedMicros
  }
  return isSame(atProvider, posted.totals)
}

function isSame(one: PaymentTotals, other: PaymentTotals): boolean {
  return (
    one.creditedMicros === other.creditedMicros &&
    one.refundedMicros === other.refundedMicros &&
    one.disputedMicros === other.disputedMicros
  )
}

/** Waits for the books to agree with the listed facts. A payment that changes at the provider gets the full time again. */
async function recheck(comparing: Comparing, suspects: Map<string, PaymentFacts>): Promise<void> {
  const { pool, provider, patienceMs, onFault } = comparing
  while (suspects.size > 0) {
    const deadline = performance.now() + patienceMs
    const atFirst = new Map(suspects)
    do {
      await pause(Math.min(RECHECK_EVERY_MS, patienceMs))
      // The books may be ahead of the list by now. If there are many suspects, they are read only once, at the end.
      if (suspects.size <= MAX_READS_PER_CHECK) await readAgain(comparing, suspects)
      await dropAgreeing(pool, provider.name, suspects)
    } while (suspects.size > 0 && performance.now() < deadline)

    for (const paymentId of [...suspects.keys()]) {
      const before = atFirst.get(paymentId)!
      const now = await readFacts(comparing, paymentId)
      // A payment that the provider no longer has is reported by the check of the books.
      if (now !== null && !isSame(totalsOf(now), totalsOf(before))) {
        suspects.set(paymentId, now)
        continue
      }
      suspects.delete(paymentId)
      const posted = (await readPosted(pool, provider.name, [before])).get(paymentId)
      if (now === null || agrees(now, posted)) continue
      const accountId = posted?.accountId ?? now.accountId
      const detail = `payment ${paymentId}: ${shown(totalsOf(now))} at the provider, ${shown(posted?.totals ?? NOTHING_POSTED)} in the ledger`
      onFault({ check: 'payment_not_credited', invariant: 'E', severity: 'fault', accountId, detail })
    }
  }
}

async function readAgain(comparing: Comparing, suspects: Map<string, PaymentFacts>): Promise<void> {
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
  const detail = `payment ${paymentId}: the provider does not know it, but ${formatMoney(posted.totals.creditedMicros)} was credited`
  onFault({ check: 'payment_unknown_at_provider', invariant: 'E', severity: 'fault', accountId, detail })
}

/** Collects, by account, automatic payments that may still charge on their own: there may be only one per account. */
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

/** Only a warning: after a restore, a lost payment may complete beside the one that was requested since. */
async function verifyUnderWay(comparing: Comparing, payments: ReadonlySet<string>): Promise<void> {
  if (payments.size < 2) return
  const still: PaymentFacts[] = []
  for (const paymentId of payments) {
    const facts = await readFacts(comparing, paymentId)
    if (facts !== null && isUnderWay(facts.state)) still.push(facts)
  }
  if (still.length < 2) return
  const detail = `several automatic payments are in progress at once: ${still.map(({ paymentId }) => paymentId).join(', ')}`
  const { accountId } = still[0]!
  comparing.onFault({ check: 'two_payments_under_way', invariant: 'E', severity: 'warning', accountId, detail })
}

/** Null: the provider does not know it. */
async function readFacts({ provider }: Comparing, paymentId: string): Promise<PaymentFacts | null> {
  const answer = await answered(provider, () => provider.readPayment(paymentId))
  if (answer.kind === 'facts') return answer.facts
  if (answer.code === 'payment_missing') return null
  throw new ProviderDidNotAnswer(provider.name, answer.detail)
}

async function answered<T extends { readonly kind: string }>(
  { name }: PaymentProvider,
  ask: () => Promise<T>,
): Promise<Exclude<T, NoAnswer>> {
  for (let asked = 1; ; asked++) {
    const answer = await ask()
    if (!isNoAnswer(answer)) return answer as Exclude<T, NoAnswer>
    if (asked === MAX_TRIES) throw new ProviderDidNotAnswer(name, answer.detail)
    await pause(retryWaitMs(BACKOFF, asked))
  }
}

function isNoAnswer(answer: { readonly kind: string }): answer is NoAnswer {
  return answer.kind === 'unavailable' || answer.kind === 'unknown'
}
