/** Which movements a bar leads to: those of its range that it is of. */
import { KINDS, type MovementFilter, NO_FILTER } from '../movements/filter.ts'
import type { Range } from './range.ts'
import type { Shown } from './words.ts'

/** Days of the charts are UTC's and days of movements the reader's, so at the range's beginning a few hours differ. */
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
