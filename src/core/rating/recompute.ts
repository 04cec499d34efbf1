/**
 * Decides recorded usage a second time, from what was stored with it: the event, the versions of settings and catalog,
 * the minutes that were left. The same figures must come out, or the record and the rules disagree.
 */

import { decideUsage } from '../batch/decide-usage.ts'
import { type Book, type KnownUsage, usageKey } from '../book/book.ts'
import type { CallRate, Catalog, Deck, MessageRate, NumberingRow, NumberType, Tariff } from '../catalog/catalog.ts'
import { buildPrefixTable } from '../catalog/prefix-table.ts'
import type { InstantMicros } from '../instant.ts'
import type { Currency, Micros } from '../money.ts'
import type { AccountSettings } from '../settings/settings.ts'
import type { Channel, Direction, Leg, UsageEvent, UsageType } from '../usage/event.ts'
import { packageIdAt } from './coverage.ts'
import { type AppliedRate, creditTaken, type Decision, type Outcome, type Reason } from './decision.ts'
import { counterKey, counterOf, fairUseLimit, storedCounter } from './fair-use.ts'

/** What a decision comes to, stored or recomputed: the figures that must agree. */
export interface DecisionFigures {
  readonly outcome: Outcome
  readonly reason: Reason
  readonly units: number
  readonly coveredMinutes: number
  readonly amountMicros: Micros
  readonly currency: Currency | null
  readonly deck: string | null
  readonly prefix: string | null
  readonly destination: string | null
  readonly toCountry: string | null
  readonly toType: NumberType | null
  readonly fromCountry: string | null
  readonly minutesLeft: number | null
  readonly cycleAnchor: string | null
  readonly cycleStart: string | null
  /** What it moved on the account's credit, below zero when it took some; 0 when there is no movement. */
  readonly movedMicros: Micros
}

/** The event that a correction takes back, as it is recorded. */
export interface CorrectedUsage {
  readonly type: UsageType
  readonly userId: string | null
  readonly outcome: Outcome
  readonly reason: Reason
  readonly amountMicros: Micros
  readonly coveredMinutes: number
  readonly currency: Currency
  readonly cycleAnchor: string | null
  readonly cycleStart: string | null
}

/** The correction that took an event back; instant and outcome are null once its detail is gone. */
export interface CorrectingUsage {
  readonly eventId: string
  readonly recordedAtMicros: InstantMicros | null
  readonly outcome: Outcome | null
}

/** The refusal that a correction's wait ended in. */
export interface GivenUp {
  readonly recordedAtMicros: InstantMicros
  readonly detail: string
}

export interface RecordedMovement {
  readonly sequence: bigint
  readonly balanceBeforeMicros: Micros
  readonly balanceAfterMicros: Micros
}

/** One event with its decision, as the ledger holds them. */
export interface StoredUsage {
  readonly accountId: string
  readonly eventId: string
  readonly type: UsageType
  readonly occurredAtMicros: InstantMicros
  readonly recordedAtMicros: InstantMicros
  readonly interactionId: string
  readonly userId: string | null
  readonly direction: Direction | null
  readonly leg: Leg | null
  readonly from: string | null
  readonly to: string | null
  readonly channel: Channel | null
  readonly agentId: string | null
  readonly sku: string | null
  readonly corrects: string | null
  /** As used: seconds, fragments or items. */
  readonly quantity: number
  readonly figures: DecisionFigures
  readonly settingsVersion: number
  readonly catalogVersion: number | null
  readonly correctedBy: CorrectingUsage | null
  readonly corrected: CorrectedUsage | null
  /** For a correction whose event did not come in time; null for any other usage. */
  readonly givenUp: GivenUp | null
  readonly movement: RecordedMovement | null
}

/** Null where the record holds too little to decide again; `why` says what it lacks. */
export type Recomputed =
  | { readonly figures: DecisionFigures; readonly why: null }
  | { readonly figures: null; readonly why: string }

/** Phone numbers are cleared after their retention; usage that goes to a number was never recorded without it. */
export function areNumbersCleared(stored: StoredUsage): boolean {
  const hasNumbers = stored.type === 'call' || stored.type === 'toll_free' || stored.type === 'message'
  return hasNumbers && stored.to === null
}

/** `catalog` is the stored version's, null where none was asked when it was decided. */
export function recompute(stored: StoredUsage, settings: AccountSettings, catalog: Catalog | null): Recomputed {
  const standIn = areNumbersCleared(stored) ? standInNumbers(stored) : { to: stored.to, from: stored.from }
  const event = rebuiltEvent(stored, standIn.from, standIn.to)
  if (typeof event === 'string') return { figures: null, why: event }
  const used =
    catalog !== null && areNumbersCleared(stored) ? standInCatalog(catalog, stored, settings.tariff) : catalog
  const decided = decideUsage(event, '', bookAtTheTime(stored, settings, used))
  return { figures: figuresOf(decided), why: null }
}

/** Names of the figures in which two decisions differ. */
export function differingFigures(a: DecisionFigures, b: DecisionFigures): (keyof DecisionFigures)[] {
  return (Object.keys(a) as (keyof DecisionFigures)[]).filter((name) => a[name] !== b[name])
}

function figuresOf(decided: Decision): DecisionFigures {
  const counter = decided.fairUse?.counter ?? null
  const taken = creditTaken(decided)
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
    movedMicros: taken === 0n ? 0n : -taken,
  }
}

/** The event as it was read, or what its record lacks. */
function rebuiltEvent(stored: StoredUsage, from: string | null, to: string | null): UsageEvent | string {
  const { accountId, eventId, occurredAtMicros, interactionId, userId, quantity } = stored
  const facts = { accountId, eventId, occurredAtMicros, interactionId, userId }
  switch (stored.type) {
    case 'call': {
      const { direction, leg } = stored
      if (direction === null || leg === null || to === null) return 'the direction or the leg is not recorded'
      return { ...facts, type: 'call', direction, leg, from, to, durationSeconds: quantity }
    }
    case 'toll_free':
      return { ...facts, type: 'toll_free', from, to: to ?? '', durationSeconds: quantity }
    case 'message': {
      const { channel, direction } = stored
      if (channel === null || direction === null || to === null) return 'the channel or the direction is not recorded'
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

/** What was known when the event was decided, as far as its decision depends on it. */
function bookAtTheTime(stored: StoredUsage, settings: AccountSettings, catalog: Catalog | null): Book {
  const { accountId, eventId, catalogVersion } = stored
  const known = new Map<string, KnownUsage>()
  if (stored.corrects !== null && stored.corrected !== null && wasKnown(stored.corrected)) {
    known.set(usageKey(accountId, stored.corrects), knownUsage(accountId, stored.corrected))
  }
  const awaited = new Map<string, string>()
  const by = stored.correctedBy
  // A correction that was pending came before the event; one that reversed it came after, and did not matter yet.
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

/** An event that is voided came after its correction, and so did another correction: neither was known to it. */
function wasKnown(corrected: CorrectedUsage): boolean {
  return corrected.outcome !== 'voided' && corrected.type !== 'correction'
}

function knownUsage(accountId: string, corrected: CorrectedUsage): KnownUsage {
  return {
    content: '',
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

/** The counter that leaves the recorded minutes: the limit less what was left. Without a limit it does not matter. */
function minutesUsedBefore(
  stored: StoredUsage,
  settings: AccountSettings,
  catalog: Catalog | null,
): Map<string, number> {
  const limit = limitAt(stored, settings, catalog)
  const { minutesLeft } = stored.figures
  if (limit === null || minutesLeft === null || stored.userId === null) return new Map()
  const key = counterKey(counterOf(settings, stored.userId, stored.occurredAtMicros))
  // More minutes left than the limit allows would take a counter below zero, which there is not: that must differ.
  return new Map([[key, Math.max(0, limit - minutesLeft)]])
}

function limitAt(stored: StoredUsage, settings: AccountSettings, catalog: Catalog | null): number | null {
  const packageId = packageIdAt(settings, stored.occurredAtMicros)
  const pack = packageId === null ? undefined : catalog?.packages.get(packageId)
  return pack === undefined ? null : fairUseLimit(settings, pack)
}

const CALLER_STAND_IN = '+999999999999999'
const DESTINATION_STAND_IN = '+000000000000000'

/** Numbers to decide by where the real ones are cleared: below the recorded prefix, and nobody's. */
function standInNumbers({ figures }: StoredUsage): { to: string; from: string | null } {
  const { prefix, fromCountry } = figures
  const to = prefix === null ? DESTINATION_STAND_IN : prefix.startsWith('+') ? prefix.padEnd(16, '0') : prefix
  return { to, from: fromCountry === null ? null : CALLER_STAND_IN }
}

/**
 * The catalog as it looks from behind a stand-in number: its country and type are the recorded ones, and decks hold the
 * recorded prefix only, with its prices of every date. What only the number could say, an emergency, is taken as recorded.
 */
function standInCatalog(catalog: Catalog, stored: StoredUsage, tariffId: string): Catalog {
  const { to, from } = standInNumbers(stored)
  const { reason, prefix, toCountry, toType, fromCountry } = stored.figures
  const numbering: NumberingRow[] = []
  if (toType !== null) numbering.push({ prefix: to, country: toCountry, type: toType })
  if (from !== null) numbering.push({ prefix: from, country: fromCountry, type: 'fixed' })
  const tariff = catalog.tariffs.get(tariffId)
  return {
    ...catalog,
    emergencyNumbers: new Set(reason === 'emergency' ? [to] : []),
    numbering: buildPrefixTable(numbering),
    tariffs: tariff === undefined ? new Map() : new Map([[tariffId, withOnly(prefix, tariff)]]),
  }
}

function withOnly(prefix: AppliedRate['prefix'] | null, tariff: Tariff): Tariff {
  const cut = <Rate extends CallRate | MessageRate>({ file, rates }: Deck<Rate>): Deck<Rate> => {
    const rows = [...rates.rows, ...rates.shortCodes.values()].flat()
    return { file, rates: buildPrefixTable(rows.filter((row) => row.prefix === prefix)) }
  }
  return {
    ...tariff,
    outbound: tariff.outbound && cut(tariff.outbound),
    tollFree: tariff.tollFree && cut(tariff.tollFree),
    messages: new Map([...tariff.messages].map(([key, deck]) => [key, cut(deck)])),
  }
}
