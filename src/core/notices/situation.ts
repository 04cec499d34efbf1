/** What several notices need to know, derived from the facts once, so that no two notices contradict each other. */
import { formatDate, type InstantMicros, MICROS_PER_DAY } from '../instant.ts'
import type { Micros } from '../money.ts'
import { type AutoTopUpSettings, type CapUse, capUse, dayLimitUntil } from '../top-up/judge.ts'
import { needsAnotherMethod, type Pause, whyPaused } from '../top-up/memory.ts'
import type { DailyAverage } from '../usage-forecast/average.ts'
import { daysLeft, owedMicros, usedUpAtMicros } from '../usage-forecast/forecast.ts'
import type { NoticeFacts, NoticeMethod, OpenTopUp } from './facts.ts'
import type { FiguresByKey, Lasts } from './notice.ts'

export interface Situation {
  readonly facts: NoticeFacts
  readonly nowMicros: InstantMicros
  readonly isOpen: boolean
  /** The settings of automatic top-up; null: it is off, was never set up, or the account is closed. */
  readonly on: AutoTopUpSettings | null
  /** The pause of automatic top-up; null also while it is off. */
  readonly pause: Pause | null
  /** The pause was caused by a refund or dispute, of which some money is still missing. */
  readonly isTakenBack: boolean
  readonly isNew: boolean
  readonly isExhausted: boolean
  readonly isBelowLow: boolean
  readonly isBelowCustom: boolean
  readonly isCardExpired: boolean
  readonly cap: CapUse | null
  readonly dayLimitUntilMicros: InstantMicros | null
  /** The automatic top-up that was declined and will be retried. */
  readonly declined: OpenTopUp | null
  readonly toApprove: readonly OpenTopUp[]
  readonly inDoubt: readonly OpenTopUp[]
  readonly processing: readonly OpenTopUp[]
  readonly average: DailyAverage | null
  readonly lasts: Lasts
}

/** Derives the situation of an account from its facts. */
export function situationOf(facts: NoticeFacts, nowMicros: InstantMicros): Situation {
  const { balanceMicros, levels, autoTopUp, method, openTopUps, usage } = facts
  const isOpen = facts.closedAtMicros === null
  const on = isOpen && autoTopUp.settings?.isOn ? autoTopUp.settings : null
  const pause = on === null ? null : autoTopUp.memory.pause
  const isReversal = pause?.reason === 'refunded' || pause?.reason === 'disputed'
  const isNew = isOpen && !facts.hasPaid && !facts.hasMovements && balanceMicros === 0n
  const average = 'average' in usage ? usage.average : null
  return {
    facts,
    nowMicros,
    isOpen,
    on,
    pause,
    isTakenBack: isReversal && facts.takenBack !== null,
    isNew,
    isExhausted: isOpen && balanceMicros <= 0n && !isNew,
    isBelowLow: isOpen && balanceMicros > 0n && balanceMicros < levels.lowMicros,
    isBelowCustom: isOpen && balanceMicros > 0n && levels.customMicros !== null && balanceMicros < levels.customMicros,
    isCardExpired: method !== null && nowMicros >= expiresAtMicros(method),
    cap: on?.monthlyCapMicros == null ? null : capUse(on, autoTopUp.counted, nowMicros),
    dayLimitUntilMicros: on === null ? null : dayLimitUntil(autoTopUp.counted, nowMicros),
    declined: on === null || pause !== null ? null : (openTopUps.find(isDeclined) ?? null),
    toApprove: openTopUps.filter(
      (one) => one.state === 'needs_action' && !one.isBeingCanceled && (one.actionUntilMicros ?? 0) > nowMicros,
    ),
    inDoubt: openTopUps.filter(isInDoubt),
    processing: openTopUps.filter(isProcessing),
    average,
    lasts:
      average === null
        ? { daysLeft: { reason: balanceMicros <= 0n ? 'no_credit' : reasonOf(facts) }, usedUpAtMicros: null }
        : {
            daysLeft: daysLeft(balanceMicros, average),
            usedUpAtMicros: usedUpAtMicros(balanceMicros, average, nowMicros),
          },
  }
}

function reasonOf({ usage }: NoticeFacts) {
  return 'reason' in usage ? usage.reason : 'no_usage'
}

/** Declined, and waiting for its next attempt. */
function isDeclined({ trigger, state, reason, isBeingCanceled }: OpenTopUp): boolean {
  return trigger === 'automatic' && state === 'requested' && reason !== null && !isBeingCanceled
}

/** No answer came, so it may have been charged; or the provider is unavailable, and it will be charged later. */
function isInDoubt({ state, reason, silences, isBeingCanceled }: OpenTopUp): boolean {
  if (state === 'unknown' || (state === 'charging' && silences > 0)) return true
  return (state === 'requested' || state === 'prepared') && silences > 0 && reason === null && !isBeingCanceled
}

/**
 * Becomes credit without further action if the bank agrees. An automatic top-up that is only requested does not count: a
 * limit may forbid it, or a manual payment that is already counted may make it unnecessary.
 */
function isProcessing(one: OpenTopUp): boolean {
  const { trigger, state, reason, isBeingCanceled } = one
  if (isInDoubt(one)) return false
  if (state === 'processing' || state === 'charging') return true
  if (isBeingCanceled || reason !== null) return false
  return state === 'prepared' || (state === 'requested' && trigger === 'manual')
}

/** Whether automatic top-up will charge when it should, with nothing in its way that a person has to deal with. */
export function isHealthy(situation: Situation): boolean {
  const { facts, on, pause, isCardExpired, cap, dayLimitUntilMicros, declined, toApprove } = situation
  if (on === null || pause !== null || facts.method === null || isCardExpired || declined !== null) return false
  return !cap?.isUsedUp && dayLimitUntilMicros === null && !toApprove.some(({ trigger }) => trigger === 'automatic')
}

/** The figures of an account without credit. */
export function exhaustedFigures({ facts, inDoubt, processing }: Situation): FiguresByKey['exhausted'] {
  const { balanceMicros, status } = facts
  const open = [...processing, ...inDoubt]
  return {
    balanceMicros,
    blockedSinceMicros: status.sinceMicros,
    owedMicros: owedMicros(balanceMicros),
    openPaymentMicros: open.length === 0 ? null : sumOf(open),
  }
}

/** The figures of a paused automatic top-up. */
export function pausedFigures({ facts }: Situation, pause: Pause): Omit<FiguresByKey['paused'], keyof Lasts> {
  const why = whyPaused(pause)
  return {
    card: why === null ? null : facts.pausedCard,
    reason: pause.reason,
    why,
    sinceMicros: pause.sinceMicros,
    needsAnotherMethod: needsAnotherMethod(facts.autoTopUp.memory, facts.method?.methodId ?? null),
  }
}

/** The sum of the amounts of top-ups. */
export function sumOf(topUps: readonly OpenTopUp[]): Micros {
  return topUps.reduce((sum, { amountMicros }) => sum + amountMicros, 0n)
}

/** The instant from which a card is expired: the end of its month, in UTC. */
export function expiresAtMicros({ expiryYear, expiryMonth }: Pick<NoticeMethod, 'expiryYear' | 'expiryMonth'>) {
  return Date.UTC(expiryYear, expiryMonth, 1) * 1000
}

/** The last day on which a card can be charged, as a calendar date. */
export function lastDayOf(method: Pick<NoticeMethod, 'expiryYear' | 'expiryMonth'>): string {
  return formatDate(expiresAtMicros(method) - MICROS_PER_DAY)
}
