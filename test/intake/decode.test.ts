import avro from 'avsc'
import { describe, expect, it } from 'vitest'
import { createDecoder } from '../../src/intake/decode.ts'
import { RegistryUnavailable } from '../../src/platform/kafka/registry.ts'
import { loadEventSchema } from '../../src/platform/schemas.ts'

const TOPIC = 'usage.calls.v1'
const CALL = {
  event_id: 'e1',
  account_id: 'acme',
  occurred_at: 1_760_000_000_000_000,
  user_id: 'u1',
  interaction_id: null,
  direction: 'outbound',
  leg: null,
  from: '+4312345678',
  to: '+4987654321',
  duration_seconds: 61,
}

const current = JSON.parse(loadEventSchema(TOPIC))
const SCHEMAS: Record<number, object> = {
  1: current,
  // A newer producer: an additional field, and an optional one omitted.
  2: {
    ...current,
    fields: [
      ...current.fields.filter(({ name }: { name: string }) => name !== 'leg'),
      { name: 'codec', type: ['null', 'string'], default: null },
    ],
  },
  3: { type: 'record', name: 'Other', fields: [{ name: 'x', type: 'int' }] },
}
const call = avro.Type.forSchema(current)

function wire(id: number, body: Uint8Array): Buffer {
  const header = Buffer.alloc(5)
  header.writeUInt32BE(id, 1)
  return Buffer.concat([header, body])
}

function setUp() {
  const state = { asked: [] as number[], status: 200, nowMs: 0, body: undefined as string | undefined }
  const decoder = createDecoder('http://registry', {
    now: () => state.nowMs,
    fetch: async (url) => {
      const id = Number(String(url).split('/').at(-1))
      state.asked.push(id)
      if (state.status === 0) throw new TypeError('fetch failed')
      if (state.status !== 200) return new Response(state.body ?? 'down', { status: state.status })
      const schema = SCHEMAS[id]
      if (!schema) return Response.json({ error_code: 40403, message: 'Schema not found' }, { status: 404 })
      return Response.json({ schema: JSON.stringify(schema) })
    },
  })
  return { decoder, state }
}

describe('decode', () => {
  it('reads a call, and caches its schema', async () => {
    const { decoder, state } = setUp()
    const value = wire(1, call.toBuffer(CALL))
    expect(await decoder.decode(TOPIC, value)).toEqual({ record: CALL })
    expect(decoder.decode(TOPIC, value)).toEqual({ record: CALL })
    expect(state.asked).toEqual([1])
  })

  it('reads a newer producer’s message, with defaults for omitted fields', async () => {
    const { decoder } = setUp()
    const value = wire(2, avro.Type.forSchema(SCHEMAS[2] as avro.Schema).toBuffer({ ...CALL, codec: 'opus' }))
    expect(await decoder.decode(TOPIC, value)).toEqual({ record: CALL })
  })

  it('accepts U+FFFD that was sent as such', async () => {
    const { decoder } = setUp()
    const withReplacement = { ...CALL, to: 'a\ufffdb' }
    expect(await decoder.decode(TOPIC, wire(1, call.toBuffer(withReplacement)))).toEqual({ record: withReplacement })
  })

  const good = call.toBuffer(CALL)
  const invalidText = Buffer.from(good)
  invalidText[invalidText.indexOf('acme')] = 0xff
  const hugeInstant = Buffer.concat([
    Buffer.from([4]),
    Buffer.from('e1'),
    Buffer.from([8]),
    Buffer.from('acme'),
    Buffer.from([0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]),
    good.subarray(good.indexOf('acme') + 4 + 8),
  ])
  it.each([
    ['a tombstone', null, 'no value'],
    ['an empty value', Buffer.alloc(0), 'the value is empty'],
    ['JSON', Buffer.from('{"a":1}'), 'wrong magic byte'],
    ['half a header', Buffer.from([0, 0, 0]), 'too short'],
    ['only a header', wire(1, Buffer.alloc(0)), 'too short'],
    ['an unregistered id', wire(99, good), 'unknown schema id 99'],
    ['the schema of another type', wire(3, Buffer.from([2])), 'schema 3 is not one of usage.calls.v1'],
    ['truncated bytes', wire(1, good.subarray(0, -1)), 'truncated buffer'],
    ['extra bytes', wire(1, Buffer.concat([good, Buffer.from([0])])), 'trailing data'],
    ['invalid UTF-8', wire(1, invalidText), 'a text is not valid UTF-8'],
    ['an instant beyond what a number can hold', wire(1, hugeInstant), 'a number is too large'],
    ['noise', wire(1, Buffer.alloc(40, 0xff)), 'not readable by its schema'],
  ])('refuses %s', async (_what, value, detail) => {
    const { decoder } = setUp()
    const refused = { refusal: { reason: 'invalid_event', detail: expect.stringContaining(detail) } }
    expect(await decoder.decode(TOPIC, value)).toEqual(refused)
    expect(await decoder.decodeAll(TOPIC, [value])).toEqual([refused])
  })

  it.each([
    ['does not answer', 0, undefined],
    ['fails', 500, undefined],
    ['is busy', 429, undefined],
    ['is a proxy with a 404 page', 404, '<html>'],
    ['is behind a wrong path', 404, '{"error_code":404}'],
  ])('throws RegistryUnavailable when the registry %s, and retries', async (_what, status, body) => {
    const { decoder, state } = setUp()
    const value = wire(1, good)
    state.status = status
    state.body = body
    await expect(decoder.decode(TOPIC, value)).rejects.toBeInstanceOf(RegistryUnavailable)
    state.status = 200
    expect(await decoder.decode(TOPIC, value)).toEqual({ record: CALL })
  })

  it('requests an unknown id again only after a while', async () => {
    const { decoder, state } = setUp()
    await decoder.decodeAll(TOPIC, [wire(99, good), wire(99, good)])
    await decoder.decodeAll(TOPIC, [wire(99, good)])
    expect(state.asked).toEqual([99])
    state.nowMs = 10_000
    await decoder.decodeAll(TOPIC, [wire(99, good)])
    expect(state.asked).toEqual([99, 99])
  })
})
