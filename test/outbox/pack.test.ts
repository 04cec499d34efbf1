import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type OutboxMessage, outboxKey } from '../../src/outbox/messages.ts'
import { decodePack, encodePack, encodePackOfSets } from '../../src/outbox/pack.ts'
import { unpackSet } from '../../src/outbox/unpack-set.ts'
import { partitionHash } from '../../src/platform/kafka/partition-hash.ts'
import { readBody, readPack } from '../support/packed.ts'

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array))
const headers = fc.dictionary(
  fc.string({ maxLength: 80 }),
  fc.oneof(bytes, fc.string({ unit: 'grapheme', maxLength: 80 })),
)
const anySharedHeaders = fc.array(headers, { minLength: 1, maxLength: 3 })

const packs: fc.Arbitrary<OutboxMessage[]> = anySharedHeaders.chain((shared) =>
  fc.array(
    fc.record({
      topic: fc.constantFrom('credit.balance-changed.v1', 'usage.dead-letter.v1', 'ü'),
      key: fc.option(bytes.map(outboxKey)),
      value: fc.option(bytes),
      sharedHeaders: fc.constantFrom(...shared),
      headers,
    }),
  ),
)

/** As a consumer sees it: own headers override shared ones of the same name. */
function asRead({ topic, key, value, sharedHeaders, headers }: OutboxMessage) {
  const all = Object.entries({ ...sharedHeaders, ...headers }).map(([name, text]) => [name, Buffer.from(text)])
  return { topic, key: key === null ? null : Buffer.from(key.bytes), value, headers: Object.fromEntries(all) }
}

describe('a pack', () => {
  it('returns its contents, as Kafka records', async () => {
    await fc.assert(
      fc.asyncProperty(packs, async (messages) => {
        expect(await readPack(encodePack(messages))).toEqual(messages.map(asRead))
      }),
    )
  })

  it('of sets has each message once, in the partition of its key, and each partition in the given order', async () => {
    await fc.assert(
      fc.asyncProperty(packs, fc.integer({ min: 1, max: 7 }), async (messages, partitions) => {
        const pack = await encodePackOfSets(messages, () => partitions)
        const { records, sets } = decodePack(pack)
        expect(records).toEqual([])
        expect(sets.reduce((sum, { count }) => sum + count, 0)).toBe(messages.length)
        const read = await readPack(pack)
        for (const topic of new Set(messages.map((one) => one.topic))) {
          for (let partition = 0; partition < partitions; partition++) {
            const isThere = ({ topic: its, key }: { topic: string; key: Uint8Array | null }) =>
              its === topic && key !== null && partitionHash(key) % partitions === partition
            const given = messages.map(asRead)
            expect(read.filter(isThere)).toEqual(given.filter(isThere))
          }
        }
        expect(read.filter(({ key }) => key === null).length).toBe(messages.filter(({ key }) => key === null).length)
      }),
    )
  })

  it('of sets can be redistributed to more partitions, by the key hash of each record, in order', async () => {
    await fc.assert(
      fc.asyncProperty(packs, fc.integer({ min: 1, max: 7 }), async (messages, partitions) => {
        const { sets } = decodePack(await encodePackOfSets(messages, () => partitions))
        for (const set of sets) {
          const records = await unpackSet(set)
          const read = records.map(({ topic, body }) => ({ topic, ...readBody(body) }))
          expect(read.length).toBe(set.count)
          const given = messages.map(asRead).filter((one) => read.some((other) => isDeepStrictEqual(one, other)))
          expect(given).toEqual(expect.arrayContaining(read))
          records.forEach(({ partitionHash: hash }, i) => {
            const { key } = read[i]!
            expect(hash).toBe(key === null ? set.partition : partitionHash(key))
          })
        }
      }),
    )
  })

  it('of sets is compressed if that saves space', async () => {
    const key = outboxKey(Buffer.from('acme'))
    const message = { topic: 'usage.rated.v1', key, value: Buffer.alloc(500), sharedHeaders: {}, headers: {} }
    const few = decodePack(await encodePackOfSets(Array(3).fill(message), () => 4)).sets
    expect(few.map(({ compression }) => compression)).toEqual(['none'])
    const pack = await encodePackOfSets(Array(30).fill(message), () => 4)
    expect(decodePack(pack).sets.map(({ compression }) => compression)).toEqual(['zstd'])
    expect(pack.length).toBeLessThan(3_000)
    expect(await readPack(pack)).toEqual(Array(30).fill(asRead(message)))
  })

  it('of sets has none larger than a broker accepts', async () => {
    const key = outboxKey(Buffer.from('acme'))
    const message = { topic: 'usage.rated.v1', key, value: Buffer.alloc(300_000, 1), sharedHeaders: {}, headers: {} }
    const { sets } = decodePack(await encodePackOfSets(Array(5).fill(message), () => 1))
    expect(sets.map(({ count }) => count)).toEqual([2, 2, 1])
  })

  it('grows to hold anything', async () => {
    const key = outboxKey(Buffer.from('acme'))
    const value = Buffer.alloc(3_000_000, 7)
    const message = { topic: 'usage.rated.v1', key, value, sharedHeaders: {}, headers: { long: 'ä'.repeat(40_000) } }
    const [read] = await readPack(encodePack([message]))
    expect(read).toEqual(asRead(message))
  })

  it('is refused if it is truncated, too long, or of another version', async () => {
    const message = {
      topic: 'credit.movements.v1',
      key: outboxKey(Buffer.from('acme')),
      value: Buffer.from('value'),
      sharedHeaders: { ce_type: 'x' },
      headers: { ce_id: '1' },
    }
    for (const pack of [encodePack([message, message]), await encodePackOfSets([message, message], () => 4)]) {
      for (let length = 1; length < pack.length; length++) {
        expect(() => decodePack(pack.subarray(0, length))).toThrow('outbox pack is corrupt')
      }
      expect(() => decodePack(Buffer.concat([pack, Buffer.alloc(1)]))).toThrow('outbox pack is corrupt')
      expect(() => decodePack(Buffer.concat([Buffer.of(2), pack.subarray(1)]))).toThrow(
        'version 2, this program reads 5',
      )
    }
  })
})

it('a body is read completely', () => {
  const [record] = decodePack(
    encodePack([{ topic: 't', key: null, value: null, sharedHeaders: {}, headers: {} }]),
  ).records
  expect(readBody(record!.body)).toEqual({ key: null, value: null, headers: {} })
  expect(() => readBody(Buffer.concat([record!.body, Buffer.of(0)]))).toThrow('bytes after')
})
