/**
 * The filter of the movements, one to a page: whatever of the page sets it, the list follows, and so does the address, as far as
 * it may. The address is replaced: a filter is no place that Back leads to, Back leads to where one came from.
 */
import { useSyncExternalStore } from 'react'
import { type MovementFilter, parseFilter, printFilter } from './filter.ts'

let filter: MovementFilter | null = null
let calls = 0
const listeners = new Set<() => void>()

export interface MovementFilterStore {
  readonly filter: MovementFilter
  readonly setFilter: (next: MovementFilter) => void
  /** Sets it and leads there: from a part of the page that is elsewhere. */
  readonly showMovements: (next: MovementFilter) => void
}

export function useMovementFilter(): MovementFilterStore {
  return { filter: useSyncExternalStore(subscribe, read), setFilter, showMovements }
}

/** Grows whenever the reader is led to the movements; 0: not yet. */
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
