/**
 * Publishes the files of an earlier catalog version again, as a new version. Versions never change, and usage was rated by
 * the later ones, so a rollback is a new publication with all its checks.
 */
import { parseCatalog } from '../../catalog/load.ts'
import type { Pool } from '../../platform/postgres.ts'
import type { RequestKey } from '../changes/request-keys.ts'
import { type PublishResult, publishCatalog } from './publish-catalog.ts'
import { readCatalogFiles } from './read-catalog-files.ts'

export interface RollBack {
  readonly version: number
  readonly author: string
  /** Null: a default comment that names the version. */
  readonly comment: string | null
  /** RFC 3339; null: now. */
  readonly inForceFrom: string | null
}

/** `unreadable`: this release cannot parse the version, which another release published. */
export type RollBackResult = PublishResult | { readonly refused: 'unknown_version' | 'unreadable' }

/**
 * Publishes an earlier version again. It is read and parsed outside of the transaction, as a large deck takes a second; that
 * is safe, because a stored version never changes.
 */
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

/** The default comment of a rollback. */
export function rollBackComment(version: number): string {
  return `rollback to version ${version}`
}
