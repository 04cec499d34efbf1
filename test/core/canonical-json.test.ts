import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson, fromCanonical } from '../../src/core/canonical-json.ts'

describe('canonical JSON', () => {
  it.each<[string, unknown, string]>([
    ['keys in order, at every depth', { b: 1, a: { d: [2, 1], c: null } }, '{"a":{"c":null,"d":[2,1]},"b":1}'],
    ['a bigint unlike a number', { micros: 12n, count: 12 }, '{"count":12,"micros":{"$bigint":"12"}}'],
    ['undefined members as absent', { a: undefined, b: true }, '{"b":true}'],
    ['a list in its own order', [2n, 1n], '[{"$bigint":"2"},{"$bigint":"1"}]'],
    ['text as JSON does', 'a"b\n', '"a\\"b\\n"'],
  ])('writes %s', (_, value, text) => {
    expect(canonicalJson(value)).toBe(text)
  })

  it.each<[string, unknown]>([
    ['a date', new Date(0)],
    ['a map', new Map()],
    ['bytes', new Uint8Array(1)],
    ['no number', Number.NaN],
    ['undefined', undefined],
    ['a function', () => 1],
    ['what would be parsed as a bigint', { $bigint: '1' }],
  ])('refuses %s', (_, value) => {
    expect(() => canonicalJson({ deep: [value] })).toThrow(TypeError)
  })

  it('restores what was written, including bigints', () => {
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { depthSize: 'small' },
        fc.string(),
        fc.bigInt(),
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('any')),
        fc.dictionary(fc.string(), tie('any'), { noNullPrototype: true }),
      ),
    })).any
    fc.assert(
      fc.property(value, (written) => {
        expect(fromCanonical(JSON.parse(canonicalJson(written)))).toEqual(written)
      }),
    )
  })
})
