/**
 * Why an event cost what it cost, as reasons and figures. `explain` says the same in sentences; this is for callers
 * with their own wording. Everything comes from the recorded versions of settings and catalog.
 */

import type { Catalog, NumberType, Rounding } from '../catalog/catalog.ts'
import type { Currency, Micros } from '../money.ts'
import type { Outcome, Reason } from '../rating/decision.ts'
import { nextCycleStart } from '../rating/fair-use.ts'
import type { PriceFacts } from '../rating/price-facts.ts'
import type { AccountSettings } from '../settings/settings.ts'
import { recompute } from './recompute.ts'
import { type LimitFacts, type PackageFacts, packageFacts, recordedLimit } from './recorded-package.ts'
import { recordedPrice } from './recorded-price.ts'
import { differingFigures, type StoredUsage } from './recorded-usage.ts'

/** The reasons and figures of one recorded event. */
export interface ChargeFacts {
  readonly outcome: Outcome
  /** The rule that decided. */
  readonly reason: Reason
  readonly tariff: string
  /** Null if no catalog was needed, as for a correction. */
  readonly catalogVersion: number | null
  readonly settingsVersion: number
  /** The quantity used: seconds, fragments or items. `units` is the priced quantity. */
  readonly quantity: number
  readonly units: number
  /** Positive if it takes credit, negative if it returns it. */
  readonly amountMicros: Micros
  readonly currency: Currency | null
  readonly deck: string | null
  readonly prefix: string | null
  readonly destination: string | null
  readonly destinationCountry: string | null
  readonly destinationType: NumberType | null
  readonly callerCountry: string | null
  /** The package in force at the event. Null if there was none. */
  readonly package: PackageFacts | null
  /** Null if no minutes were counted. */
  readonly fairUse: FairUseFacts | null
  readonly price: PriceFacts | null
  /** Null if nothing was priced. */
  readonly rounding: Rounding | null
  /** Whether recomputing gives the same decision. Null if too little is recorded to recompute it. */
  readonly isReproduced: boolean | null
}

/** The counter that a call was counted on, or that a correction returned minutes to. */
export interface FairUseFacts extends LimitFacts {
  /** Minutes left before the event. Null if there is no limit. */
  readonly minutesLeft: number | null
  /** Negative if a correction returns them. */
  readonly coveredMinutes: number
  /** First day of the cycle, and first day of the next cycle. */
  readonly cycleStart: string
  readonly cycleEnd: string
}

/**
 * Collects the facts about a recorded event. `catalog` is the version recorded with the event; null if there was none
 * or it is no longer stored.
 */
export function chargeFacts(stored: StoredUsage, settings: AccountSettings, catalog: Catalog | null): ChargeFacts {
  const { figures } = stored
  const price = recordedPrice(stored, catalog?.tariffs.get(settings.tariff))
  return {
    outcome: figures.outcome,
    reason: figures.reason,
    tariff: settings.tariff,
    catalogVersion: stored.catalogVersion,
    settingsVersion: stored.settingsVersion,
    quantity: stored.quantity,
    units: figures.units,
    amountMicros: figures.amountMicros,
    currency: figures.currency,
    deck: figures.deck,
    prefix: figures.prefix,
    destination: figures.destination,
    destinationCountry: figures.toCountry,
    destinationType: figures.toType,
    callerCountry: figures.fromCountry,
    // Only calls depend on a package.
    package: stored.type === 'call' ? packageFacts(stored, settings, catalog) : null,
    fairUse: fairUseFacts(stored, settings, catalog),
    price,
    rounding: price === null ? null : catalog!.rounding,
    isReproduced: isReproduced(stored, settings, catalog),
  }
}

function fairUseFacts(stored: StoredUsage, settings: AccountSettings, catalog: Catalog | null): FairUseFacts | null {
  const { cycleAnchor, cycleStart, minutesLeft, coveredMinutes } = stored.figures
  if (cycleAnchor === null || cycleStart === null) return null
  const cycleEnd = nextCycleStart(cycleAnchor, cycleStart)
  const limit = recordedLimit(stored, settings, catalog)
  return { ...limit, minutesLeft, coveredMinutes, cycleStart, cycleEnd }
}

function isReproduced(stored: StoredUsage, settings: AccountSettings, catalog: Catalog | null): boolean | null {
  // Without its catalog the event cannot be recomputed.
  if (catalog === null && stored.catalogVersion !== null) return null
  const { figures } = recompute(stored, settings, catalog)
  return figures === null ? null : differingFigures(stored.figures, figures).length === 0
}
