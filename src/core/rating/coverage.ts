/** Which package an account has at an instant, and whether it reaches a call. */

import type { Catalog, Package } from '../catalog/catalog.ts'
import type { InstantMicros } from '../instant.ts'
import { type AccountSettings, NO_PACKAGE, type PackagePeriod } from '../settings/settings.ts'

/** The id of the package in force at `at`, or null: none begun yet, or ended by `none`. */
export function packageIdAt(settings: AccountSettings, at: InstantMicros): string | null {
  return packagePeriodAt(settings, at)?.id ?? null
}

/** The package in force at `at` with the instant since when it is; null as above. */
export function packagePeriodAt(settings: AccountSettings, at: InstantMicros): PackagePeriod | null {
  let current: PackagePeriod | null = null
  for (const period of settings.packages) {
    if (period.fromMicros > at) break
    current = period
  }
  return current?.id === NO_PACKAGE ? null : current
}

/** Whether a caller's country lies in the package's region; a caller without a country never does. */
export function regionHolds(catalog: Catalog, pack: Package, callerCountry: string | null): boolean {
  return callerCountry !== null && catalog.regions.get(pack.region)?.has(callerCountry) === true
}
