/**
 * The one transaction: a batch of usage becomes identities, rated usage, movements, balances, counters and outbox packs,
 * together or not at all.
 *
 *   1 lock    the batch's accounts, in account_id order
 *   2 read    the stored offsets, which the batch must follow; the clock, the epoch, catalog versions and known ids;
 *             then settings and fair-use counters
 *   3 decide  in the pure core
 *   4 write   a handful of statements however large the batch, the new offsets among them; then commit
 *
 * If a catalog version is not in memory, the transaction ends, the version is loaded, and the batch is recorded from the
 * start. The offsets are committed to Kafka only after the transaction.
 *
 * READ COMMITTED is required: each statement after the lock must see what was committed before the lock was granted.
 */
import { decideBatch } from '../../core/batch/decide-batch.ts'
import { type Book, type KnownUsage, usageKey } from '../../core/book/book.ts'
import { counterKey, counterToRead, type FairUseCounter } from '../../core/rating/fair-use.ts'
import { Fault } from '../../platform/faults.ts'
import type { PartitionOffset } from '../../platform/kafka/places.ts'
import { allReplies, type Connection, inTransaction, type Pool } from '../../platform/postgres.ts'
import { CatalogStore, listCatalogVersions } from '../catalogs/catalogs.ts'
import type { Publishing } from '../changes/announce.ts'
import { lockAccounts } from '../changes/lock-accounts.ts'
import { readClock } from '../changes/read-clock.ts'
import { SettingsCache } from '../changes/read-settings.ts'
import type { PartitionsOf } from '../changes/write-outbox.ts'
import { type EventIds, readAwaited } from '../corrections/awaited-corrections.ts'
import { checkOffsetsFollow, DatabaseRestored } from '../epochs/consumer-offsets.ts'
import { raiseOnce } from '../epochs/resume-offsets.ts'
import { readCounters } from './read-counters.ts'
import { readKnown } from './read-known.ts'
import type { HashedUsage, RecordedBatch, UsageBatch } from './usage-batch.ts'
import { writeBatch } from './write-batch.ts'

/** One load is enough, unless meanwhile a version is published or another epoch begins. */
const MAX_LOADS = 5

export interface Ledger {
  /**
   * Records a batch in one transaction and resolves when it is committed. If it rejects, nothing is recorded. The
   * exception is a lost reply to COMMIT: then all or nothing is recorded, and recording the same batch again gives
   * duplicates.
   *
   * Throws the faults of `platform/faults.ts`, and `DatabaseRestored` if the stored offsets do not follow on what the
   * batch remembers; the epoch has been raised by then. Batches with common accounts wait for each other.
   */
  recordBatch(batch: UsageBatch): Promise<RecordedBatch>
}

interface LedgerParts {
  readonly pool: Pool
  readonly publishing: Publishing
  readonly consumerGroup: string
  /** Partition counts of the topics for records. An outdated count only costs the relay extra work. */
  readonly partitionsOf?: PartitionsOf
}

/**
 * Creates the writer of usage batches. It caches parsed catalogs and settings, whose versions never change within an
 * epoch. Each batch reads everything else under its locks. Uses one pool connection per batch in flight.
 */
export function createLedger({ pool, publishing, consumerGroup, partitionsOf }: LedgerParts): Ledger {
  const catalogs = new CatalogStore()
  const settings = new SettingsCache()
  let cachedEpoch: number | null = null

  async function recordBatch(batch: UsageBatch): Promise<RecordedBatch> {
    for (let loads = 0; ; loads++) {
      try {
        const result = await inTransaction(pool, (connection) => recordOnce(connection, batch), { isByKey: true })
        if ('recorded' in result) return result.recorded
        if (loads === MAX_LOADS) {
          const versions = result.missingCatalogs.join(', ')
          throw new Fault('invariant_broken', `catalog versions ${versions} are listed but do not load`)
        }
        await catalogs.load(pool, result.missingCatalogs)
      } catch (error) {
        // The remembered offsets prove the restore as well as Kafka's do. They may be the only proof, if our commit to
        // Kafka did not get there.
        if (error instanceof DatabaseRestored)
          await raiseOnce(pool, publishing, consumerGroup, rememberedOffsets(batch))
        throw error
      }
    }
  }

  async function recordOnce(
    connection: Connection,
    batch: UsageBatch,
  ): Promise<{ recorded: RecordedBatch } | { missingCatalogs: number[] }> {
    const events = batch.usage
    const accountIds = [...new Set(events.map(({ event }) => event.accountId))]
    const asked = eventIdsOf(events)
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
      // Versions of settings may be reused after the database is restored.
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

function rememberedOffsets({ offsets }: UsageBatch): PartitionOffset[] {
  return offsets.flatMap(({ topic, partition, previousOffset }) =>
    previousOffset === null ? [] : [{ topic, partition, nextOffset: previousOffset }],
  )
}

/** The ids to look up: those of the batch's events, and those that its corrections name. */
function eventIdsOf(events: readonly HashedUsage[]): EventIds {
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

/** The fair-use counters that calls of the batch may use, and those that its corrections return minutes to, by key. */
function countersOf(
  events: readonly HashedUsage[],
  settings: Book['accounts'],
  known: ReadonlyMap<string, KnownUsage>,
): Map<string, FairUseCounter> {
  const counters = new Map<string, FairUseCounter>()
  const add = (counter: FairUseCounter | null | undefined) => {
    if (counter != null) counters.set(counterKey(counter), counter)
  }
  for (const { event } of events) {
    const own = settings.get(event.accountId)
    if (event.type === 'correction') add(known.get(usageKey(event.accountId, event.corrects))?.counter)
    else if (own !== undefined) add(counterToRead(event, own))
  }
  return counters
}
