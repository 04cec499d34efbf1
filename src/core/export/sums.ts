/**
 * The totals of an export, by the rule of every period: opening + added - used + other = closing. They are summed from the
 * rows of the file itself.
 */
import type { Micros } from '../money.ts'

export interface ExportSums {
  /** Top-ups. */
  readonly addedMicros: Micros
  /** Usage less reversals: above zero where credit was used. */
  readonly usedMicros: Micros
  /** Adjustments, refunds and disputes. */
  readonly otherMicros: Micros
}

export const NO_SUMS: ExportSums = { addedMicros: 0n, usedMicros: 0n, otherMicros: 0n }

interface Summed {
  readonly kind: string
  readonly amountMicros: Micros
}

/** Adds movements to the sums. */
export function addToSums(sums: ExportSums, movements: readonly Summed[]): ExportSums {
  let { addedMicros, usedMicros, otherMicros } = sums
  for (const { kind, amountMicros } of movements) {
    if (kind === 'top_up') addedMicros += amountMicros
    else if (kind === 'usage' || kind === 'reversal') usedMicros -= amountMicros
    else otherMicros += amountMicros
  }
  return { addedMicros, usedMicros, otherMicros }
}

/** The balance at the end of the period. */
export function closingMicros(openingMicros: Micros, { addedMicros, usedMicros, otherMicros }: ExportSums): Micros {
  return openingMicros + addedMicros - usedMicros + otherMicros
}
