/**
 * Payments on a real ledger and the sandbox with simulated time: the sandbox gets a later clock, and the ledger's instants of
 * top-ups are moved into the past by the same time. Workers take turns on request, several concurrently if requested.
 */
import { randomUUID } from 'node:crypto'
import type { AutoTopUpSettings } from '../../src/core/top-up/judge.ts'
import type { Writer } from '../../src/ledger/changes/change-account.ts'
import { saveAutoTopUp } from '../../src/ledger/top-ups/auto-top-up.ts'
import { sweepAutoTopUp } from '../../src/ledger/top-ups/sweep-auto-top-up.ts'
import { markAtProvider } from '../../src/payments/mark.ts'
import { paymentMetrics } from '../../src/payments/metrics.ts'
import { sandboxDatabaseUrl } from '../../src/payments/providers/sandbox/database.ts'
import type { SandboxPayment } from '../../src/payments/providers/sandbox/payment.ts'
import { createSandboxProvider, type SandboxProvider } from '../../src/payments/providers/sandbox/provider.ts'
import { createReconciler } from '../../src/payments/reconcile.ts'
import { type ClaimAndAdvance, createAdvancer } from '../../src/payments/worker.ts'
import { createLog } from '../../src/platform/log.ts'
import { Registry } from '../../src/platform/metrics.ts'
import { saveCard } from '../../testkit/auto-top-up.ts'
import { consentFor, SETTINGS } from './charges.ts'
import { openTestLedger, type TestLedger } from './ledger.ts'
import { dropSandbox } from './sandbox.ts'

/** Stripe's public test numbers. */
export const CARDS = {
  good: '4242424242424242',
  noFunds: '4000000000009995',
  stolen: '4000000000009979',
  expired: '4000000000000069',
  noReason: '4000000000000002',
  overLimit: '4000000000006975',
  wrongDetails: '4000000000000127',
  bankDown: '4000000000000119',
  needsApproval: '4000002760003184',
  disputed: '4000000000000259',
  inquiredAbout: '4000000000001976',
  refundFails: '4000000000005126',
} as const
export type Card = keyof typeof CARDS

const CALL_MS = 5_000
const MAX_ROUNDS = 200

export interface TestPayments extends TestLedger {
  readonly provider: SandboxProvider
  /** A default card, with consent for the settings in force. */
  addCard(accountId: string, card: Card, settings?: AutoTopUpSettings): Promise<string>
  save(accountId: string, settings: Partial<AutoTopUpSettings>, methodId: string | null): Promise<unknown>
  /** Takes turns until nothing is due: by this many workers concurrently, each as if in a separate process. */
  settle(workers?: number): Promise<void>
  /** Replaces all processes: until they have tended, the new ones do not know the provider's state. */
  replaceProcesses(): void
  /** The periodic work of the role: reads the provider's list, rechecks accounts, marks. */
  tend(): Promise<void>
  pass(hours: number): Promise<void>
  charges(accountId: string): Promise<SandboxPayment[]>
}

/** `pagesUrl`: where the sandbox's pages are served; absent: nowhere. */
export async function openTestPayments({ pagesUrl }: { pagesUrl?: () => string } = {}): Promise<TestPayments> {
  const testLedger = await openTestLedger()
  const log = createLog('silent')
  const databaseUrl = sandboxDatabaseUrl(testLedger.database.url)
  let aheadMicros = 0
  const provider = createSandboxProvider({
    databaseUrl,
    log,
    deadlineMs: CALL_MS,
    ...(pagesUrl === undefined ? {} : { pagesUrl }),
    now: () => Date.now() * 1000 + aheadMicros,
  })
  const writer: Writer = { pool: testLedger.pool, publishing: testLedger.publishing }
  let reconciler = createReconciler(writer, provider, log)
  await reconciler.run()
  const workers: ClaimAndAdvance[] = []
  const workerOf = (index: number): ClaimAndAdvance => {
    workers[index] ??= createAdvancer({
      writer,
      provider,
      callMs: CALL_MS,
      holder: `worker-${index}-${randomUUID()}`,
      isReconciled: () => reconciler.isDone(),
      onRecorded: () => {},
      log,
      metrics: paymentMetrics(new Registry()),
    })
    return workers[index]
  }

  return {
    ...testLedger,
    provider,
    async addCard(accountId, card, settings = SETTINGS) {
      const consent = (methodId: string) => consentFor(settings, methodId)
      return await saveCard(writer, provider.desk, { accountId, number: CARDS[card], consent, actor: 'test' })
    },
    save(accountId, settings, methodId) {
      const wanted = { ...SETTINGS, ...settings }
      const consent = consentFor(wanted, methodId)
      return saveAutoTopUp(writer, accountId, { settings: wanted, consent, actor: 'test' }, null)
    },
    async settle(count = 1) {
      for (let round = 0; round < MAX_ROUNDS; round++) {
        const turns = await Promise.all(Array.from({ length: count }, (_, index) => workerOf(index)(50)))
        const taken = turns.flat()
        await Promise.all(taken)
        if (taken.length === 0) return
      }
      throw new Error(`after ${MAX_ROUNDS} rounds top-ups are still due`)
    },
    replaceProcesses() {
      workers.length = 0
      reconciler = createReconciler(writer, provider, log)
    },
    async tend() {
      await reconciler.run().catch(() => {})
      await sweepAutoTopUp(writer)
      await markAtProvider(writer, provider, log).catch(() => {})
    },
    async pass(hours) {
      aheadMicros += hours * 3_600_000_000
      const back = `- make_interval(secs => ${hours * 3600})`
      await writer.pool.query(`
        update tollgate.top_ups set requested_at = requested_at ${back}, next_try_at = next_try_at ${back},
          confirmed_at = confirmed_at ${back}, action_until = action_until ${back}, updated_at = updated_at ${back},
          claimed_until = claimed_until ${back}`)
      await writer.pool.query(`
        update tollgate.top_up_attempts set prepared_at = prepared_at ${back}, confirmed_at = confirmed_at ${back}`)
      await writer.pool.query(`
        update tollgate.auto_top_up_memory set paused_since = paused_since ${back}, waits_until = waits_until ${back}`)
    },
    async charges(accountId) {
      const payments = await provider.desk.listPayments(accountId, { after: null, limit: 1_000 })
      return payments.filter(({ state }) => state === 'succeeded')
    },
    async close() {
      await provider.close()
      await testLedger.close()
      await dropSandbox(databaseUrl)
    },
  }
}
