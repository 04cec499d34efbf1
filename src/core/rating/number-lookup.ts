/**
 * What rating asks about the phone numbers of an event. Normally the catalog answers. When an old decision is
 * recomputed after its numbers were cleared, the recorded facts answer (`../audit/recorded-numbers.ts`).
 */
import type { CallRate, Catalog, Deck, MessageRate } from '../catalog/catalog.ts'
import type { CallEvent, MessageEvent, TollFreeEvent } from '../usage/event.ts'
import { type NumberFacts, numberFacts } from '../usage/number.ts'
import { findRate } from './deck.ts'

export type NumberedEvent = CallEvent | TollFreeEvent | MessageEvent

/** Questions about `from` and `to` of one event. Answers depend only on the arguments and on what was recorded. */
export interface NumberLookup {
  /** Whether the destination is an emergency number, so that the usage is free. */
  readonly isEmergency: (catalog: Catalog, event: NumberedEvent) => boolean
  readonly destination: (catalog: Catalog, event: NumberedEvent) => NumberFacts
  /** Null if the caller is withheld. */
  readonly caller: (catalog: Catalog, event: NumberedEvent) => NumberFacts | null
  /**
   * The deck row that prices the destination at the time of the event. Null if there is none: a price is never guessed.
   */
  readonly rate: <Rate extends CallRate | MessageRate>(
    deck: Deck<Rate> | null | undefined,
    event: NumberedEvent,
  ) => Rate | null
}

/** Looks numbers up in the catalog and its decks. One object serves all events and catalogs. */
export const CATALOG_NUMBERS: NumberLookup = {
  isEmergency: (catalog, event) => catalog.emergencyNumbers.has(event.to),
  destination: (catalog, event) => numberFacts(catalog, event.to),
  caller: (catalog, event) => (event.from === null ? null : numberFacts(catalog, event.from)),
  rate: (deck, event) => findRate(deck, event.to, event.occurredAtMicros),
}
