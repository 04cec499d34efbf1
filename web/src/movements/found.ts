/** What of the movements is shown: those that the filter lets through. */
import type { ReactNode } from 'react'
import type { Listed, Loaded, Movement } from '../credit/data.ts'
import type { ChosenUser, MovementFilter } from './filter.ts'

export const MOVEMENTS_PER_PAGE = 50

export interface FoundMovements extends Listed<Movement> {
  /** On all pages, as far as they are counted. */
  readonly count: number
  /** There are more than `count`. */
  readonly isMore: boolean
  /** Of the filter before, while those of this one are read. */
  readonly isOld?: boolean
  readonly isShowingMore?: boolean
  /** The next page could not be had. */
  readonly isMoreMissing?: boolean
}

/** Too much is not indexed yet for anything to be looked for. */
export interface NotIndexed {
  readonly retryAfterSeconds: number
  readonly onRetry: () => void
  readonly isOld?: boolean
}

export interface AccountUsers {
  readonly users: readonly ChosenUser[]
  /** There are no others. */
  readonly isAll: boolean
}

export interface MovementsModel {
  readonly found: Loaded<FoundMovements | NotIndexed>
  readonly filter: MovementFilter
  readonly onFilter: (next: MovementFilter) => void
  readonly users: Loaded<AccountUsers>
  /** They are wanted once a filter is to be chosen. */
  readonly onUsersWanted: () => void
  /** What shows those that came since, if there are any; it says when it has. */
  readonly showNew?: (onShown: () => void) => ReactNode
  readonly isInitiallyChoosing?: boolean
}
