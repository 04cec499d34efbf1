/** Bytes written one after the other into a buffer that grows, and read back. */

const FIRST_BYTES = 1024
/** Longer texts are written by the runtime; calling it for a short one costs more than a loop. */
const SHORT_TEXT = 48

export class ByteWriter {
  #buffer: Buffer
  #length = 0

  /** With a good guess nothing is copied on the way. */
  constructor(expectedBytes = FIRST_BYTES) {
    this.#buffer = Buffer.allocUnsafe(Math.max(expectedBytes, FIRST_BYTES))
  }

  get length(): number {
    return this.#length
  }

  /** Unsigned LEB128: seven bits a byte, the lowest first; up to 2^32 - 1. */
  number(value: number): void {
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

  /** The text behind its length in bytes, as Kafka counts in records: zigzag, so twice the length. */
  sizedText(text: string): void {
    const start = this.#length
    if (text.length <= SHORT_TEXT) {
      this.#reserve(1 + SHORT_TEXT)
      // Of so few characters the length takes one byte.
      const buffer = this.#buffer
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

  /** Overwrites what was written before. */
  uint32At(position: number, value: number): void {
    this.#buffer.writeUInt32BE(value, position)
  }

  /** Begins anew in the same buffer: what `finish` gave before is overwritten. */
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

/** Throws on bytes that end too early. */
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
      if (byte === undefined) throw new RangeError('bytes end within a number')
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
    throw new RangeError('a number has no end')
  }

  uint32(): number {
    return this.bytes(4).readUInt32BE()
  }

  /** A view of the bytes, not a copy. */
  bytes(length: number): Buffer {
    if (length > this.left) throw new RangeError('bytes end too early')
    const start = this.#position
    this.#position += length
    return this.#buffer.subarray(start, this.#position)
  }
}
