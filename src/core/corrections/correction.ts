/** Corrections: an earlier event of the same account is taken back whole, and nothing else is rated anew because of it. */
import { type Book, type KnownUsage, usageKey } from '../book/book.ts'
import { type Decision, decision, rejected } from '../rating/decision.ts'
import type { AccountSettings } from '../settings/settings.ts'
import type { CorrectionEvent } from '../usage/event.ts'

export function decideCorrection(event: CorrectionEvent, settings: AccountSettings, book: Book): Decision {
  const { currency } = settings
  const key = usageKey(event.accountId, event.corrects)
  const original = book.known.get(key)
  if (original?.isCorrection) return rejected('invalid_event', 'a correction cannot be corrected', currency)
  if (original?.correctedBy != null) {
    return rejected('already_corrected', `already corrected by ${original.correctedBy}`, currency)
  }
  if (original !== undefined) return reversal(original)
  const awaitedBy = book.awaited.get(key)
  if (awaitedBy !== undefined) {
    return rejected('already_corrected', `correction ${awaitedBy} awaits the same event`, currency)
  }
  return decision('pending', 'awaiting_event', { currency })
}

/** Takes back what the event moved: its amount, and its minutes on the counter they were counted on. */
function reversal(original: KnownUsage): Decision {
  const { currency, counter } = original
  return decision('reversed', original.outcome === 'invoiced' ? 'invoice_correction' : 'correction', {
    currency,
    amountMicros: -original.amountMicros,
    coveredMinutes: original.coveredMinutes === 0 ? 0 : -original.coveredMinutes,
    fairUse: counter === null ? null : { counter, minutesLeft: null },
  })
}
