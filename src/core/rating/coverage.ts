/** Which package an account has at an instant, and whether the package covers a caller. */

import type { Catalog, Package } from '../catalog/catalog.ts'
import type { InstantMicros } from '../instant.ts'
import { type AccountSettings, NO_PACKAGE, type PackagePeriod } from '../settings/settings.ts'

/** Returns the id of the package in force at `at`. Null before the first package and after one was ended by `none`. */
export function packageIdAt(settings: AccountSettings, at: InstantMicros): string | null {
  return packagePeriodAt(settings, at)?.id ?? null
}

/** Returns the package in force at `at` and the instant it came into force. Null as for `packageIdAt`. */
export function packagePeriodAt(settings: AccountSettings, at: InstantMicros): PackagePeriod | null {
  let current: PackagePeriod | null = null
  for (const period of settings.packages) {
    if (period.fromMicros > at) break
    current = period
  }
  return current?.id === NO_PACKAGE ? null : current
}

/** Whether the caller's country lies in the package's region. False if the country is unknown. */
export function isCallerInRegion(catalog: Catalog, pack: Package, callerCountry: string | null): boolean {
  return callerCountry !== null && catalog.regions.get(pack.region)?.has(callerCountry) === true
}
