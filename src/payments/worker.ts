/**
 * The top-up worker: claims due top-ups and advances each as far as possible. Any number of processes may run it. A claim
 * lasts longer than any call to the provider, by the database's clock.
 *
 *   requested     judged under the account's lock, then a payment is prepared
 *   prepared      judged again, stored as charging, then confirmed
 *   charging, unknown, processing, needs_action
 *                 the payment is read by its id
 *
 * Nothing is decided here. The core judges under the account's lock what may be charged, and the provider's answers go
 * through `recordPayment`, as they do from webhooks and sweeps.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { TopUp } from '../core/top-up/machine.ts'
import type { Writer } from '../ledger/changes/change-account.ts'
import { advanceTopUp, type NewsWithoutMoney } from '../ledger/top-ups/advance-top-up.ts'
import { pauseForRestore } from '../ledger/top-ups/auto-top-up.ts'
import { beginConfirming } from '../ledger/top-ups/begin-confirming.ts'
import { claimTopUps, releaseClaim } from '../ledger/top-ups/claim-top-ups.ts'
import { judgeTopUp } from '../ledger/top-ups/judge-top-up.ts'
import { rememberCustomer } from '../ledger/top-ups/payment-methods.ts'
import { recordPayment } from '../ledger/top-ups/record-payment.ts'
import type { Logger } from '../platform/log.ts'
import type { PaymentMetrics } from './metrics.ts'
import type { FactsAnswer, NoAnswer, PaymentProvider, Refused } from './providers/provider.ts'

/** Top-ups in progress at a time, each of which waits for the provider most of the time. */
const CONCURRENT_TOP_UPS = 8
const POLL_MS = 250
const RETRY_MS = 1_000
/** How long a top-up waits while the process has not reconciled yet. */
const RECONCILED_SOON_MS = 2_000
/**
 * Long enough for the calls of one turn. When a process dies, its top-ups wait no longer than this. The claim is extended
 * right before a confirmation.
 */
const CLAIM_MS = 45_000

export interface WorkerParts {
  readonly writer: Writer
  readonly provider: PaymentProvider
  /** The deadline of a call to the provider. */
  readonly callMs: number
  /** Identifies this process in claims. */
  readonly holder: string
  /** Whether payments that only the provider knows have been posted. Nothing is charged before. */
  readonly isReconciled: () => boolean | Promise<boolean>
  /** Called after something may have been written to the outbox. */
  readonly onRecorded: () => void
  /** The address for the provider's receipt; absent: no receipts. */
  readonly receiptEmailOf?: ((accountId: string) => Promise<string | null>) | undefined
  readonly log: Logger
  readonly metrics: PaymentMetrics
}

export interface Worker {
  /** When it last polled for work, in milliseconds since 1970. */
  lastTurnAt(): number
  /** Stops claiming and resolves once the turns in progress have finished. */
  stop(): Promise<void>
}

/** Starts the worker: it polls for due top-ups until it is stopped, and advances several at a time. */
export function startWorker(parts: WorkerParts): Worker {
  const { log } = parts
  const claimTurns = createTurns(parts)
  const stopping = new AbortController()
  let lastTurnAt = Date.now()
  const loop = run()

  return {
    lastTurnAt: () => lastTurnAt,
    async stop() {
      stopping.abort()
      await loop
    },
  }

  async function run(): Promise<void> {
    const inProgress = new Set<Promise<void>>()
    while (!stopping.signal.aborted) {
      let waitMs = POLL_MS
      try {
        const turns = await claimTurns(CONCURRENT_TOP_UPS - inProgress.size)
        for (const begun of turns) {
          const turn = begun.finally(() => inProgress.delete(turn))
          inProgress.add(turn)
        }
        if (inProgress.size >= CONCURRENT_TOP_UPS) await Promise.race(inProgress)
        if (turns.length > 0) waitMs = 0
      } catch (error) {
        log.warn({ err: error }, 'top-ups could not be claimed; tried again')
        waitMs = RETRY_MS
      }
      lastTurnAt = Date.now()
      if (waitMs > 0) await delay(waitMs, undefined, { signal: stopping.signal }).catch(() => {})
    }
    await Promise.all(inProgress)
  }
}

/** Claims up to `limit` due top-ups. Each returned promise resolves once its top-up has been advanced; none rejects. */
export type ClaimTurns = (limit: number) => Promise<Promise<void>[]>

/** Makes the function that claims and advances top-ups; `startWorker` calls it in a loop. */
export function createTurns(parts: WorkerParts): ClaimTurns {
  const { writer, provider, callMs, holder, isReconciled, onRecorded, receiptEmailOf, log, metrics } = parts

  return async function claimTurns(limit) {
    const claimed = await claimTopUps(writer.pool, holder, limit, CLAIM_MS)
    return claimed.map(takeTurn)
  }

  /** A top-up that fails keeps its claim until that expires, so that it is not retried in a tight loop. */
  async function takeTurn(topUp: TopUp): Promise<void> {
    try {
      await advance(topUp)
      await releaseClaim(writer.pool, topUp.topUpId, holder)
      onRecorded()
    } catch (error) {
      metrics.retriesTotal.inc({ stage: 'top_up' })
      log.error(
        { err: error, account_id: topUp.accountId, top_up_id: topUp.topUpId, state: topUp.state },
        'a top-up met a fault; it is taken up again when its claim has run out',
      )
    }
  }

  async function advance(topUp: TopUp): Promise<void> {
    switch (topUp.state) {
      case 'requested':
        return await attempt(topUp)
      case 'prepared':
        return topUp.ending === null ? await confirm(topUp) : await cancel(topUp)
      case 'needs_action': {
        // Lapsed, or no longer wanted. The provider's answer decides: the payment may have succeeded after all.
        const hasLapsed = topUp.actionUntilMicros !== null && topUp.actionUntilMicros <= Date.now() * 1000
        return topUp.ending !== null || hasLapsed ? await cancel(topUp) : await checkPayment(topUp)
      }
      case 'charging':
      case 'unknown':
      case 'processing':
        return await checkPayment(topUp)
      default:
        throw new TypeError(`top-up ${topUp.topUpId} is ${topUp.state} and was claimed`)
    }
  }

  async function attempt(topUp: TopUp): Promise<void> {
    const { accountId, topUpId, trigger } = topUp
    const judged = await judgeTopUp(writer, { accountId, topUpId, holder })
    if (judged.kind !== 'charge') return
    // Manual top-ups too: a restored database may have lost the record of their charge.
    if (!(await isReconciled())) {
      const untilMicros = (Date.now() + RECONCILED_SOON_MS) * 1000
      await advanceTopUp(writer, { accountId, topUpId }, { kind: 'wait', untilMicros }, 0)
      return
    }
    const customerId = judged.customerId ?? (await createCustomer(topUp))
    if (customerId === null) return
    if (trigger === 'automatic' && (await pausesForRestore(topUp, customerId, judged.settingsVersion))) return

    const attemptId = randomUUID()
    const answer = await provider.prepare({
      attemptId,
      topUpId,
      accountId,
      customerId,
      providerMethodId: judged.method.providerMethodId,
      amountMicros: judged.amountMicros,
      currency: judged.currency,
      isOffSession: trigger === 'automatic',
      receiptEmail: receiptEmailOf === undefined ? null : await receiptEmailOf(accountId),
    })
    if (answer.kind !== 'facts') return await storeNoAnswer(topUp, answer)
    const { paymentId } = answer.facts
    const news = {
      kind: 'prepared',
      attemptId,
      paymentId,
      provider: judged.method.provider,
      methodId: judged.method.methodId,
      amountMicros: judged.amountMicros,
    } as const
    const prepared = await advanceTopUp(writer, { accountId, topUpId }, news, Math.random())
    // The top-up has advanced in the meantime. The payment is never confirmed, so it charges nothing; cancel it if possible.
    if (prepared === null) await provider.cancel(paymentId)
    else await confirm(prepared)
  }

  async function confirm(topUp: TopUp): Promise<void> {
    const { accountId, topUpId } = topUp
    const begun = await beginConfirming(writer, { accountId, topUpId, holder, callMs })
    if (begun === 'lost' || begun === 'wait') return
    if (begun === 'cancel') return await cancel(topUp)
    metrics.attemptsTotal.inc({ trigger: topUp.trigger })
    await askAndRecord(topUp, () => provider.confirm(topUp.paymentId!, topUp.attemptId!))
  }

  async function checkPayment(topUp: TopUp): Promise<void> {
    await askAndRecord(topUp, () => provider.readPayment(topUp.paymentId!))
  }

  async function cancel(topUp: TopUp): Promise<void> {
    await askAndRecord(topUp, () => provider.cancel(topUp.paymentId!))
  }

  /** Facts that have become too old are dropped: the next claim reads the payment again. */
  async function askAndRecord(topUp: TopUp, ask: () => Promise<FactsAnswer>): Promise<void> {
    const askedAtMs = Date.now()
    const answer = await ask()
    if (answer.kind !== 'facts') return await storeNoAnswer(topUp, answer)
    const recorded = await recordPayment(writer, provider.name, answer.facts, Math.random(), askedAtMs)
    const { kind } = answer.facts.state
    const code = answer.facts.state.kind === 'declined' ? answer.facts.state.decline.code : ''
    if ('topUp' in recorded && recorded.topUp !== null) metrics.outcomesTotal.inc({ outcome: kind, code })
  }

  async function storeNoAnswer({ accountId, topUpId, paymentId }: TopUp, answer: NoAnswer | Refused): Promise<void> {
    log.warn(
      { account_id: accountId, top_up_id: topUpId, payment_id: paymentId, answer: answer.kind, detail: answer.detail },
      'the payment provider gave no answer to go by',
    )
    metrics.outcomesTotal.inc({ outcome: answer.kind, code: answer.kind === 'refused' ? answer.code : '' })
    const about = paymentId === null ? { accountId, topUpId } : { accountId, topUpId, paymentId }
    await advanceTopUp(writer, about, newsOf(answer), Math.random())
  }

  /** Null when the provider did not answer, which has been stored with the top-up. */
  async function createCustomer(topUp: TopUp): Promise<string | null> {
    const answer = await provider.createCustomer(topUp.accountId)
    if (answer.kind !== 'customer') {
      await storeNoAnswer(topUp, answer)
      return null
    }
    const { accountId } = topUp
    const { customerId } = answer
    await rememberCustomer(writer.pool, { provider: provider.name, accountId, customerId })
    return customerId
  }

  /**
   * Whether automatic top-up is paused because the provider's mark is newer than the settings here. Then the database was
   * restored to an earlier point and has lost a change, such as turning automatic top-up off. A person has to save it again.
   */
  async function pausesForRestore(topUp: TopUp, customerId: string, settingsVersion: number): Promise<boolean> {
    const answer = await provider.readMark(customerId)
    if (answer.kind !== 'mark') {
      await storeNoAnswer(topUp, answer)
      return true
    }
    if (answer.mark === null || answer.mark.settingsVersion <= settingsVersion) return false
    return await pauseForRestore(writer, topUp.accountId, answer.mark)
  }
}

function newsOf(answer: NoAnswer | Refused): NewsWithoutMoney {
  switch (answer.kind) {
    case 'unavailable':
      return { kind: 'unavailable', retryAfterMicros: answer.retryAfterMicros }
    case 'unknown':
      return { kind: 'unknown' }
    case 'refused':
      return { kind: 'refused', code: answer.code }
  }
}
