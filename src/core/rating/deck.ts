/** Finding the price of a number: the longest prefix among the rows in force when the usage happened. */
import type { CallRate, Deck, Effective, MessageRate } from '../catalog/catalog.ts'
import { longestPrefix } from '../catalog/prefix-table.ts'
import type { InstantMicros } from '../instant.ts'
import type { AppliedRate } from './decision.ts'

/** The row that prices `number` at `at`, or null: nothing is ever charged at a guess. */
export function findRate<Rate extends CallRate | MessageRate>(
  deck: Deck<Rate> | null | undefined,
  number: string,
  at: InstantMicros,
): Rate | null {
  if (deck === null || deck === undefined) return null
  return longestPrefix(deck.rates, number, (row) => isEffective(row, at))
}

export function isEffective(row: Effective, at: InstantMicros): boolean {
  return row.effectiveFromMicros <= at && at < row.effectiveToMicros
}

export function appliedRate(deck: Deck<unknown>, row: { prefix: string; destination: string }): AppliedRate {
  return { deck: deck.file, prefix: row.prefix, destination: row.destination }
}
