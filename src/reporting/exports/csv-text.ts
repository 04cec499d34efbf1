/**
 * An export as CSV: RFC 4180, UTF-8. It begins with a byte order mark: without one Excel, which is what most customers open it
 * with, takes UTF-8 for the code page of their country and breaks every umlaut. Readers of data know the mark (`utf-8-sig` in
 * Python; DuckDB and pandas by themselves).
 */
import { stringify } from 'csv-stringify/sync'
import { CSV_HEADINGS, csvCells } from '../../core/export/csv-cells.ts'
import { exportedMovement, type MovementFacts } from '../../core/export/exported-movement.ts'

const BYTE_ORDER_MARK = '\ufeff'

/**
 * Line breaks of either kind within a cell are quoted, not the whole `\r\n` alone. Formulas are guarded cell by cell, texts
 * alone: the library's own guard takes amounts below zero for formulas too.
 */
const FORM = { record_delimiter: '\r\n', quote_record_delimiter: true, escape_formulas: false } as const

export const CSV_HEAD = BYTE_ORDER_MARK + stringify([[...CSV_HEADINGS]], FORM)

export function csvText(movements: readonly MovementFacts[]): string {
  return stringify(
    movements.map((movement) => csvCells(exportedMovement(movement))),
    FORM,
  )
}
