/**
 * Publishes the files of an earlier catalog version again, as a new one. Versions never change, and usage was rated by those
 * between, so going back is another step forward, under the guards of any other.
 */
import { parseCatalog } from '../../catalog/load.ts'
import type { Pool } from '../../platform/postgres.ts'
import type { RequestKey } from '../changes/request-keys.ts'
import { type PublishResult, publishCatalog } from './publish-catalog.ts'
import { readCatalogFiles } from './read-catalog-files.ts'

export interface RollBack {
  readonly version: number
  readonly author: string
  /** Null: it says which version it goes back to. */
  readonly comment: string | null
  /** RFC 3339; null: from now on. */
  readonly inForceFrom: string | null
}

/** `unreadable`: this release cannot read the version, which another one published. */
export type RollBackResult = PublishResult | { readonly refused: 'unknown_version' | 'unreadable' }

/** Reads and parses outside of the transaction, as a large deck takes a second; a stored version stays what it is. */
export async function rollBackCatalog(
  pool: Pool,
  { version, author, comment, inForceFrom }: RollBack,
  request: RequestKey | null = null,
): Promise<RollBackResult> {
  const [stored] = await readCatalogFiles(pool, [version])
  if (stored === undefined) return { refused: 'unknown_version' }
  const { files, contentHash } = stored
  const { catalog } = parseCatalog(files)
  if (catalog === null) return { refused: 'unreadable' }
  const wanted = { catalog, files, contentHash, author, comment: comment ?? rollBackComment(version), inForceFrom }
  return await publishCatalog(pool, wanted, request)
}

export function rollBackComment(version: number): string {
  return `rollback to version ${version}`
}
