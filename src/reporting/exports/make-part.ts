/** A part of an export's file: the movements of a stretch of the chain as CSV, compressed, with what they come to. */
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { addToSums, type ExportSums, NO_SUMS } from '../../core/export/sums.ts'
import type { Connection } from '../../platform/postgres.ts'
import { CSV_HEAD, csvText } from './csv-text.ts'
import { readMovementFacts, type Stretch } from './read-movement-facts.ts'

export interface WantedPart extends Stretch {
  /** It is the first, and begins with the headings. */
  readonly hasHead: boolean
}

export interface MadePart extends ExportSums {
  /** Gzip. */
  readonly content: Uint8Array
  /** Of the text that it is of. */
  readonly textBytes: number
}

const compress = promisify(gzip)

/** The connection is to plan its statements by key. */
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
