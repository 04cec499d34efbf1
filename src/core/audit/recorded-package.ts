/** The package that was in force at a recorded event, by the versions of settings and catalog that it names. */

import type { Catalog } from '../catalog/catalog.ts'
import type { InstantMicros } from '../instant.ts'
import { packageIdAt, packagePeriodAt } from '../rating/coverage.ts'
import { fairUseLimit } from '../rating/fair-use.ts'
import type { AccountSettings } from '../settings/settings.ts'
import type { StoredUsage } from './recorded-usage.ts'

export interface PackageFacts {
  readonly id: string
  /** Since when it was in force. */
  readonly sinceMicros: InstantMicros
  readonly name: string | null
  /** Null where the recorded catalog does not have the package. */
  readonly region: string | null
  readonly regionCountries: readonly string[]
  readonly countries: readonly string[]
}

/** The fair-use limit on the minutes of a user, and whose it is. */
export interface LimitFacts {
  /** Null: no limit. */
  readonly limitMinutes: number | null
  /** The account's own, rather than the package's. */
  readonly isOwnLimit: boolean
}

/** Null where none was in force. */
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

/** The limit by the package that was in force; none where there was no package, or the catalog does not have it. */
export function recordedLimit(stored: StoredUsage, settings: AccountSettings, catalog: Catalog | null): LimitFacts {
  const id = packageIdAt(settings, stored.occurredAtMicros)
  const pack = id === null ? undefined : catalog?.packages.get(id)
  if (pack === undefined) return { limitMinutes: null, isOwnLimit: false }
  return { limitMinutes: fairUseLimit(settings, pack), isOwnLimit: settings.fairUseMinutesPerUser !== null }
}
