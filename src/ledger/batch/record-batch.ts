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
import { decideBatch } from '../../core/batch/decide-batch.ts'
import { type Book, type KnownUsage, usageKey } from '../../core/book/book.ts'
import { counterKey, counterOf, type FairUseCounter } from '../../core/rating/fair-use.ts'
import type { CommittedOffset } from '../../platform/kafka/places.ts'
import { allReplies, type Connection, inTransaction, type Pool } from '../../platform/postgres.ts'
import { CatalogStore, listCatalogVersions } from '../catalogs/catalogs.ts'
import type { Publishing } from '../changes/announce.ts'
import { lockAccounts } from '../changes/lock-accounts.ts'
import { readClock } from '../changes/read-clock.ts'
import { SettingsCache } from '../changes/read-settings.ts'
import type { PartitionsOf } from '../changes/write-outbox.ts'
import { type AskedIds, readAwaited } from '../corrections/awaited-corrections.ts'
import { checkOffsetsFollow, DatabaseRestored } from '../epochs/consumer-offsets.ts'
import { raiseOnce } from '../epochs/resume-offsets.ts'
import { readCounters } from './read-counters.ts'
import { readKnown } from './read-known.ts'
import type { RecordedBatch, UsageBatch, UsageToRecord } from './usage-batch.ts'
import { writeBatch } from './write-batch.ts'

export type { SourceMessage } from '../source-message.ts'
export type { RecordedBatch, UnreadableUsage, UsageBatch, UsageToRecord } from './usage-batch.ts'

export interface Ledger {
  /**
   * Records a batch in one transaction and resolves once it is committed; rejects with nothing of it recorded, or, where the
   * reply to COMMIT was lost, with all or nothing of it: the same batch again is then answered as duplicates.
   *
   * Throws what `platform/faults.ts` has a fate for, and `DatabaseRestored` where the offsets stored do not follow on what the
   * batch remembers; the epoch has been raised by then. Batches with accounts in common wait for each other.
   */
  recordBatch(batch: UsageBatch): Promise<RecordedBatch>
}

interface LedgerParts {
  readonly pool: Pool
  readonly publishing: Publishing
  readonly consumerGroup: string
  /** Of the topics that records go to. One that is out of date costs the relay work, no more. */
  readonly partitionsOf?: PartitionsOf
}

/**
 * The writer of usage batches. Keeps parsed catalogs and settings, which never change under their version within an epoch;
 * everything else is read anew by each batch, under its locks. Takes a connection of the pool per batch in flight.
 */
export function createLedger({ pool, publishing, consumerGroup, partitionsOf }: LedgerParts): Ledger {
  const catalogs = new CatalogStore()
  const settings = new SettingsCache()
  let cachedEpoch: number | null = null

  async function recordBatch(batch: UsageBatch): Promise<RecordedBatch> {
    for (;;) {
      try {
        const result = await inTransaction(pool, (connection) => attempt(connection, batch), { isByKey: true })
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
  ): Promise<{ recorded: RecordedBatch } | { missingCatalogs: number[] }> {
    const events = batch.usage
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
      awaited,
      minutesUsed: new Map([...counters].map(([key, { minutes }]) => [key, minutes])),
    }
    const outcome = decideBatch(events, accounts, book, clock.nowMicros)
    const parts = { connection, publishing, consumerGroup, partitionsOf }
    return { recorded: await writeBatch(parts, batch, outcome, { counters, clock }) }
  }

  return { recordBatch }
}

function rememberedOffsets({ offsets }: UsageBatch): CommittedOffset[] {
  return offsets.flatMap(({ topic, partition, previousOffset }) =>
    previousOffset === null ? [] : [{ topic, partition, offset: previousOffset }],
  )
}

/** The ids whose record matters to the batch: its events', and those that its corrections take back. */
function askedIds(events: readonly UsageToRecord[]): AskedIds {
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

/** By key, the fair-use counters that the batch's calls may count on, and those its corrections give minutes back to. */
function countersOf(
  events: readonly UsageToRecord[],
  settings: Book['accounts'],
  known: ReadonlyMap<string, KnownUsage>,
): Map<string, FairUseCounter> {
  const counters = new Map<string, FairUseCounter>()
  for (const { event } of events) {
    if (event.type === 'correction') {
      const counter = known.get(usageKey(event.accountId, event.corrects))?.counter
      if (counter != null) counters.set(counterKey(counter), counter)
    }
    if (event.type !== 'call' || event.direction !== 'outbound' || event.leg !== 'direct') continue
    const own = settings.get(event.accountId)
    if (own === undefined || event.userId === null || own.packages.length === 0) continue
    const counter = counterOf(own, event.userId, event.occurredAtMicros)
    counters.set(counterKey(counter), counter)
  }
  return counters
}
