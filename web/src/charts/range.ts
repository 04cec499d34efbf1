/**
 * The number of days that both charts show. It is in the page's URL, for reloads and bookmarks, and stored for the next
 * visit.
 */

export const RANGES = [7, 30, 90] as const
export type Range = (typeof RANGES)[number]

export type Store = Pick<Storage, 'getItem' | 'setItem'>

const DEFAULT: Range = 30
const PARAMETER = 'days'
export const PLACE = 'billing:days'

/** The range of the URL, else the one chosen last. */
export function readRange(search: string, store: Store | null): Range {
  const asked = new URLSearchParams(search).get(PARAMETER)
  return rangeOf(asked) ?? rangeOf(store?.getItem(PLACE) ?? null) ?? DEFAULT
}

/** The URL with the range; its other parts stay. */
export function withRange(url: string, range: Range): string {
  const changed = new URL(url)
  changed.searchParams.set(PARAMETER, String(range))
  return changed.href
}

function rangeOf(text: string | null): Range | undefined {
  return RANGES.find((range) => String(range) === text)
}
