/**
 * Takes a set apart again if its topic got more partitions after the set was made. The relay alone decides the
 * partition of a record, so an account does not move back and forth between two partitions while some raters still see
 * the old count.
 */
import { promisify } from 'node:util'
import { zstdDecompress } from 'node:zlib'
import { partitionHash } from '../platform/kafka/partition-hash.ts'
import { ByteReader } from './bytes.ts'
import type { PackedRecord, PackedSet } from './pack.ts'

/** Returns the records of a set, in order. */
export async function unpackSet({ topic, partition, compression, bytes }: PackedSet): Promise<PackedRecord[]> {
  const whole = compression === 'zstd' ? await decompress(bytes) : bytes
  const reader = new ByteReader(whole)
  const records: PackedRecord[] = []
  while (reader.left > 0) {
    const record = reader.bytes(reader.number() / 2)
    const body = bodyOf(record)
    const key = keyOf(body)
    // A record without a key may stay in its partition.
    records.push({ topic, partitionHash: key === null ? partition : partitionHash(key), body })
  }
  return records
}

const decompress = promisify(zstdDecompress)

/** The body follows the attributes and the deltas of timestamp and offset. */
function bodyOf(record: Buffer): Buffer {
  const reader = new ByteReader(record)
  for (let field = 0; field < 3; field++) reader.number()
  return reader.bytes(reader.left)
}

/** Lengths are zigzag varints, so a length of -1 is encoded as 1. */
function keyOf(body: Buffer): Buffer | null {
  const reader = new ByteReader(body)
  const length = reader.number()
  return length === 1 ? null : reader.bytes(length / 2)
}
