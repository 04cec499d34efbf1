/**
 * Corrections: the earlier event of the same account is reversed as a whole. Nothing else is rated again because of it.
 */
import { type BookView, usageKey } from '../book/book.ts'
import type { Currency } from '../money.ts'
import type { CorrectionDecision } from '../rating/decision.ts'
import { pending, rejected, reversed } from '../rating/outcomes.ts'
import type { CorrectionEvent } from '../usage/event.ts'

/**
 * Decides a correction. If its event is not known, the correction waits for it, unless another correction already does.
 * `currency` is the account's.
 */
export function decideCorrection(event: CorrectionEvent, currency: Currency, book: BookView): CorrectionDecision {
  const key = usageKey(event.accountId, event.corrects)
  const original = book.known.get(key)
  if (original?.isCorrection) return rejected('invalid_event', 'a correction cannot be corrected', currency)
  if (original?.correctedBy != null) {
    return rejected('already_corrected', `already corrected by ${original.correctedBy}`, currency)
  }
  if (original !== undefined) return reversed(original)
  const awaitedBy = book.awaited.get(key)
  if (awaitedBy !== undefined) {
    return rejected('already_corrected', `correction ${awaitedBy} awaits the same event`, currency)
  }
  return pending(currency)
}
