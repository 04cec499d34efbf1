/**
 * Exports as Parquet, for analysis: instants are UTC timestamps, amounts exact decimals, texts unchanged. Row groups
 * are written one at a time, so memory holds one group and the index of the earlier ones.
 */
import { open } from 'node:fs/promises'
import { ByteWriter, type ColumnSource, ParquetWriter } from 'hyparquet-writer'
import type { ExportedMovement } from '../../core/export/exported-movement.ts'

/** Some megabytes, enough to compress well. */
const ROWS_PER_GROUP = 20_000

/** Amounts have up to 13 digits before the point, 19 in all, which do not fit into INT64. */
const AMOUNT = {
  type: 'FIXED_LEN_BYTE_ARRAY',
  type_length: 9,
  converted_type: 'DECIMAL',
  precision: 19,
  scale: 6,
} as const
const INSTANT = { type: 'INT64', logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' } } as const
const TEXT = { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } } as const
const WHOLE_NUMBER = { type: 'INT64' } as const

const REQUIRED = { repetition_type: 'REQUIRED' } as const
const OPTIONAL = { repetition_type: 'OPTIONAL' } as const

type SchemaElement = ConstructorParameters<typeof ParquetWriter>[0]['schema'][number]

interface Column {
  readonly name: string
  readonly type: Omit<SchemaElement, 'name'>
  readonly valueIn: (row: ExportedMovement) => string | bigint | null
}

const COLUMNS: readonly Column[] = [
  { name: 'occurred_at', type: { ...INSTANT, ...REQUIRED }, valueIn: (row) => BigInt(row.occurredAtMicros) },
  { name: 'interaction_id', type: { ...TEXT, ...OPTIONAL }, valueIn: (row) => row.interactionId },
  { name: 'description', type: { ...TEXT, ...REQUIRED }, valueIn: (row) => row.description },
  { name: 'units', type: { ...WHOLE_NUMBER, ...OPTIONAL }, valueIn: (row) => row.units },
  { name: 'amount', type: { ...AMOUNT, ...REQUIRED }, valueIn: (row) => row.amountMicros },
  { name: 'currency', type: { ...TEXT, ...REQUIRED }, valueIn: (row) => row.currency },
  { name: 'balance_after', type: { ...AMOUNT, ...REQUIRED }, valueIn: (row) => row.balanceAfterMicros },
  { name: 'user', type: { ...TEXT, ...OPTIONAL }, valueIn: (row) => row.user },
  { name: 'destination', type: { ...TEXT, ...OPTIONAL }, valueIn: (row) => row.destination },
  { name: 'recorded_at', type: { ...INSTANT, ...REQUIRED }, valueIn: (row) => BigInt(row.recordedAtMicros) },
]

const SCHEMA: SchemaElement[] = [
  { name: 'movements', num_children: COLUMNS.length },
  ...COLUMNS.map(({ name, type }) => ({ name, ...type })),
]

/** A Parquet file that is being written. */
export interface ParquetFile {
  append(movements: readonly ExportedMovement[]): Promise<void>
  /** Writes the footer; without it the file is not valid. */
  finish(): Promise<void>
  /** Closes the file descriptor, finished or not. */
  close(): Promise<void>
}

/** Creates or replaces the file at `path`. */
export async function createParquetFile(path: string): Promise<ParquetFile> {
  const file = await open(path, 'w')
  const bytes = new ByteWriter()
  const parquet = new ParquetWriter({ writer: bytes, schema: SCHEMA, createdBy: 'tollgate' })
  let group: ExportedMovement[] = []

  return {
    async append(movements) {
      group.push(...movements)
      if (group.length >= ROWS_PER_GROUP) await writeGroup()
    },
    async finish() {
      if (group.length > 0) await writeGroup()
      await parquet.finish()
      await flush()
    },
    close: () => file.close(),
  }

  async function writeGroup(): Promise<void> {
    const columnData = COLUMNS.map(({ name, valueIn }): ColumnSource => ({ name, data: group.map(valueIn) }))
    await parquet.write({ columnData, rowGroupSize: group.length })
    group = []
    await flush()
  }

  /** Moves what the writer has buffered to the file; the writer keeps counting its offset. */
  async function flush(): Promise<void> {
    await file.writeFile(bytes.getBytes())
    bytes.index = 0
  }
}
