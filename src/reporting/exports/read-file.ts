/** The file of an export as one uncompressed stream. Parts are read as the reader takes them, at most one ahead. */
import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { Pool } from '../../platform/postgres.ts'
import type { StoredExport } from './export-rows.ts'

const READ_PART = 'select content from tollgate.export_parts where export_id = $1 and part = $2'

/**
 * Streams the `fileBytes` of the file, or fails: a file that lacks a part must not pass for a whole one. No connection
 * is held while a slow reader reads. Destroying the stream ends it.
 */
export function readExportFile(pool: Pool, { exportId, parts }: Pick<StoredExport, 'exportId' | 'parts'>): Readable {
  const compressed = Readable.from(readParts(pool, exportId, parts), { objectMode: false, highWaterMark: 1 })
  // An error destroys the returned stream, so there is nothing to do in the callback.
  return pipeline(compressed, createGunzip(), () => {})
}

async function* readParts(pool: Pool, exportId: string, parts: number): AsyncGenerator<Buffer> {
  for (let part = 0; part < parts; part++) {
    const { rows } = await pool.query<{ content: Buffer }>(READ_PART, [exportId, part])
    if (rows[0] === undefined) throw new Error(`part ${part} of export ${exportId} is missing: the export has expired`)
    yield rows[0].content
  }
}
