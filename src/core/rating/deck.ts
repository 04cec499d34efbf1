/** Finds the price of a number: the longest matching prefix among the rows in force when the usage happened. */
import type { CallRate, Deck, Effective, MessageRate } from '../catalog/catalog.ts'
import { longestPrefix } from '../catalog/prefix-table.ts'
import type { InstantMicros } from '../instant.ts'
import type { AppliedRate } from './decision.ts'

/** Finds the row that prices `number` at `at`. Null if there is none: a price is never guessed. */
export function findRate<Rate extends CallRate | MessageRate>(
  deck: Deck<Rate> | null | undefined,
  number: string,
  at: InstantMicros,
): Rate | null {
  if (deck === null || deck === undefined) return null
  return longestPrefix(deck.rates, number, (row) => isEffective(row, at))
}

/** Whether the row is in force at `at`. */
export function isEffective(row: Effective, at: InstantMicros): boolean {
  return row.effectiveFromMicros <= at && at < row.effectiveToMicros
}

/** The row as a decision records it. */
export function appliedRate(deck: Deck<unknown>, row: { prefix: string; destination: string }): AppliedRate {
  return { deck: deck.file, prefix: row.prefix, destination: row.destination }
}
