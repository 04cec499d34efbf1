/**
 * The top-up worker: claims due top-ups and advances each as far as possible. Any number of processes may run it. A claim
 * lasts longer than any call to the provider, by the database's clock.
 *
 *   requested     judged under the account's lock, then a payment is prepared
 *   prepared      judged again, stored as charging, then confirmed; canceled if the top-up is to end
 *   charging, unknown, processing
 *                 the payment is read by its id
 *   needs_action  the same; canceled if it has lapsed or the top-up is to end
 *
 * Nothing is decided here. The core judges under the account's lock what may be charged, and the provider's answers go
 * through `recordPayment`, as they do from webhooks and sweeps.
 */
import { randomUUID } from 'node:crypto'
import { type ClaimedTopUp, claimTopUps, releaseClaim } from '../ledger/top-ups/claim-top-ups.ts'
import { pause, retryWaitMs } from '../platform/retry.ts'
import { type ChargerParts, createCharger } from './charge.ts'

/** Top-ups in progress at a time, each of which waits for the provider most of the time. */
const CONCURRENT_TOP_UPS = 8
const POLL_MS = 250
const BACKOFF = { firstMs: 1_000, maxMs: 1_000 }
/**
 * Long enough for the calls that advance one top-up. When a process dies, its top-ups wait no longer than this. The claim is extended
 * right before a confirmation.
 */
const CLAIM_MS = 45_000

export interface WorkerParts extends ChargerParts {
  /** Identifies this process in claims. */
  readonly holder: string
  /** Called after something may have been written to the outbox. */
  readonly onRecorded: () => void
}

export interface Worker {
  /** When it last polled for work, in milliseconds since 1970. */
  lastTurnAt(): number
  /** Stops claiming and resolves once the top-ups in progress have been advanced. */
  stop(): Promise<void>
}

/** Starts the worker: it polls for due top-ups until it is stopped, and advances several at a time. */
export function startWorker(parts: WorkerParts): Worker {
  const { log } = parts
  const claimAndAdvance = createAdvancer(parts)
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
        const begun = await claimAndAdvance(CONCURRENT_TOP_UPS - inProgress.size)
        for (const advancing of begun) {
          const advanced = advancing.finally(() => inProgress.delete(advanced))
          inProgress.add(advanced)
        }
        if (inProgress.size >= CONCURRENT_TOP_UPS) await Promise.race(inProgress)
        if (begun.length > 0) waitMs = 0
      } catch (error) {
        log.warn({ err: error }, 'could not claim top-ups; will retry')
        waitMs = retryWaitMs(BACKOFF, 1)
      }
      lastTurnAt = Date.now()
      if (waitMs > 0) await pause(waitMs, stopping.signal)
    }
    await Promise.all(inProgress)
  }
}

/** Claims up to `limit` due top-ups. Each returned promise resolves once its top-up has been advanced; none rejects. */
export type ClaimAndAdvance = (limit: number) => Promise<Promise<void>[]>

/** Makes the function that claims and advances top-ups; `startWorker` calls it in a loop. */
export function createAdvancer(parts: WorkerParts): ClaimAndAdvance {
  const { writer, holder, onRecorded, log, metrics } = parts
  const charger = createCharger(parts)

  return async function claimAndAdvance(limit) {
    // Not the process alone: a task whose claim has expired must not continue under a later claim of the same process.
    const claimHolder = `${holder} ${randomUUID()}`
    const claimed = await claimTopUps(writer.pool, claimHolder, limit, CLAIM_MS)
    return claimed.map((each) => advanceClaimed(each, claimHolder))
  }

  /** A top-up that fails keeps its claim until that expires, so that it is not retried in a tight loop. */
  async function advanceClaimed(claimed: ClaimedTopUp, claimHolder: string): Promise<void> {
    const { topUp } = claimed
    try {
      await advance(claimed, claimHolder)
      await releaseClaim(writer.pool, topUp.topUpId, claimHolder)
      onRecorded()
    } catch (error) {
      metrics.retriesTotal.inc({ stage: 'top_up' })
      log.error(
        { err: error, account_id: topUp.accountId, top_up_id: topUp.topUpId, state: topUp.state },
        'could not advance a top-up; it is retried when its claim expires',
      )
    }
  }

  async function advance({ topUp, hasLapsed }: ClaimedTopUp, claimHolder: string): Promise<void> {
    switch (topUp.state) {
      case 'requested':
        return await charger.attempt(topUp, claimHolder)
      case 'prepared':
        return topUp.ending === null ? await charger.confirm(topUp, claimHolder) : await charger.cancel(topUp)
      case 'needs_action':
        // Lapsed, or no longer wanted. The provider's answer decides: the payment may have succeeded after all.
        return topUp.ending !== null || hasLapsed ? await charger.cancel(topUp) : await charger.check(topUp)
      case 'charging':
      case 'unknown':
      case 'processing':
        return await charger.check(topUp)
      default:
        throw new TypeError(`top-up ${topUp.topUpId} is ${topUp.state} and was claimed`)
    }
  }
}
