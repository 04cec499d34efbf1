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
import type { Book } from '../core/account/book.ts'
import { formatInstant, type InstantMicros } from '../core/instant.ts'
import type { Outcome } from '../core/rating/decision.ts'
import { counterKey, counterOf } from '../core/rating/fair-use.ts'
import { contentOf } from '../core/usage/content.ts'
import type { UsageEvent } from '../core/usage/event.ts'
import { allReplies, type Connection, inTransaction, type Pool } from '../platform/postgres.ts'
import {
  balanceChangedMessage,
  deadLetterMessage,
  type Encode,
  type OriginalMessage,
  serviceStatusMessage,
} from './announce.ts'
import { CatalogStore, listCatalogVersions } from './catalogs.ts'
import { type PartitionOffset, storeOffsets } from './consumer-offsets.ts'
import { lockAccounts } from './lock-accounts.ts'
import { readClock } from './read-clock.ts'
import { readCounters } from './read-counters.ts'
import { readKnown } from './read-known.ts'
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

type Source = SourceMessage

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
    events: readonly BatchEvent<Source>[],
  ): Promise<{ recorded: RecordedBatch } | { missingCatalogs: number[] }> {
    const accountIds = [...new Set(events.map(({ event }) => event.accountId))]
    const [accounts, clock, listed, known] = await allReplies([
      lockAccounts(connection, accountIds),
      readClock(connection),
      listCatalogVersions(connection),
      readKnown(
        connection,
        events.map(({ event }) => event.accountId),
        events.map(({ event }) => event.eventId),
      ),
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
      awaited: new Map(),
      minutesUsed: await readCounters(connection, countersOf(events, settingsByAccount)),
    }
    const outcome = decideBatch(events, accounts, book, clock.nowMicros)
    return { recorded: await write(connection, batch, outcome, book, clock.epoch, clock.nowMicros) }
  }

  async function write(
    connection: Connection,
    batch: UsageBatch,
    outcome: BatchOutcome<Source>,
    book: Book,
    epoch: number,
    nowMicros: InstantMicros,
  ): Promise<RecordedBatch> {
    const recordedAt = formatInstant(nowMicros)
    const { recorded, movements, changedAccounts, changedCounters } = outcome
    const writes: Promise<unknown>[] = []
    if (recorded.length > 0) {
      writes.push(
        insertIdentities(connection, recorded, recordedAt),
        insertRatedUsage(connection, recorded, recordedAt),
      )
    }
    if (movements.length > 0) {
      const rows = movements.map(({ event, posting }) => ({
        posting,
        origin: { kind: 'usage', eventId: event.eventId } as const,
        occurredAtMicros: event.occurredAtMicros,
      }))
      writes.push(insertMovements(connection, rows, recordedAt), updateAccounts(connection, changedAccounts))
    }
    if (changedCounters.size > 0) writes.push(upsertCounters(connection, changedCounters, book.minutesUsed))
    if (batch.offsets.length > 0) writes.push(storeOffsets(connection, consumerGroup, batch.offsets))

    const letters = deadLettersOf(batch, outcome)
    const fresh = letters.length > 0 ? insertDeadLetters(connection, letters, recordedAt) : Promise.resolve([])
    const replies = await allReplies([fresh, ...writes])
    const freshLetters = replies[0] as Awaited<typeof fresh>

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

/** The fair-use counters that the batch's calls may be held against. */
function countersOf(events: readonly BatchEvent<Source>[], settings: Book['accounts']): Set<string> {
  const keys = new Set<string>()
  for (const { event } of events) {
    if (event.type !== 'call' || event.direction !== 'outbound' || event.leg !== 'direct') continue
    const own = settings.get(event.accountId)
    if (own === undefined || event.userId === null || own.packages.length === 0) continue
    keys.add(counterKey(counterOf(own, event.userId, event.occurredAtMicros)))
  }
  return keys
}

function deadLettersOf(batch: UsageBatch, outcome: BatchOutcome<Source>): (DeadLetter & SourceMessage)[] {
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

function valueHash({ value }: SourceMessage): Buffer {
  return hash('sha256', value ?? '', 'buffer').subarray(0, 16)
}

function countBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1)
  return counts
}
