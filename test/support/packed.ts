/** The contents of an outbox pack, as a consumer would see them. */
import { promisify } from 'node:util'
import { zstdDecompress } from 'node:zlib'
import { decodePack } from '../../src/outbox/pack.ts'

export interface PackedMessage {
  readonly topic: string
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: Readonly<Record<string, Buffer>>
}

/** Records in sets come set by set, so only in the order of each partition. */
export async function readPack(pack: Buffer): Promise<PackedMessage[]> {
  const { records, sets } = decodePack(pack)
  const inSets = await Promise.all(
    sets.map(async ({ topic, bytes, compression, count }) => {
      const bodies = readSet(compression === 'zstd' ? await promisify(zstdDecompress)(bytes) : bytes)
      if (bodies.length !== count) throw new Error(`a set of ${count} has ${bodies.length} records`)
      return bodies.map((body) => ({ topic, ...readBody(body) }))
    }),
  )
  return [...records.map(({ topic, body }) => ({ topic, ...readBody(body) })), ...inSets.flat()]
}

/** The bodies of the records of a set, by Kafka's batch format. Throws if they are not numbered from 0. */
export function readSet(bytes: Uint8Array): Buffer[] {
  const bodies: Buffer[] = []
  let at = 0
  const varint = () => {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]!
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value / 2
    }
  }
  while (at < bytes.length) {
    const length = varint()
    const end = at + length
    const [attributes, timestampDelta, offsetDelta] = [varint(), varint(), varint()]
    if (attributes !== 0 || timestampDelta !== 0 || offsetDelta !== bodies.length)
      throw new Error(
        `record ${bodies.length} says attributes ${attributes}, time ${timestampDelta}, place ${offsetDelta}`,
      )
    bodies.push(Buffer.from(bytes.subarray(at, end)))
    at = end
  }
  return bodies
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
