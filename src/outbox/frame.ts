import type { ByteWriter } from './bytes.ts'

/** The most bytes that framing adds to a body: length, attributes, and the deltas of timestamp and offset. */
export const FRAME_BYTES = 12

/**
 * Writes a record as it appears in a set: length, attributes (none), timestamp delta (0, because a set has one time),
 * offset delta, and its body. Numbers are zigzag varints (https://kafka.apache.org/documentation/#record).
 */
export function frameRecord(writer: ByteWriter, offsetDelta: number, body: Uint8Array): void {
  const delta = offsetDelta * 2
  writer.number((2 + varintBytes(delta) + body.length) * 2)
  writer.number(0)
  writer.number(0)
  writer.number(delta)
  writer.raw(body)
}

function varintBytes(value: number): number {
  let bytes = 1
  for (let rest = value; rest > 0x7f; rest >>>= 7) bytes++
  return bytes
}
