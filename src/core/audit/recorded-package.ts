/** The package in force at a recorded event, by the recorded versions of settings and catalog. */

import type { Catalog } from '../catalog/catalog.ts'
import type { InstantMicros } from '../instant.ts'
import { packageIdAt, packagePeriodAt } from '../rating/coverage.ts'
import { fairUseLimit } from '../rating/fair-use.ts'
import type { AccountSettings } from '../settings/settings.ts'
import type { StoredUsage } from './recorded-usage.ts'

export interface PackageFacts {
  readonly id: string
  /** When it came into force. */
  readonly sinceMicros: InstantMicros
  readonly name: string | null
  /** Null if the recorded catalog does not have the package. */
  readonly region: string | null
  readonly regionCountries: readonly string[]
  readonly countries: readonly string[]
}

/** A fair-use limit on the minutes of one user, and where it comes from. */
export interface LimitFacts {
  /** Null if there is no limit. */
  readonly limitMinutes: number | null
  /** True for the account's own limit, false for the package's. */
  readonly isOwnLimit: boolean
}

/** Returns the package in force at the event. Null if there was none. */
export function packageFacts(
  stored: StoredUsage,
  settings: AccountSettings,
  catalog: Catalog | null,
): PackageFacts | null {
  const period = packagePeriodAt(settings, stored.occurredAtMicros)
  if (period === null) return null
  const { id, fromMicros: sinceMicros } = period
  const pack = catalog?.packages.get(id)
  if (catalog === null || pack === undefined) {
    return { id, sinceMicros, name: null, region: null, regionCountries: [], countries: [] }
  }
  const { name, region, countries } = pack
  const regionCountries = [...(catalog.regions.get(region) ?? [])]
  return { id, sinceMicros, name, region, regionCountries, countries: [...countries] }
}

/** Returns the limit at the event. There is none without a package, or if the catalog does not have the package. */
export function recordedLimit(stored: StoredUsage, settings: AccountSettings, catalog: Catalog | null): LimitFacts {
  const id = packageIdAt(settings, stored.occurredAtMicros)
  const pack = id === null ? undefined : catalog?.packages.get(id)
  if (pack === undefined) return { limitMinutes: null, isOwnLimit: false }
  return { limitMinutes: fairUseLimit(settings, pack), isOwnLimit: settings.fairUseMinutesPerUser !== null }
}
