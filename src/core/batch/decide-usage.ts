/**
 * Decides one usage event in the order of the rules: account, identity, awaited correction, then rating. Shape and
 * numbers were checked before, in `usage/read.ts`, and `occurred_at` in `decide-batch.ts`, which has the clock. Pure: the
 * same event and book always give the same decision.
 */
import { type BookView, usageKey } from '../book/book.ts'
import { catalogAt } from '../catalog/versions.ts'
import { decideCorrection } from '../corrections/correction.ts'
import type { Decision } from '../rating/decision.ts'
import { CATALOG_NUMBERS, type NumberLookup } from '../rating/number-lookup.ts'
import { conflict, duplicate, rejected, voided } from '../rating/outcomes.ts'
import { rate } from '../rating/rate.ts'
import type { UsageEvent } from '../usage/event.ts'

/**
 * Decides one usage event. `contentHash` is compared with that of the recorded event of the same id. `numbers` answers
 * questions about the event's phone numbers: the catalog, or recorded facts after the numbers were cleared.
 */
export function decideUsage(
  event: UsageEvent,
  contentHash: string,
  book: BookView,
  numbers: NumberLookup = CATALOG_NUMBERS,
): Decision {
  const settings = book.accounts.get(event.accountId)
  if (settings === undefined) return rejected('unknown_account', 'no such account')
  const { currency } = settings

  const key = usageKey(event.accountId, event.eventId)
  const known = book.known.get(key)
  if (known !== undefined) {
    return known.contentHash === contentHash || known.contentHash === null
      ? duplicate(currency)
      : conflict(currency, 'the same id came before with other content')
  }
  if (event.type === 'correction') return decideCorrection(event, currency, book)
  if (book.awaited.get(key) !== undefined) return voided(currency)

  const inForce = catalogAt(book.catalogs, event.occurredAtMicros)
  if (inForce === null) return rejected('no_rate', 'no catalog was in force at the usage', currency)
  const { catalog, version: catalogVersion } = inForce
  const tariff = catalog.tariffs.get(settings.tariff)
  if (tariff === undefined) {
    const detail = `tariff ${settings.tariff} is not in the catalog in force at the usage`
    return rejected('no_rate', detail, currency, catalogVersion)
  }
  return rate(event, { catalog, catalogVersion, tariff, settings, numbers, minutesUsed: book.minutesUsed })
}
