/** Reads the files of stored catalog versions, to parse them or to publish them again. */
import type { Pool } from '../../platform/postgres.ts'

const READ_FILES =
  'select version, files, content_hash from tollgate.catalog_versions where version = any($1::integer[])'

export interface StoredFiles {
  readonly version: number
  readonly files: Map<string, Uint8Array>
  readonly contentHash: string
}

/** Reads the files of these versions. Versions that are not stored are left out. */
export async function readCatalogFiles(pool: Pool, versions: readonly number[]): Promise<StoredFiles[]> {
  const { rows } = await pool.query<{ version: number; files: Record<string, string>; content_hash: string }>(
    READ_FILES,
    [versions],
  )
  return rows.map(({ version, files, content_hash: contentHash }) => ({
    version,
    files: new Map(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)])),
    contentHash,
  }))
}
