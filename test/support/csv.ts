/** A strict parser of CSV by RFC 4180: throws on any deviation. */

/** Rows of cells. */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = []
  let at = 0
  while (at < text.length) {
    const row: string[] = []
    for (;;) {
      const [cell, next] = text[at] === '"' ? quoted(text, at) : plain(text, at)
      row.push(cell)
      at = next
      if (text[at] === ',') at++
      else break
    }
    if (text.slice(at, at + 2) !== '\r\n') throw new Error(`row ${rows.length + 1} does not end where it ends`)
    at += 2
    rows.push(row)
  }
  return rows
}

function quoted(text: string, at: number): [string, number] {
  let end = at + 1
  for (;;) {
    end = text.indexOf('"', end)
    if (end === -1) throw new Error('a quoted cell has no end')
    if (text[end + 1] !== '"') return [text.slice(at + 1, end).replaceAll('""', '"'), end + 1]
    end += 2
  }
}

function plain(text: string, at: number): [string, number] {
  let end = at
  while (end < text.length && !',\r\n'.includes(text[end]!)) end++
  const cell = text.slice(at, end)
  if (cell.includes('"')) throw new Error(`a quote stands in a cell without quotes: ${cell}`)
  return [cell, end]
}
