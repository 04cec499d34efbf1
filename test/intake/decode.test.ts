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
  // A newer producer: one field more, an optional one not written.
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
  it('reads a call, and knows its schema from then on', async () => {
    const { decoder, state } = setUp()
    const value = wire(1, call.toBuffer(CALL))
    expect(await decoder.decode(TOPIC, value)).toEqual({ record: CALL })
    expect(decoder.decode(TOPIC, value)).toEqual({ record: CALL })
    expect(state.asked).toEqual([1])
  })

  it('reads what a newer producer writes, with the defaults of what it leaves out', async () => {
    const { decoder } = setUp()
    const value = wire(2, avro.Type.forSchema(SCHEMAS[2] as avro.Schema).toBuffer({ ...CALL, codec: 'opus' }))
    expect(await decoder.decode(TOPIC, value)).toEqual({ record: CALL })
  })

  it('takes U+FFFD that was sent as such', async () => {
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
    ['nothing', Buffer.alloc(0), 'the value is empty'],
    ['JSON', Buffer.from('{"a":1}'), 'wrong magic byte'],
    ['half a header', Buffer.from([0, 0, 0]), 'too short'],
    ['a header alone', wire(1, Buffer.alloc(0)), 'too short'],
    ['an id nobody registered', wire(99, good), 'unknown schema id 99'],
    ['the schema of something else', wire(3, Buffer.from([2])), 'schema 3 is not one of usage.calls.v1'],
    ['bytes cut off', wire(1, good.subarray(0, -1)), 'truncated buffer'],
    ['bytes too many', wire(1, Buffer.concat([good, Buffer.from([0])])), 'trailing data'],
    ['text that is no UTF-8', wire(1, invalidText), 'a text is not valid UTF-8'],
    ['an instant past what a number holds', wire(1, hugeInstant), 'a number is too large'],
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
    ['is a proxy with a 404 of its own', 404, '<html>'],
    ['is behind a wrong path', 404, '{"error_code":404}'],
  ])('throws RegistryUnavailable when the registry %s, and tries again', async (_what, status, body) => {
    const { decoder, state } = setUp()
    const value = wire(1, good)
    state.status = status
    state.body = body
    await expect(decoder.decode(TOPIC, value)).rejects.toBeInstanceOf(RegistryUnavailable)
    state.status = 200
    expect(await decoder.decode(TOPIC, value)).toEqual({ record: CALL })
  })

  it('asks again for an unknown id after a while only', async () => {
    const { decoder, state } = setUp()
    await decoder.decodeAll(TOPIC, [wire(99, good), wire(99, good)])
    await decoder.decodeAll(TOPIC, [wire(99, good)])
    expect(state.asked).toEqual([99])
    state.nowMs = 10_000
    await decoder.decodeAll(TOPIC, [wire(99, good)])
    expect(state.asked).toEqual([99, 99])
  })
})
