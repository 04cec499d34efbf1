import { describe, expect, it } from 'vitest'
import { movementsOf } from '../../../web/src/charts/shown-movements.ts'
import type { Shown } from '../../../web/src/charts/words.ts'
import { type MovementFilter, NO_FILTER } from '../../../web/src/movements/filter.ts'

describe('a bar', () => {
  it.each<[Shown, 7 | 30 | 90, Partial<MovementFilter>]>([
    [{ by: 'kind', id: 'toll_free', name: 'Inbound toll-free' }, 7, { kinds: ['toll_free'], period: '7d' }],
    // An unknown kind: all movements of the range.
    [{ by: 'kind', id: 'fax', name: 'fax' }, 30, { period: '30d' }],
    [{ by: 'user', id: 'u-12', name: 'Ana' }, 30, { user: { id: 'u-12', name: 'Ana' }, period: '30d' }],
    [{ by: 'destination', id: 'Germany', name: 'Germany' }, 90, { search: 'Germany', period: '90d' }],
  ])('%o over %i days leads to its movements', (shown, range, filter) => {
    expect(movementsOf(shown, range)).toEqual({ ...NO_FILTER, ...filter })
  })
})
