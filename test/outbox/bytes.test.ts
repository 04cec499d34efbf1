import { describe, expect, it } from 'vitest'
import { ByteReader, ByteWriter } from '../../src/outbox/bytes.ts'

describe('a number', () => {
  it.each([0, 1, 127, 128, 16_383, 16_384, 2 ** 31, 2 ** 32 - 1])('of %i is read as it was written', (value) => {
    const writer = new ByteWriter()
    writer.number(value)
    const reader = new ByteReader(writer.finish())
    expect([reader.number(), reader.left]).toEqual([value, 0])
  })

  it.each([-1, 2 ** 32, 0.5, Number.NaN])('of %d is refused', (value) => {
    expect(() => new ByteWriter().number(value)).toThrow(RangeError)
  })
})
