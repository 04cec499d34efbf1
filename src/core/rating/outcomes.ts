/**
 * Makes decisions, one function per outcome. Every object literal has its fields in the same order, so that all
 * decisions share one hidden class: hundreds of thousands are made and read per second.
 */
import type { Currency, Micros } from '../money.ts'
import type { NumberFacts } from '../usage/number.ts'
import type { RatingContext } from './context.ts'
import type {
  AppliedRate,
  Charged,
  ChargeReason,
  Conflict,
  Covered,
  Duplicate,
  FairUseCount,
  Free,
  FreeReason,
  Invoiced,
  Outcome,
  Pending,
  Rejected,
  RejectionReason,
  Reversed,
  Voided,
} from './decision.ts'
import { counterKey, type FairUseCounter } from './fair-use.ts'

interface ChargedFigures {
  readonly units: number
  readonly amountMicros: Micros
  readonly coveredMinutes?: number
  readonly rate?: AppliedRate
  readonly to?: NumberFacts
  readonly from?: NumberFacts | null
  readonly fairUse?: FairUseCount | null
}

/** The usage is taken from credit. The settings' currency and the catalog version come from the context. */
export function charged(
  { settings, catalogVersion }: RatingContext,
  reason: ChargeReason,
  figures: ChargedFigures,
): Charged {
  return {
    outcome: 'charged',
    reason,
    units: figures.units,
    coveredMinutes: figures.coveredMinutes ?? 0,
    amountMicros: figures.amountMicros,
    currency: settings.currency,
    rate: figures.rate ?? null,
    to: figures.to ?? null,
    from: figures.from ?? null,
    fairUse: figures.fairUse ?? null,
    detail: null,
    catalogVersion,
  }
}

interface CoveredFigures {
  readonly coveredMinutes: number
  readonly to: NumberFacts
  readonly from: NumberFacts | null
  readonly fairUse: FairUseCount
}

/** The package in force at the call pays for it. */
export function coveredByPackage({ settings, catalogVersion }: RatingContext, figures: CoveredFigures): Covered {
  return {
    outcome: 'covered',
    reason: 'in_package',
    units: 0,
    coveredMinutes: figures.coveredMinutes,
    amountMicros: 0n,
    currency: settings.currency,
    rate: null,
    to: figures.to,
    from: figures.from,
    fairUse: figures.fairUse,
    detail: null,
    catalogVersion,
  }
}

/** The usage is priced for the invoice. */
export function invoiced(
  { settings, catalogVersion }: RatingContext,
  { units, amountMicros }: Pick<Invoiced, 'units' | 'amountMicros'>,
): Invoiced {
  return {
    outcome: 'invoiced',
    reason: 'billed_on_invoice',
    units,
    coveredMinutes: 0,
    amountMicros,
    currency: settings.currency,
    rate: null,
    to: null,
    from: null,
    fairUse: null,
    detail: null,
    catalogVersion,
  }
}

/** The plan includes the usage: no price, and no minutes counted. */
export function includedInPlan({ settings, catalogVersion }: RatingContext): Covered {
  return unpriced('covered', 'included_in_plan', settings.currency, null, null, catalogVersion)
}

/** The usage is free for this reason. */
export function free(
  { settings, catalogVersion }: RatingContext,
  reason: FreeReason,
  to: NumberFacts | null = null,
): Free {
  return unpriced('free', reason, settings.currency, to, null, catalogVersion)
}

/** What the corrected event took. */
interface ReversibleUsage {
  readonly outcome: Outcome
  readonly amountMicros: Micros
  readonly coveredMinutes: number
  readonly currency: Currency | null
  readonly counter: FairUseCounter | null
}

/** Reverses an event: returns its amount to credit, and its minutes to the counter they were counted on. */
export function reversed(original: ReversibleUsage): Reversed {
  const { counter } = original
  return {
    outcome: 'reversed',
    reason: original.outcome === 'invoiced' ? 'invoice_correction' : 'correction',
    units: 0,
    // Avoids -0.
    coveredMinutes: original.coveredMinutes === 0 ? 0 : -original.coveredMinutes,
    amountMicros: -original.amountMicros,
    currency: original.currency,
    rate: null,
    to: null,
    from: null,
    fairUse: counter === null ? null : { counter, key: counterKey(counter), minutesLeft: null },
    detail: null,
    catalogVersion: null,
  }
}

/** The correction waits for its event. */
export function pending(currency: Currency): Pending {
  return unpriced('pending', 'awaiting_event', currency, null, null, null)
}

/** The event's correction came first, so the event is not rated. */
export function voided(currency: Currency): Voided {
  return unpriced('voided', 'corrected', currency, null, null, null)
}

/** The same event is already recorded. */
export function duplicate(currency: Currency): Duplicate {
  return unpriced('duplicate', 'already_rated', currency, null, null, null)
}

/** Another event is already recorded under this id. */
export function conflict(currency: Currency, detail: string): Conflict {
  return unpriced('conflict', 'content_differs', currency, null, detail, null)
}

/** The event goes to the dead letters with this reason. `currency` is null if the account is unknown. */
export function rejected(
  reason: RejectionReason,
  detail: string,
  currency: Currency | null = null,
  catalogVersion: number | null = null,
): Rejected {
  return unpriced('rejected', reason, currency, null, detail, catalogVersion)
}

/** The catalog has no price, and a price is never guessed. */
export function noRate({ settings, catalogVersion }: RatingContext, detail: string): Rejected {
  return rejected('no_rate', detail, settings.currency, catalogVersion)
}

function unpriced<
  const Of extends Outcome,
  const Why,
  Known extends Currency | null,
  To extends NumberFacts | null,
  Detail extends string | null,
  Version extends number | null,
>(outcome: Of, reason: Why, currency: Known, to: To, detail: Detail, catalogVersion: Version) {
  return {
    outcome,
    reason,
    units: 0,
    coveredMinutes: 0,
    amountMicros: 0n,
    currency,
    rate: null,
    to,
    from: null,
    fairUse: null,
    detail,
    catalogVersion,
  } as const
}
