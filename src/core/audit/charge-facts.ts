/**
 * Why an event cost what it cost, as reasons and figures: what `explain` says in sentences, for whoever has words of their
 * own. All of it comes from the recorded versions of settings and catalog.
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

export interface ChargeFacts {
  readonly outcome: Outcome
  /** Which rule decided. */
  readonly reason: Reason
  readonly tariff: string
  /** Null where none was needed, as for a correction. */
  readonly catalogVersion: number | null
  readonly settingsVersion: number
  /** As used: seconds, fragments or items; `units` as priced. */
  readonly quantity: number
  readonly units: number
  /** Above zero takes credit, below zero gives it back. */
  readonly amountMicros: Micros
  readonly currency: Currency | null
  readonly deck: string | null
  readonly prefix: string | null
  readonly destination: string | null
  readonly destinationCountry: string | null
  readonly destinationType: NumberType | null
  readonly callerCountry: string | null
  /** The one in force at the event; null: none was. */
  readonly package: PackageFacts | null
  /** Null where the event was held against no minutes. */
  readonly fairUse: FairUseFacts | null
  readonly price: PriceFacts | null
  /** Null where nothing was priced. */
  readonly rounding: Rounding | null
  /** Whether deciding again gives the same; null where too little is recorded to decide again. */
  readonly isReproduced: boolean | null
}

/** What a call was held against, or what a correction gives back to. */
export interface FairUseFacts extends LimitFacts {
  /** Before the event; null: no limit. */
  readonly minutesLeft: number | null
  /** Below zero where a correction gives them back. */
  readonly coveredMinutes: number
  /** First days of this cycle and of the next. */
  readonly cycleStart: string
  readonly cycleEnd: string
}

/** `catalog` is the version recorded with the event, null where none was or it is not stored any more. */
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
    // Of calls alone: nothing else is asked of a package.
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
  // Its catalog is not stored any more, so there is nothing to decide by.
  if (catalog === null && stored.catalogVersion !== null) return null
  const { figures } = recompute(stored, settings, catalog)
  return figures === null ? null : differingFigures(stored.figures, figures).length === 0
}
