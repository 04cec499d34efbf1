/**
 * The cells of an export's CSV. Text that a spreadsheet would take for a formula is prefixed with an apostrophe. Numbers,
 * including negative ones, and instants (RFC 3339 in UTC) are left as they are.
 */
import { formatInstant } from '../instant.ts'
import { formatMoney, type Micros } from '../money.ts'
import type { ExportedMovement } from './exported-movement.ts'

export const CSV_HEADINGS = [
  'Date & Time',
  'Interaction ID',
  'Description',
  'Units',
  'Amount',
  'Currency',
  'Balance After',
  'User',
  'Destination',
  'Recorded At',
] as const

/** The cells of a movement in the order of `CSV_HEADINGS`; a missing value is an empty cell. */
export function csvCells(movement: ExportedMovement): string[] {
  return [
    formatInstant(movement.occurredAtMicros),
    safeText(movement.interactionId),
    movement.description,
    movement.units === null ? '' : String(movement.units),
    shortMoney(movement.amountMicros),
    movement.currency,
    shortMoney(movement.balanceAfterMicros),
    safeText(movement.user),
    safeText(movement.destination),
    formatInstant(movement.recordedAtMicros),
  ]
}

/** Characters that start a formula, or that spreadsheets skip before one. Some accept full-width signs as well. */
const BEGINS_FORMULA = /^[=+\-@\t\r\n＝＋－＠]/

/** Makes text safe for spreadsheets; null becomes empty. */
export function safeText(text: string | null): string {
  if (text === null) return ''
  return BEGINS_FORMULA.test(text) ? `'${text}` : text
}

/** Formats money exactly, with at least two digits after the point: `-1.50`, `-0.0286`. */
export function shortMoney(micros: Micros): string {
  return formatMoney(micros).replace(/0{1,4}$/, '')
}
