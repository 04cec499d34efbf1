/**
 * All that rating asks of the telephone numbers of an event. A catalog answers by looking the numbers up; a decision that is
 * made again after they were cleared is answered from the facts that were recorded (`../audit/recorded-numbers.ts`).
 */
import type { CallRate, Catalog, Deck, MessageRate } from '../catalog/catalog.ts'
import type { CallEvent, MessageEvent, TollFreeEvent } from '../usage/event.ts'
import { type NumberFacts, numberFacts } from '../usage/number.ts'
import { findRate } from './deck.ts'

export type NumberedEvent = CallEvent | TollFreeEvent | MessageEvent

/** Questions about `from` and `to` of one event. No answer depends on anything but the arguments and what was recorded. */
export interface NumberLookup {
  /** Whether usage that goes to the destination is free as an emergency. */
  readonly isEmergency: (catalog: Catalog, event: NumberedEvent) => boolean
  readonly destination: (catalog: Catalog, event: NumberedEvent) => NumberFacts
  /** Null where the caller is withheld. */
  readonly caller: (catalog: Catalog, event: NumberedEvent) => NumberFacts | null
  /** The row of `deck` that prices the destination when the event occurred, or null: nothing is ever charged at a guess. */
  readonly rate: <Rate extends CallRate | MessageRate>(
    deck: Deck<Rate> | null | undefined,
    event: NumberedEvent,
  ) => Rate | null
}

/** Looks the numbers up in the catalog and its decks. One object for all events and catalogs. */
export const CATALOG_NUMBERS: NumberLookup = {
  isEmergency: (catalog, event) => catalog.emergencyNumbers.has(event.to),
  destination: (catalog, event) => numberFacts(catalog, event.to),
  caller: (catalog, event) => (event.from === null ? null : numberFacts(catalog, event.from)),
  rate: (deck, event) => findRate(deck, event.to, event.occurredAtMicros),
}
