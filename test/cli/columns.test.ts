import { describe, expect, it } from 'vitest'
import { type Columns, createListing } from '../../src/cli/columns.ts'

type Row = readonly [name: string, detail: string, count: string]
const COLUMNS: Columns<Row> = [
  ['name', ([name]) => name],
  ['detail', ([, detail]) => detail],
  ['n', ([, , count]) => count],
]

const aligned = () => createListing(COLUMNS, true)
const tabbed = () => createListing(COLUMNS, false)

describe('a listing', () => {
  it('is aligned at a terminal, headings included, without trailing blanks', () => {
    const listing = aligned()
    const rows: Row[] = [
      ['a', 'no rate', '1'],
      ['much longer', '', '22'],
      ['b', 'x', ''],
    ]
    expect(listing(rows).split('\n')).toEqual([
      'name         detail   n',
      'a            no rate  1',
      'much longer           22',
      'b            x',
      '',
    ])
  })

  it('is separated by tabs alone when piped', () => {
    expect(
      tabbed()([
        ['a', 'no rate', '1'],
        ['much longer', '', '22'],
      ]),
    ).toBe('name\tdetail\tn\na\tno rate\t1\nmuch longer\t\t22\n')
  })

  it.each([
    ['aligned', aligned],
    ['tab-separated', tabbed],
  ])('has its headings once, even without rows: %s', (_, create) => {
    const listing = create()
    expect(listing([])).toMatch(/^name\s+detail\s+n\n$/)
    expect(listing([['a', 'b', 'c']])).toMatch(/^a\s+b\s+c\n$/)
  })

  it('keeps the widths of earlier pages, and widens them when a later page needs it', () => {
    const listing = aligned()
    listing([['long name', 'x', '1']])
    expect(listing([['a', 'longer', '1']])).toBe('a          longer  1\n')
    expect(listing([['a much longer name', 'x', '1']])).toBe('a much longer name  x       1\n')
  })

  it('lets one very long cell shift its own row only', () => {
    const [, long, short] = aligned()([
      ['a', 'x'.repeat(500), '1'],
      ['b', 'y', '2'],
    ]).split('\n')
    expect(long).toBe(`a     ${'x'.repeat(500)}  1`)
    expect(short).toBe(`b     ${'y'.padEnd(60)}  2`)
  })

  it.each([
    ['a tab and line breaks', 'two\tlines\r\nlong', 'two lines long'],
    ['an escape sequence', 'red \u001b[31malert\u001b[0m', 'red [31malert [0m'],
    ['a bell and a backspace', 'a\u0007b\u0008c', 'a b c'],
    ['control characters past ASCII', 'a\u009b2Jb\u0085c', 'a 2Jb c'],
    ['a line separator', 'a\u2028b', 'a b'],
  ])('makes %s harmless, aligned or not', (_, detail, shown) => {
    for (const create of [aligned, tabbed]) {
      const text = create()([['a', detail, '1']])
      expect(text).toContain(shown)
      expect(text.replaceAll(/[\t\n]/g, '')).not.toMatch(/\p{Cc}/u)
      expect(text.split('\n')).toHaveLength(3)
    }
  })
})
