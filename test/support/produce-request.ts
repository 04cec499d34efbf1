/** A produce request as a broker reads it, and its answer (version 7; https://kafka.apache.org/protocol#The_Messages_Produce). */

export interface ProducedSet {
  readonly topic: string
  readonly partition: number
  readonly attributes: number
  readonly producerId: string
  readonly epoch: number
  readonly firstSequence: number
  readonly count: number
  readonly bytes: Buffer
}

/** Throws on what a broker would refuse: sizes that disagree, a wrong checksum, two batches of a partition. */
export function readProduce(request: Buffer): ProducedSet[] {
  let at = 0
  const int16 = () => {
    at += 2
    return request.readInt16BE(at - 2)
  }
  const int32 = () => {
    at += 4
    return request.readInt32BE(at - 4)
  }
  if (int16() !== -1) throw new Error('it is part of a transaction')
  if (int16() !== -1) throw new Error('not all replicas are asked to acknowledge')
  int32()
  const sets: ProducedSet[] = []
  for (let topics = int32(); topics > 0; topics--) {
    const length = int16()
    const topic = request.toString('utf8', at, at + length)
    at += length
    for (let partitions = int32(); partitions > 0; partitions--) {
      const partition = int32()
      const size = int32()
      const set = readBatch(request.subarray(at, at + size))
      at += size
      if (sets.some((other) => other.topic === topic && other.partition === partition))
        throw new Error(`two batches of ${topic}/${partition}`)
      sets.push({ topic, partition, ...set })
    }
  }
  if (at !== request.length) throw new Error(`${request.length - at} bytes are left over`)
  return sets
}

function readBatch(batch: Buffer): Omit<ProducedSet, 'topic' | 'partition'> {
  if (batch.readInt32BE(8) !== batch.length - 12) throw new Error('the batch has another length')
  if (batch.readInt8(16) !== 2) throw new Error('the batch has another format')
  if (batch.readUInt32BE(17) !== checksum(batch.subarray(21))) throw new Error('the checksum is wrong')
  const count = batch.readInt32BE(57)
  if (batch.readInt32BE(23) !== count - 1) throw new Error('the last offset does not agree with the count')
  return {
    attributes: batch.readInt16BE(21),
    producerId: String(batch.readBigInt64BE(43)),
    epoch: batch.readInt16BE(51),
    firstSequence: batch.readInt32BE(53),
    count,
    bytes: batch.subarray(61),
  }
}

export function encodeProduceAnswer(
  codes: readonly { readonly topic: string; readonly partition: number; readonly code: number }[],
): Buffer {
  const topics = [...Map.groupBy(codes, ({ topic }) => topic)]
  const int = (value: number, bytes: 2 | 4 | 8) => {
    const buffer = Buffer.alloc(bytes)
    buffer.writeIntBE(value, Math.max(0, bytes - 4), Math.min(bytes, 4))
    return buffer
  }
  return Buffer.concat([
    int(topics.length, 4),
    ...topics.flatMap(([topic, partitions]) => [
      int(Buffer.byteLength(topic), 2),
      Buffer.from(topic),
      int(partitions.length, 4),
      ...partitions.flatMap(({ partition, code }) => [
        int(partition, 4),
        int(code, 2),
        int(0, 8),
        int(0, 8),
        int(0, 8),
      ]),
    ]),
    int(0, 4),
  ])
}

/** CRC-32C, bit by bit. */
export function checksum(bytes: Uint8Array): number {
  let crc = -1
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  }
  return ~crc >>> 0
}
