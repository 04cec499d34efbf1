/** The files of a stored catalog version as they were published, to be published again. */
import type { Pool } from '../platform/postgres.ts'

const READ_FILES = 'select files, content_hash from tollgate.catalog_versions where version = $1'

export async function readCatalogFiles(
  pool: Pool,
  version: number,
): Promise<{ files: Map<string, Uint8Array>; contentHash: string } | null> {
  const { rows } = await pool.query<{ files: Record<string, string>; content_hash: string }>(READ_FILES, [version])
  const row = rows[0]
  if (row === undefined) return null
  const files = new Map(Object.entries(row.files).map(([name, text]) => [name, Buffer.from(text)]))
  return { files, contentHash: row.content_hash }
}
