/** The filter for the movements behind a bar. */
import { KINDS, type MovementFilter, NO_FILTER } from '../movements/filter.ts'
import type { Range } from './range.ts'
import type { Shown } from './words.ts'

/**
 * Chart days are in UTC and the filter's days in the reader's zone, so the start of the range may differ by some hours.
 */
export function movementsOf({ by, id, name }: Shown, range: Range): MovementFilter {
  const inRange: MovementFilter = { ...NO_FILTER, period: `${range}d` }
  switch (by) {
    case 'kind':
      return { ...inRange, kinds: KINDS.filter((kind) => kind === id) }
    case 'user':
      return { ...inRange, user: { id, name } }
    case 'destination':
      return { ...inRange, search: id }
  }
}
