/**
 * A book is what must be known of some accounts to decide their next events: settings, what is already recorded under
 * which event id, which ids are awaited by a correction, fair-use minutes, and the catalogs.
 *
 * `decideUsage` reads it, `evolve` writes what was decided back, so that the next event of the same batch sees it.
 * The offline command keeps one book for a whole file; the ledger fills one per batch from the database.
 */
import type { Catalog } from '../catalog/catalog.ts'
import type { CatalogVersion } from '../catalog/versions.ts'
import type { Currency, Micros } from '../money.ts'
import type { Outcome } from '../rating/decision.ts'
import type { AccountSettings } from '../settings/settings.ts'

/** What is recorded under an event id: enough to tell a duplicate, and to take the event back. */
export interface KnownUsage {
  readonly content: string
  readonly outcome: Outcome
  readonly isCorrection: boolean
  readonly amountMicros: Micros
  readonly coveredMinutes: number
  readonly currency: Currency | null
  /** Key of the fair-use counter its covered minutes were counted on. */
  readonly counter: string | null
  /** Sequence of the movement it made; null where credit did not move. */
  readonly movementSequence: bigint | null
  /** The correction that took it back, or null. */
  readonly correctedBy: string | null
}

export interface Book {
  readonly accounts: ReadonlyMap<string, AccountSettings>
  /** Sorted by `catalogAt`'s preference: latest in-force instant first, of two the newer version first. */
  readonly catalogs: readonly CatalogVersion[]
  readonly known: Map<string, KnownUsage>
  /** Event ids that a correction came before, with the id of that correction. */
  readonly awaited: Map<string, string>
  /** Covered minutes by counter key. */
  readonly minutesUsed: Map<string, number>
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
