/**
 * The provider's side of charges whose processes are killed: it can delay a charge before it is prepared or made, answers late,
 * and has its own books.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { sandboxDatabaseUrl } from '../../src/payments/providers/sandbox/database.ts'
import type { SandboxDesk } from '../../src/payments/providers/sandbox/desk.ts'
import type { Pool } from '../../src/platform/postgres.ts'
import { comparePaymentBooks, type PaymentBook, readPaymentBooks } from '../../testkit/payment-books.ts'
import { type Gates, openGates } from './gates.ts'
import { createInstallation, type TestInstallation } from './installation.ts'
import { openTestSandbox } from './sandbox.ts'
import { DOUBLE_KEY, startStripeDouble } from './stripe-double/server.ts'

/** A claim of a top-up. Without a payment id, it is for one that was prepared since. */
export interface Claim {
  readonly topUpId: string
  readonly paymentId: string | null
  readonly claimedAt: string
}

export interface Charged {
  readonly topUpId: string
  readonly accountId: string
}

export interface GatedProvider {
  readonly name: 'sandbox' | 'stripe'
  /** Payments in the states `unconfirmed` (prepared) and `succeeded` (charged). */
  readonly gates: Gates
  readonly desk: Pick<SandboxDesk, 'addTestCard'>
  /** From now on each confirmation is answered this much later than it charges. */
  answerAfter(ms: number): Promise<void>
  /** By top-up: the state of the payment of each claim, if there is one. */
  statesOf(claims: readonly Claim[]): Promise<ReadonlyMap<string, string>>
  /** One payment is refunded, one partly, two are disputed, and one of those disputes is won. */
  returnMoney(partMicros: bigint): Promise<void>
  /** Every payment that was charged. */
  charged(): Promise<Charged[]>
  books(pool: Pool): Promise<PaymentBook[]>
  close(): Promise<void>
}

/** An installation whose payments use it. */
export async function createInstallationAt(
  name: GatedProvider['name'],
): Promise<{ installation: TestInstallation; provider: GatedProvider }> {
  return await (name === 'stripe' ? createAtStripe() : createAtSandbox())
}

async function createAtSandbox() {
  const installation = await createInstallation()
  const sandbox = openTestSandbox(installation)
  const { desk } = sandbox
  // Its database is created by the first request.
  await desk.endFaults()
  const client = new pg.Client({ connectionString: sandboxDatabaseUrl(installation.config.database.url) })
  await client.connect()
  const charged = async () => {
    const payments = await desk.listPayments(null, { after: null, limit: 1_000 })
    return payments.filter(({ state }) => state === 'succeeded')
  }
  const provider: GatedProvider = {
    name: 'sandbox',
    gates: await openGates(client, 'sandbox.payments'),
    desk,
    async answerAfter(delayMs) {
      await desk.endFaults()
      await desk.orderFault({ fault: 'slow', call: 'confirm', timesLeft: null, delayMs })
    },
    async statesOf(claims) {
      const { rows } = await client.query<{ top_up_id: string; state: string }>(
        `select c.top_up_id, p.state
           from unnest($1::text[], $2::text[], $3::timestamptz[]) as c (top_up_id, payment_id, claimed_at)
           join sandbox.payments p
             on p.payment_id = c.payment_id
             or (c.payment_id is null and p.top_up_id = c.top_up_id and p.created_at > c.claimed_at)`,
        [
          claims.map(({ topUpId }) => topUpId),
          claims.map(({ paymentId }) => paymentId),
          claims.map(({ claimedAt }) => claimedAt),
        ],
      )
      return new Map(rows.map((row) => [row.top_up_id, row.state]))
    },
    async returnMoney(partMicros) {
      const ids = (await charged()).map(({ paymentId }) => paymentId)
      const [first, second, third, fourth] = ids as [string, string, string, string]
      await desk.refund(first, null)
      await desk.refund(second, partMicros)
      await desk.dispute(third)
      await desk.dispute(fourth)
      await desk.win(fourth)
    },
    charged,
    books: (pool) => readPaymentBooks(pool, desk),
    async close() {
      await client.end()
      await sandbox.drop()
    },
  }
  return { installation, provider }
}

async function createAtStripe() {
  const double = await startStripeDouble()
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-stripe-'))
  const keyFile = join(folder, 'key')
  writeFileSync(keyFile, `${DOUBLE_KEY}\n`)
  const installation = await createInstallation({
    TOLLGATE_PAYMENT_PROVIDER: 'stripe',
    TOLLGATE_STRIPE_SECRET_KEY_FILE: keyFile,
    TOLLGATE_STRIPE_WEBHOOK_SECRET: 'whsec_of_nobody',
    TOLLGATE_STRIPE_API_URL: double.url,
  })
  const { bank } = double
  const calls = { unconfirmed: 'prepare', succeeded: 'confirm' } as const
  const callOf = (state: string) => calls[state as keyof typeof calls]
  const charged = () => bank.books().filter(({ chargedMicros }) => chargedMicros > 0n)
  const provider: GatedProvider = {
    name: 'stripe',
    gates: {
      shut: async (state) => double.hold(callOf(state)),
      open: async (state) => double.letGo(callOf(state)),
      isReached: async (state) => double.held(callOf(state)) > 0,
    },
    desk: {
      addTestCard: async ({ accountId, number, expiryMonth: month, expiryYear: year }) => {
        return { kind: 'added', ...bank.addCard(accountId, number, { month, year }) }
      },
    },
    answerAfter: async (ms) => double.answerLate('confirm', ms),
    async statesOf(claims) {
      const payments = bank.books()
      const states = new Map<string, string>()
      for (const { topUpId, paymentId, claimedAt } of claims) {
        // Stripe has a resolution of seconds.
        const sinceMicros = (Math.floor(Date.parse(claimedAt) / 1_000) - 1) * 1_000_000
        const found = payments.findLast((one) =>
          paymentId === null
            ? one.topUpId === topUpId && one.createdAtMicros >= sinceMicros && one.state === 'unconfirmed'
            : one.paymentId === paymentId,
        )
        if (found !== undefined) states.set(topUpId, found.state)
      }
      return states
    },
    async returnMoney(partMicros) {
      const ids = charged().map(({ paymentId }) => paymentId)
      const [first, second, third, fourth] = ids as [string, string, string, string]
      bank.refund(first, null)
      bank.refund(second, partMicros)
      bank.dispute(third)
      bank.dispute(fourth)
      bank.win(fourth)
    },
    charged: async () => charged(),
    books: (pool) =>
      comparePaymentBooks(
        pool,
        bank.books().map(({ accountId, netMicros }) => ({ accountId, currency: 'EUR', takenMicros: netMicros })),
      ),
    async close() {
      await double.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  return { installation, provider }
}
