/**
 * An export as Parquet, for analysis: instants are timestamps in UTC, amounts decimals that hold every digit, texts as they
 * are. Written a row group at a time, so what is in memory is one group and the list of those before it.
 */
import { open } from 'node:fs/promises'
import { ByteWriter, type ColumnSource, ParquetWriter } from 'hyparquet-writer'
import type { ExportedMovement } from '../../core/export/exported-movement.ts'

/** Enough to compress well, some megabytes. */
const ROWS_A_GROUP = 20_000

/** A movement's amount has up to 13 digits before the point: more than 18 in all, which a whole number would hold. */
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

export interface ParquetFile {
  append(movements: readonly ExportedMovement[]): Promise<void>
  /** Without it the file is none. */
  finish(): Promise<void>
  /** Closes the file, finished or not. */
  close(): Promise<void>
}

/** Replaces what is at `path`. */
export async function createParquetFile(path: string): Promise<ParquetFile> {
  const file = await open(path, 'w')
  const bytes = new ByteWriter()
  const parquet = new ParquetWriter({ writer: bytes, schema: SCHEMA, createdBy: 'tollgate' })
  let group: ExportedMovement[] = []

  return {
    async append(movements) {
      group.push(...movements)
      if (group.length >= ROWS_A_GROUP) await writeGroup()
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

  /** What the writer has made so far goes to the file; it counts its offset on. */
  async function flush(): Promise<void> {
    await file.writeFile(bytes.getBytes())
    bytes.index = 0
  }
}
