/**
 * Why an event cost what it cost, as sentences in the order of the rules. The figures come from the recorded versions
 * of settings and catalog. The last sentence says whether recomputing gives the recorded figures.
 */

import type { Catalog } from '../catalog/catalog.ts'
import { formatInstant } from '../instant.ts'
import { formatMoney } from '../money.ts'
import type { AccountSettings } from '../settings/settings.ts'
import { counted } from './counted.ts'
import { whyDecided } from './explain-reason.ts'
import { type Recomputed, recompute } from './recompute.ts'
import { areNumbersCleared, type DecisionFigures, differingFigures, type StoredUsage } from './recorded-usage.ts'

export interface Explanation {
  readonly steps: readonly string[]
  readonly recomputed: Recomputed
  readonly same: boolean
  /** `Recomputed: the same`, or the figures that differ. */
  readonly verdict: string
}

/** Explains a recorded event. `catalog` is the version recorded with it, or null if there was none. */
export function explainDecision(stored: StoredUsage, settings: AccountSettings, catalog: Catalog | null): Explanation {
  const recomputed = recompute(stored, settings, catalog)
  const tariff = catalog?.tariffs.get(settings.tariff)
  const steps = [
    describeEvent(stored),
    ...clearedNumbers(stored),
    ...describeVersions(stored, settings, catalog),
    ...whyDecided({ stored, settings, catalog, tariff }),
    describeResult(stored),
    ...movement(stored),
    ...laterCorrection(stored),
    ...laterRefusal(stored),
  ]
  const differing = recomputed.figures === null ? [] : differingFigures(stored.figures, recomputed.figures)
  const same = recomputed.figures !== null && differing.length === 0
  return { steps, recomputed, same, verdict: verdictOf(stored, recomputed, differing) }
}

const CHANNELS = { sms: 'SMS', mms: 'MMS', whatsapp: 'WhatsApp message' } as const

function describeEvent(stored: StoredUsage): string {
  const { type, direction, leg, quantity, userId } = stored
  const at = formatInstant(stored.occurredAtMicros)
  const by = userId === null ? '' : ` by user ${userId}`
  const numbers = areNumbersCleared(stored) ? '' : ` from ${stored.from ?? 'a withheld number'} to ${stored.to}`
  switch (type) {
    case 'call':
      return `An ${direction} call (${leg} leg)${by}${numbers}, of ${counted(quantity, 'second')}, began ${at}.`
    case 'toll_free':
      return `An inbound toll-free call${numbers}, of ${counted(quantity, 'second')}, began ${at}.`
    case 'message': {
      const what = stored.channel === null ? 'message' : CHANNELS[stored.channel]
      return `An ${direction} ${what}${by}${numbers}, of ${counted(quantity, 'fragment')}, was sent ${at}.`
    }
    case 'conversation_intelligence':
      return `Conversation Intelligence analysed ${counted(quantity, 'second')} of interaction ${stored.interactionId}, begun ${at}.`
    case 'voice_agent':
      return `Voice agent ${stored.agentId ?? 'of unknown id'} was in use for ${counted(quantity, 'second')}, begun ${at}.`
    case 'other':
      return `Used at ${at}: ${counted(quantity, 'unit')} of SKU ${stored.sku ?? 'unknown'}.`
    case 'correction':
      return `A correction of event ${stored.corrects ?? 'unknown'}, dated ${at}.`
  }
}

function clearedNumbers(stored: StoredUsage): string[] {
  if (!areNumbersCleared(stored)) return []
  const kept = 'the recorded prefix, the country and type of the destination and the country of the caller'
  return [
    `The phone numbers were cleared after their retention: what follows uses ${kept}; whether a longer prefix or an emergency number applied can no longer be checked.`,
  ]
}

function describeVersions(stored: StoredUsage, settings: AccountSettings, catalog: Catalog | null): string[] {
  const own = `settings version ${stored.settingsVersion} of account ${stored.accountId}`
  if (catalog === null) return [`Decided by ${own}; no catalog was needed.`]
  const { tariff, currency } = settings
  return [`Rated by catalog version ${stored.catalogVersion} and ${own}: tariff ${tariff}, in ${currency}.`]
}

function describeResult({ figures }: StoredUsage): string {
  const { outcome, reason, units, coveredMinutes, amountMicros, currency } = figures
  const amount = `${formatMoney(amountMicros)} ${currency ?? ''}`.trimEnd()
  return `Recorded: ${outcome} / ${reason}, ${amount}, ${counted(units, 'unit')} priced, ${counted(coveredMinutes, 'covered minute')}.`
}

function movement({ movement: moved, figures: { movedMicros, currency } }: StoredUsage): string[] {
  if (moved === null) return ['The credit did not move.']
  const { sequence, balanceBeforeMicros, balanceAfterMicros } = moved
  const verb = movedMicros < 0n ? 'took' : 'gave'
  const amount = formatMoney(movedMicros < 0n ? -movedMicros : movedMicros)
  const balance = `balance ${formatMoney(balanceBeforeMicros)} before, ${formatMoney(balanceAfterMicros)} after`
  return [`Movement ${sequence} ${verb} ${amount} ${currency}: ${balance}.`]
}

function laterCorrection({ correctedBy, figures }: StoredUsage): string[] {
  if (correctedBy === null || figures.outcome === 'voided') return []
  const { eventId, recordedAtMicros } = correctedBy
  const at = recordedAtMicros === null ? '' : `, recorded ${formatInstant(recordedAtMicros)}`
  return [`Correction ${eventId}${at} has since corrected it in full.`]
}

function laterRefusal({ expired }: StoredUsage): string[] {
  if (expired === null) return []
  const since = formatInstant(expired.recordedAtMicros)
  return [
    `It expired at ${since}: rejected / too_late, ${expired.detail}. If its dead letter is replayed, it counts as new.`,
  ]
}

function verdictOf(stored: StoredUsage, recomputed: Recomputed, differing: readonly (keyof DecisionFigures)[]): string {
  if (recomputed.figures === null) return `Recomputed: not possible, ${recomputed.why}`
  if (differing.length === 0) return 'Recomputed: the same'
  const { figures } = recomputed
  const named = differing.map(
    (name) => `${fieldName(name)} (recorded ${shown(stored.figures[name])}, recomputed ${shown(figures[name])})`,
  )
  return `Recomputed: differs in ${named.join(', ')}`
}

/** Returns the name of a figure as results and tables use it: `amount`, `covered_minutes`. */
export function fieldName(name: keyof DecisionFigures): string {
  return name.replace(/Micros$/, '').replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

function shown(value: DecisionFigures[keyof DecisionFigures]): string {
  if (value === null) return 'nothing'
  return typeof value === 'bigint' ? formatMoney(value) : String(value)
}
