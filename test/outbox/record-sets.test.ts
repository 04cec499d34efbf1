import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SHARDS } from '../../src/outbox/messages.ts'
import { type OwnedRecord, recordSets } from '../../src/outbox/record-sets.ts'

const PARTITIONS = new Map([
  ['credit.movements.v1', 3],
  ['usage.rated.v1', 12],
])
const partitionsOf = (topic: string) => PARTITIONS.get(topic)!

const records = fc.array(
  fc.record({
    owner: fc.integer({ min: 0, max: 3 }),
    topic: fc.constantFrom(...PARTITIONS.keys()),
    partitionHash: fc.integer({ min: 0, max: 0x7fff_ffff }),
    body: fc.uint8Array({ minLength: 3, maxLength: 200 }).map((array) => Buffer.from(array)),
  }),
  { maxLength: 400 },
)

/** Topic, owner, partition. */
function* places(): Generator<[string, number, number]> {
  for (const [topic, partitions] of PARTITIONS) {
    for (let owner = 0; owner < 4; owner++) {
      for (let partition = 0; partition < partitions; partition++) yield [topic, owner, partition]
    }
  }
}

/** Offset delta and body of each record in a set, by the rules of Kafka's batch format. */
function readSet(bytes: Uint8Array): { offsetDelta: number; body: Uint8Array }[] {
  const read = []
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
    expect([varint(), varint()], 'attributes and timestamp delta').toEqual([0, 0])
    const offsetDelta = varint()
    read.push({ offsetDelta, body: bytes.subarray(at, end) })
    at = end
  }
  return read
}

describe('record sets', () => {
  it('hold every record once, in the order given of each owner, topic and partition, numbered from 0', () => {
    fc.assert(
      fc.property(records, (given) => {
        const sets = recordSets(given, partitionsOf).flat()
        for (const [topic, owner, partition] of places()) {
          const isItsOwn = (one: { owner: number; topic: string }) => one.owner === owner && one.topic === topic
          const ofIt = sets.filter((set) => isItsOwn(set) && set.partition === partition)
          const bodies = ofIt.flatMap(({ bytes, count }) => {
            const read = readSet(bytes)
            expect(read.map(({ offsetDelta }) => offsetDelta)).toEqual(Array.from({ length: count }, (_, i) => i))
            return read.map(({ body }) => body)
          })
          const expected = given.filter((one) => isItsOwn(one) && one.partitionHash % partitionsOf(topic) === partition)
          expect(bodies).toEqual(expected.map(({ body }) => body))
        }
      }),
    )
  })

  it('are of one request where each partition has records of one owner alone, however many topics there are', () => {
    fc.assert(
      fc.property(records, (given) => {
        const aligned = given.map((one) => ({ ...one, owner: one.partitionHash % SHARDS }))
        expect(recordSets(aligned, () => 12).length).toBeLessThanOrEqual(1)
      }),
    )
  })

  it('are never larger than a broker takes, and a request has one of a partition at most', () => {
    const record = (partitionHash: number): OwnedRecord => {
      return { owner: 0, topic: 'usage.rated.v1', partitionHash, body: Buffer.alloc(90_000) }
    }
    const given = Array.from({ length: 200 }, (_, i) => record(i < 100 ? 0 : i))
    const requests = recordSets(given, partitionsOf)
    expect(requests.length).toBeGreaterThan(4)
    for (const sets of requests) {
      expect(new Set(sets.map(({ partition }) => partition)).size).toBe(sets.length)
      for (const { bytes } of sets) expect(bytes.length).toBeLessThanOrEqual(1_000_000)
      expect(sets.reduce((sum, { bytes }) => sum + bytes.length, 0)).toBeLessThanOrEqual(4_100_000)
    }
    expect(requests.flat().reduce((sum, { count }) => sum + count, 0)).toBe(given.length)
  })

  it('take a record that is too large for all but the broker alone', () => {
    const large = { owner: 0, topic: 'usage.rated.v1', partitionHash: 0, body: Buffer.alloc(950_000) }
    const requests = recordSets([large, large], partitionsOf)
    expect(requests.map((sets) => sets.map(({ count }) => count))).toEqual([[1], [1]])
  })
})
