/**
 * The page's one movement filter: wherever it is set, the list follows, and so does the address as far as it may. The
 * address is replaced, not pushed, so Back leads to where the reader came from.
 */
import { useSyncExternalStore } from 'react'
import { type MovementFilter, parseFilter, printFilter } from './filter.ts'

let filter: MovementFilter | null = null
let calls = 0
const listeners = new Set<() => void>()

export interface MovementFilterStore {
  readonly filter: MovementFilter
  readonly setFilter: (next: MovementFilter) => void
  /** Sets the filter and takes the reader to the list, from elsewhere on the page. */
  readonly showMovements: (next: MovementFilter) => void
}

export function useMovementFilter(): MovementFilterStore {
  return { filter: useSyncExternalStore(subscribe, read), setFilter, showMovements }
}

/** Increases whenever the reader is taken to the list; 0 at first. */
export function useMovementCalls(): number {
  return useSyncExternalStore(subscribe, () => calls)
}

function read(): MovementFilter {
  filter ??= parseFilter(location.search)
  return filter
}

function setFilter(next: MovementFilter): void {
  filter = next
  const { pathname, search, hash } = location
  history.replaceState(history.state, '', `${pathname}${printFilter(search, next)}${hash}`)
  for (const listener of listeners) listener()
}

function showMovements(next: MovementFilter): void {
  calls += 1
  setFilter(next)
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
