/** Payments: charges top-ups at the provider, records the outcomes in the ledger, and recovers what is stuck or was missed. */
import type { Writer } from '../ledger/changes/change-account.ts'
import { measureTopUps } from '../ledger/top-ups/measure-top-ups.ts'
import { oldestOpenSetup, oldestOverdueLimit, oldestTaskAtProvider } from '../ledger/top-ups/oldest-tasks.ts'
import { oldestWaitingEvent } from '../ledger/top-ups/provider-events.ts'
import { readReceiptEmail } from '../ledger/top-ups/receipt-email.ts'
import { sweepAutoTopUp } from '../ledger/top-ups/sweep-auto-top-up.ts'
import { markAtProvider, noMarkProgress } from '../payments/mark.ts'
import { sweepSetups } from '../payments/method-setups.ts'
import { type PaymentMetrics, paymentMetrics, showFigures } from '../payments/metrics.ts'
import { CALL_MS, checkProvider, openProvider } from '../payments/open-provider.ts'
import type { PaymentProvider } from '../payments/providers/provider.ts'
import { createReconciler, type Reconciler } from '../payments/reconcile.ts'
import { EVENTS_PER_RUN, handleProviderEvents, refreshStaleMethods } from '../payments/webhooks.ts'
import { startWorker, type Worker } from '../payments/worker.ts'
import type { Problem } from '../platform/http.ts'
import { type Job, startJobs } from '../platform/jobs.ts'
import type { Logger } from '../platform/log.ts'
import { createPool } from '../platform/postgres.ts'
import { createEncoders } from '../platform/schemas.ts'
import { defineRole, type OutboxBell } from './role.ts'

/** A worker that has not polled for top-ups for this long is stuck: a restart helps. */
const STUCK_AFTER_MS = 60_000

const SECOND_MS = 1_000

export const paymentsRole = defineRole({
  name: 'payments',
  sections: ['process', 'kafka', 'database', 'publishing', 'payments', 'sandbox', 'provider', 'api'],
  checks: [(config) => checkProvider(config, false)],
  async start(config, { log, registry, outboxBell, signal }) {
    await using starting = new AsyncDisposableStack()
    const pool = createPool(config.database.url, log, config.payments.connections)
    starting.defer(() => pool.end())
    const { encode } = await createEncoders(config.kafka)
    const writer = { pool, publishing: { encode, recordTopics: config.publishing.recordTopics } }
    const { provider, close } = openProvider(config, log, {
      pagesUrl: () => config.api.publicUrl ?? `http://127.0.0.1:${config.api.port}`,
      takesWebhooks: false,
    })
    starting.defer(close)
    signal.throwIfAborted()

    const metrics = paymentMetrics(registry)
    const reconciler = createReconciler(writer, provider, log)
    const jobs = paymentJobs({ writer, provider, reconciler, metrics, outboxBell, log })
    const running = startJobs({ jobs, log, registry })
    starting.defer(() => running.stop())
    const worker = startWorker({
      writer,
      provider,
      callMs: CALL_MS,
      holder: config.process.instanceId,
      isReconciled: reconciler.isDone,
      onRecorded: outboxBell.ring,
      receiptEmailOf: config.provider.stripeReceipts ? (accountId) => readReceiptEmail(pool, accountId) : undefined,
      log,
      metrics,
    })
    starting.defer(() => worker.stop())

    const started = starting.move()
    return {
      health: () => stuck(worker),
      degraded: () => (reconciler.wasDone() ? [] : [NOT_RECONCILED]),
      readiness: () => null,
      [Symbol.asyncDispose]: () => started.disposeAsync(),
    }
  },
})

interface JobParts {
  readonly writer: Writer
  readonly provider: PaymentProvider
  readonly reconciler: Reconciler
  readonly metrics: PaymentMetrics
  readonly outboxBell: OutboxBell
  readonly log: Logger
}

/** The jobs of the role: they find what no request and no webhook triggers. */
function paymentJobs({ writer, provider, reconciler, metrics, outboxBell, log }: JobParts): Job[] {
  const { pool } = writer
  const markProgress = noMarkProgress()
  return [
    {
      name: 'payments that the provider knows',
      everyMs: 5 * SECOND_MS,
      async run() {
        await reconciler.runIfDue()
        return { oldestWorkSeconds: reconciler.secondsSinceRun() }
      },
    },
    {
      name: 'automatic top-ups that are due',
      everyMs: 60 * SECOND_MS,
      async run() {
        const { rearmed, requested } = await sweepAutoTopUp(writer)
        if (rearmed > 0)
          log.info({ rearmed, requested }, 'checked automatic top-up again for accounts whose wait was over')
        if (requested > 0) outboxBell.ring()
        return { oldestWorkSeconds: await oldestOverdueLimit(pool) }
      },
    },
    {
      name: 'marks at the provider',
      everyMs: 5 * SECOND_MS,
      async run() {
        await markAtProvider(writer, provider, log, markProgress)
        return { oldestWorkSeconds: await oldestTaskAtProvider(pool, provider.name) }
      },
    },
    {
      name: 'cards on their way in',
      everyMs: 15 * SECOND_MS,
      async run() {
        if ((await sweepSetups(writer, provider, log)) > 0) outboxBell.ring()
        return { oldestWorkSeconds: await oldestOpenSetup(pool, provider.name) }
      },
    },
    {
      name: 'webhooks',
      everyMs: SECOND_MS,
      async run() {
        const { claimed, handled } = await handleProviderEvents(writer, provider, log)
        if (handled > 0) outboxBell.ring()
        const oldestWorkSeconds = await oldestWaitingEvent(pool, provider.name)
        return { oldestWorkSeconds, ...(claimed === EVENTS_PER_RUN ? { restMs: 0 } : {}) }
      },
    },
    {
      name: 'saved cards',
      everyMs: 600 * SECOND_MS,
      async run() {
        if ((await refreshStaleMethods(writer, provider, log)) > 0) outboxBell.ring()
      },
    },
    {
      name: 'figures of top-ups',
      everyMs: 15 * SECOND_MS,
      async run() {
        showFigures(metrics, await measureTopUps(pool))
      },
    },
  ]
}

const NOT_RECONCILED: Problem = {
  reason: 'top-ups are not charged yet',
  detail: 'the payments that the provider knows have to be read first: check that it responds',
}

function stuck(worker: Worker): Problem | null {
  const isStuck = Date.now() - worker.lastTurnAt() > STUCK_AFTER_MS
  return isStuck ? { reason: 'the payments worker has not looked for top-ups for a minute' } : null
}
