/** Listings: columns under a line of headings, aligned for a person at a terminal, tab-separated for `cut` and the like. */

export type Columns<T> = readonly (readonly [heading: string, value: (row: T) => string])[]

/** A cell longer than this shifts its own row, rather than push the next column of all rows off the screen. */
const WIDEST_ALIGNED = 60

/**
 * Makes the text of a listing, page after page; the headings come with the first page, so an empty page is one too. Columns
 * are as wide as the pages so far need: a later page with a longer cell moves what follows it, and nothing is held back.
 */
export function createListing<T>(
  columns: Columns<T>,
  isAligned: boolean = process.stdout.isTTY === true,
): (page: readonly T[]) => string {
  const headings = columns.map(([heading]) => heading)
  const widths = columns.map(() => 0)
  let isBegun = false
  return (page) => {
    const rows = page.map((row) => columns.map(([, value]) => onOneLine(value(row))))
    if (!isBegun) rows.unshift(headings)
    isBegun = true
    if (!isAligned) return rows.map((cells) => `${cells.join('\t')}\n`).join('')
    for (const cells of rows) {
      cells.forEach((cell, at) => {
        widths[at] = Math.max(widths[at]!, Math.min(cell.length, WIDEST_ALIGNED))
      })
    }
    const line = (cells: readonly string[]) => cells.map((cell, at) => cell.padEnd(widths[at]!)).join('  ')
    return rows.map((cells) => `${line(cells).trimEnd()}\n`).join('')
  }
}

/** Tabs and line breaks would shift the columns; other control characters would be obeyed by the terminal. */
export function onOneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim()
}
