import fc from 'fast-check'
import { expect, test } from 'vitest'
import { buildPrefixTable, longestPrefix } from '../../../src/core/catalog/prefix-table.ts'

interface Row {
  readonly prefix: string
  readonly index: number
  readonly isOpen: boolean
}

const digits = (minLength: number, maxLength: number) =>
  fc.string({ unit: fc.constantFrom('0', '1', '2'), minLength, maxLength })
const prefix = fc.oneof(
  digits(1, 15).map((text) => `+${text}`),
  digits(2, 6),
)

function naive(rows: readonly Row[], number: string): Row | null {
  let best: Row | null = null
  for (const row of rows) {
    if (!row.isOpen) continue
    const matches = row.prefix.startsWith('+') ? number.startsWith(row.prefix) : number === row.prefix
    if (matches && (best === null || row.prefix.length > best.prefix.length)) best = row
  }
  return best
}

test('the table finds what a naive search finds: the longest accepted prefix, and the first of equal ones', () => {
  const rows = fc
    .array(fc.record({ prefix, isOpen: fc.boolean() }), { maxLength: 60 })
    .map((list) => list.map((row, index): Row => ({ ...row, index })))
  fc.assert(
    fc.property(rows, fc.array(prefix, { minLength: 1, maxLength: 20 }), (given, numbers) => {
      const table = buildPrefixTable(given)
      for (const number of numbers) {
        expect(longestPrefix(table, number, (row) => row.isOpen)).toBe(naive(given, number))
      }
    }),
    { numRuns: 500 },
  )
})

test('a short code is matched as a whole, and never by the prefix of an E.164 number', () => {
  const table = buildPrefixTable([{ prefix: '118' }, { prefix: '+49' }])
  const find = (number: string) => longestPrefix(table, number, () => true)?.prefix ?? null
  expect(['118', '1180', '11', '+118', '49', '+4930', '+4'].map(find)).toEqual([
    '118',
    null,
    null,
    null,
    null,
    '+49',
    null,
  ])
})

test('a table of many prefixes grows without losing any', () => {
  const rows = Array.from({ length: 20_000 }, (_, i) => ({ prefix: `+${1_000_000 + i * 7}` }))
  const table = buildPrefixTable(rows)
  for (const row of rows) expect(longestPrefix(table, `${row.prefix}99`, () => true)).toBe(row)
})

test('a prefix with anything but digits is a bug', () => {
  expect(() => buildPrefixTable([{ prefix: '+49x' }])).toThrow('prefix +49x has more than digits')
})
