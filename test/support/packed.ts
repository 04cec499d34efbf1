/** What is in an outbox pack, read back as a consumer would see it. */
import { decodePack, decompressPack } from '../../src/outbox/pack.ts'

export interface PackedMessage {
  readonly topic: string
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: Readonly<Record<string, Buffer>>
}

export async function readPack(pack: Buffer): Promise<PackedMessage[]> {
  return decodePack(await decompressPack(pack)).map(({ topic, body }) => ({ topic, ...readBody(body) }))
}

/** A record of Kafka's batch format v2 from its key on. */
export function readBody(body: Buffer): Omit<PackedMessage, 'topic'> {
  let at = 0
  const varint = () => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = body[at++]!
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return Number((value >> 1n) ^ -(value & 1n))
    }
  }
  const sized = () => {
    const length = varint()
    if (length < 0) return null
    at += length
    return body.subarray(at - length, at)
  }
  const key = sized()
  const value = sized()
  const headers = Array.from({ length: varint() }, () => [sized()!.toString(), sized()!] as const)
  if (at !== body.length) throw new Error('the record has bytes after its headers')
  return { key, value, headers: Object.fromEntries(headers) }
}
