import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type OutboxMessage, outboxKey } from '../../src/outbox/messages.ts'
import { compressPack, decodePack, decompressPack, encodePack } from '../../src/outbox/pack.ts'
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

/** As a consumer sees it: own headers win over shared ones of the same name. */
function asRead({ topic, key, value, sharedHeaders, headers }: OutboxMessage) {
  const all = Object.entries({ ...sharedHeaders, ...headers }).map(([name, text]) => [name, Buffer.from(text)])
  return { topic, key: key === null ? null : Buffer.from(key.bytes), value, headers: Object.fromEntries(all) }
}

describe('a pack', () => {
  it('gives back what was put in, as records of Kafka', async () => {
    await fc.assert(
      fc.asyncProperty(packs, async (messages) => {
        expect(await readPack(encodePack(messages))).toEqual(messages.map(asRead))
      }),
    )
  })

  it('is the same after it was compressed', async () => {
    await fc.assert(
      fc.asyncProperty(packs, async (messages) => {
        const pack = encodePack(messages)
        expect(await decompressPack(await compressPack(pack))).toEqual(pack)
        expect(await decompressPack(pack)).toEqual(pack)
      }),
    )
  })

  it('grows to whatever it has to hold', async () => {
    const key = outboxKey(Buffer.from('acme'))
    const value = Buffer.alloc(3_000_000, 7)
    const message = { topic: 'usage.rated.v1', key, value, sharedHeaders: {}, headers: { long: 'ä'.repeat(40_000) } }
    const [read] = await readPack(await compressPack(encodePack([message])))
    expect(read).toEqual(asRead(message))
  })

  it('is refused when it was cut short, has bytes too many, or is of another version', () => {
    const message = {
      topic: 'credit.movements.v1',
      key: outboxKey(Buffer.from('acme')),
      value: Buffer.from('value'),
      sharedHeaders: { ce_type: 'x' },
      headers: { ce_id: '1' },
    }
    const pack = encodePack([message, message])
    for (let length = 1; length < pack.length; length++) {
      expect(() => decodePack(pack.subarray(0, length))).toThrow('outbox pack is corrupt')
    }
    expect(() => decodePack(Buffer.concat([pack, Buffer.alloc(1)]))).toThrow('outbox pack is corrupt')
    expect(() => decodePack(Buffer.concat([Buffer.of(2), pack.subarray(1)]))).toThrow('version 2, this program reads 3')
  })
})

it('a body reads to its very end', () => {
  const [record] = decodePack(encodePack([{ topic: 't', key: null, value: null, sharedHeaders: {}, headers: {} }]))
  expect(readBody(record!.body)).toEqual({ key: null, value: null, headers: {} })
  expect(() => readBody(Buffer.concat([record!.body, Buffer.of(0)]))).toThrow('bytes after')
})
