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
import { hash } from 'node:crypto'
import { type BatchEvent, type BatchOutcome, decideBatch } from '../core/account/batch.ts'
import { type Book, type KnownUsage, usageKey } from '../core/account/book.ts'
import { formatInstant } from '../core/instant.ts'
import type { Outcome } from '../core/rating/decision.ts'
import { counterKey, counterOf } from '../core/rating/fair-use.ts'
import { contentOf } from '../core/usage/content.ts'
import type { UsageEvent } from '../core/usage/event.ts'
import { allReplies, type Connection, inTransaction, type Pool } from '../platform/postgres.ts'
import {
  balanceChangedMessage,
  deadLetterMessage,
  type Encode,
  MOST_REPUBLISHED_BYTES,
  type OriginalMessage,
  originalBytes,
  serviceStatusMessage,
} from './announce.ts'
import { readAwaited, storeAwaited } from './awaited-corrections.ts'
import { CatalogStore, listCatalogVersions } from './catalogs.ts'
import { type PartitionOffset, storeOffsets } from './consumer-offsets.ts'
import { lockAccounts } from './lock-accounts.ts'
import { markCorrected } from './mark-corrected.ts'
import { type LedgerClock, readClock } from './read-clock.ts'
import { readCounters } from './read-counters.ts'
import { type AskedIds, readKnown } from './read-known.ts'
import { SettingsCache } from './read-settings.ts'
import { updateAccounts } from './write-accounts.ts'
import { upsertCounters } from './write-counters.ts'
import { type DeadLetter, insertDeadLetters } from './write-dead-letters.ts'
import { insertMovements } from './write-movements.ts'
import { insertPacks } from './write-outbox.ts'
import { insertIdentities, insertRatedUsage } from './write-usage.ts'

/** A message with its place on the topic. */
export interface SourceMessage extends OriginalMessage {
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
}

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
  readonly offsets: readonly PartitionOffset[]
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
  readonly encode: Encode
  readonly consumerGroup: string
}

export function createLedger({ pool, encode, consumerGroup }: LedgerParts): Ledger {
  const catalogs = new CatalogStore()
  const settings = new SettingsCache()

  async function recordBatch(batch: UsageBatch): Promise<RecordedBatch> {
    const events = batch.usage.map(({ event, source }) => ({ event, source, contentHash: hashOf(event) }))
    for (;;) {
      const result = await inTransaction(pool, (connection) => attempt(connection, batch, events))
      if ('recorded' in result) return result.recorded
      await catalogs.load(pool, result.missingCatalogs)
    }
  }

  async function attempt(
    connection: Connection,
    batch: UsageBatch,
    events: readonly BatchEvent<SourceMessage>[],
  ): Promise<{ recorded: RecordedBatch } | { missingCatalogs: number[] }> {
    const accountIds = [...new Set(events.map(({ event }) => event.accountId))]
    const asked = askedIds(events)
    const [accounts, clock, listed, known, awaited] = await allReplies([
      lockAccounts(connection, accountIds),
      readClock(connection),
      listCatalogVersions(connection),
      readKnown(connection, asked),
      readAwaited(connection, asked),
    ])
    const resolved = catalogs.resolve(listed)
    if ('missing' in resolved) return { missingCatalogs: resolved.missing }

    const settingsByAccount = await settings.get(
      connection,
      [...accounts.values()].map(({ accountId, settingsVersion }) => ({ accountId, version: settingsVersion })),
    )
    const book: Book = {
      accounts: settingsByAccount,
      catalogs: resolved.catalogs,
      known,
      awaited: new Map(awaited),
      minutesUsed: await readCounters(connection, countersOf(events, settingsByAccount, known)),
    }
    const outcome = decideBatch(events, accounts, book, clock.nowMicros)
    return { recorded: await write(connection, batch, outcome, book, awaited, clock) }
  }

  async function write(
    connection: Connection,
    batch: UsageBatch,
    outcome: BatchOutcome<SourceMessage>,
    book: Book,
    awaitedBefore: ReadonlyMap<string, string>,
    { epoch, nowMicros }: LedgerClock,
  ): Promise<RecordedBatch> {
    const recordedAt = formatInstant(nowMicros)
    const { recorded, takenBack, movements, changedAccounts, changedCounters } = outcome
    const writes: Promise<unknown>[] = []
    const start = (...statements: Promise<unknown>[]) => {
      // Looked at below, all together: until then a failure must not pass for one that nobody handles.
      for (const statement of statements) statement.catch(() => {})
      writes.push(...statements)
    }
    if (recorded.length > 0) {
      start(insertIdentities(connection, recorded, recordedAt), insertRatedUsage(connection, recorded, recordedAt))
    }
    if (takenBack.length > 0) start(markCorrected(connection, takenBack))
    start(...storeAwaited(connection, awaitedBefore, book.awaited, recordedAt))
    if (movements.length > 0) {
      const rows = movements.map(({ event, posting }) => ({
        posting,
        origin: { kind: event.type === 'correction' ? 'reversal' : 'usage', eventId: event.eventId } as const,
        occurredAtMicros: event.occurredAtMicros,
      }))
      start(insertMovements(connection, rows, recordedAt), updateAccounts(connection, changedAccounts))
    }
    if (changedCounters.size > 0) start(upsertCounters(connection, changedCounters, book.minutesUsed))
    if (batch.offsets.length > 0) start(storeOffsets(connection, consumerGroup, batch.offsets))

    const letters = deadLettersOf(batch, outcome)
    const fresh = letters.length > 0 ? insertDeadLetters(connection, letters, recordedAt) : Promise.resolve([])
    await allReplies([...writes, fresh])
    const freshLetters = await fresh

    const messages = [
      ...outcome.balanceChanges.map((change) => balanceChangedMessage(change, epoch, nowMicros, encode)),
      ...outcome.statusChanges.map((change) => serviceStatusMessage(change, epoch, encode)),
      ...freshLetters.map((letter) => deadLetterMessage(letter, nowMicros, encode)),
    ]
    if (messages.length > 0) await insertPacks(connection, 'now', messages, recordedAt)
    return {
      countByOutcome: outcome.countByOutcome,
      deadLettersByReason: countBy(freshLetters, ({ reason }) => reason),
    }
  }

  return { recordBatch }
}

/** 128 bits of SHA-256 over the content, in hex. */
function hashOf(event: UsageEvent): string {
  return hash('sha256', contentOf(event), 'hex').slice(0, 32)
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
  const unreadable = batch.unreadable.map(({ source, ...why }) => ({ ...source, ...why, ...ofBytes(source) }))
  const refused = outcome.refused.map(({ event, decision, source }) => ({
    ...source,
    reason: decision.reason,
    detail: decision.detail ?? '',
    accountId: event.accountId,
    eventId: event.eventId,
    ...ofBytes(source),
  }))
  return [...unreadable, ...refused]
}

function ofBytes(source: SourceMessage): Pick<DeadLetter, 'valueHash' | 'kept'> {
  return {
    valueHash: hash('sha256', source.value ?? '', 'buffer').subarray(0, 16),
    kept: originalBytes(source) > MOST_REPUBLISHED_BYTES ? source.value : null,
  }
}

function countBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1)
  return counts
}
