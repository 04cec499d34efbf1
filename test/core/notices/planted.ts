/** An account that needs no notice, and the changes that tests of notices make to it. */
import { type InstantMicros, MICROS_PER_DAY, parseInstant } from '../../../src/core/instant.ts'
import { parseMoney } from '../../../src/core/money.ts'
import type { NoticeFacts, NoticeMethod, OpenTopUp } from '../../../src/core/notices/facts.ts'
import type { AutoTopUpSettings, CountedAttempt } from '../../../src/core/top-up/judge.ts'
import { FRESH_MEMORY, type Pause } from '../../../src/core/top-up/memory.ts'
import { dayOf } from '../../../src/core/usage-forecast/average.ts'

export const micros = (amount: string) => parseMoney(amount)!
export const at = (text: string): InstantMicros => parseInstant(text)!

export const HOUR = 3_600_000_000
export const DAY = MICROS_PER_DAY
export const NOW = at('2026-11-26T12:00:00Z')

export const VISA: NoticeMethod = { methodId: 'visa', brand: 'visa', last4: '4242', expiryMonth: 9, expiryYear: 2027 }
export const CARD = { brand: 'visa', last4: '4242' }
export const SETTINGS: AutoTopUpSettings = {
  isOn: true,
  thresholdMicros: micros('25'),
  amountMicros: micros('50'),
  monthlyCapMicros: micros('300'),
}
/** 2.00 a day. */
export const USAGE = { average: { sumMicros: micros('28'), days: 14 } }

/** Automatic top-up is on and healthy, credit lasts 25 days, and calls have worked since October. */
export const HEALTHY: NoticeFacts = {
  accountId: 'acme',
  currency: 'EUR',
  balanceMicros: micros('50'),
  hasMovements: true,
  hasPaid: true,
  status: { isBlocked: false, version: 2n, sinceMicros: at('2026-10-03T09:00:00Z') },
  closedAtMicros: null,
  levels: { lowMicros: micros('10'), customMicros: null },
  lowCrossing: null,
  customCrossing: null,
  autoTopUp: { settings: SETTINGS, version: 7, memory: FRESH_MEMORY, counted: [] },
  method: VISA,
  savedMethods: 1,
  pausedCard: null,
  declinedCard: null,
  takenBack: null,
  openTopUps: [],
  added: null,
  usage: USAGE,
  lastUsageDay: dayOf(NOW),
  admins: ['Ana', 'ben'],
}

export type Changed = Partial<NoticeFacts>

export const planted = (...changes: readonly Changed[]): NoticeFacts => Object.assign({}, HEALTHY, ...changes)

export const balance = (amount: string): Changed => {
  const balanceMicros = micros(amount)
  const isBlocked = balanceMicros <= 0n
  return { balanceMicros, status: { isBlocked, version: isBlocked ? 3n : 2n, sinceMicros: NOW - HOUR } }
}

export const auto = (changed: Partial<NoticeFacts['autoTopUp']>): Changed => ({
  autoTopUp: { ...HEALTHY.autoTopUp, ...changed },
})
export const OFF = auto({ settings: { ...SETTINGS, isOn: false } })
export const settings = (changed: Partial<AutoTopUpSettings>): Changed =>
  auto({ settings: { ...SETTINGS, ...changed } })

export const paused = (reason: Pause['reason'], code: string | null = null, methodId = 'visa'): Changed => ({
  ...auto({ memory: { ...FRESH_MEMORY, pause: { reason, code, methodId, sinceMicros: NOW - 2 * HOUR } } }),
  pausedCard: CARD,
})

export const charged = (amount: string, ago: number): CountedAttempt => {
  return { amountMicros: micros(amount), confirmedAtMicros: NOW - ago }
}

export const topUp = (changed: Partial<OpenTopUp>): OpenTopUp => ({
  topUpId: 'top-up-1',
  trigger: 'automatic',
  state: 'requested',
  reason: null,
  amountMicros: micros('50'),
  nextTryAtMicros: NOW,
  silences: 0,
  actionUntilMicros: null,
  isBeingCanceled: false,
  ...changed,
})
export const open = (...changes: readonly Partial<OpenTopUp>[]): Changed => ({ openTopUps: changes.map(topUp) })

/** Declined for insufficient funds, and retried tomorrow. */
export const DECLINED: Changed = {
  ...auto({ memory: { pause: null, declinesInARow: 2, declinedMethodId: 'visa' } }),
  ...open({ reason: 'insufficient_funds', nextTryAtMicros: NOW + DAY }),
  declinedCard: CARD,
}
