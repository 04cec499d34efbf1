/** The catalog in force now, by the database's clock, for commands that check something against it. */
import { catalogAt } from '../core/account/book.ts'
import type { Catalog } from '../core/catalog/catalog.ts'
import { inTransaction, type Pool } from '../platform/postgres.ts'
import { CatalogStore, listCatalogVersions } from './catalogs.ts'
import { readClock } from './read-clock.ts'

export async function currentCatalog(pool: Pool): Promise<Catalog | null> {
  const { nowMicros } = await inTransaction(pool, readClock)
  const listed = await listCatalogVersions(pool)
  const store = new CatalogStore()
  await store.load(
    pool,
    listed.map(({ version }) => version),
  )
  const resolved = store.resolve(listed)
  if ('missing' in resolved) throw new Error(`catalog versions ${resolved.missing.join(', ')} vanished`)
  return catalogAt(resolved.catalogs, nowMicros)?.catalog ?? null
}
