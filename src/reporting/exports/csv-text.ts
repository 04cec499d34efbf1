/**
 * Exports as CSV: RFC 4180, UTF-8 with a byte order mark. Without the mark Excel, which most customers use, reads UTF-8
 * in the code page of their country and breaks every umlaut. Data tools accept the mark (`utf-8-sig` in Python; DuckDB
 * and pandas on their own).
 */
import { stringify } from 'csv-stringify/sync'
import { CSV_HEADINGS, csvCells } from '../../core/export/csv-cells.ts'
import { exportedMovement, type MovementFacts } from '../../core/export/exported-movement.ts'

const BYTE_ORDER_MARK = '\ufeff'

/**
 * Cells are quoted for either kind of line break, not only for `\r\n`. Formulas are guarded per cell, in texts only:
 * the library's own guard would also change negative amounts.
 */
const FORM = { record_delimiter: '\r\n', quote_record_delimiter: true, escape_formulas: false } as const

/** The byte order mark and the headings. */
export const CSV_HEAD = BYTE_ORDER_MARK + stringify([[...CSV_HEADINGS]], FORM)

/** The rows of a list of movements. */
export function csvText(movements: readonly MovementFacts[]): string {
  return stringify(
    movements.map((movement) => csvCells(exportedMovement(movement))),
    FORM,
  )
}
