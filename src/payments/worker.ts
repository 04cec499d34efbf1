/**
 * The worker of top-ups: claims those whose time has come, and takes each as far as it goes now. Any number of processes may
 * run it; a claim is held for longer than any call to the provider takes, by the database's clock.
 *
 *   requested     judged under the account's lock, then a payment is prepared
 *   prepared      judged once more, stored as charging, then confirmed
 *   charging, unknown, processing, needs_action
 *                 the payment is looked up by its id
 *
 * Nothing here decides anything: what may be charged is judged in the core under the lock, and what the provider says of a
 * payment goes through `recordPayment`, as it does from webhooks and sweeps.
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

/** Top-ups in hand at a time, each of which waits for the provider most of the time. */
const CONCURRENT_TOP_UPS = 8
const POLL_MS = 250
const RETRY_MS = 1_000
/** Top-ups of a process that has just started are looked at again after this. */
const RECONCILED_SOON_MS = 2_000
/** Covers the calls of one turn; whoever dies holds up its top-ups for no longer. Right before a confirmation it is extended. */
const CLAIM_MS = 45_000

export interface WorkerParts {
  readonly writer: Writer
  readonly provider: PaymentProvider
  /** The longest that a call to the provider takes. */
  readonly callMs: number
  /** Names this process in claims. */
  readonly holder: string
  /** Whether what the provider knows and this database does not has been looked for: before, nothing is charged. */
  readonly isReconciled: () => boolean | Promise<boolean>
  /** Called after what was recorded may have left something in the outbox. */
  readonly onRecorded: () => void
  /** Who gets the provider's receipt; absent: nobody. */
  readonly receiptEmailOf?: ((accountId: string) => Promise<string | null>) | undefined
  readonly log: Logger
  readonly metrics: PaymentMetrics
}

export interface Worker {
  /** When it last looked for work, in milliseconds since 1970. */
  lastTurnAt(): number
  /** Lets what is in hand come to rest, and claims nothing more. */
  stop(): Promise<void>
}

/** Looks for work again and again, with several top-ups in hand at a time. */
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
    const inHand = new Set<Promise<void>>()
    while (!stopping.signal.aborted) {
      let waitMs = POLL_MS
      try {
        const turns = await claimTurns(CONCURRENT_TOP_UPS - inHand.size)
        for (const taken of turns) {
          const turn = taken.finally(() => inHand.delete(turn))
          inHand.add(turn)
        }
        if (inHand.size >= CONCURRENT_TOP_UPS) await Promise.race(inHand)
        if (turns.length > 0) waitMs = 0
      } catch (error) {
        log.warn({ err: error }, 'top-ups could not be claimed; tried again')
        waitMs = RETRY_MS
      }
      lastTurnAt = Date.now()
      if (waitMs > 0) await delay(waitMs, undefined, { signal: stopping.signal }).catch(() => {})
    }
    await Promise.all(inHand)
  }
}

/** Claims up to `limit` top-ups whose time has come, and answers a promise for each, kept when it has come to rest. */
export type ClaimTurns = (limit: number) => Promise<Promise<void>[]>

export function createTurns(parts: WorkerParts): ClaimTurns {
  const { writer, provider, callMs, holder, isReconciled, onRecorded, receiptEmailOf, log, metrics } = parts

  return async function claimTurns(limit) {
    const claimed = await claimTopUps(writer.pool, holder, limit, CLAIM_MS)
    return claimed.map(takeTurn)
  }

  /** One that fails keeps its claim until that runs out, so that a fault is not met in a tight circle. */
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
        // Lapsed or not wanted any more. The provider's word on it decides, which may be that it has succeeded.
        const hasLapsed = topUp.actionUntilMicros !== null && topUp.actionUntilMicros <= Date.now() * 1000
        return topUp.ending !== null || hasLapsed ? await cancel(topUp) : await look(topUp)
      }
      case 'charging':
      case 'unknown':
      case 'processing':
        return await look(topUp)
      default:
        throw new TypeError(`top-up ${topUp.topUpId} is ${topUp.state} and was claimed`)
    }
  }

  async function attempt(topUp: TopUp): Promise<void> {
    const { accountId, topUpId, trigger } = topUp
    const judged = await judgeTopUp(writer, { accountId, topUpId, holder })
    if (judged.kind !== 'charge') return
    // By hand too: a restored database may have forgotten that it was charged.
    if (!(await isReconciled())) {
      const untilMicros = (Date.now() + RECONCILED_SOON_MS) * 1000
      await advanceTopUp(writer, { accountId, topUpId }, { kind: 'wait', untilMicros }, 0)
      return
    }
    const customerId = judged.customerId ?? (await createCustomer(topUp))
    if (customerId === null) return
    if (trigger === 'automatic' && (await isForgotten(topUp, customerId, judged.settingsVersion))) return

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
    if (answer.kind !== 'facts') return await hear(topUp, answer)
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
    // The top-up has moved on meanwhile. Nobody confirms this payment, so it takes nothing; tidied up as far as it goes.
    if (prepared === null) await provider.cancel(paymentId)
    else await confirm(prepared)
  }

  async function confirm(topUp: TopUp): Promise<void> {
    const { accountId, topUpId } = topUp
    const begun = await beginConfirming(writer, { accountId, topUpId, holder, callMs })
    if (begun === 'lost' || begun === 'wait') return
    if (begun === 'cancel') return await cancel(topUp)
    metrics.attemptsTotal.inc({ trigger: topUp.trigger })
    await hearAnswer(topUp, () => provider.confirm(topUp.paymentId!, topUp.attemptId!))
  }

  async function look(topUp: TopUp): Promise<void> {
    await hearAnswer(topUp, () => provider.readPayment(topUp.paymentId!))
  }

  async function cancel(topUp: TopUp): Promise<void> {
    await hearAnswer(topUp, () => provider.cancel(topUp.paymentId!))
  }

  /** Facts that are too old by now are left alone: whoever claims the top-up next looks at the payment anew. */
  async function hearAnswer(topUp: TopUp, ask: () => Promise<FactsAnswer>): Promise<void> {
    const askedAtMs = Date.now()
    const answer = await ask()
    if (answer.kind !== 'facts') return await hear(topUp, answer)
    const recorded = await recordPayment(writer, provider.name, answer.facts, Math.random(), askedAtMs)
    const { kind } = answer.facts.state
    const code = answer.facts.state.kind === 'declined' ? answer.facts.state.decline.code : ''
    if ('topUp' in recorded && recorded.topUp !== null) metrics.outcomesTotal.inc({ outcome: kind, code })
  }

  async function hear({ accountId, topUpId, paymentId }: TopUp, answer: NoAnswer | Refused): Promise<void> {
    log.warn(
      { account_id: accountId, top_up_id: topUpId, payment_id: paymentId, answer: answer.kind, detail: answer.detail },
      'the payment provider gave no answer to go by',
    )
    metrics.outcomesTotal.inc({ outcome: answer.kind, code: answer.kind === 'refused' ? answer.code : '' })
    const about = paymentId === null ? { accountId, topUpId } : { accountId, topUpId, paymentId }
    await advanceTopUp(writer, about, newsOf(answer), Math.random())
  }

  /** Null where the provider did not answer; the top-up has heard of it. */
  async function createCustomer(topUp: TopUp): Promise<string | null> {
    const answer = await provider.createCustomer(topUp.accountId)
    if (answer.kind !== 'customer') {
      await hear(topUp, answer)
      return null
    }
    const { accountId } = topUp
    const { customerId } = answer
    await rememberCustomer(writer.pool, { provider: provider.name, accountId, customerId })
    return customerId
  }

  /**
   * Whether the provider knows of later settings than this database, which then was restored to an earlier point: a person
   * turned it off or lowered it, and the database has forgotten. Automatic top-up is paused until a person saves it again.
   */
  async function isForgotten(topUp: TopUp, customerId: string, settingsVersion: number): Promise<boolean> {
    const answer = await provider.readMark(customerId)
    if (answer.kind !== 'mark') {
      await hear(topUp, answer)
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
