/** Listings for people and for `cut`: tab-separated columns under a line of headings. */

export type Columns<T> = readonly (readonly [heading: string, value: (row: T) => string])[]

export function headingsOf(columns: Columns<never>): string {
  return `${columns.map(([heading]) => heading).join('\t')}\n`
}

export function linesOf<T>(columns: Columns<T>, rows: readonly T[]): string {
  return rows.map((row) => `${columns.map(([, value]) => onOneLine(value(row))).join('\t')}\n`).join('')
}

/** Tabs and line breaks would shift the columns; other control characters would be obeyed by the terminal. */
export function onOneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim()
}
