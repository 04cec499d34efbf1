/**
 * Automatic top-up in the demo: some accounts have a test card, with different outcomes. The actions of customer and bank are
 * simulated at the sandbox payment provider, which moves no money.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { formatMoney, type Micros, parseMoney } from '../src/core/money.ts'
import { openSandboxDatabase, sandboxDatabaseUrl } from '../src/payments/providers/sandbox/database.ts'
import { createDesk, type SandboxDesk } from '../src/payments/providers/sandbox/desk.ts'
import { createLog } from '../src/platform/log.ts'
import type { Pool } from '../src/platform/postgres.ts'
import { turnAutoTopUpOn } from '../testkit/auto-top-up.ts'
import type { Installation } from '../testkit/installation.ts'
import { OPENING_CREDIT } from '../testkit/opening-credit.ts'
import { isDiffering, readPaymentBooks } from '../testkit/payment-books.ts'

const CHARGED = '4242424242424242'
const APPROVED_ONCE = '4000002500003155'
const WITHOUT_FUNDS = '4000000000009995'
const EXPIRED = '4000000000000069'

/** Accounts that are busy enough to fall below their threshold within seconds. The others have no automatic top-up. */
const AUTO_TOP_UPS = [
  { accountId: 'atelier-lumiere', credit: '40.00', threshold: '20.00', amount: '150.00', number: CHARGED },
  { accountId: 'prairie-solar', credit: '60.00', threshold: '30.00', amount: '100.00', number: CHARGED },
  { accountId: 'tatra-tours', credit: '45.00', threshold: '25.00', amount: '100.00', number: CHARGED },
  { accountId: 'globe-freight', credit: '8.00', threshold: '5.00', amount: '75.00', number: APPROVED_ONCE },
  { accountId: 'canal-bikes', credit: '12.00', threshold: '10.00', amount: '50.00', number: EXPIRED },
  { accountId: 'summit-outfitters', credit: '2.50', threshold: '2.00', amount: '20.00', number: WITHOUT_FUNDS },
] as const

export const DEMO_CREDIT: ReadonlyMap<string, string> = new Map([
  ...OPENING_CREDIT,
  ...AUTO_TOP_UPS.map(({ accountId, credit }) => [accountId, credit] as const),
])

/** Long enough to read the note, and before the first check of the payment, 5 seconds after the charge. */
export const APPROVED_AFTER_SECONDS = 4

export interface TopUps {
  /** Shown at the start. */
  readonly notice: string
  /** After a while, approves the payment of this top-up that waits for approval, and returns its id; null: none waits. */
  approve(accountId: string, topUpId: string): Promise<string | null>
  /** Whether the sandbox and the ledger agree, with no payment in progress. */
  areSettled(): Promise<boolean>
  check(): Promise<{ readonly agree: boolean; readonly lines: readonly string[] }>
  close(): Promise<void>
}

/** Saves cards, with the customers' consent, and turns automatic top-up on. */
export async function openTopUps(installation: Installation): Promise<TopUps> {
  const { config, pool } = installation
  const sandbox = openSandboxDatabase({
    databaseUrl: sandboxDatabaseUrl(config.database.url, config.sandbox.databaseUrl),
    log: createLog('error'),
    connections: 2,
  })
  const desk = createDesk(sandbox)
  for (const { accountId, threshold, amount, number } of AUTO_TOP_UPS) {
    const [thresholdMicros, amountMicros] = [parseMoney(threshold)!, parseMoney(amount)!]
    await turnAutoTopUpOn(installation, desk, { accountId, number, thresholdMicros, amountMicros })
  }
  const closing = new AbortController()
  return {
    notice: `${AUTO_TOP_UPS.length} accounts have a test card and automatic top-up; payments are made with a sandbox: no money moves`,
    async approve(accountId, topUpId) {
      await delay(APPROVED_AFTER_SECONDS * 1000, undefined, { signal: closing.signal })
      const payments = await desk.listPayments(accountId, { after: null, limit: 1_000 })
      const waiting = payments.find((payment) => payment.topUpId === topUpId && payment.state === 'needs_action')
      if (waiting === undefined) return null
      await desk.approve(waiting.paymentId)
      return waiting.paymentId
    },
    areSettled: () => areSettled(pool, desk),
    check: () => check(pool, desk),
    async close() {
      closing.abort()
      await sandbox.close()
    },
  }
}

export interface TopUpCounts {
  readonly requested: number
  readonly succeeded: number
  /** Declined attempts; a top-up may have several. */
  readonly declined: number
  readonly waiting: number
  readonly paused: number
}

const COUNT_TOP_UPS = `
  select count(*)::integer as requested,
         count(*) filter (where state = 'succeeded')::integer as succeeded,
         count(*) filter (where state = 'needs_action')::integer as waiting,
         (select count(*)::integer from tollgate.top_up_attempts where outcome = 'declined') as declined,
         (select count(*)::integer from tollgate.auto_top_up_memory where paused_since is not null) as paused
    from tollgate.top_ups`

export async function countTopUps(pool: Pool): Promise<TopUpCounts> {
  return (await pool.query<TopUpCounts>(COUNT_TOP_UPS)).rows[0]!
}

const COUNT_IN_PROGRESS = `
  select count(*)::integer as "inProgress" from tollgate.top_ups
   where state in ('prepared', 'charging', 'unknown', 'processing') or (state = 'requested' and attempts = 0)`

async function areSettled(pool: Pool, desk: SandboxDesk): Promise<boolean> {
  const { inProgress } = (await pool.query<{ inProgress: number }>(COUNT_IN_PROGRESS)).rows[0]!
  return inProgress === 0 && !(await readPaymentBooks(pool, desk)).some(isDiffering)
}

async function check(pool: Pool, desk: SandboxDesk): Promise<{ agree: boolean; lines: string[] }> {
  const books = await readPaymentBooks(pool, desk)
  const { requested, succeeded, declined, waiting, paused } = await countTopUps(pool)
  const differing = books.filter(isDiffering)
  const currencies = [...Map.groupBy(books, ({ currency }) => currency)].toSorted()
  return {
    agree: differing.length === 0,
    lines: [
      `top-ups: ${requested} requested, ${succeeded} succeeded, ${waiting} waiting for approval; payments declined: ${declined}; accounts paused: ${paused}`,
      ...currencies.map(([currency, ofCurrency]) => {
        const [taken, moved] = [sum(ofCurrency, 'atProviderMicros'), sum(ofCurrency, 'inMovementsMicros')]
        const verdict = ofCurrency.some(isDiffering) ? 'FAIL' : 'ok  '
        return `${verdict} taken at the sandbox ${formatMoney(taken)} ${currency} = movements of payments ${formatMoney(moved)} ${currency}`
      }),
      ...differing.map(
        ({ accountId, currency, atProviderMicros, inMovementsMicros }) =>
          `FAIL ${accountId}: taken at the sandbox ${formatMoney(atProviderMicros)} ${currency}, movements ${formatMoney(inMovementsMicros)} ${currency}`,
      ),
    ],
  }
}

function sum<Field extends string>(books: readonly Record<Field, Micros>[], field: Field): Micros {
  return books.reduce((total, book) => total + book[field], 0n)
}
