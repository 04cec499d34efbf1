/** Decided usage as the ledger would store it, without a database. */

import type { CorrectedUsage, StoredUsage } from '../../src/core/audit/recorded-usage.ts'
import { creditTaken, type Decision } from '../../src/core/rating/decision.ts'
import type { AccountSettings } from '../../src/core/settings/settings.ts'
import { readUsage } from '../../src/core/usage/read.ts'
import { type Fields, take, testAccount, testBook } from './catalog.ts'

/** Decides the last of these events after the others, and returns it as the ledger would store it. */
export function recorded(events: readonly Fields[], settings: Partial<AccountSettings> = {}): StoredUsage {
  const book = testBook([testAccount(settings)])
  const decisions = events.map((fields) => take(book, fields))
  const all = events.map((fields, i) => storedAs(fields, decisions[i]!))
  const last = all.at(-1)!
  const corrects = all.find(({ eventId }) => eventId === last.corrects)
  const by = all.find((one) => one.corrects === last.eventId)
  return {
    ...last,
    corrected: corrects === undefined ? null : asCorrected(corrects),
    correctedBy:
      by === undefined
        ? null
        : { eventId: by.eventId, recordedAtMicros: by.recordedAtMicros, outcome: by.figures.outcome },
  }
}

function storedAs(fields: Fields, decided: Decision): StoredUsage {
  const read = readUsage(fields)
  if ('refusal' in read) throw new Error(`the test's event is refused: ${read.refusal.detail}`)
  const { event } = read
  const counter = decided.fairUse?.counter ?? null
  const taken = creditTaken(decided)
  return {
    ...event,
    recordedAtMicros: event.occurredAtMicros + 1_000_000,
    direction: 'direction' in event ? event.direction : null,
    leg: 'leg' in event ? event.leg : null,
    from: 'from' in event ? event.from : null,
    to: 'to' in event ? event.to : null,
    channel: 'channel' in event ? event.channel : null,
    agentId: 'agentId' in event ? event.agentId : null,
    sku: 'sku' in event ? event.sku : null,
    corrects: 'corrects' in event ? event.corrects : null,
    quantity:
      'durationSeconds' in event
        ? event.durationSeconds
        : 'fragments' in event
          ? event.fragments
          : 'quantity' in event
            ? event.quantity
            : 0,
    figures: {
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
      movedMicros: -taken,
    },
    settingsVersion: 2,
    catalogVersion: decided.catalogVersion,
    correctedBy: null,
    corrected: null,
    expired: null,
    movement:
      taken === 0n ? null : { sequence: 1n, balanceBeforeMicros: 5_000_000n, balanceAfterMicros: 5_000_000n - taken },
  }
}

function asCorrected({ type, userId, figures }: StoredUsage): CorrectedUsage {
  return { type, userId, ...figures, currency: figures.currency! }
}
