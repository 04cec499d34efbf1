import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ByteWriter } from '../../src/outbox/bytes.ts'
import { frameRecord } from '../../src/outbox/frame.ts'
import { SHARDS } from '../../src/outbox/messages.ts'
import type { PackedRecord, PackedSet } from '../../src/outbox/pack.ts'
import { type OwnedPack, recordSets } from '../../src/outbox/record-sets.ts'
import { readSet } from '../support/packed.ts'

const PARTITIONS = new Map([
  ['credit.movements.v1', 3],
  ['usage.rated.v1', 12],
])
const partitionsOf = (topic: string) => PARTITIONS.get(topic)!

const body = fc.uint8Array({ minLength: 3, maxLength: 200 }).map((array) => Buffer.from(array))
const topic = fc.constantFrom(...PARTITIONS.keys())

const record: fc.Arbitrary<PackedRecord> = fc.record({
  topic,
  partitionHash: fc.integer({ min: 0, max: 0x7fff_ffff }),
  body,
})

const set: fc.Arbitrary<PackedSet> = fc
  .record({ topic, partitionHash: fc.nat(1000), bodies: fc.array(body, { minLength: 1, maxLength: 5 }) })
  .map(({ topic, partitionHash, bodies }) => setOf(topic, partitionHash % partitionsOf(topic), bodies))

/** As packs come: either records or sets. */
const pack: fc.Arbitrary<OwnedPack> = fc.oneof(
  fc.record({ owner: fc.nat(3), records: fc.array(record, { maxLength: 60 }), sets: fc.constant([]) }),
  fc.record({ owner: fc.nat(3), records: fc.constant([]), sets: fc.array(set, { maxLength: 6 }) }),
)
const packs = fc.array(pack, { maxLength: 12 })

function setOf(topic: string, partition: number, bodies: readonly Buffer[]): PackedSet {
  const writer = new ByteWriter()
  for (const [i, one] of bodies.entries()) frameRecord(writer, i, one)
  const partitions = partitionsOf(topic)
  return { topic, partition, partitions, count: bodies.length, compression: 'none', bytes: writer.finish() }
}

/** Topic, owner, partition. */
function* places(): Generator<[string, number, number]> {
  for (const [topic, partitions] of PARTITIONS) {
    for (let owner = 0; owner < 4; owner++) {
      for (let partition = 0; partition < partitions; partition++) yield [topic, owner, partition]
    }
  }
}

describe('record sets', () => {
  it('hold every record once, in the given order per owner, topic and partition, numbered from 0', () => {
    fc.assert(
      fc.property(packs, (given) => {
        const sent = recordSets(given, partitionsOf).flat()
        for (const [topic, owner, partition] of places()) {
          const isThere = (one: PackedSet | (typeof sent)[number]) => one.topic === topic && one.partition === partition
          const bodies = sent
            .filter((one) => one.owner === owner && isThere(one))
            .flatMap(({ bytes, count }) => {
              const read = readSet(bytes)
              expect(read.length).toBe(count)
              return read
            })
          const expected = given
            .filter((one) => one.owner === owner)
            .flatMap(({ records, sets }) => [
              ...records
                .filter((one) => one.topic === topic && one.partitionHash % partitionsOf(topic) === partition)
                .map(({ body }) => body),
              ...sets.filter(isThere).flatMap(({ bytes }) => readSet(bytes)),
            ])
          expect(bodies).toEqual(expected)
        }
      }),
    )
  })

  it('are sent one per partition and request', () => {
    fc.assert(
      fc.property(packs, (given) => {
        for (const sets of recordSets(given, partitionsOf)) {
          expect(new Set(sets.map((one) => `${one.topic}/${one.partition}`)).size).toBe(sets.length)
        }
      }),
    )
  })

  it('share a request if each partition has records of a single owner, for any number of topics', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 400 }), (given) => {
        const byOwner = Map.groupBy(given, ({ partitionHash }) => partitionHash % SHARDS)
        const aligned = [...byOwner].map(([owner, records]) => ({ owner, records, sets: [] }))
        expect(recordSets(aligned, () => 12).length).toBeLessThanOrEqual(1)
      }),
    )
  })

  it('are never larger than a broker accepts', () => {
    const large = (partitionHash: number): PackedRecord => {
      return { topic: 'usage.rated.v1', partitionHash, body: Buffer.alloc(90_000) }
    }
    const records = Array.from({ length: 200 }, (_, i) => large(i < 100 ? 0 : i))
    const requests = recordSets([{ owner: 0, records, sets: [] }], partitionsOf)
    expect(requests.length).toBeGreaterThan(4)
    for (const sets of requests) {
      for (const { bytes } of sets) expect(bytes.length).toBeLessThanOrEqual(1_000_000)
      expect(sets.reduce((sum, { bytes }) => sum + bytes.length, 0)).toBeLessThanOrEqual(4_100_000)
    }
    expect(requests.flat().reduce((sum, { count }) => sum + count, 0)).toBe(records.length)
  })

  it('hold a record alone if only the broker accepts its size', () => {
    const large = { topic: 'usage.rated.v1', partitionHash: 0, body: Buffer.alloc(950_000) }
    const requests = recordSets([{ owner: 0, records: [large, large], sets: [] }], partitionsOf)
    expect(requests.map((sets) => sets.map(({ count }) => count))).toEqual([[1], [1]])
  })
})
