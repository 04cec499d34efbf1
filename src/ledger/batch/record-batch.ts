/**
 * The one transaction: a batch of usage becomes identities, rated usage, movements, balances, counters and outbox packs,
 * together or not at all.
 *
 *   1 lock    the batch's accounts, in account_id order
 *   2 read    the clock, the epoch, catalog versions, known ids, then settings and fair-use counters
 *   3 decide  in the pure core
 *   4 write   a handful of statements however large the batch, then commit; Kafka's offsets come after
 *
 * READ COMMITTED is meant: each statement after the lock sees what was committed before the lock was granted.
 */

import type { Movement } from '../../core/account/state.ts'
import { type BatchEvent, type BatchOutcome, decideBatch, type UsageMovement } from '../../core/batch/decide-batch.ts'
import { type Book, type KnownUsage, usageKey } from '../../core/book/book.ts'
import { formatInstant } from '../../core/instant.ts'
import { alertMails } from '../../core/mail/alert-mail.ts'
import type { Outcome } from '../../core/rating/decision.ts'
import { counterFromKey, counterKey, counterOf } from '../../core/rating/fair-use.ts'
import type { UsageEvent } from '../../core/usage/event.ts'
import { allReplies, type Connection, inTransaction, type Pool } from '../../platform/postgres.ts'
import type { ViewChange } from '../../view/changes.ts'
import { CatalogStore, listCatalogVersions } from '../catalogs/catalogs.ts'
import { createAnnouncer, MOVEMENTS, type Publishing, RATED_USAGE } from '../changes/announce.ts'
import { insertMails } from '../changes/insert-mails.ts'
import { lockAccounts } from '../changes/lock-accounts.ts'
import { type LedgerClock, readClock } from '../changes/read-clock.ts'
import { SettingsCache } from '../changes/read-settings.ts'
import { storeCrossings } from '../changes/store-crossings.ts'
import { storeTopUpSteps } from '../changes/store-top-up-steps.ts'
import { viewOfAccount } from '../changes/view-of-account.ts'
import { updateAccounts } from '../changes/write-accounts.ts'
import { insertMovements } from '../changes/write-movements.ts'
import { insertPacks, type PartitionsOf } from '../changes/write-outbox.ts'
import { type AskedIds, readAwaited, storeAwaited } from '../corrections/awaited-corrections.ts'
import { markCorrected } from '../corrections/mark-corrected.ts'
import { type DeadLetter, insertDeadLetters } from '../dead-letters/write-dead-letters.ts'
import { checkOffsetsFollow, DatabaseRestored, type RecordedOffset, storeOffsets } from '../epochs/consumer-offsets.ts'
import { type CommittedOffset, raiseOnce } from '../epochs/resume-offsets.ts'
import { type SourceMessage, type Traceparent, traceparentOf, valueHash } from '../source-message.ts'
import { contentHashOf } from './content-hash.ts'
import { readCounters, type StoredCounter } from './read-counters.ts'
import { readKnown } from './read-known.ts'
import { upsertCounters } from './write-counters.ts'
import { insertIdentities, insertRatedUsage } from './write-usage.ts'

export type { SourceMessage }

export interface UsageToRecord {
  readonly event: UsageEvent
  readonly source: SourceMessage
}

/** A message that never became an event. */
export interface UnreadableUsage {
  readonly source: SourceMessage
  readonly reason: string
  readonly detail: string
  readonly accountId: string | null
  readonly eventId: string | null
}

export interface UsageBatch {
  readonly usage: readonly UsageToRecord[]
  readonly unreadable: readonly UnreadableUsage[]
  /** Stored with the batch; empty when a part of a split batch must not move them yet. */
  readonly offsets: readonly RecordedOffset[]
}

export interface RecordedBatch {
  readonly countByOutcome: ReadonlyMap<Outcome, number>
  /** Dead letters by reason, those noted before left out. */
  readonly deadLettersByReason: ReadonlyMap<string, number>
}

export interface Ledger {
  recordBatch(batch: UsageBatch): Promise<RecordedBatch>
}

interface LedgerParts {
  readonly pool: Pool
  readonly publishing: Publishing
  readonly consumerGroup: string
  /** Of the topics that records go to. One that is out of date costs the relay work, no more. */
  readonly partitionsOf?: PartitionsOf
}

export function createLedger({ pool, publishing, consumerGroup, partitionsOf }: LedgerParts): Ledger {
  const { encode, recordTopics } = publishing
  const catalogs = new CatalogStore()
  const settings = new SettingsCache()
  let cachedEpoch: number | null = null

  async function recordBatch(batch: UsageBatch): Promise<RecordedBatch> {
    const events = batch.usage.map(({ event, source }) => ({ event, source, contentHash: contentHashOf(event) }))
    for (;;) {
      try {
        const result = await inTransaction(pool, (connection) => attempt(connection, batch, events), { isByKey: true })
        if ('recorded' in result) return result.recorded
        await catalogs.load(pool, result.missingCatalogs)
      } catch (error) {
        // What this batch remembers is a proof as good as Kafka's, and may be the only one: our commit may not have got there.
        if (error instanceof DatabaseRestored)
          await raiseOnce(pool, publishing, consumerGroup, rememberedOffsets(batch))
        throw error
      }
    }
  }

  async function attempt(
    connection: Connection,
    batch: UsageBatch,
    events: readonly BatchEvent<SourceMessage>[],
  ): Promise<{ recorded: RecordedBatch } | { missingCatalogs: number[] }> {
    const accountIds = [...new Set(events.map(({ event }) => event.accountId))]
    const asked = askedIds(events)
    const [accounts, , clock, listed, known, awaited] = await allReplies([
      lockAccounts(connection, accountIds),
      checkOffsetsFollow(connection, consumerGroup, batch.offsets),
      readClock(connection),
      listCatalogVersions(connection),
      readKnown(connection, asked),
      readAwaited(connection, asked),
    ])
    catalogs.enterEpoch(clock.epoch)
    if (clock.epoch !== cachedEpoch) {
      // Versions of settings are given out again after a restore.
      settings.clear()
      cachedEpoch = clock.epoch
    }
    const resolved = catalogs.resolve(listed)
    if ('missing' in resolved) return { missingCatalogs: resolved.missing }

    const settingsByAccount = await settings.get(
      connection,
      [...accounts.values()].map(({ accountId, settingsVersion }) => ({ accountId, version: settingsVersion })),
    )
    const counters = await readCounters(connection, countersOf(events, settingsByAccount, known))
    const book: Book = {
      accounts: settingsByAccount,
      catalogs: resolved.catalogs,
      known,
      awaited: new Map(awaited),
      minutesUsed: new Map([...counters].map(([key, { minutes }]) => [key, minutes])),
    }
    const outcome = decideBatch(events, accounts, book, clock.nowMicros)
    return { recorded: await write(connection, batch, outcome, { book, awaited, counters, clock }) }
  }

  /** Throws once all that was sent is answered: nothing of it may come behind the transaction's end. */
  async function write(
    connection: Connection,
    batch: UsageBatch,
    outcome: BatchOutcome<SourceMessage>,
    read: Read,
  ): Promise<RecordedBatch> {
    const writes: Promise<unknown>[] = []
    const start = (...statements: Promise<unknown>[]) => {
      // Looked at below, all together: until then a failure must not pass for one that nobody handles.
      for (const statement of statements) statement.catch(() => {})
      writes.push(...statements)
    }
    try {
      const noting = startWrites(connection, batch, outcome, read, start)
      await allReplies(writes)
      return {
        countByOutcome: outcome.countByOutcome,
        deadLettersByReason: countBy(await noting, ({ reason }) => reason),
      }
    } catch (error) {
      await Promise.allSettled(writes)
      throw error
    }
  }

  /** Hands each statement to `start`; returns the dead letters that are noted for the first time. */
  function startWrites(
    connection: Connection,
    batch: UsageBatch,
    outcome: BatchOutcome<SourceMessage>,
    { book, awaited, counters, clock }: Read,
    start: (...statements: Promise<unknown>[]) => void,
  ): Promise<readonly DeadLetter[]> {
    const recordedAt = formatInstant(clock.nowMicros)
    const { recorded, takenBack, changedAccounts, changedCounters, topUpsDue } = outcome
    const movements = outcome.movements.map(asMovement)
    const announcer = createAnnouncer(encode, clock.epoch, clock.nowMicros)
    // One after the other on the connection: the database is at what came first while the rest is still being encoded.
    const letters = deadLettersOf(batch, outcome)
    const noting = letters.length === 0 ? Promise.resolve([]) : insertDeadLetters(connection, letters, recordedAt)
    start(
      noting.then((noted) => {
        const record = noted.map((letter) => announcer.deadLetter(letter))
        // In the lane that may trail: they may be as large as a message, and as many as a producer sends.
        return insertPacks(connection, { now: [], record, view: [] }, recordedAt, partitionsOf)
      }),
    )
    if (recorded.length > 0) {
      start(insertIdentities(connection, recorded, clock.nowMicros))
      start(insertRatedUsage(connection, recorded, clock.nowMicros))
    }
    if (takenBack.length > 0) start(markCorrected(connection, takenBack))
    start(...storeAwaited(connection, awaited, book.awaited, recorded, recordedAt))
    if (movements.length > 0) {
      start(insertMovements(connection, movements, clock.nowMicros))
      start(updateAccounts(connection, changedAccounts))
    }
    if (outcome.alerts.length > 0) {
      start(storeCrossings(connection, outcome.alerts, recordedAt))
      start(insertMails(connection, alertMails(outcome.alerts, clock.nowMicros, 'balance'), recordedAt))
    }
    if (changedCounters.size > 0) start(upsertCounters(connection, changedCounters, book.minutesUsed))
    if (batch.offsets.length > 0) start(storeOffsets(connection, consumerGroup, batch.offsets))
    const due = topUpsDue.map((accountId) => ({ accountId, steps: [], isTopUpDue: true }))
    const requesting = due.length === 0 ? Promise.resolve([]) : storeTopUpSteps(connection, due, recordedAt)
    start(requesting)

    const traces = tracesByAccount(outcome)
    const traceOf = ({ accountId }: { accountId: string }) => traces.get(accountId) ?? null
    start(
      insertPacks(
        connection,
        {
          now: [
            ...outcome.balanceChanges.map((change) => announcer.balanceChanged(change, traceOf(change))),
            ...outcome.statusChanges.map((change) => announcer.serviceStatus(change, 'usage', traceOf(change))),
            ...outcome.alerts.map((alert) => announcer.alert(alert, 'usage', traceOf(alert))),
          ],
          record: [
            ...(recordTopics.has(MOVEMENTS)
              ? movements.map((movement, i) =>
                  announcer.movement(movement, traceparentOf(outcome.movements[i]!.source)),
                )
              : []),
            ...(recordTopics.has(RATED_USAGE)
              ? recorded.map((usage) => announcer.ratedUsage(usage, traceparentOf(usage.source)))
              : []),
          ],
          view: viewChanges(outcome, book, counters, clock.epoch),
        },
        recordedAt,
        partitionsOf,
      ),
      requesting.then((requested) => {
        const now = requested.map((step) => announcer.topUp(step, 'usage', traceOf(step)))
        const steps = requested.map(({ accountId, version }) => [accountId, version] as const)
        const view = [...new Map(steps)].map(([accountId, version]): ViewChange => {
          return { accountId, epoch: clock.epoch, topUps: { version } }
        })
        return insertPacks(connection, { now, record: [], view }, recordedAt)
      }),
    )
    return noting
  }

  return { recordBatch }
}

function rememberedOffsets({ offsets }: UsageBatch): CommittedOffset[] {
  return offsets.flatMap(({ topic, partition, previousOffset }) =>
    previousOffset === null ? [] : [{ topic, partition, offset: previousOffset }],
  )
}

/** What was read under the locks, and the book as the batch left it. */
interface Read {
  readonly book: Book
  readonly awaited: ReadonlyMap<string, string>
  readonly counters: ReadonlyMap<string, StoredCounter>
  readonly clock: LedgerClock
}

function asMovement({ event, posting, reversesSequence }: UsageMovement<SourceMessage>): Movement {
  const { eventId, occurredAtMicros } = event
  const origin =
    reversesSequence === null
      ? ({ kind: 'usage', eventId } as const)
      : ({ kind: 'reversal', eventId, reversesSequence } as const)
  return { posting, origin, occurredAtMicros }
}

/** What is folded into one announcement for an account continues the trace of the last event that moved its credit. */
function tracesByAccount({ movements }: BatchOutcome<SourceMessage>): Map<string, Traceparent> {
  const traces = new Map<string, Traceparent>()
  for (const { event, source } of movements) {
    const traceparent = traceparentOf(source)
    if (traceparent !== null) traces.set(event.accountId, traceparent)
  }
  return traces
}

/** One change an account: its credit and status where they moved, and its fair-use counters that did. */
function viewChanges(
  { changedAccounts, changedCounters }: BatchOutcome<SourceMessage>,
  book: Book,
  counters: ReadonlyMap<string, StoredCounter>,
  epoch: number,
): ViewChange[] {
  const changes = new Map(
    changedAccounts.map((account): [string, ViewChange] => [account.accountId, viewOfAccount(account, epoch)]),
  )
  const fairUse = Map.groupBy(changedCounters, (key) => counterFromKey(key).accountId)
  for (const [accountId, keys] of fairUse) {
    const moved = keys.map((key) => {
      const { userId, anchor, cycleStart } = counterFromKey(key)
      const version = (counters.get(key)?.version ?? 0n) + 1n
      return { userId, cycleAnchor: anchor, cycleStart, version, minutes: book.minutesUsed.get(key)! }
    })
    changes.set(accountId, { ...(changes.get(accountId) ?? { accountId, epoch }), fairUse: moved })
  }
  return [...changes.values()]
}

/** The ids whose record matters to the batch: its events', and those that its corrections take back. */
function askedIds(events: readonly BatchEvent<SourceMessage>[]): AskedIds {
  const accountIds: string[] = []
  const eventIds: string[] = []
  const ask = (accountId: string, eventId: string) => {
    accountIds.push(accountId)
    eventIds.push(eventId)
  }
  for (const { event } of events) {
    ask(event.accountId, event.eventId)
    if (event.type === 'correction') ask(event.accountId, event.corrects)
  }
  return { accountIds, eventIds }
}

/** The fair-use counters that the batch's calls may be held against, and those its corrections give minutes back to. */
function countersOf(
  events: readonly BatchEvent<SourceMessage>[],
  settings: Book['accounts'],
  known: ReadonlyMap<string, KnownUsage>,
): Set<string> {
  const keys = new Set<string>()
  for (const { event } of events) {
    if (event.type === 'correction') {
      const counter = known.get(usageKey(event.accountId, event.corrects))?.counter
      if (counter != null) keys.add(counter)
    }
    if (event.type !== 'call' || event.direction !== 'outbound' || event.leg !== 'direct') continue
    const own = settings.get(event.accountId)
    if (own === undefined || event.userId === null || own.packages.length === 0) continue
    keys.add(counterKey(counterOf(own, event.userId, event.occurredAtMicros)))
  }
  return keys
}

function deadLettersOf(batch: UsageBatch, outcome: BatchOutcome<SourceMessage>): (DeadLetter & SourceMessage)[] {
  const unreadable = batch.unreadable.map(({ source, ...why }) => ({ ...source, ...why, valueHash: valueHash(source) }))
  const refused = outcome.refused.map(({ event, decision, source }) => ({
    ...source,
    reason: decision.reason,
    detail: decision.detail ?? '',
    accountId: event.accountId,
    eventId: event.eventId,
    valueHash: valueHash(source),
  }))
  return [...unreadable, ...refused]
}

function countBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1)
  return counts
}
