/** How many days both charts show: in the page's URL, so that a reload and a bookmark keep it, and remembered for the next visit. */

export const RANGES = [7, 30, 90] as const
export type Range = (typeof RANGES)[number]

export type Store = Pick<Storage, 'getItem' | 'setItem'>

const DEFAULT: Range = 30
const PARAMETER = 'days'
export const PLACE = 'billing:days'

/** What the URL says, else what was chosen last. */
export function readRange(search: string, store: Store | null): Range {
  const asked = new URLSearchParams(search).get(PARAMETER)
  return rangeOf(asked) ?? rangeOf(store?.getItem(PLACE) ?? null) ?? DEFAULT
}

/** The URL with it, whatever else is in there. */
export function withRange(url: string, range: Range): string {
  const changed = new URL(url)
  changed.searchParams.set(PARAMETER, String(range))
  return changed.href
}

function rangeOf(text: string | null): Range | undefined {
  return RANGES.find((range) => String(range) === text)
}
