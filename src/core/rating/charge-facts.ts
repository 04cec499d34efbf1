/**
 * Why an event cost what it cost, as reasons and figures: what `explain` says in sentences, for whoever has words of their
 * own. All of it comes from the recorded versions of settings and catalog.
 */

import type { Catalog, NumberType, Rounding } from '../catalog/catalog.ts'
import type { Currency, Micros } from '../money.ts'
import type { AccountSettings } from '../settings/settings.ts'
import { packageIdAt } from './coverage.ts'
import type { Outcome, Reason } from './decision.ts'
import { fairUseLimit, nextCycleStart } from './fair-use.ts'
import { differingFigures, recompute, type StoredUsage } from './recompute.ts'
import { type RecordedPrice, recordedPrice } from './recorded-price.ts'

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
  readonly price: RecordedPrice | null
  /** Null where nothing was priced. */
  readonly rounding: Rounding | null
  /** Whether deciding again gives the same; null where too little is recorded to decide again. */
  readonly isReproduced: boolean | null
}

export interface PackageFacts {
  readonly id: string
  readonly name: string | null
  /** Null where the recorded catalog does not have the package. */
  readonly region: string | null
  readonly regionCountries: readonly string[]
  readonly countries: readonly string[]
}

export interface FairUseFacts {
  /** Null: no limit. */
  readonly limitMinutes: number | null
  /** Whose limit it is. */
  readonly isOwnLimit: boolean
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
  const price = recordedPrice(stored, settings, catalog)
  const pack = packageOf(stored, settings, catalog)
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
    package: pack,
    fairUse: fairUseOf(stored, settings, catalog),
    price,
    rounding: price === null ? null : catalog!.rounding,
    isReproduced: isReproduced(stored, settings, catalog),
  }
}

/** Of calls alone: nothing else is asked of a package. */
function packageOf(stored: StoredUsage, settings: AccountSettings, catalog: Catalog | null): PackageFacts | null {
  const id = stored.type === 'call' ? packageIdAt(settings, stored.occurredAtMicros) : null
  if (id === null) return null
  const pack = catalog?.packages.get(id)
  if (catalog === null || pack === undefined)
    return { id, name: null, region: null, regionCountries: [], countries: [] }
  const { name, region, countries } = pack
  return { id, name, region, regionCountries: [...(catalog.regions.get(region) ?? [])], countries: [...countries] }
}

function fairUseOf(stored: StoredUsage, settings: AccountSettings, catalog: Catalog | null): FairUseFacts | null {
  const { cycleAnchor, cycleStart, minutesLeft, coveredMinutes } = stored.figures
  if (cycleAnchor === null || cycleStart === null) return null
  const id = packageIdAt(settings, stored.occurredAtMicros)
  const pack = id === null ? undefined : catalog?.packages.get(id)
  const limitMinutes = pack === undefined ? null : fairUseLimit(settings, pack)
  return {
    limitMinutes,
    isOwnLimit: limitMinutes !== null && settings.fairUseMinutesPerUser !== null,
    minutesLeft,
    coveredMinutes,
    cycleStart,
    cycleEnd: nextCycleStart(cycleAnchor, cycleStart),
  }
}

function isReproduced(stored: StoredUsage, settings: AccountSettings, catalog: Catalog | null): boolean | null {
  // Its catalog is not stored any more, so there is nothing to decide by.
  if (catalog === null && stored.catalogVersion !== null) return null
  const { figures } = recompute(stored, settings, catalog)
  return figures === null ? null : differingFigures(stored.figures, figures).length === 0
}
