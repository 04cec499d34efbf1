/**
 * Makes decisions, one function an outcome. Every literal has the fields in one order, so that all decisions share one hidden
 * class: they are made and read by the hundred thousand a second.
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
  FairUseUse,
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
  readonly fairUse?: FairUseUse | null
}

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
  readonly fairUse: FairUseUse
}

/** By the package in force at the call. */
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

export function includedInPlan({ settings, catalogVersion }: RatingContext): Covered {
  return unpriced('covered', 'included_in_plan', settings.currency, null, null, catalogVersion)
}

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

/** Gives back what the event took: its amount, and its minutes to the counter they were counted on. */
export function reversed(original: ReversibleUsage): Reversed {
  const { counter } = original
  return {
    outcome: 'reversed',
    reason: original.outcome === 'invoiced' ? 'invoice_correction' : 'correction',
    units: 0,
    // Not -0 where there are none.
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

export function pending(currency: Currency): Pending {
  return unpriced('pending', 'awaiting_event', currency, null, null, null)
}

export function voided(currency: Currency): Voided {
  return unpriced('voided', 'corrected', currency, null, null, null)
}

export function duplicate(currency: Currency): Duplicate {
  return unpriced('duplicate', 'already_rated', currency, null, null, null)
}

export function conflict(currency: Currency, detail: string): Conflict {
  return unpriced('conflict', 'content_differs', currency, null, detail, null)
}

/** The event goes to the dead letters with this reason. `currency` is null where the account is not known. */
export function rejected(
  reason: RejectionReason,
  detail: string,
  currency: Currency | null = null,
  catalogVersion: number | null = null,
): Rejected {
  return unpriced('rejected', reason, currency, null, detail, catalogVersion)
}

/** The catalog has no price: nothing is charged at a guess. */
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
