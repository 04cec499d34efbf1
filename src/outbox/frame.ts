import type { ByteWriter } from './bytes.ts'

/** Length, attributes, and the deltas of timestamp and offset: what framing adds to a body, at most. */
export const FRAME_BYTES = 12

/**
 * A record as it stands in a set: length, attributes (none), timestamp delta (none: a set has one time), offset delta, then
 * its body; numbers in zigzag (https://kafka.apache.org/documentation/#record).
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
