import { zstdDecompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { chunksOf, requestsOf } from '../../bench/limit.ts'
import { encodePack, encodePackOfSets } from '../../src/outbox/pack.ts'
import { partitionHash } from '../../src/platform/kafka/partition-hash.ts'

const PARTITIONS = 12
const TOPIC = 'usage.rated.v1'
const partitionOf = (key: Buffer) => partitionHash(key) % PARTITIONS
const partitionsOf = () => PARTITIONS

const published = Array.from({ length: 12_000 }, (_, i) => {
  const key = Buffer.from(`account-${i % 50}`)
  const value = Buffer.from(`<${i}>${'.'.repeat(100)}`)
  return { topic: TOPIC, partition: partitionOf(key), key, value, headers: { ce_id: Buffer.from(String(i)) } }
})

describe('what was published, as requests', () => {
  for (const [lane, compression, encode] of [
    ['records', undefined, encodePack],
    ['sets', 'zstd', (messages: Parameters<typeof encodePack>[0]) => encodePackOfSets(messages, partitionsOf)],
  ] as const) {
    it(`sends each message once, in order, to the partition it was read from, when packed as ${lane}`, async () => {
      const sets = (await requestsOf(published, encode, partitionsOf)).flat()
      expect(new Set(sets.map((set) => set.compression))).toEqual(new Set([compression]))
      expect(sets.reduce((sum, { count }) => sum + count, 0)).toBe(published.length)
      for (let partition = 0; partition < PARTITIONS; partition++) {
        const texts = sets
          .filter((set) => set.partition === partition)
          .map(({ bytes }) =>
            (compression === undefined ? Buffer.from(bytes) : zstdDecompressSync(bytes)).toString('latin1'),
          )
        const sent = [...texts.join('').matchAll(/<(\d+)>/g)].map(([, i]) => Number(i))
        expect(sent).toEqual(published.flatMap((one, i) => (one.partition === partition ? [i] : [])))
      }
    })
  }
})

describe('a binary COPY in chunks', () => {
  const head = Buffer.from('a head of 19 bytes.')
  const end = Buffer.from([0xff, 0xff])
  // Two fields, of which one is null.
  const row = (text: string) => Buffer.concat([Buffer.from([0, 2, 255, 255, 255, 255, 0, 0, 0, 1]), Buffer.from(text)])

  it('has the wanted rows in all chunks but the last, each a complete COPY', () => {
    const copied = Buffer.concat([head, ...['a', 'b', 'c'].map(row), end])
    expect(chunksOf(copied, 2)).toEqual([
      Buffer.concat([head, row('a'), row('b'), end]),
      Buffer.concat([head, row('c'), end]),
    ])
  })
})
