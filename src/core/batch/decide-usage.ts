/**
 * The decision on one usage event, in the order the rules give: account, identity, correction awaited, then rating.
 * (Shape and numbers come before, in `usage/read.ts`.) Pure: the same event and book always decide the same.
 */

import { type Book, usageKey } from '../book/book.ts'
import { type CatalogVersion, catalogAt } from '../catalog/versions.ts'
import { decideCorrection } from '../corrections/correction.ts'
import { type Decision, decision, rejected } from '../rating/decision.ts'
import { rate } from '../rating/rate.ts'
import type { UsageEvent } from '../usage/event.ts'

export interface UsageDecision extends Decision {
  /** The version it was priced by; null where none was asked. */
  readonly catalogVersion: number | null
}

/** `content` is the event's content as the book holds it: the text of `contentOf`, or a hash of it. */
export function decideUsage(event: UsageEvent, content: string, book: Book): UsageDecision {
  const settings = book.accounts.get(event.accountId)
  if (settings === undefined) return unversioned(rejected('unknown_account', 'no such account'))
  const { currency } = settings

  const key = usageKey(event.accountId, event.eventId)
  const known = book.known.get(key)
  if (known !== undefined) {
    return known.content === content
      ? unversioned(decision('duplicate', 'already_rated', { currency }))
      : unversioned(
          decision('conflict', 'content_differs', { currency, detail: 'the same id came before with other content' }),
        )
  }
  if (event.type === 'correction') return unversioned(decideCorrection(event, settings, book))
  if (book.awaited.has(key)) return unversioned(decision('voided', 'corrected', { currency }))

  const inForce = catalogAt(book.catalogs, event.occurredAtMicros)
  if (inForce === null) return unversioned(rejected('no_rate', 'no catalog was in force at the usage', currency))
  const { catalog, version } = inForce
  const tariff = catalog.tariffs.get(settings.tariff)
  if (tariff === undefined) {
    const detail = `tariff ${settings.tariff} is not in the catalog in force at the usage`
    return unversioned(rejected('no_rate', detail, currency), version)
  }
  const minutesUsed = (counter: string): number => book.minutesUsed.get(counter) ?? 0
  return { ...rate(event, { catalog, tariff, settings, minutesUsed }), currency, catalogVersion: version }
}

function unversioned(decided: Decision, catalogVersion: CatalogVersion['version'] | null = null): UsageDecision {
  return { ...decided, catalogVersion }
}

/** Whether a decision leaves an identity behind. A refused event leaves none: mended, it may come again under its id. */
export function leavesIdentity(decided: Decision): boolean {
  return decided.outcome !== 'rejected' && decided.outcome !== 'duplicate' && decided.outcome !== 'conflict'
}

/** What the decision takes from the account's credit: above zero takes, below zero gives back. */
export function creditTaken(decided: Decision): bigint {
  const movesCredit =
    decided.outcome === 'charged' || (decided.outcome === 'reversed' && decided.reason === 'correction')
  return movesCredit ? decided.amountMicros : 0n
}

/**
 * Writes a decision into the book, so that the next event is decided with it known. `movementSequence` is that of the
 * movement it made, null where it made none or where, offline, none are kept.
 */
export function evolve(
  book: Book,
  event: UsageEvent,
  content: string,
  decided: Decision,
  movementSequence: bigint | null = null,
): void {
  if (!leavesIdentity(decided)) return
  const key = usageKey(event.accountId, event.eventId)
  book.known.set(key, {
    content,
    outcome: decided.outcome,
    isCorrection: event.type === 'correction',
    amountMicros: decided.amountMicros,
    coveredMinutes: decided.coveredMinutes,
    currency: decided.currency,
    counter: decided.fairUse?.counter ?? null,
    movementSequence,
    correctedBy: decided.outcome === 'voided' ? (book.awaited.get(key) ?? null) : null,
  })
  if (decided.outcome === 'voided') book.awaited.delete(key)
  if (event.type === 'correction') {
    const correctedKey = usageKey(event.accountId, event.corrects)
    if (decided.outcome === 'pending') book.awaited.set(correctedKey, event.eventId)
    else book.known.set(correctedKey, { ...book.known.get(correctedKey)!, correctedBy: event.eventId })
  }
  if (decided.coveredMinutes !== 0 && decided.fairUse !== null) {
    const { counter } = decided.fairUse
    const minutes = (book.minutesUsed.get(counter) ?? 0) + decided.coveredMinutes
    if (minutes < 0) throw new RangeError(`fair-use counter ${counter} would fall below zero`)
    book.minutesUsed.set(counter, minutes)
  }
}
