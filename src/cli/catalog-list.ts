/** `tollgate catalog list`: every published version, oldest first. */
import { listCatalogs, type StoredCatalog } from '../ledger/catalogs/list-catalogs.ts'
import { type Columns, createListing } from './columns.ts'
import { writeOutput } from './command.ts'
import { withDatabase } from './connected.ts'

const COLUMNS: Columns<StoredCatalog> = [
  ['version', ({ version }) => String(version)],
  ['status', ({ isInForce, isToCome }) => (isInForce ? 'in force' : isToCome ? 'to come' : '-')],
  ['in force from', ({ inForceFrom }) => inForceFrom],
  ['published at', ({ publishedAt }) => publishedAt],
  ['hash', ({ contentHash }) => contentHash.slice(0, 12)],
  ['author', ({ author }) => author],
  ['comment', ({ comment }) => comment],
]

export async function listCatalogVersions(): Promise<void> {
  const catalogs = await withDatabase(listCatalogs)
  if (catalogs.length === 0) console.error('no catalog has been published yet')
  await writeOutput(createListing(COLUMNS)(catalogs))
}
