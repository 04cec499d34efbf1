/** `tollgate catalog list`: every published version, oldest first, tab-separated under a line of headings. */
import { listCatalogs, type StoredCatalog } from '../ledger/list-catalogs.ts'
import { writeOutput } from './command.ts'
import { withDatabase } from './connected.ts'

const COLUMNS: readonly (readonly [heading: string, value: (catalog: StoredCatalog) => string])[] = [
  ['version', ({ version }) => String(version)],
  ['status', ({ isInForce, isToCome }) => (isInForce ? 'in force' : isToCome ? 'to come' : '-')],
  ['in force from', ({ inForceFrom }) => inForceFrom],
  ['published at', ({ publishedAt }) => publishedAt],
  ['hash', ({ contentHash }) => contentHash.slice(0, 12)],
  ['author', ({ author }) => onOneLine(author)],
  ['comment', ({ comment }) => onOneLine(comment)],
]

export async function listCatalogVersions(): Promise<void> {
  const catalogs = await withDatabase(listCatalogs)
  if (catalogs.length === 0) console.error('no catalog is published yet')
  const lines = catalogs.map((catalog) => COLUMNS.map(([, value]) => value(catalog)).join('\t'))
  await writeOutput(`${[COLUMNS.map(([heading]) => heading).join('\t'), ...lines].join('\n')}\n`)
}

/** What people wrote may hold tabs and line breaks, which would shift the columns. */
function onOneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim()
}
