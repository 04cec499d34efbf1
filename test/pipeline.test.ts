import { describe, expect, it } from 'vitest'
import { asSource } from '../src/pipeline.ts'

const message = { topic: 'usage.calls.v1', partition: 3, offset: 7n, key: null, value: null }

describe('the headers of a message', () => {
  it.each([
    ['none', {}, []],
    ['one', { a: Buffer.from('1') }, [{ name: 'a', value: Buffer.from('1') }]],
    ['text', { a: '1' }, [{ name: 'a', value: Buffer.from('1') }]],
    ['the same name twice', { a: ['1', '2'] }, ['1', '2'].map((text) => ({ name: 'a', value: Buffer.from(text) }))],
    ['without a value', { a: undefined }, [{ name: 'a', value: null }]],
    // Java producers send null, though the client's types say that it cannot be.
    ['with a null value', { a: null as never }, [{ name: 'a', value: null }]],
    // The client gathers them in a plain object, and finds a function under this name.
    ['called constructor', { constructor: [Object, '1'] as never }, [{ name: 'constructor', value: Buffer.from('1') }]],
  ])('are kept as they came: %s', (_what, headers, kept) => {
    expect(asSource({ ...message, headers }).headers).toEqual(kept)
  })
})
