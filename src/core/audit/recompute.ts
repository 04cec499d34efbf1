/**
 * Decides recorded usage a second time from what was stored with it: the event, the versions of settings and catalog,
 * and the minutes left. The result must have the recorded figures.
 */

import { decideUsage } from '../batch/decide-usage.ts'
import { type Book, type KnownUsage, usageKey } from '../book/book.ts'
import type { Catalog } from '../catalog/catalog.ts'
import { creditTaken, type Decision } from '../rating/decision.ts'
import { counterKey, counterOf, storedCounter } from '../rating/fair-use.ts'
import { CATALOG_NUMBERS } from '../rating/number-lookup.ts'
import type { AccountSettings } from '../settings/settings.ts'
import type { UsageEvent } from '../usage/event.ts'
import { recordedNumbers } from './recorded-numbers.ts'
import { recordedLimit } from './recorded-package.ts'
import { areNumbersCleared, type CorrectedUsage, type DecisionFigures, type StoredUsage } from './recorded-usage.ts'

/** `figures` is null if too little is recorded to decide again; then `why` says what is missing. */
export type Recomputed =
  | { readonly figures: DecisionFigures; readonly why: null }
  | { readonly figures: null; readonly why: string }

/**
 * Decides `stored` again, with the recorded versions and the recorded minutes left. `catalog` is null if none was used.
 * Phone numbers that were cleared are replaced by the recorded facts about them.
 */
export function recompute(stored: StoredUsage, settings: AccountSettings, catalog: Catalog | null): Recomputed {
  const event = rebuiltEvent(stored)
  if (typeof event === 'string') return { figures: null, why: event }
  const numbers = areNumbersCleared(stored) ? recordedNumbers(stored) : CATALOG_NUMBERS
  const decided = decideUsage(event, '', bookAtTheTime(stored, settings, catalog), numbers)
  return { figures: figuresOf(decided), why: null }
}

function figuresOf(decided: Decision): DecisionFigures {
  const counter = decided.fairUse?.counter ?? null
  return {
    outcome: decided.outcome,
    reason: decided.reason,
    units: decided.units,
    coveredMinutes: decided.coveredMinutes,
    amountMicros: decided.amountMicros,
    currency: decided.currency,
    deck: decided.rate?.deck ?? null,
    prefix: decided.rate?.prefix ?? null,
    destination: decided.rate?.destination ?? null,
    toCountry: decided.to?.country ?? null,
    toType: decided.to?.type ?? null,
    fromCountry: decided.from?.country ?? null,
    minutesLeft: decided.fairUse?.minutesLeft ?? null,
    cycleAnchor: counter?.anchor ?? null,
    cycleStart: counter?.cycleStart ?? null,
    movedMicros: -creditTaken(decided),
  }
}

/** The event as it was read, or a text that says what its record lacks. Cleared numbers are empty and not used. */
function rebuiltEvent(stored: StoredUsage): UsageEvent | string {
  const { accountId, eventId, occurredAtMicros, interactionId, userId, quantity, from } = stored
  const to = stored.to ?? ''
  const facts = { accountId, eventId, occurredAtMicros, interactionId, userId }
  switch (stored.type) {
    case 'call': {
      const { direction, leg } = stored
      if (direction === null || leg === null) return 'the direction or the leg is not recorded'
      return { ...facts, type: 'call', direction, leg, from, to, durationSeconds: quantity }
    }
    case 'toll_free':
      return { ...facts, type: 'toll_free', from, to, durationSeconds: quantity }
    case 'message': {
      const { channel, direction } = stored
      if (channel === null || direction === null) return 'the channel or the direction is not recorded'
      return { ...facts, type: 'message', channel, direction, from, to, fragments: quantity }
    }
    case 'conversation_intelligence':
      return { ...facts, type: 'conversation_intelligence', durationSeconds: quantity }
    case 'voice_agent':
      return { ...facts, type: 'voice_agent', agentId: stored.agentId ?? '', durationSeconds: quantity }
    case 'other':
      if (stored.sku === null) return 'the SKU is not recorded'
      return { ...facts, type: 'other', sku: stored.sku, quantity }
    case 'correction':
      if (stored.corrects === null) return 'which event it corrects is not recorded'
      return { ...facts, type: 'correction', corrects: stored.corrects }
  }
}

/** The book at the time of the decision, as far as the decision depends on it. */
function bookAtTheTime(stored: StoredUsage, settings: AccountSettings, catalog: Catalog | null): Book {
  const { accountId, eventId, catalogVersion } = stored
  const known = new Map<string, KnownUsage>()
  if (stored.corrects !== null && stored.corrected !== null && wasKnown(stored.corrected)) {
    known.set(usageKey(accountId, stored.corrects), knownUsage(accountId, stored.corrected))
  }
  const awaited = new Map<string, string>()
  const by = stored.correctedBy
  // A pending correction came before the event. One that reversed it came later and did not matter yet.
  const cameFirst = by?.outcome === 'pending' || (by?.outcome === null && stored.figures.outcome === 'voided')
  if (by !== null && cameFirst) awaited.set(usageKey(accountId, eventId), by.eventId)
  return {
    accounts: new Map([[accountId, settings]]),
    catalogs:
      catalog === null || catalogVersion === null
        ? []
        : [{ version: catalogVersion, inForceFromMicros: Number.NEGATIVE_INFINITY, catalog }],
    known,
    awaited,
    minutesUsed: minutesUsedBefore(stored, settings, catalog),
  }
}

/** A voided event came after its correction, and so did a correction recorded under its id: it did not know either. */
function wasKnown(corrected: CorrectedUsage): boolean {
  return corrected.outcome !== 'voided' && corrected.type !== 'correction'
}

function knownUsage(accountId: string, corrected: CorrectedUsage): KnownUsage {
  return {
    // The correction is decided again, not the corrected event.
    contentHash: null,
    outcome: corrected.outcome,
    isCorrection: false,
    amountMicros: corrected.amountMicros,
    coveredMinutes: corrected.coveredMinutes,
    currency: corrected.currency,
    counter: storedCounter(accountId, corrected.userId, corrected.cycleAnchor, corrected.cycleStart),
    movementSequence: null,
    correctedBy: null,
  }
}

/** The counter value that leaves the recorded minutes: the limit less the minutes left. Irrelevant without a limit. */
function minutesUsedBefore(
  stored: StoredUsage,
  settings: AccountSettings,
  catalog: Catalog | null,
): Map<string, number> {
  const { limitMinutes } = recordedLimit(stored, settings, catalog)
  const { minutesLeft } = stored.figures
  if (limitMinutes === null || minutesLeft === null || stored.userId === null) return new Map()
  const key = counterKey(counterOf(settings, stored.userId, stored.occurredAtMicros))
  // A counter is never below zero. If more minutes are recorded as left than the limit allows, the figures must differ.
  return new Map([[key, Math.max(0, limitMinutes - minutesLeft)]])
}
