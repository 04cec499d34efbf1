/**
 * Posts what the provider knows and this database does not: payments whose answer and webhook were lost, refunds, disputes,
 * and after a restore everything that was paid since the backup. It lists what is new or changed since a cursor that is
 * stored in this database. It starts an hour before the cursor, so that changes that appear late in the list are found.
 */
import type { InstantMicros } from '../core/instant.ts'
import type { Writer } from '../ledger/changes/change-account.ts'
import { readDatabaseIdentity } from '../ledger/top-ups/database-identity.ts'
import { findUnrecorded } from '../ledger/top-ups/find-unrecorded.ts'
import { moveCursor, readCursor } from '../ledger/top-ups/provider-cursors.ts'
import { recordPayment } from '../ledger/top-ups/record-payment.ts'
import type { Logger } from '../platform/log.ts'
import { logNotPosted } from './not-posted.ts'
import { type PaymentFacts, type PaymentProvider, ProviderDidNotAnswer } from './providers/provider.ts'

const OVERLAP_MICROS: InstantMicros = 3_600_000_000
const EVERY_MS = 60_000

export interface Reconciled {
  readonly looked: number
  /** Payments for which something was posted. */
  readonly changed: number
  /** The identity of the database in which it began. */
  readonly database: string
}

export interface Reconciler {
  /** Reads the provider's list to its end. Rejects when the provider does not answer; it is retried later. */
  run(): Promise<void>
  /** Runs once a minute, and at once when the database was replaced or restarted. */
  runIfDue(): Promise<void>
  /** Whether a run has completed on the database as it is now. Nothing is charged before. */
  isDone(): Promise<boolean>
  /** The result of the last `isDone`. */
  wasDone(): boolean
  /** Seconds since the last completed run; before the first one, since the process started. */
  secondsSinceRun(): number
}

/** Makes a reconciler that knows whether this process has reconciled the current database. */
export function createReconciler(writer: Writer, provider: PaymentProvider, log: Logger): Reconciler {
  let doneOn: string | null = null
  let dueAt = 0
  let endedAt = performance.now()

  /** A run counts only for the database that it was made on. */
  async function noticeReplacedDatabase(): Promise<void> {
    if (doneOn === null || doneOn === (await readDatabaseIdentity(writer.pool))) return
    log.warn(
      'this is another database, or it was restarted: reading the payments that the provider knows again before charging',
    )
    doneOn = null
    dueAt = 0
  }

  const reconciler: Reconciler = {
    async run() {
      const { database } = await reconcile(writer, provider, log)
      doneOn = database
      endedAt = performance.now()
    },
    async runIfDue() {
      await noticeReplacedDatabase()
      if (performance.now() < dueAt) return
      dueAt = performance.now() + EVERY_MS
      await reconciler.run()
    },
    async isDone() {
      await noticeReplacedDatabase()
      return doneOn !== null
    },
    wasDone: () => doneOn !== null,
    secondsSinceRun: () => (performance.now() - endedAt) / 1000,
  }
  return reconciler
}

/** Reads the provider's list to its end and posts what is missing. Rejects when the provider does not answer. */
export async function reconcile(writer: Writer, provider: PaymentProvider, log: Logger): Promise<Reconciled> {
  // First of all: a database that is restored in the meantime has another identity, and may lack what was posted.
  const database = await readDatabaseIdentity(writer.pool)
  const stored = await readCursor(writer.pool, provider.name)
  let cursor = stored === null ? null : provider.rewind(stored, OVERLAP_MICROS)
  let looked = 0
  let changed = 0
  for (;;) {
    const askedAtMs = Date.now()
    const page = await provider.listChanged(cursor)
    if (page.kind !== 'page') throw new ProviderDidNotAnswer(provider.name, page.detail)
    // Most of it is known. Only a payment that differs needs the account's lock.
    for (const facts of await findUnrecorded(writer.pool, provider.name, page.facts)) {
      const recorded = await record(writer, provider, facts, askedAtMs)
      if (!('posted' in recorded)) {
        logNotPosted(log, facts, recorded)
      } else if (recorded.posted.length > 0) {
        changed++
        log.warn(
          { payment_id: facts.paymentId, account_id: facts.accountId, posted: recorded.posted.map(({ kind }) => kind) },
          'posted a payment from the provider that this database did not know, or only in part',
        )
      }
    }
    looked += page.facts.length
    cursor = page.cursor
    if (!page.isLast) continue
    // Only now: until its end the list may be behind the stored cursor, and a list that keeps failing would move it back by an
    // hour each time. Another process may have moved the cursor, or the database may have been restored: it then stays.
    await moveCursor(writer.pool, provider.name, { from: stored, to: cursor, database })
    return { looked, changed, database }
  }
}

/** Records listed facts. If they were overtaken since the list was asked for, the payment is read once more. */
async function record(writer: Writer, provider: PaymentProvider, facts: PaymentFacts, askedAtMs: number) {
  const recorded = await recordPayment(writer, provider.name, facts, { chance: Math.random(), askedAtMs })
  if (!('tooOld' in recorded)) return recorded
  const askedAgainAtMs = Date.now()
  const answer = await provider.readPayment(facts.paymentId)
  if (answer.kind !== 'facts') throw new ProviderDidNotAnswer(provider.name, answer.detail)
  const readOptions = { chance: Math.random(), askedAtMs: askedAgainAtMs }
  const again = await recordPayment(writer, provider.name, answer.facts, readOptions)
  // The cursor does not move, so the list is read again.
  if ('tooOld' in again) throw new ProviderDidNotAnswer(provider.name, 'its list is already out of date')
  return again
}
