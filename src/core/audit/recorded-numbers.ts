/** What is known of phone numbers by the decision that was made on them: rating asks it where the numbers are cleared. */
import type { CallRate, Deck, MessageRate } from '../catalog/catalog.ts'
import { longestPrefix } from '../catalog/prefix-table.ts'
import { isEffective } from '../rating/deck.ts'
import type { NumberLookup } from '../rating/number-lookup.ts'
import { numberFacts, UNKNOWN_NUMBER } from '../usage/number.ts'
import type { StoredUsage } from './recorded-usage.ts'

/**
 * Answers for the numbers of `stored` from its record, whatever the event holds in their place. That a destination was an
 * emergency, which only the number could say, is believed of the recorded reason.
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
    // Rating asks nothing but the country of a caller, so it is the same whether one was withheld or of no known country.
    caller: () => ({ ...UNKNOWN_NUMBER, country: fromCountry }),
    rate: (deck) => recordedRow(deck, stored),
  }
}

/** The row of the recorded prefix that was in force: the one that priced the event, if the record is right. */
export function recordedRow<Rate extends CallRate | MessageRate>(
  deck: Deck<Rate> | null | undefined,
  { figures: { prefix }, occurredAtMicros }: StoredUsage,
): Rate | null {
  if (!deck || prefix === null) return null
  return longestPrefix(deck.rates, prefix, (row) => row.prefix === prefix && isEffective(row, occurredAtMicros))
}
