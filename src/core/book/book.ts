/**
 * A book is what must be known about some accounts to decide their next events: settings, the recorded events by id,
 * the ids that corrections wait for, fair-use minutes, and the catalogs.
 *
 * A book is read-only. Decisions come out as a `BatchOutcome`. Within a batch, a `BookOverlay` shows each event the
 * decisions on those before it. The ledger reads a book per batch; the offline command decides a file over one.
 */
import type { Catalog } from '../catalog/catalog.ts'
import type { CatalogVersion } from '../catalog/versions.ts'
import type { Currency, Micros } from '../money.ts'
import type { Outcome, RecordedDecision } from '../rating/decision.ts'
import type { FairUseCounter } from '../rating/fair-use.ts'
import type { AccountSettings } from '../settings/settings.ts'
import type { UsageEvent } from '../usage/event.ts'

/** What is recorded under an event id: enough to recognize a duplicate, and to reverse the event. */
export interface KnownUsage {
  /** Hash of `contentOf`. Null if an older release hashed another form of the content: then it cannot be compared. */
  readonly contentHash: string | null
  readonly outcome: Outcome
  readonly isCorrection: boolean
  readonly amountMicros: Micros
  readonly coveredMinutes: number
  readonly currency: Currency | null
  /** The fair-use counter on which its covered minutes were counted. */
  readonly counter: FairUseCounter | null
  /** Sequence of the movement it made. Null if credit did not move, and offline, where there are no movements. */
  readonly movementSequence: bigint | null
  /** Id of the correction that reversed or voided it, or null. */
  readonly correctedBy: string | null
}

export interface Book {
  /** By account id. */
  readonly accounts: ReadonlyMap<string, AccountSettings>
  /** Sorted by `byPreference`. */
  readonly catalogs: readonly CatalogVersion[]
  /** By `usageKey`. */
  readonly known: ReadonlyMap<string, KnownUsage>
  /** The id of the waiting correction, by `usageKey` of the event that has not arrived. */
  readonly awaited: ReadonlyMap<string, string>
  /** Covered minutes by `counterKey`. A counter that was never used is absent. */
  readonly minutesUsed: ReadonlyMap<string, number>
}

export type LookUp<Value> = Pick<ReadonlyMap<string, Value>, 'get'>

/** What decisions read: a book, or a book with later decisions on top. */
export interface BookView extends Pick<Book, 'accounts' | 'catalogs'> {
  readonly known: LookUp<KnownUsage>
  readonly awaited: LookUp<string>
  readonly minutesUsed: LookUp<number>
}

/** Creates a book with these accounts, one catalog that is always in force, and nothing recorded. */
export function newBook(catalog: Catalog, accounts: readonly AccountSettings[]): Book {
  return {
    accounts: new Map(accounts.map((settings) => [settings.accountId, settings])),
    catalogs: [{ version: 1, inForceFromMicros: Number.NEGATIVE_INFINITY, catalog }],
    known: new Map(),
    awaited: new Map(),
    minutesUsed: new Map(),
  }
}

/** Returns the key of an event in a book. Ids are printable ASCII, so they cannot contain the separator. */
export function usageKey(accountId: string, eventId: string): string {
  return `${accountId}\n${eventId}`
}

/** Returns what a book knows about an event after it is recorded. */
export function knownUsage(
  event: UsageEvent,
  contentHash: string,
  decided: RecordedDecision,
  movementSequence: bigint | null,
  correctedBy: string | null,
): KnownUsage {
  return {
    contentHash,
    outcome: decided.outcome,
    isCorrection: event.type === 'correction',
    amountMicros: decided.amountMicros,
    coveredMinutes: decided.coveredMinutes,
    currency: decided.currency,
    counter: decided.fairUse === null ? null : decided.fairUse.counter,
    movementSequence,
    correctedBy,
  }
}
