/** The result of a filter, as the list shows it. */
import type { ReactNode } from 'react'
import type { Listed, Loaded, Movement } from '../credit/data.ts'
import type { ChosenUser, MovementFilter } from './filter.ts'

export const MOVEMENTS_PER_PAGE = 50

export interface FoundMovements extends Listed<Movement> {
  /** On all pages together, as far as they are counted. */
  readonly count: number
  /** Whether there are more than `count`. */
  readonly isMore: boolean
  /** This is the previous filter's result, shown while the new one loads. */
  readonly isOld?: boolean
  readonly isShowingMore?: boolean
  /** The next page failed to load. */
  readonly isMoreMissing?: boolean
}

/** Too much is not indexed yet to search. */
export interface NotIndexed {
  readonly retryAfterSeconds: number
  readonly onRetry: () => void
  readonly isOld?: boolean
}

export interface AccountUsers {
  readonly users: readonly ChosenUser[]
  /** Whether the list is complete. */
  readonly isAll: boolean
}

export interface MovementsModel {
  readonly found: Loaded<FoundMovements | NotIndexed>
  readonly filter: MovementFilter
  readonly onFilter: (next: MovementFilter) => void
  readonly users: Loaded<AccountUsers>
  /** Requests the users, once a filter is to be chosen. */
  readonly onUsersWanted: () => void
  /** Renders the button for new movements; calls back once they are shown. */
  readonly showNew?: (onShown: () => void) => ReactNode
  readonly isInitiallyChoosing?: boolean
}
