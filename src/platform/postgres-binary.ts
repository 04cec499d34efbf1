/**
 * Values in PostgreSQL's binary format: rows for COPY, and arrays as statement parameters. In text form, quoting,
 * escaping and parsing would be most of the cost of a batch on both sides.
 *
 * Formats: https://www.postgresql.org/docs/current/sql-copy.html (binary format), and what each type's `recv` function
 * reads.
 */
import pg from 'pg'
import { Fault } from './faults.ts'
import { asFault, type Connection } from './postgres.ts'

/** 2000-01-01, PostgreSQL's epoch. */
const EPOCH_MICROS = Date.UTC(2000, 0, 1) * 1000
const EPOCH_DAYS = Date.UTC(2000, 0, 1) / 86_400_000
const MS_PER_DAY = 86_400_000
const TWO_TO_32 = 2 ** 32
const TWO_TO_63 = 2 ** 63

const FIRST_BYTES = 1024
/** Longer texts are left to the runtime; for short ones a loop is cheaper than the call. */
const SHORT_TEXT = 48

/**
 * Writes the field values that the ledger uses. Units as in the core: instants in microseconds since 1970, dates as
 * `YYYY-MM-DD`.
 */
export class BinaryWriter {
  #buffer: Buffer
  #length = 0

  /** A good estimate avoids copying as the buffer grows. */
  constructor(expectedBytes = FIRST_BYTES) {
    this.#buffer = Buffer.allocUnsafe(expectedBytes)
  }

  get length(): number {
    return this.#length
  }

  text(value: string | null): void {
    if (value === null) {
      this.null()
      return
    }
    const maxBytes = value.length * 3
    this.#reserve(4 + maxBytes)
    const start = this.#length + 4
    const end = value.length <= SHORT_TEXT ? this.#writeAscii(value, start) : -1
    this.#length = end === -1 ? start + this.#buffer.write(value, start, 'utf8') : end
    this.#int32At(start - 4, this.#length - start)
  }

  int16(value: number): void {
    this.#reserve(6)
    this.#int32At(this.#length, 2)
    this.#length = this.#buffer.writeInt16BE(value, this.#length + 4)
  }

  int32(value: number | null): void {
    if (value === null) {
      this.null()
      return
    }
    this.#reserve(8)
    this.#int32At(this.#length, 4)
    this.#length = this.#buffer.writeInt32BE(value, this.#length + 4)
  }

  int64(value: bigint | number | null): void {
    if (value === null) {
      this.null()
      return
    }
    this.#reserve(12)
    this.#int32At(this.#length, 8)
    this.#length += 4
    if (typeof value === 'bigint') this.#length = this.#buffer.writeBigInt64BE(value, this.#length)
    else this.#wholeAsInt64(value)
  }

  boolean(value: boolean): void {
    this.#reserve(5)
    this.#int32At(this.#length, 1)
    this.#buffer[this.#length + 4] = value ? 1 : 0
    this.#length += 5
  }

  bytes(value: Uint8Array | null): void {
    if (value === null) {
      this.null()
      return
    }
    this.#reserve(4 + value.length)
    this.#int32At(this.#length, value.length)
    this.#buffer.set(value, this.#length + 4)
    this.#length += 4 + value.length
  }

  /** Microseconds since 1970. */
  instant(micros: number): void {
    this.#reserve(12)
    this.#int32At(this.#length, 8)
    this.#length += 4
    this.#wholeAsInt64(micros - EPOCH_MICROS)
  }

  /** `YYYY-MM-DD` */
  date(value: string | null): void {
    if (value === null) {
      this.null()
      return
    }
    const days = Date.parse(value) / MS_PER_DAY - EPOCH_DAYS
    if (!Number.isInteger(days)) throw new TypeError(`${value} is not a date`)
    this.int32(days)
  }

  null(): void {
    this.#reserve(4)
    this.#int32At(this.#length, -1)
    this.#length += 4
  }

  /** Bytes that are not a field: headers, counts. */
  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#buffer.set(bytes, this.#length)
    this.#length += bytes.length
  }

  /** The number of fields, which starts a row. */
  rowOf(fields: number): void {
    this.#reserve(2)
    this.#length = this.#buffer.writeInt16BE(fields, this.#length)
  }

  finish(): Buffer {
    return this.#buffer.subarray(0, this.#length)
  }

  /** The position after the text, or -1 if it is not all ASCII. */
  #writeAscii(value: string, start: number): number {
    const buffer = this.#buffer
    for (let i = 0; i < value.length; i++) {
      const code = value.charCodeAt(i)
      if (code > 0x7f) return -1
      buffer[start + i] = code
    }
    return start + value.length
  }

  #wholeAsInt64(value: number): void {
    if (!Number.isInteger(value)) throw new TypeError(`${value} is not a whole number`)
    if (Math.abs(value) >= TWO_TO_63) throw new Fault('value_out_of_range', `${value} cannot be stored as bigint`)
    this.#length = this.#buffer.writeInt32BE(Math.floor(value / TWO_TO_32), this.#length)
    this.#length = this.#buffer.writeUInt32BE(value >>> 0, this.#length)
  }

  #int32At(position: number, value: number): void {
    const buffer = this.#buffer
    buffer[position] = value >>> 24
    buffer[position + 1] = value >>> 16
    buffer[position + 2] = value >>> 8
    buffer[position + 3] = value
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#buffer.length) return
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#length + count))
    this.#buffer.copy(larger, 0, 0, this.#length)
    this.#buffer = larger
  }
}

/**
 * A column and how its value is written; the type must be exactly that of the column. `common` is what all rows of one
 * COPY share.
 */
export type Column<Row, Common> = readonly [name: string, write: (to: BinaryWriter, row: Row, common: Common) => void]

const COPY_SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1')
const COPY_TRAILER = Buffer.from([0xff, 0xff])

export interface CopyTarget<Row, Common> {
  readonly text: string
  readonly columns: readonly Column<Row, Common>[]
  /** Bytes per row in the last COPY, with some margin: an estimate for the next. */
  bytesPerRow: number
}

/** The target of a COPY: a table and its columns, in order. Keep it, because it learns the size of rows. */
export function copyTarget<Row, Common = undefined>(
  table: string,
  columns: readonly Column<Row, Common>[],
): CopyTarget<Row, Common> {
  return {
    text: `copy ${table} (${columns.map(([name]) => name).join(', ')}) from stdin (format binary)`,
    columns,
    bytesPerRow: 0,
  }
}

/** A value that does not fit its column is a data fault: no retry helps. */
function rangeChecked<T>(write: () => T): T {
  try {
    return write()
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_OUT_OF_RANGE') throw error
    throw new Fault('value_out_of_range', (error as Error).message, { cause: error })
  }
}

/** Appends rows by COPY, which fills pages and log records with many rows where INSERT writes them one by one. */
export async function copyRows<Row, Common>(
  connection: Connection,
  target: CopyTarget<Row, Common>,
  rows: readonly Row[],
  common: Common,
): Promise<void> {
  const { text, columns } = target
  const writer = new BinaryWriter(FIRST_BYTES + Math.ceil(target.bytesPerRow * rows.length))
  writer.raw(COPY_SIGNATURE)
  rangeChecked(() => {
    for (const row of rows) {
      writer.rowOf(columns.length)
      for (const [, write] of columns) write(writer, row, common)
    }
  })
  writer.raw(COPY_TRAILER)
  if (rows.length > 0) target.bytesPerRow = (writer.length / rows.length) * 1.1
  const data = writer.finish()
  await new Promise<void>((resolve, reject) => {
    connection.query(
      new CopyIn(text, data, (error) => (error ? reject(asFault(error)) : resolve())) as unknown as pg.QueryConfig,
    )
  })
}

/** The part of the driver's connection that COPY uses. */
interface Wire {
  query(text: string): void
  sendCopyFromChunk(chunk: Buffer): void
  endCopyFrom(): void
}

/**
 * Sends the rows right behind the statement instead of waiting for the server to ask, so COPY is pipelined like any
 * other statement. If the statement fails, the protocol lets the server skip the rows.
 */
class CopyIn extends (pg.Query as unknown as new (text: string, callback: (error: Error | null) => void) => object) {
  readonly #text: string
  readonly #rows: Buffer

  constructor(text: string, rows: Buffer, done: (error: Error | null) => void) {
    super(text, done)
    this.#text = text
    this.#rows = rows
  }

  submit(connection: Wire): null {
    connection.query(this.#text)
    connection.sendCopyFromChunk(this.#rows)
    connection.endCopyFrom()
    return null
  }

  handleCopyInResponse(): void {
    // The rows have been sent already.
  }
}

/** OIDs of the element types of array parameters. */
const ELEMENT_OIDS = {
  text: 25,
  bigint: 20,
  integer: 23,
  smallint: 21,
  boolean: 16,
  timestamptz: 1184,
  date: 1082,
  bytea: 17,
} as const

export type ElementType = keyof typeof ELEMENT_OIDS

interface ElementOf {
  text: string | null
  bigint: bigint | number | null
  integer: number | null
  smallint: number
  boolean: boolean
  /** Microseconds since 1970. */
  timestamptz: number
  /** `YYYY-MM-DD` */
  date: string | null
  bytea: Uint8Array | null
}

const WRITE_ELEMENT: { [T in ElementType]: (writer: BinaryWriter, value: ElementOf[T]) => void } = {
  text: (writer, value) => writer.text(value),
  bigint: (writer, value) => writer.int64(value),
  integer: (writer, value) => writer.int32(value),
  smallint: (writer, value) => writer.int16(value),
  boolean: (writer, value) => writer.boolean(value),
  timestamptz: (writer, value) => writer.instant(value),
  date: (writer, value) => writer.date(value),
  bytea: (writer, value) => writer.bytes(value),
}

/** An array parameter, to be cast as `type[]`, with one value per item. */
export function arrayOf<T extends ElementType, Item>(
  type: T,
  items: readonly Item[],
  pick: (item: Item) => ElementOf[T],
): Buffer {
  const writer = new BinaryWriter()
  const header = Buffer.alloc(items.length === 0 ? 12 : 20)
  // Number of dimensions, null flag (not needed for reading), element type, then length and lower bound.
  header.writeInt32BE(items.length === 0 ? 0 : 1, 0)
  header.writeInt32BE(1, 4)
  header.writeInt32BE(ELEMENT_OIDS[type], 8)
  if (items.length > 0) {
    header.writeInt32BE(items.length, 12)
    header.writeInt32BE(1, 16)
  }
  writer.raw(header)
  const write = WRITE_ELEMENT[type]
  rangeChecked(() => {
    for (const item of items) write(writer, pick(item))
  })
  return writer.finish()
}
