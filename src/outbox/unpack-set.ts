/**
 * A set taken apart again, for a topic that has got more partitions since the set was made: the relay alone decides where a
 * record goes, so that an account does not go back and forth between two partitions while raters still count fewer.
 */
import { promisify } from 'node:util'
import { zstdDecompress } from 'node:zlib'
import { partitionHash } from '../platform/kafka/partition-hash.ts'
import { ByteReader } from './bytes.ts'
import type { PackedRecord, PackedSet } from './pack.ts'

/** In their order. */
export async function unpackSet({ topic, partition, compression, bytes }: PackedSet): Promise<PackedRecord[]> {
  const whole = compression === 'zstd' ? await decompress(bytes) : bytes
  const reader = new ByteReader(whole)
  const records: PackedRecord[] = []
  while (reader.left > 0) {
    const record = reader.bytes(reader.number() / 2)
    const body = bodyOf(record)
    const key = keyOf(body)
    // Without a key it may stay where it is.
    records.push({ topic, partitionHash: key === null ? partition : partitionHash(key), body })
  }
  return records
}

const decompress = promisify(zstdDecompress)

/** Behind attributes and the deltas of timestamp and offset. */
function bodyOf(record: Buffer): Buffer {
  const reader = new ByteReader(record)
  for (let field = 0; field < 3; field++) reader.number()
  return reader.bytes(reader.left)
}

/** Lengths are in zigzag, where -1 is 1. */
function keyOf(body: Buffer): Buffer | null {
  const reader = new ByteReader(body)
  const length = reader.number()
  return length === 1 ? null : reader.bytes(length / 2)
}
