/**
 * What a person sees before they pay or allow charges: current figures, by the rules that charge. They promise nothing,
 * because the balance changes and each charge is judged on its own.
 */
import { type Bounds, clamp } from '../bounds.ts'
import type { InstantMicros } from '../instant.ts'
import { MICROS_PER_UNIT, type Micros } from '../money.ts'
import type { DailyAverage } from '../usage-forecast/average.ts'
import { owedMicros, type SuggestedAmount } from '../usage-forecast/forecast.ts'
import { type AutoTopUpSettings, type CountedAttempt, judgeAttempt, type Standing } from './judge.ts'
import { FRESH_MEMORY } from './memory.ts'
import type { TopUpBounds } from './settings.ts'

/** The amounts in forms if there is no usage to suggest better ones. */
const FIRST_AMOUNTS_MICROS = [25n, 50n, 100n].map((units) => units * MICROS_PER_UNIT)
const FIRST_THRESHOLD_MICROS = 10n * MICROS_PER_UNIT

export interface TopUpQuote {
  readonly amountMicros: Micros
  readonly balanceAfterMicros: Micros
  /** Whether calls stay blocked, because it does not pay more than is owed. */
  readonly isBlockedAfter: boolean
  /**
   * Whole average days that it lasts after paying what is owed, rounded down. Null without an average, or if nothing is
   * left.
   */
  readonly days: number | null
}

/** Returns what one payment would bring. */
export function quoteTopUp(amountMicros: Micros, balanceMicros: Micros, average: DailyAverage | null): TopUpQuote {
  const leftMicros = amountMicros - owedMicros(balanceMicros)
  return {
    amountMicros,
    balanceAfterMicros: balanceMicros + amountMicros,
    isBlockedAfter: balanceMicros + amountMicros <= 0n,
    days: average === null || leftMicros <= 0n ? null : Number((leftMicros * BigInt(average.days)) / average.sumMicros),
  }
}

/**
 * Returns up to three amounts in ascending order: that of automatic top-up and those of the forecast, if they are more
 * than what is owed and within the bounds.
 */
export function amountsToAdd(
  settings: AutoTopUpSettings | null,
  suggested: readonly SuggestedAmount[],
  balanceMicros: Micros,
  bounds: Bounds,
): Micros[] {
  const bySettings = settings === null ? [] : [settings.amountMicros]
  const wanted = suggested.length === 0 ? [...bySettings, ...FIRST_AMOUNTS_MICROS] : bySettings
  const all = [...wanted, ...suggested.map(({ amountMicros }) => amountMicros)]
  const possible = all.filter(
    (micros) => micros > owedMicros(balanceMicros) && micros >= bounds.minMicros && micros <= bounds.maxMicros,
  )
  return [...new Set(possible)].slice(0, 3).sort((a, b) => (a < b ? -1 : 1))
}

export interface FirstSettings {
  readonly thresholdMicros: Micros
  readonly amountMicros: Micros
}

/** Returns the first values in the form of automatic top-up, if there are no settings: by usage, else defaults. */
export function firstSettings(
  suggestedThresholdMicros: Micros | null,
  suggested: readonly SuggestedAmount[],
  { threshold, payment }: TopUpBounds,
): FirstSettings {
  return {
    thresholdMicros: suggestedThresholdMicros ?? clamp(FIRST_THRESHOLD_MICROS, threshold),
    amountMicros: suggested[0]?.amountMicros ?? clamp(FIRST_AMOUNTS_MICROS[0]!, payment),
  }
}

export interface ChargesAtOnce {
  readonly charges: number
  readonly totalMicros: Micros
  readonly balanceAfterMicros: Micros
  /** The limit that keeps it from reaching the threshold at once. Null if none does. */
  readonly limit: 'monthly_cap' | 'day_limit' | 'manual_payment' | null
  /** When the limit allows the next charge. Null if there is no limit. */
  readonly untilMicros: InstantMicros | null
}

/**
 * Returns what would be charged at once if these settings were saved now, with a method and without a pause: one amount
 * after the other until the balance reaches the threshold or a limit forbids the next charge.
 */
export function chargesAtOnce(
  standing: Omit<Standing, 'settings' | 'memory' | 'methodId'>,
  settings: AutoTopUpSettings,
  nowMicros: InstantMicros,
): ChargesAtOnce {
  const counted: CountedAttempt[] = [...standing.counted]
  let balanceMicros = standing.balanceMicros
  let charges = 0
  const quote = (limit: ChargesAtOnce['limit'], untilMicros: InstantMicros | null): ChargesAtOnce => ({
    charges,
    totalMicros: settings.amountMicros * BigInt(charges),
    balanceAfterMicros: balanceMicros,
    limit,
    untilMicros,
  })
  for (;;) {
    const now = { ...standing, balanceMicros, counted, settings, memory: FRESH_MEMORY, methodId: 'any' }
    const judgement = judgeAttempt(now, nowMicros)
    if (judgement.kind === 'wait') return quote('manual_payment', judgement.untilMicros)
    if (judgement.kind === 'unwanted') {
      const { reason, state } = judgement.ending
      return state === 'skipped' && (reason === 'monthly_cap' || reason === 'day_limit')
        ? quote(reason, judgement.untilMicros)
        : quote(null, null)
    }
    charges += 1
    balanceMicros += settings.amountMicros
    counted.push({ confirmedAtMicros: nowMicros, amountMicros: settings.amountMicros })
  }
}
