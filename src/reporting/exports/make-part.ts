/** Parts of an export's file: a range of movements as compressed CSV, with their sums. */
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { addToSums, type ExportSums, NO_SUMS } from '../../core/export/sums.ts'
import type { Connection } from '../../platform/postgres.ts'
import { CSV_HEAD, csvText } from './csv-text.ts'
import { readMovementFacts, type Stretch } from './read-movement-facts.ts'

export interface WantedPart extends Stretch {
  /** The first part, which starts with the headings. */
  readonly hasHead: boolean
}

export interface MadePart extends ExportSums {
  /** Compressed with gzip. */
  readonly content: Uint8Array
  /** Size before compression. */
  readonly textBytes: number
}

const compress = promisify(gzip)

/** Makes one part. The connection must be in a transaction with `isByKey`. */
export async function makePart(connection: Connection, { hasHead, ...stretch }: WantedPart): Promise<MadePart> {
  const pieces = hasHead ? [Buffer.from(CSV_HEAD)] : []
  let sums = NO_SUMS
  for await (const movements of readMovementFacts(connection, stretch)) {
    pieces.push(Buffer.from(csvText(movements)))
    sums = addToSums(sums, movements)
  }
  const text = Buffer.concat(pieces)
  return { ...sums, content: await compress(text), textBytes: text.length }
}
