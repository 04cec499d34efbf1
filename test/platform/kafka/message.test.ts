import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { type Header, headersForClient, headersFromClient } from '../../../src/platform/kafka/message.ts'

const require = createRequire(import.meta.url)
const Encoder = require('kafkajs/src/protocol/encoder')
const Decoder = require('kafkajs/src/protocol/decoder')
const decodeRecord = require('kafkajs/src/protocol/recordBatch/record/v0/decoder')

const header = (name: string, text: string | null): Header => ({
  name,
  value: text === null ? null : Buffer.from(text),
})

/** A record with these headers as the client reads it: attributes, two deltas, no key, no value. */
function received(headers: readonly Header[]): readonly Header[] {
  const encoder = new Encoder()
    .writeInt8(0)
    .writeVarLong(0)
    .writeVarInt(0)
    .writeVarIntBytes(null)
    .writeVarIntBytes(null)
  encoder.writeVarInt(headers.length)
  for (const { name, value } of headers) encoder.writeVarIntString(name).writeVarIntBytes(value)
  const record = decodeRecord(new Decoder(encoder.buffer), { firstOffset: 0, firstTimestamp: 0 })
  return headersFromClient(record.headers)
}

describe('the headers of a message', () => {
  it.each([
    ['none', []],
    ['one', [header('a', '1')]],
    ['several', [header('b', '1'), header('a', '2')]],
    ['the same name twice', [header('a', '1'), header('a', '2')]],
    ['without bytes', [header('a', '')]],
    // As Java producers send it.
    ['with a null value', [header('a', null)]],
    ['null, and the same name once more', [header('a', null), header('a', '1'), header('a', null)]],
    // Names that every object has.
    ['called constructor', [header('constructor', '1'), header('constructor', '2')]],
    ['called __proto__', [header('__proto__', '1'), header('__proto__', '2')]],
  ])('are read as they were sent: %s', (_what, headers) => {
    expect(received(headers)).toEqual(headers)
  })

  it('are read in time proportional to their number', () => {
    const many = Array.from({ length: 100_000 }, (_, i) => header(`header-${i}`, ''))
    const beganAt = performance.now()
    expect(received(many)).toHaveLength(many.length)
    expect(performance.now() - beganAt).toBeLessThan(2_000)
  })

  it('are sent ordered by name, with an empty value for null', () => {
    const gathered = headersForClient([header('a', '1'), header('b', null), header('a', '2')])
    expect(gathered).toEqual({ a: [Buffer.from('1'), Buffer.from('2')], b: [Buffer.alloc(0)] })
  })
})
