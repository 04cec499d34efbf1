/**
 * Checks what a customer may choose before it is stored, and whether a change could charge more than before and so
 * needs consent. All faults are found at once. They are codes, with the figures for a message.
 */
import type { Bounds } from '../bounds.ts'
import { type Currency, MICROS_PER_UNIT, type Micros } from '../money.ts'
import type { AutoTopUpSettings } from './judge.ts'
import type { AutoTopUpMemory } from './memory.ts'

export interface TopUpBounds {
  /** For one payment, manual or automatic. */
  readonly payment: Bounds
  readonly threshold: Bounds
}

const CENT_MICROS = 10_000n

const DEFAULT: TopUpBounds = {
  payment: { minMicros: 5n * MICROS_PER_UNIT, maxMicros: 5_000n * MICROS_PER_UNIT },
  threshold: { minMicros: CENT_MICROS, maxMicros: 10_000n * MICROS_PER_UNIT },
}

export type BoundsByCurrency = Readonly<Record<Currency, TopUpBounds>>

/** The bounds if the installation configures none. */
export const DEFAULT_BOUNDS: BoundsByCurrency = { EUR: DEFAULT, USD: DEFAULT }

/** Returns the default bounds, replaced where others are given. */
export function boundsWith(given: {
  readonly payment: Partial<Record<Currency, Bounds>>
  readonly threshold: Partial<Record<Currency, Bounds>>
}): BoundsByCurrency {
  const of = (currency: Currency): TopUpBounds => ({
    payment: given.payment[currency] ?? DEFAULT_BOUNDS[currency].payment,
    threshold: given.threshold[currency] ?? DEFAULT_BOUNDS[currency].threshold,
  })
  return { EUR: of('EUR'), USD: of('USD') }
}

export type SettingsField = 'threshold' | 'amount' | 'monthly_cap'

/** What is wrong with a field, with the figure that it breaks. */
export type SettingsFault =
  | { readonly field: SettingsField; readonly kind: 'more_than_2_decimals' }
  | { readonly field: SettingsField; readonly kind: 'below_min'; readonly minMicros: Micros }
  | { readonly field: SettingsField; readonly kind: 'above_max'; readonly maxMicros: Micros }
  /** The cap is too low for a single top-up. */
  | { readonly field: 'monthly_cap'; readonly kind: 'cap_below_amount'; readonly amountMicros: Micros }

/** Returns all faults of automatic top-up settings. Empty if there are none. */
export function checkSettings(
  { thresholdMicros, amountMicros, monthlyCapMicros }: AutoTopUpSettings,
  { payment, threshold }: TopUpBounds,
): SettingsFault[] {
  const faults = [
    ...checkMoney('threshold', thresholdMicros, threshold),
    ...checkMoney('amount', amountMicros, payment),
  ]
  if (monthlyCapMicros === null) return faults
  if (monthlyCapMicros % CENT_MICROS !== 0n) {
    faults.push({ field: 'monthly_cap', kind: 'more_than_2_decimals' })
  } else if (monthlyCapMicros < amountMicros) {
    faults.push({ field: 'monthly_cap', kind: 'cap_below_amount', amountMicros })
  }
  return faults
}

/** Returns the faults of an amount that is added manually. */
export function checkAmount(amountMicros: Micros, { payment }: TopUpBounds): SettingsFault[] {
  return checkMoney('amount', amountMicros, payment)
}

function checkMoney(field: SettingsField, micros: Micros, { minMicros, maxMicros }: Bounds): SettingsFault[] {
  if (micros % CENT_MICROS !== 0n) return [{ field, kind: 'more_than_2_decimals' }]
  if (micros < minMicros) return [{ field, kind: 'below_min', minMicros }]
  if (micros > maxMicros) return [{ field, kind: 'above_max', maxMicros }]
  return []
}

/** The figures that a person saw when they consented. */
export interface ConsentFigures {
  readonly thresholdMicros: Micros
  readonly amountMicros: Micros
  readonly monthlyCapMicros: Micros | null
  readonly methodId: string | null
}

export interface Consent extends ConsentFigures {
  /** The person who consented. */
  readonly person: string
  /** Who attests the consent. Null if it was given in the person's own session. */
  readonly attestedBy: string | null
  readonly text: string
  readonly textVersion: string
  readonly locale: string
}

/** The terms of automatic top-up, before or after a change. */
export interface ChargingTerms {
  /** Null if it was never set up. */
  readonly settings: AutoTopUpSettings | null
  readonly methodId: string | null
  readonly memory: AutoTopUpMemory
}

/**
 * Whether a change could charge more than before and so needs consent: turning it on, a higher amount or threshold, a
 * higher cap or none, another card, or the end of a pause.
 */
export function needsConsent(before: ChargingTerms, after: ChargingTerms): boolean {
  const { settings: now } = after
  if (now === null || !now.isOn) return false
  const { settings: was } = before
  if (was === null || !was.isOn) return true
  const isCapLoosened =
    was.monthlyCapMicros !== null && (now.monthlyCapMicros === null || now.monthlyCapMicros > was.monthlyCapMicros)
  return (
    now.amountMicros > was.amountMicros ||
    now.thresholdMicros > was.thresholdMicros ||
    isCapLoosened ||
    (after.methodId !== null && after.methodId !== before.methodId) ||
    (before.memory.pause !== null && after.memory.pause === null)
  )
}

/** Whether a consent was given for exactly these figures. */
export function isConsentFor(consent: ConsentFigures, settings: AutoTopUpSettings, methodId: string | null): boolean {
  return (
    consent.thresholdMicros === settings.thresholdMicros &&
    consent.amountMicros === settings.amountMicros &&
    consent.monthlyCapMicros === settings.monthlyCapMicros &&
    consent.methodId === methodId
  )
}
