/**
 * Posts what the provider knows and this database does not: payments whose answer and webhook were lost, refunds and
 * disputes, and after a restore all that was paid since the backup. It lists everything new or changed from a cursor kept in
 * this database, less an hour, so that a cursor restored with the database, or a change listed late, costs nothing but time.
 */
import type { InstantMicros } from '../core/instant.ts'
import type { Writer } from '../ledger/changes/change-account.ts'
import { findUnrecorded } from '../ledger/top-ups/find-unrecorded.ts'
import { moveCursor, readCursor } from '../ledger/top-ups/provider-cursors.ts'
import { recordPayment } from '../ledger/top-ups/record-payment.ts'
import { readWhichDatabase } from '../ledger/top-ups/which-database.ts'
import type { Logger } from '../platform/log.ts'
import type { PaymentFacts, PaymentProvider } from './providers/provider.ts'

const OVERLAP_MICROS: InstantMicros = 3_600_000_000
const EVERY_MS = 60_000

export interface Reconciled {
  readonly looked: number
  /** Payments of which something was posted, or whose top-up came forward. */
  readonly changed: number
}

export interface Reconciler {
  /** Rejects where the provider does not answer: tried again later. */
  run(): Promise<void>
  /** The same, once a minute, and at once where the database has become another one. */
  runIfDue(): Promise<void>
  /** Whether a run has come to its end on the database as it is now. Before, nothing is charged. */
  isDone(): Promise<boolean>
  /** The same as it was when last asked. */
  wasDone(): boolean
  /** How long ago a run came to its end; before one has, how long ago the process began. */
  secondsSinceRun(): number
}

export function createReconciler(writer: Writer, provider: PaymentProvider, log: Logger): Reconciler {
  let doneOn: string | null = null
  let dueAt = 0
  let endedAt = performance.now()
  const reconciler: Reconciler = {
    async run() {
      // Before the list: a database that is restored meanwhile is another one, and has what was listed in part at most.
      const database = await readWhichDatabase(writer.pool)
      await reconcile(writer, provider, log)
      doneOn = database
      endedAt = performance.now()
    },
    async runIfDue() {
      await reconciler.isDone()
      if (performance.now() < dueAt) return
      dueAt = performance.now() + EVERY_MS
      await reconciler.run()
    },
    async isDone() {
      if (doneOn !== null && doneOn !== (await readWhichDatabase(writer.pool))) {
        log.warn('the database is another one or was started anew: what the payment provider knows is read again first')
        doneOn = null
        dueAt = 0
      }
      return doneOn !== null
    },
    wasDone: () => doneOn !== null,
    secondsSinceRun: () => (performance.now() - endedAt) / 1000,
  }
  return reconciler
}

/** Resolves once the list has been read to its end. Rejects where the provider does not answer: tried again later. */
export async function reconcile(writer: Writer, provider: PaymentProvider, log: Logger): Promise<Reconciled> {
  const stored = await readCursor(writer.pool, provider.name)
  let moved = stored
  let cursor = stored === null ? null : provider.rewind(stored, OVERLAP_MICROS)
  let looked = 0
  let changed = 0
  for (;;) {
    const askedAtMs = Date.now()
    const page = await provider.listChanged(cursor)
    if (page.kind !== 'page') throw new ProviderDidNotAnswer(provider.name, page.detail)
    // Most of it is known: only what differs takes an account's lock.
    for (const facts of await findUnrecorded(writer.pool, provider.name, page.facts)) {
      const recorded = await recordPayment(writer, provider.name, facts, Math.random(), askedAtMs)
      // The cursor stays, so that the page is read anew.
      if ('tooOld' in recorded) throw new ProviderDidNotAnswer(provider.name, 'what it has listed is too old by now')
      if (!('posted' in recorded)) {
        logNotPosted(log, facts, recorded)
      } else if (recorded.posted.length > 0) {
        changed++
        log.warn(
          { payment_id: facts.paymentId, account_id: facts.accountId, posted: recorded.posted.map(({ kind }) => kind) },
          'posted what the provider knew of a payment and this database did not',
        )
      }
    }
    looked += page.facts.length
    cursor = page.cursor
    // Another process may be ahead, or the database behind by now: either goes on from where its own cursor stands.
    if (await moveCursor(writer.pool, provider.name, moved, cursor)) moved = cursor
    if (page.isLast) return { looked, changed }
  }
}

/** `recorded` names why, by its key. */
export function logNotPosted(log: Logger, { paymentId, accountId }: PaymentFacts, recorded: object): void {
  log.error(
    { payment_id: paymentId, account_id: accountId, why: Object.keys(recorded)[0] },
    'a payment at the provider is of no account here, or of another currency; it is posted nowhere, and somebody has to look at it',
  )
}

/** The provider gave no answer to go by; asking again later helps. */
export class ProviderDidNotAnswer extends Error {
  override readonly name = 'ProviderDidNotAnswer'

  constructor(provider: string, detail: string) {
    super(`the payment provider ${provider} did not answer: ${detail}; tried again later`)
  }
}
