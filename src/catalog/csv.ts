/**
 * Reads comma-separated values strictly by RFC 4180: a header that names every column once, the same number of fields in
 * each row, quotes only around whole fields. Decks have hundreds of thousands of rows and hardly any quotes, so a line
 * without a quote is simply split; only lines with quotes are parsed character by character.
 */
import { type FaultList, shown } from './faults.ts'

/**
 * Calls `onRow` for each well-formed row, with its fields in the order of `columns` and the line it starts on. The header
 * may have any order. Malformed rows are skipped and added to `faults`; a wrong header ends the reading.
 */
export function readTable(
  text: string,
  file: string,
  columns: readonly string[],
  faults: FaultList,
  onRow: (fields: string[], line: number) => void,
): void {
  let order: number[] | null = null
  let inOrder = false
  readRecords(text, file, faults, (fields, line) => {
    if (order === null) {
      order = headerOrder(fields, line, file, columns, faults)
      inOrder = order?.every((at, i) => at === i) ?? false
      return order !== null
    }
    if (fields.length === 1 && fields[0] === '') {
      faults.error(file, line, 'empty line')
    } else if (fields.length !== columns.length) {
      faults.error(file, line, `${fields.length} fields, but the header has ${columns.length}`)
    } else {
      onRow(inOrder ? fields : order.map((at) => fields[at]!), line)
    }
    return true
  })
}

/** The position of each of `columns` in the header; null when a column is missing, unknown or repeated. */
function headerOrder(
  header: readonly string[],
  line: number,
  file: string,
  columns: readonly string[],
  faults: FaultList,
): number[] | null {
  const errorsBefore = faults.errorCount
  for (const column of columns) if (!header.includes(column)) faults.error(file, line, `missing column ${column}`)
  header.forEach((column, i) => {
    if (!columns.includes(column)) faults.error(file, line, `unknown column ${shown(column)}`)
    else if (header.indexOf(column) !== i) faults.error(file, line, `column ${column} appears twice`)
  })
  return faults.errorCount === errorsBefore ? columns.map((column) => header.indexOf(column)) : null
}

function readRecords(
  text: string,
  file: string,
  faults: FaultList,
  onRecord: (fields: string[], line: number) => boolean,
): void {
  let line = 1
  let start = 0
  while (start < text.length) {
    const found = text.indexOf('\n', start)
    const end = found < 0 ? text.length : found
    const plain = text.slice(start, end)
    if (!plain.includes('"')) {
      if (!onRecord(plain.split(','), line)) return
      start = end + 1
      line++
      continue
    }
    const record = readQuotedRecord(text, start)
    if (record.fault !== null) faults.error(file, line, record.fault)
    else if (!onRecord(record.fields, line)) return
    line += record.lineCount
    start = record.end + 1
  }
}

/** Reads a record that contains quotes. `end` is the offset of its line feed, or the end of the text. */
function readQuotedRecord(
  text: string,
  start: number,
): { fields: string[]; end: number; lineCount: number; fault: string | null } {
  const fields: string[] = []
  let fault: string | null = null
  let lineCount = 1
  let at = start
  for (;;) {
    let field = ''
    if (text[at] === '"') {
      at++
      for (;;) {
        const quote = text.indexOf('"', at)
        const to = quote < 0 ? text.length : quote
        const piece = text.slice(at, to)
        for (const character of piece) if (character === '\n') lineCount++
        field += piece
        at = to + 1
        if (quote < 0) return { fields, end: text.length, lineCount, fault: 'a quoted field is never closed' }
        if (text[at] !== '"') break
        field += '"'
        at++
      }
    }
    const from = at
    while (at < text.length && text[at] !== ',' && text[at] !== '\n') at++
    const unquoted = text.slice(from, at)
    if (unquoted.includes('"')) fault ??= 'a quote inside an unquoted field'
    else if (unquoted !== '' && text[from - 1] === '"' && from > start)
      fault ??= 'text after the closing quote of a field'
    fields.push(field + unquoted)
    if (at >= text.length || text[at] === '\n') return { fields, end: at, lineCount, fault }
    at++
  }
}
