/**
 * Alerts on credit: low, below the level the customer chose, exhausted. Each is raised once when the balance falls below
 * its level, and is armed again only once the balance is back at 110 % of it, so that a balance that trembles around a
 * level raises one alert and not hundreds. Exhausted follows the service status, and is armed again above zero.
 *
 * The question is asked of levels, not of edges: raising a level above the balance raises the alert too, so that nobody
 * who asks to be told is left untold.
 */
import { type Currency, MICROS_PER_UNIT, type Micros } from '../money.ts'

export type AlertKind = 'low' | 'custom_level' | 'exhausted'

/** 10.00 of the account's currency, whichever that is. */
export const DEFAULT_LOW_ALERT_LEVEL_MICROS = 10n * MICROS_PER_UNIT

export interface AlertLevels {
  readonly lowMicros: Micros
  /** Null: the customer chose none. */
  readonly customMicros: Micros | null
}

/** Which levels the balance is known to be below. */
export interface CrossingState {
  readonly isLow: boolean
  readonly isBelowCustomLevel: boolean
}

export interface AlertRaised {
  readonly accountId: string
  readonly version: bigint
  readonly kind: AlertKind
  /** The level the balance fell below; for `exhausted` 0, which it reached. */
  readonly levelMicros: Micros
  readonly balanceMicros: Micros
  readonly currency: Currency
}

/** The levels in force by an account's settings. */
export function alertLevels(settings: {
  readonly lowAlertLevelMicros: Micros | null
  readonly customAlertLevelMicros: Micros | null
}): AlertLevels {
  return {
    lowMicros: settings.lowAlertLevelMicros ?? DEFAULT_LOW_ALERT_LEVEL_MICROS,
    customMicros: settings.customAlertLevelMicros,
  }
}

/** Where a balance of 0 stands that never was anything else: below every level, and nothing was crossed. */
export function crossingStateWithoutCredit({ customMicros }: AlertLevels): CrossingState {
  return { isLow: true, isBelowCustomLevel: customMicros !== null }
}

/** Where the balance stands now, and which levels it has crossed on its way there. */
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

/** Below the level; or below it before, and not back at 110 % of it yet. In whole numbers: no percentage of micros is rounded. */
function isBelow(wasBelow: boolean, balanceMicros: Micros, levelMicros: Micros): boolean {
  return balanceMicros < levelMicros || (wasBelow && balanceMicros * 10n < levelMicros * 11n)
}
