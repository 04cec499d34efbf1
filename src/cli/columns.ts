/** Tables with headings: aligned at a terminal, tab-separated for programs such as `cut`. */

export type Columns<T> = readonly (readonly [heading: string, value: (row: T) => string])[]

/** A longer cell shifts its own row only, instead of widening the column for all rows. */
const WIDEST_ALIGNED = 60

/**
 * Creates a formatter that is called page by page; the headings come with the first page, even if it is empty. Columns
 * are as wide as the pages so far need, so a later page with a longer cell is wider, and no output is held back.
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

/**
 * Removes tabs and line breaks, which would shift columns, and other control characters, which the terminal would
 * interpret.
 */
export function onOneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim()
}
