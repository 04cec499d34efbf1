/**
 * Every notice, one row each. Of two with the same severity, the earlier row ranks higher. `while` returns the occurrences
 * of a notice with their figures; none means that the notice does not apply.
 */
import { formatDate, formatInstant, MICROS_PER_DAY } from '../instant.ts'
import { whyDeclined } from '../top-up/declines.ts'
import { MAX_ATTEMPTS_IN_24_HOURS, nextMonthMicros } from '../top-up/judge.ts'
import { MAX_DECLINES_IN_A_ROW, needsAnotherMethod } from '../top-up/memory.ts'
import { averageDaysMicros, dayOf } from '../usage-forecast/average.ts'
import { roundedMean, weekMicros } from '../usage-forecast/forecast.ts'
import type { Crossing, NoticeMethod, OpenTopUp } from './facts.ts'
import type { FiguresByKey, NoticeAction, NoticeKey, Placement, Severity } from './notice.ts'
import {
  exhaustedFigures,
  expiresAtMicros,
  isHealthy,
  lastDayOf,
  pausedFigures,
  type Situation,
  sumOf,
} from './situation.ts'

const EXPIRING_MICROS = 30 * MICROS_PER_DAY
const OFF_AFTER_USAGE_DAYS = 30
const ADDED_MICROS = MICROS_PER_DAY

export interface Happening<Key extends NoticeKey> {
  readonly occurrence: string
  readonly figures: FiguresByKey[Key]
}

export interface Row<Key extends NoticeKey> {
  readonly key: Key
  readonly severity: (situation: Situation) => Severity
  readonly for: 'admins' | 'everybody'
  readonly placement: Placement
  readonly isDismissible: boolean
  readonly while: (situation: Situation) => readonly Happening<Key>[]
  readonly actions: (situation: Situation) => readonly NoticeAction[]
  /** Notices that hide this one while they apply, even if they are not shown themselves. */
  readonly hiddenBy: readonly NoticeKey[]
}

type AnyRow = { readonly [Key in NoticeKey]: Row<Key> }[NoticeKey]

const CRITICAL = () => 'critical' as const
const WARNING = () => 'warning' as const
const INFO = () => 'info' as const
const SUCCESS = () => 'success' as const
const EXHAUSTED = ['exhausted', 'exhausted_and_paused'] as const
const PAUSED = ['paused', 'exhausted_and_paused', 'taken_back'] as const

// biome-ignore format: a table
export const NOTICES: readonly AnyRow[] = [
  { key: 'exhausted', severity: CRITICAL, for: 'everybody', placement: 'balance', isDismissible: false,
    while: (s) => only(s.isExhausted && !isPaused(s), { occurrence: blockedSince(s), figures: exhaustedFigures(s) }),
    actions: () => ['add_credit'], hiddenBy: [] },

  { key: 'exhausted_and_paused', severity: CRITICAL, for: 'everybody', placement: 'balance', isDismissible: false,
    while: (s) => s.pause === null ? [] : only(s.isExhausted && isPaused(s), {
      occurrence: blockedSince(s), figures: { ...exhaustedFigures(s), ...pausedFigures(s, s.pause) } }),
    actions: () => ['pay_with_another_card'], hiddenBy: [] },

  { key: 'never_topped_up', severity: WARNING, for: 'admins', placement: 'balance', isDismissible: false,
    while: (s) => only(s.isNew, { occurrence: 'new', figures: {
      hasMethod: s.facts.savedMethods > 0, isAutoTopUpOn: s.on !== null } }),
    actions: () => ['add_payment_method', 'add_credit', 'set_up_auto_top_up'], hiddenBy: [] },

  { key: 'approve', severity: CRITICAL, for: 'admins', placement: 'payments', isDismissible: false,
    while: (s) => s.toApprove.map((one) => ({ occurrence: one.topUpId, figures: {
      ...paymentOf(one), untilMicros: one.actionUntilMicros! } })),
    actions: () => ['approve_payment'], hiddenBy: [] },

  { key: 'paused', severity: CRITICAL, for: 'admins', placement: 'auto', isDismissible: false,
    while: (s) => s.pause === null ? [] : only(isPaused(s) && !s.isExhausted, {
      occurrence: formatInstant(s.pause.sinceMicros), figures: { ...pausedFigures(s, s.pause), ...s.lasts } }),
    actions: () => ['use_another_card', 'resume'], hiddenBy: [] },

  { key: 'taken_back', severity: CRITICAL, for: 'admins', placement: 'auto', isDismissible: false,
    while: takenBack,
    actions: () => ['resume'], hiddenBy: [] },

  { key: 'expired', severity: (s) => (s.on === null ? 'warning' : 'critical'), for: 'admins', placement: 'method', isDismissible: false,
    while: (s) => ofMethod(s, s.isCardExpired),
    actions: () => ['change_payment_method'], hiddenBy: [] },

  { key: 'expiring', severity: WARNING, for: 'admins', placement: 'method', isDismissible: true,
    while: (s) => ofMethod(s, !s.isCardExpired && isExpiring(s)),
    actions: () => ['change_payment_method'], hiddenBy: [] },

  { key: 'no_method', severity: WARNING, for: 'admins', placement: 'method', isDismissible: false,
    while: (s) => only(isWithoutMethod(s), { occurrence: 'none', figures: {
      isAutoTopUpOn: s.on !== null, savedMethods: s.facts.savedMethods } }),
    actions: () => ['add_payment_method'], hiddenBy: [] },

  { key: 'cap', severity: WARNING, for: 'everybody', placement: 'auto', isDismissible: false,
    while: (s) => ofCap(s, (spent) => spent.isUsedUp, (figures) => ({
      ...figures, ...s.lasts, untilMicros: nextMonthMicros(s.nowMicros) })),
    actions: () => ['raise_cap', 'add_credit'], hiddenBy: [] },

  { key: 'cap_nearly_used', severity: INFO, for: 'everybody', placement: 'auto', isDismissible: false,
    while: (s) => ofCap(s, (spent) => spent.isNearlyUsed && !spent.isUsedUp, (figures) => ({
      ...figures, percent: Number((figures.spentMicros * 100n) / figures.capMicros) })),
    actions: () => ['raise_cap', 'add_credit'], hiddenBy: [] },

  { key: 'day_limit', severity: WARNING, for: 'admins', placement: 'auto', isDismissible: false,
    while: (s) => s.dayLimitUntilMicros === null ? [] : [{ occurrence: formatInstant(s.dayLimitUntilMicros), figures: {
      ...s.lasts, untilMicros: s.dayLimitUntilMicros, limit: MAX_ATTEMPTS_IN_24_HOURS } }],
    actions: () => ['add_credit', 'see_what_used_it'], hiddenBy: [] },

  { key: 'failed', severity: WARNING, for: 'admins', placement: 'payments', isDismissible: false,
    while: (s) => s.declined === null ? [] : [failed(s, s.declined)],
    actions: () => ['use_another_card', 'add_credit'], hiddenBy: PAUSED },

  { key: 'low', severity: (s) => (isHealthy(s) ? 'info' : 'warning'), for: 'everybody', placement: 'balance', isDismissible: true,
    while: (s) => only(s.isBelowLow, { occurrence: crossingOf(s.facts.lowCrossing), figures: {
      ...s.lasts, balanceMicros: s.facts.balanceMicros, levelMicros: s.facts.levels.lowMicros } }),
    actions: setUpToo, hiddenBy: [...EXHAUSTED, 'processing', 'checking'] },

  { key: 'custom', severity: WARNING, for: 'admins', placement: 'alerts', isDismissible: true,
    while: (s) => only(s.isBelowCustom, { occurrence: crossingOf(s.facts.customCrossing), figures: {
      ...s.lasts, balanceMicros: s.facts.balanceMicros, levelMicros: s.facts.levels.customMicros ?? 0n } }),
    actions: setUpToo, hiddenBy: [...EXHAUSTED, 'low'] },

  { key: 'small', severity: WARNING, for: 'admins', placement: 'auto', isDismissible: false,
    while: small,
    actions: () => ['edit_auto_top_up'], hiddenBy: [] },

  { key: 'closed', severity: INFO, for: 'everybody', placement: 'balance', isDismissible: false,
    while: ({ facts }) => facts.closedAtMicros === null ? [] : [{ occurrence: formatInstant(facts.closedAtMicros), figures: {
      balanceMicros: facts.balanceMicros, closedAtMicros: facts.closedAtMicros } }],
    actions: () => [], hiddenBy: [] },

  { key: 'checking', severity: INFO, for: 'everybody', placement: 'payments', isDismissible: false,
    while: (s) => s.inDoubt.map((one) => ({ occurrence: one.topUpId, figures: paymentOf(one) })),
    actions: (s) => (s.isOpen ? ['pay_with_another_card'] : []), hiddenBy: [] },

  { key: 'processing', severity: INFO, for: 'everybody', placement: 'balance', isDismissible: false,
    while: (s) => only(s.processing.length > 0, { occurrence: s.processing.map(({ topUpId }) => topUpId).join(' '), figures: {
      amountMicros: sumOf(s.processing), payments: s.processing.length } }),
    actions: () => [], hiddenBy: [] },

  { key: 'off', severity: INFO, for: 'admins', placement: 'auto', isDismissible: true,
    while: (s) => only(s.isOpen && s.on === null && hasUsedLately(s), { occurrence: String(s.facts.autoTopUp.version), figures: {
      ...s.lasts, balanceMicros: s.facts.balanceMicros } }),
    actions: () => ['set_up_auto_top_up'], hiddenBy: ['exhausted', ...PAUSED] },

  { key: 'added', severity: SUCCESS, for: 'everybody', placement: 'balance', isDismissible: true,
    while: added,
    actions: () => [], hiddenBy: [] },
]

function only<H>(holds: boolean, happening: H): H[] {
  return holds ? [happening] : []
}

/** Paused for any reason but money that is still missing, which has its own notice. */
function isPaused({ pause, isTakenBack }: Situation): boolean {
  return pause !== null && !isTakenBack
}

function blockedSince({ facts: { status } }: Situation): string {
  return formatInstant(status.sinceMicros)
}

/** '0' for a level that was never crossed: the account has been below it from the start. */
function crossingOf(crossing: Crossing | null): string {
  return crossing === null ? '0' : `${crossing.version}@${formatInstant(crossing.atMicros)}`
}

function paymentOf({ topUpId, trigger, amountMicros }: OpenTopUp) {
  return { topUpId, trigger, amountMicros }
}

function takenBack({ facts, pause, isTakenBack }: Situation): Happening<'taken_back'>[] {
  if (!isTakenBack || pause === null || facts.takenBack === null) return []
  const { memory } = facts.autoTopUp
  const figures = {
    ...facts.takenBack,
    reason: pause.reason === 'disputed' ? ('disputed' as const) : ('refunded' as const),
    sinceMicros: pause.sinceMicros,
    needsAnotherMethod: needsAnotherMethod(memory, facts.method?.methodId ?? null),
  }
  return [{ occurrence: formatInstant(pause.sinceMicros), figures }]
}

function isExpiring({ facts: { method }, nowMicros }: Situation): boolean {
  return method !== null && nowMicros >= expiresAtMicros(method) - EXPIRING_MICROS
}

function ofMethod<Key extends 'expired' | 'expiring'>(
  { facts: { method }, isOpen }: Situation,
  holds: boolean,
): Happening<Key>[] {
  if (method === null || !isOpen || !holds) return []
  const expiresOn = lastDayOf(method)
  return [{ occurrence: `${method.methodId} ${expiresOn}`, figures: { card: cardOf(method), expiresOn } }]
}

function cardOf({ brand, last4 }: NoticeMethod) {
  return { brand, last4 }
}

/** Automatic top-up has no card to charge; or credit is low, and no card is saved to add some. */
function isWithoutMethod({ facts, on, isBelowLow, isExhausted }: Situation): boolean {
  if (on !== null && facts.method === null) return true
  return facts.savedMethods === 0 && (isBelowLow || isExhausted)
}

function ofCap<Key extends 'cap' | 'cap_nearly_used'>(
  { on, cap, nowMicros }: Situation,
  holds: (cap: NonNullable<Situation['cap']>) => boolean,
  figuresOf: (figures: { spentMicros: bigint; capMicros: bigint }) => FiguresByKey[Key],
): Happening<Key>[] {
  const capMicros = on?.monthlyCapMicros ?? null
  if (cap === null || capMicros === null || !holds(cap)) return []
  const month = formatDate(nowMicros).slice(0, 'YYYY-MM'.length)
  return [{ occurrence: month, figures: figuresOf({ spentMicros: cap.spentMicros, capMicros }) }]
}

function failed({ facts, nowMicros }: Situation, declined: OpenTopUp): Happening<'failed'> {
  const { declinesInARow } = facts.autoTopUp.memory
  const { topUpId, amountMicros, nextTryAtMicros: atMicros } = declined
  const number = Math.min(declinesInARow + 1, MAX_DECLINES_IN_A_ROW)
  return {
    occurrence: `${topUpId} ${number}`,
    figures: {
      topUpId,
      amountMicros,
      card: facts.declinedCard,
      why: whyDeclined(declined.reason!),
      nextTry: atMicros > nowMicros ? { number, ofTries: MAX_DECLINES_IN_A_ROW, atMicros } : null,
    },
  }
}

function setUpToo({ on }: Situation): NoticeAction[] {
  return on === null ? ['add_credit', 'set_up_auto_top_up'] : ['add_credit']
}

function small({ on, average }: Situation): Happening<'small'>[] {
  if (on === null || average === null || on.amountMicros >= averageDaysMicros(average, 1)) return []
  const { amountMicros } = on
  const figures = { amountMicros, averageMicros: roundedMean(average), weekMicros: weekMicros(average) }
  return [{ occurrence: String(amountMicros), figures }]
}

function hasUsedLately({ facts: { lastUsageDay }, nowMicros }: Situation): boolean {
  return lastUsageDay !== null && dayOf(nowMicros) - lastUsageDay <= OFF_AFTER_USAGE_DAYS
}

/** An account is created blocked; its first credit makes status version 2. Only after that can calls work *again*. */
function added({ facts, nowMicros }: Situation): Happening<'added'>[] {
  const { added: credit, status, balanceMicros } = facts
  if (credit === null || nowMicros - credit.atMicros >= ADDED_MICROS) return []
  const isAgain = !status.isBlocked && status.version > 2n && nowMicros - status.sinceMicros < ADDED_MICROS
  const { kind, amountMicros, atMicros, sequence } = credit
  const callsWorkAgainSinceMicros = isAgain ? status.sinceMicros : null
  const figures = { kind, amountMicros, balanceMicros, atMicros, callsWorkAgainSinceMicros }
  return [{ occurrence: String(sequence), figures }]
}
