import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Recent } from '../../src/core/recent.ts'

it('returns what finding would, and never exceeds its bound', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20)), fc.integer({ min: 1, max: 8 }), (keys, most) => {
      const recent = new Recent<number, string>(most)
      const found: number[] = []
      for (const key of keys) {
        const value = recent.get(key, () => {
          found.push(key)
          return `of ${key}`
        })
        expect(value).toBe(`of ${key}`)
      }
      // Among so many distinct keys from its start, nothing is found twice.
      const first = keys.slice(0, most)
      expect(found.slice(0, new Set(first).size)).toEqual([...new Set(first)])
    }),
  )
})
