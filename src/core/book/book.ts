/**
 * A book is what must be known of some accounts to decide their next events: settings, what is already recorded under
 * which event id, which ids are awaited by a correction, fair-use minutes, and the catalogs.
 *
 * It is only read. What is decided comes out as a `BatchOutcome`; within a batch, a `BookOverlay` lets the next event see
 * what was decided of those before it. The ledger reads a book per batch; the offline command decides a file over one.
 */
import type { Catalog } from '../catalog/catalog.ts'
import type { CatalogVersion } from '../catalog/versions.ts'
import type { Currency, Micros } from '../money.ts'
import type { Outcome, RecordedDecision } from '../rating/decision.ts'
import type { FairUseCounter } from '../rating/fair-use.ts'
import type { AccountSettings } from '../settings/settings.ts'
import type { UsageEvent } from '../usage/event.ts'

/** What is recorded under an event id: enough to tell a duplicate, and to reverse the event. */
export interface KnownUsage {
  /** The text of `contentOf`, or a hash of it: the same throughout a book. */
  readonly content: string
  readonly outcome: Outcome
  readonly isCorrection: boolean
  readonly amountMicros: Micros
  readonly coveredMinutes: number
  readonly currency: Currency | null
  /** The fair-use counter its covered minutes were counted on. */
  readonly counter: FairUseCounter | null
  /** Sequence of the movement it made; null where credit did not move, and offline, where none are made. */
  readonly movementSequence: bigint | null
  /** The correction that reversed or voided it, or null. */
  readonly correctedBy: string | null
}

export interface Book {
  /** By account id. */
  readonly accounts: ReadonlyMap<string, AccountSettings>
  /** Sorted by `byPreference`. */
  readonly catalogs: readonly CatalogVersion[]
  /** By `usageKey`. */
  readonly known: ReadonlyMap<string, KnownUsage>
  /** By `usageKey` of an event that has not come, the id of the correction that came before it. */
  readonly awaited: ReadonlyMap<string, string>
  /** Covered minutes by `counterKey`; a counter never used is absent. */
  readonly minutesUsed: ReadonlyMap<string, number>
}

type LookUp<Value> = Pick<ReadonlyMap<string, Value>, 'get'>

/** What a decision looks up: a book, or one with what was decided since. */
export interface BookView extends Pick<Book, 'accounts' | 'catalogs'> {
  readonly known: LookUp<KnownUsage>
  readonly awaited: LookUp<string>
  readonly minutesUsed: LookUp<number>
}

/** A book that knows these accounts and one catalog, in force always, and nothing recorded yet. */
export function newBook(catalog: Catalog, accounts: readonly AccountSettings[]): Book {
  return {
    accounts: new Map(accounts.map((settings) => [settings.accountId, settings])),
    catalogs: [{ version: 1, inForceFromMicros: Number.NEGATIVE_INFINITY, catalog }],
    known: new Map(),
    awaited: new Map(),
    minutesUsed: new Map(),
  }
}

/** Key of an event within a book. Ids are printable ASCII, so the separator cannot occur in one. */
export function usageKey(accountId: string, eventId: string): string {
  return `${accountId}\n${eventId}`
}

/** What a book knows of an event once it is recorded. */
export function knownUsage(
  event: UsageEvent,
  content: string,
  decided: RecordedDecision,
  movementSequence: bigint | null,
  correctedBy: string | null,
): KnownUsage {
  return {
    content,
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
