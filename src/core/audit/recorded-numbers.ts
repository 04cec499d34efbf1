/** What a recorded decision says about phone numbers, for recomputing it after the numbers were cleared. */
import type { CallRate, Deck, MessageRate } from '../catalog/catalog.ts'
import { longestPrefix } from '../catalog/prefix-table.ts'
import { isEffective } from '../rating/deck.ts'
import type { NumberLookup } from '../rating/number-lookup.ts'
import { numberFacts, UNKNOWN_NUMBER } from '../usage/number.ts'
import type { StoredUsage } from './recorded-usage.ts'

/**
 * Answers questions about the numbers of `stored` from its record; the event's own numbers are ignored. Whether a
 * destination was an emergency number comes from the recorded reason.
 */
export function recordedNumbers(stored: StoredUsage): NumberLookup {
  const { reason, prefix, toCountry, toType, fromCountry } = stored.figures
  return {
    isEmergency: () => reason === 'emergency',
    destination: (catalog) => {
      // The prefix of a short code is the whole number.
      if (prefix !== null && !prefix.startsWith('+')) return numberFacts(catalog, prefix)
      return toType === null ? UNKNOWN_NUMBER : { country: toCountry, type: toType }
    },
    // Rating uses only the caller's country, so a withheld caller and one without a known country are the same.
    caller: () => ({ ...UNKNOWN_NUMBER, country: fromCountry }),
    rate: (deck) => recordedRow(deck, stored),
  }
}

/**
 * Returns the row of the recorded prefix that was in force. It is the row that priced the event, if the record is
 * correct.
 */
export function recordedRow<Rate extends CallRate | MessageRate>(
  deck: Deck<Rate> | null | undefined,
  { figures: { prefix }, occurredAtMicros }: StoredUsage,
): Rate | null {
  if (!deck || prefix === null) return null
  return longestPrefix(deck.rates, prefix, (row) => row.prefix === prefix && isEffective(row, occurredAtMicros))
}
