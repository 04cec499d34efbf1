/**
 * Credit alerts: low, below the customer's own level, and exhausted. An alert is raised once, when the balance falls
 * below its level. It is armed again when the balance is back at 110 % of the level, so a balance that hovers around a
 * level raises one alert and not hundreds. `exhausted` follows the service status and is armed again above zero.
 *
 * The balance is compared with the levels, not with its previous value. So raising a level above the balance raises the
 * alert too.
 */
import { type Currency, MICROS_PER_UNIT, type Micros } from '../money.ts'

export type AlertKind = 'low' | 'custom_level' | 'exhausted'

/** 10.00 in the account's currency. */
export const DEFAULT_LOW_ALERT_LEVEL_MICROS = 10n * MICROS_PER_UNIT

export interface AlertLevels {
  readonly lowMicros: Micros
  /** Null if the customer has chosen none. */
  readonly customMicros: Micros | null
}

/** The levels that the balance is known to be below. */
export interface CrossingState {
  readonly isLow: boolean
  readonly isBelowCustomLevel: boolean
}

export interface AlertRaised {
  readonly accountId: string
  readonly version: bigint
  readonly kind: AlertKind
  /** The level that the balance fell below; 0 for `exhausted`. */
  readonly levelMicros: Micros
  readonly balanceMicros: Micros
  readonly currency: Currency
}

/** Returns the alert levels by an account's settings. */
export function alertLevels(settings: {
  readonly lowAlertLevelMicros: Micros | null
  readonly customAlertLevelMicros: Micros | null
}): AlertLevels {
  return {
    lowMicros: settings.lowAlertLevelMicros ?? DEFAULT_LOW_ALERT_LEVEL_MICROS,
    customMicros: settings.customAlertLevelMicros,
  }
}

/** The crossing state of a new account, whose balance of 0 has crossed nothing: it is below every level. */
export function crossingStateWithoutCredit({ customMicros }: AlertLevels): CrossingState {
  return { isLow: true, isBelowCustomLevel: customMicros !== null }
}

/** Compares the balance with the levels. Returns the new crossing state and the levels that were newly crossed. */
export function crossings(
  before: CrossingState,
  balanceMicros: Micros,
  { lowMicros, customMicros }: AlertLevels,
): CrossingState & { readonly crossed: readonly { readonly kind: AlertKind; readonly levelMicros: Micros }[] } {
  const isLow = isBelow(before.isLow, balanceMicros, lowMicros)
  const isBelowCustomLevel = customMicros !== null && isBelow(before.isBelowCustomLevel, balanceMicros, customMicros)
  const crossed: { kind: AlertKind; levelMicros: Micros }[] = []
  if (isLow && !before.isLow) crossed.push({ kind: 'low', levelMicros: lowMicros })
  if (isBelowCustomLevel && !before.isBelowCustomLevel) {
    crossed.push({ kind: 'custom_level', levelMicros: customMicros })
  }
  return { isLow, isBelowCustomLevel, crossed }
}

/** Below the level, or below it before and not yet back at 110 %. Compared in whole micros, so nothing is rounded. */
function isBelow(wasBelow: boolean, balanceMicros: Micros, levelMicros: Micros): boolean {
  return balanceMicros < levelMicros || (wasBelow && balanceMicros * 10n < levelMicros * 11n)
}
