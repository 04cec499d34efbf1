/** The range as state of the page; a new choice is stored. */
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

/** The browser may deny storage, above all in a frame. */
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
    // Storage is full; the URL still has the range.
  }
}
