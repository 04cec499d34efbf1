/** Which version of the catalog was in force at an instant. */
import type { InstantMicros } from '../instant.ts'
import type { Catalog } from './catalog.ts'

/** One version of the catalog, in force from an instant until a later version's. */
export interface CatalogVersion {
  readonly version: number
  readonly inForceFromMicros: InstantMicros
  readonly catalog: Catalog
}

/**
 * The version with the latest in-force instant at or before `at`, of two with the same instant the newer; null before the
 * first. `catalogs` are sorted by `byPreference`.
 */
export function catalogAt(catalogs: readonly CatalogVersion[], at: InstantMicros): CatalogVersion | null {
  for (const version of catalogs) if (version.inForceFromMicros <= at) return version
  return null
}

/** Latest in-force instant first, of two with the same instant the newer version first: the order that `catalogAt` wants. */
export function byPreference(catalogs: readonly CatalogVersion[]): CatalogVersion[] {
  return catalogs.toSorted((a, b) => b.inForceFromMicros - a.inForceFromMicros || b.version - a.version)
}
