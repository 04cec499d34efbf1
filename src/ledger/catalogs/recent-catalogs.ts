/**
 * A small cache for readers that need one catalog at a time: the one in force, or the one that an old event was rated with.
 * It keeps the few that were used last, because a large catalog takes a second to parse and a hundred megabytes to hold.
 */
import type { Catalog } from '../../core/catalog/catalog.ts'
import type { CatalogVersion } from '../../core/catalog/versions.ts'
import type { Pool } from '../../platform/postgres.ts'
import { readClock } from '../changes/read-clock.ts'
import { CatalogStore } from './catalogs.ts'
import { listCatalogs } from './list-catalogs.ts'

const MAX_CATALOGS = 4

/** Reads catalogs through the cache. Concurrent requests for one catalog share its parsing. */
export class RecentCatalogs {
  /** By epoch and version, as version numbers are reused after a restore. The one used last comes last. */
  readonly #recent = new Map<string, Promise<Catalog | null>>()
  readonly #pool: Pool

  constructor(pool: Pool) {
    this.#pool = pool
  }

  /** The catalog in force now; null: none is in force yet. */
  async inForce(): Promise<CatalogVersion | null> {
    const listed = (await listCatalogs(this.#pool)).find(({ isInForce }) => isInForce)
    if (listed === undefined) return null
    const { version, inForceFromMicros } = listed
    const catalog = await this.of(version)
    return catalog && { version, inForceFromMicros, catalog }
  }

  /** The catalog of this version; null: it is not stored. */
  async of(version: number): Promise<Catalog | null> {
    const { epoch } = await readClock(this.#pool)
    const key = `${epoch}/${version}`
    const recent = this.#recent
    const reading = recent.get(key) ?? this.#read(version)
    recent.delete(key)
    recent.set(key, reading)
    for (const [oldest] of recent) if (recent.size > MAX_CATALOGS) recent.delete(oldest)
    let catalog: Catalog | null = null
    try {
      catalog = await reading
    } finally {
      // A failure or a missing version is not cached.
      if (catalog === null && recent.get(key) === reading) recent.delete(key)
    }
    return catalog
  }

  async #read(version: number): Promise<Catalog | null> {
    const store = new CatalogStore()
    await store.load(this.#pool, [version])
    const resolved = store.resolve([{ version, inForceFromMicros: Number.NEGATIVE_INFINITY }])
    return 'missing' in resolved ? null : resolved.catalogs[0]!.catalog
  }
}
