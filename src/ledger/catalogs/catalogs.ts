/**
 * The stored catalog versions. A version never changes, so a parsed one is cached. Which versions exist, and from when they
 * are in force, is read by every batch.
 */

import { formatFault } from '../../catalog/faults.ts'
import { parseCatalog } from '../../catalog/load.ts'
import type { Catalog } from '../../core/catalog/catalog.ts'
import { byPreference, type CatalogVersion } from '../../core/catalog/versions.ts'
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

/** Lists all versions with the instant from which they are in force. */
export async function listCatalogVersions(connection: Connection | Pool): Promise<ListedVersion[]> {
  const { rows } = await connection.query<{ version: number; in_force_from_micros: bigint }>({
    name: 'list-catalog-versions',
    text: LIST_VERSIONS,
  })
  return rows.map((row) => ({ version: row.version, inForceFromMicros: Number(row.in_force_from_micros) }))
}

/** The parsed catalogs of a process. */
export class CatalogStore {
  readonly #parsed = new Map<number, Catalog>()
  #epoch: number | null = null

  /** The listed versions with their catalogs, in order of preference, or the versions that have to be loaded first. */
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

  /**
   * Reads and parses versions. Call it outside of any transaction: a large deck takes a second, too long to hold an account
   * lock. Throws the fault `catalog_unreadable`.
   */
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

  /** Call it with the current epoch: after a restore version numbers are reused, so catalogs of an earlier epoch are dropped. */
  enterEpoch(epoch: number): void {
    if (epoch !== this.#epoch) this.#parsed.clear()
    this.#epoch = epoch
  }
}
