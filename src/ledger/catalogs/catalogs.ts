/**
 * Catalog versions as the database holds them. A version never changes, so a parsed one is kept; which versions there
 * are, and since when they are in force, is read anew by every batch.
 */

import { formatFault } from '../../catalog/faults.ts'
import { parseCatalog } from '../../catalog/load.ts'
import { byPreference, type CatalogVersion } from '../../core/account/book.ts'
import type { Catalog } from '../../core/catalog/catalog.ts'
import { Fault } from '../../platform/faults.ts'
import type { Connection, Pool } from '../../platform/postgres.ts'
import { epochMicros } from '../../platform/sql.ts'
import { readCatalogFiles } from './read-catalog-files.ts'

const LIST_VERSIONS = `
  select version, ${epochMicros('in_force_from')} as in_force_from_micros
    from tollgate.catalog_versions`

export interface ListedVersion {
  readonly version: number
  readonly inForceFromMicros: number
}

/** The list a batch decides by. */
export async function listCatalogVersions(connection: Connection | Pool): Promise<ListedVersion[]> {
  const { rows } = await connection.query<{ version: number; in_force_from_micros: bigint }>({
    name: 'list-catalog-versions',
    text: LIST_VERSIONS,
  })
  return rows.map((row) => ({ version: row.version, inForceFromMicros: Number(row.in_force_from_micros) }))
}

export class CatalogStore {
  readonly #parsed = new Map<number, Catalog>()
  #epoch: number | null = null

  /** The listed versions with their catalogs, or the versions that must be loaded first. */
  resolve(listed: readonly ListedVersion[]): { catalogs: CatalogVersion[] } | { missing: number[] } {
    const catalogs: CatalogVersion[] = []
    const missing: number[] = []
    for (const { version, inForceFromMicros } of listed) {
      const catalog = this.#parsed.get(version)
      if (catalog === undefined) missing.push(version)
      else catalogs.push({ version, inForceFromMicros, catalog })
    }
    return missing.length > 0 ? { missing } : { catalogs: byPreference(catalogs) }
  }

  /** Reads and parses versions. Outside any transaction: a large deck takes a second that no account lock should wait for. */
  async load(pool: Pool, versions: readonly number[]): Promise<void> {
    for (const { version, files } of await readCatalogFiles(pool, versions)) {
      const { catalog, faults } = parseCatalog(files)
      if (catalog === null) {
        const first = faults.find(({ severity }) => severity === 'error')
        const why = first ? formatFault(first) : 'unknown'
        throw new Fault('catalog_unreadable', `stored catalog version ${version} cannot be read: ${why}`)
      }
      this.#parsed.set(version, catalog)
    }
  }

  /** Versions are given out again after a restore, so what was parsed under an earlier epoch is forgotten. */
  enterEpoch(epoch: number): void {
    if (epoch !== this.#epoch) this.#parsed.clear()
    this.#epoch = epoch
  }
}
