/** The range as the page has it: read once, and written down when another is chosen. */
import { useState } from 'react'
import { PLACE, type Range, readRange, type Store, withRange } from './range.ts'

export function useRange(): [Range, (range: Range) => void] {
  const [range, setRange] = useState(() => readRange(location.search, storage()))
  return [
    range,
    (chosen) => {
      setRange(chosen)
      history.replaceState(history.state, '', withRange(location.href, chosen))
      remember(chosen)
    },
  ]
}

/** A browser may allow none, in a frame above all. */
function storage(): Store | null {
  try {
    return localStorage
  } catch {
    return null
  }
}

function remember(range: Range): void {
  try {
    storage()?.setItem(PLACE, String(range))
  } catch {
    // It is full: the URL has it all the same.
  }
}
