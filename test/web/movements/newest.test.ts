/** New movements: how many are waiting, and how they are added. */
import { describe, expect, it } from 'vitest'
import { countNew, type MovementPage, type Shown, withNewest } from '../../../web/src/movements/newest.ts'

const at = (last_sequence: number, epoch = 1) => ({ last_sequence, epoch })

describe('how many are new', () => {
  it.each<[what: string, shown: Shown, newest: ReturnType<typeof at>, count: number | null]>([
    ['none', { sequence: 5, asOf: at(5) }, at(5), 0],
    ['three', { sequence: 5, asOf: at(5) }, at(8), 3],
    ['the first ones of all', { sequence: 0, asOf: at(0) }, at(2), 2],
    ['none if the balance is older than the list', { sequence: 7, asOf: at(5) }, at(6), 0],
    ['some if the list has no position of the account', { sequence: 5, asOf: null }, at(6, 2), 1],
    ['an unknown number after the database was restored', { sequence: 5, asOf: at(5) }, at(4, 2), null],
  ])('%s', (_, shown, newest, count) => {
    expect(countNew(shown, newest)).toBe(count)
  })
})

describe('the newest page', () => {
  const page = (sequences: readonly number[], next_cursor: string | null, epoch: number | null = 1): MovementPage =>
    ({
      items: sequences.map((sequence) => ({ sequence })),
      next_cursor,
      asOf: epoch === null ? null : at(sequences[0] ?? 0, epoch),
    }) as unknown as MovementPage
  const said = (pages: readonly MovementPage[]) =>
    pages.map(({ items, next_cursor }) => [items.map(({ sequence }) => sequence), next_cursor])

  it.each<[what: string, shown: MovementPage[], newest: MovementPage, expected: unknown]>([
    [
      'is added above the shown movements, which stay',
      [page([5, 4, 3], 'c3'), page([2, 1], null)],
      page([7, 6, 5], 'c5'),
      [
        [[7, 6, 5, 4, 3], 'c3'],
        [[2, 1], null],
      ],
    ],
    ['changes nothing if nothing is new', [page([5, 4], 'c4')], page([5, 4], 'c4'), [[[5, 4], 'c4']]],
    ['is the only one if none was shown', [page([], null)], page([1], null), [[[1], null]]],
    ['replaces all others if there is a gap', [page([3, 2, 1], null)], page([9, 8, 7], 'c7'), [[[9, 8, 7], 'c7']]],
    ['replaces all others if the database was restored', [page([5, 4], 'c4')], page([4, 3], 'c3', 2), [[[4, 3], 'c3']]],
    [
      'is added to movements whose epoch was not known',
      [page([5, 4], 'c4', null)],
      page([6, 5], 'c5'),
      [[[6, 5, 4], 'c4']],
    ],
  ])('%s', (_, shown, newest, expected) => {
    expect(said(withNewest(shown, newest))).toEqual(expected)
  })
})
