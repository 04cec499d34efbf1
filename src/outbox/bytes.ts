/** Writes bytes into a growing buffer, and reads them. */

const FIRST_BYTES = 1024
/** Longer texts are encoded by the runtime. For short texts the call costs more than a loop. */
const SHORT_TEXT = 48

/** Writes bytes into a buffer that grows as needed. */
export class ByteWriter {
  #buffer: Buffer
  #length = 0

  /** A good estimate avoids copying. */
  constructor(expectedBytes = FIRST_BYTES) {
    this.#buffer = Buffer.allocUnsafe(Math.max(expectedBytes, FIRST_BYTES))
  }

  get length(): number {
    return this.#length
  }

  /** Unsigned LEB128: seven bits per byte, lowest first. Throws a RangeError unless it is whole, from 0 to 2^32 - 1. */
  number(value: number): void {
    if (value >>> 0 !== value) throw new RangeError(`${value} is not a whole number from 0 to 2^32 - 1`)
    this.#reserve(5)
    const buffer = this.#buffer
    let rest = value
    while (rest > 0x7f) {
      buffer[this.#length++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    buffer[this.#length++] = rest
  }

  uint32(value: number): void {
    this.#reserve(4)
    this.#length = this.#buffer.writeUInt32BE(value, this.#length)
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#buffer.set(bytes, this.#length)
    this.#length += bytes.length
  }

  /** Writes the text after its length in bytes, as in Kafka's records: a zigzag varint, so twice the length. */
  sizedText(text: string): void {
    const start = this.#length
    if (text.length <= SHORT_TEXT) {
      this.#reserve(1 + SHORT_TEXT)
      const buffer = this.#buffer
      // The length of such a short text takes one byte.
      buffer[start] = text.length * 2
      let i = 0
      for (; i < text.length; i++) {
        const code = text.charCodeAt(i)
        if (code > 0x7f) break
        buffer[start + 1 + i] = code
      }
      if (i === text.length) {
        this.#length = start + 1 + i
        return
      }
    }
    this.sizedBytes(Buffer.from(text))
  }

  sizedBytes(bytes: Uint8Array): void {
    this.number(bytes.length * 2)
    this.raw(bytes)
  }

  /** Overwrites bytes that were written before. */
  uint32At(position: number, value: number): void {
    this.#buffer.writeUInt32BE(value, position)
  }

  /** Starts again in the same buffer. Bytes returned by `finish` before are overwritten. */
  clear(): void {
    this.#length = 0
  }

  finish(): Buffer {
    return this.#buffer.subarray(0, this.#length)
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#buffer.length) return
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#length + count))
    this.#buffer.copy(larger, 0, 0, this.#length)
    this.#buffer = larger
  }
}

/** Throws a RangeError if the bytes end too early. */
export class ByteReader {
  readonly #buffer: Buffer
  #position = 0

  constructor(buffer: Buffer) {
    this.#buffer = buffer
  }

  get left(): number {
    return this.#buffer.length - this.#position
  }

  number(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#buffer[this.#position++]
      if (byte === undefined) throw new RangeError('truncated within a number')
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
    throw new RangeError('a number is too long')
  }

  uint32(): number {
    return this.bytes(4).readUInt32BE()
  }

  /** Returns a view of the bytes, not a copy. */
  bytes(length: number): Buffer {
    if (length > this.left) throw new RangeError('truncated')
    const start = this.#position
    this.#position += length
    return this.#buffer.subarray(start, this.#position)
  }
}
