import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { OutboxMessage } from '../../src/outbox/messages.ts'
import { decodePack, encodePack } from '../../src/outbox/pack.ts'

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array))
const headers = fc.dictionary(fc.string({ unit: 'binary' }), bytes, { maxKeys: 3, noNullPrototype: true })
const SHARED = [{}, { a: Buffer.from('1') }, { a: Buffer.from('2'), b: Buffer.alloc(0) }]
const message: fc.Arbitrary<OutboxMessage> = fc.record({
  topic: fc.constantFrom('credit.balance-changed.v1', 'usage.dead-letter.v1', 'ü'),
  key: fc.option(bytes),
  value: fc.option(bytes),
  sharedHeaders: fc.constantFrom(...SHARED),
  headers,
})
const one: OutboxMessage = {
  topic: 't',
  key: Buffer.from('k'),
  value: Buffer.from('v'),
  sharedHeaders: { s: Buffer.from('y') },
  headers: { h: Buffer.from('x') },
}

describe('a pack', () => {
  it('gives back what went in, in order', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 20 }), (messages) => {
        expect(decodePack(encodePack(messages))).toEqual(messages)
      }),
    )
  })

  it('keeps nothing apart from empty', () => {
    const empty: OutboxMessage = { topic: 't', key: null, value: Buffer.alloc(0), sharedHeaders: {}, headers: {} }
    expect(decodePack(encodePack([empty]))).toEqual([empty])
  })

  it('carries a value of several megabytes', () => {
    const large: OutboxMessage = {
      topic: 't',
      key: null,
      value: Buffer.alloc(3_000_000, 7),
      sharedHeaders: {},
      headers: {},
    }
    expect(decodePack(encodePack([large, one]))).toEqual([large, one])
  })

  it('writes headers that messages share once', () => {
    const sharedHeaders = { ce_type: Buffer.from('x'.repeat(1000)) }
    const many = Array.from({ length: 100 }, () => ({ ...one, sharedHeaders }))
    expect(encodePack(many).length).toBeLessThan(3000)
    expect(decodePack(encodePack(many))).toEqual(many)
  })

  it('is refused when cut off anywhere, or longer than it says', () => {
    const pack = encodePack([one])
    for (let length = 0; length < pack.length; length++) {
      expect(() => decodePack(pack.subarray(0, length))).toThrow('truncated')
    }
    expect(() => decodePack(Buffer.concat([pack, Buffer.from([0])]))).toThrow('after its end')
  })

  it('is read as the version before wrote it, without shared headers', () => {
    const before = Buffer.from([1, 1, 2, 0x74, 1, 0, 2, 0x6b, 2, 0x76, 1, 2, 0x68, 2, 0x78])
    expect(decodePack(before)).toEqual([{ ...one, sharedHeaders: {} }])
  })

  it('is refused when a later version wrote it', () => {
    const pack = encodePack([one])
    pack[0] = 3
    expect(() => decodePack(pack)).toThrow('version 3')
  })
})
