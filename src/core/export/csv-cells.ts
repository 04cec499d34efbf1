/**
 * The cells of an export's CSV. Texts that a spreadsheet would take for a formula get an apostrophe in front; numbers are
 * numbers, below zero too, and instants are RFC 3339 in UTC, so neither is touched.
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

/** In the order of `CSV_HEADINGS`; what there is not is empty. */
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

/** What spreadsheets begin a formula with, and what they skip before it; wide signs are signs to some. */
const BEGINS_FORMULA = /^[=+\-@\t\r\n＝＋－＠]/

export function safeText(text: string | null): string {
  if (text === null) return ''
  return BEGINS_FORMULA.test(text) ? `'${text}` : text
}

/** `-1.50`, `-0.0286`: exact, with at least two digits after the point. */
export function shortMoney(micros: Micros): string {
  return formatMoney(micros).replace(/0{1,4}$/, '')
}
