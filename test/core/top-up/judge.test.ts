/** Whether automatic top-up may charge now, and if not, why. */
import { describe, expect, it } from 'vitest'
import { parseInstant } from '../../../src/core/instant.ts'
import { parseMoney } from '../../../src/core/money.ts'
import {
  type AutoTopUpSettings,
  armedBelowMicros,
  type CountedAttempt,
  capUse,
  countedSince,
  judgeAttempt,
  judgeManual,
  judgePrepared,
  MAX_MANUAL_WAIT_MICROS,
  monthStartMicros,
  nextMonthMicros,
  type Standing,
} from '../../../src/core/top-up/judge.ts'
import { FRESH_MEMORY } from '../../../src/core/top-up/memory.ts'
import { DAY, HOUR, MINUTE, NOW } from './examples.ts'

const micros = (amount: string) => parseMoney(amount)!
const at = (instant: string) => parseInstant(instant)!

const SETTINGS: AutoTopUpSettings = {
  isOn: true,
  thresholdMicros: micros('10'),
  amountMicros: micros('20'),
  monthlyCapMicros: null,
}
const PAUSED = {
  ...FRESH_MEMORY,
  pause: { reason: 'declined', code: 'expired_card', methodId: 'card-1', sinceMicros: NOW - DAY },
} as const

/** An attempt that is charged at once: below its threshold, with a card, and no objection. */
const LOW: Standing = {
  balanceMicros: micros('9.999999'),
  isClosed: false,
  settings: SETTINGS,
  methodId: 'card-1',
  memory: FRESH_MEMORY,
  counted: [],
  unsettledManual: [],
}

const attempt = (confirmedAtMicros: number, amount = '20'): CountedAttempt => ({
  confirmedAtMicros,
  amountMicros: micros(amount),
})
const byHand = (amount: string, ageMicros: number) => ({
  amountMicros: micros(amount),
  requestedAtMicros: NOW - ageMicros,
})
const noLongerNeeded = (reason: string) => ({
  kind: 'unwanted',
  ending: { state: 'no_longer_needed', reason },
  untilMicros: null,
})
const skipped = (reason: string, untilMicros: number | null) => ({
  kind: 'unwanted',
  ending: { state: 'skipped', reason },
  untilMicros,
})

describe('an attempt', () => {
  it('charges exactly the amount, to the card of the account', () => {
    expect(judgeAttempt(LOW, NOW)).toEqual({ kind: 'charge', amountMicros: micros('20'), methodId: 'card-1' })
  })

  it.each([
    ['9.999999', 'charge'],
    ['10', 'unwanted'],
    ['10.000001', 'unwanted'],
    ['-100', 'charge'],
  ])('at a balance of %s and a threshold of 10: %s; at the threshold is not below it', (balance, kind) => {
    expect(judgeAttempt({ ...LOW, balanceMicros: micros(balance) }, NOW).kind).toBe(kind)
  })

  // Each row removes the reason for which the row above was refused, and keeps all later ones.
  const worst: Standing = {
    balanceMicros: micros('10'),
    isClosed: true,
    settings: { ...SETTINGS, isOn: false, monthlyCapMicros: micros('100') },
    methodId: null,
    memory: PAUSED,
    counted: [1, 2, 3, 4, 5].map((hours) => attempt(NOW - hours * HOUR)),
    unsettledManual: [byHand('20', MINUTE)],
  }
  const on = { ...worst, isClosed: false, settings: { ...worst.settings!, isOn: true } }
  const below = { ...on, balanceMicros: micros('9.999999') }
  const withCard = { ...below, memory: FRESH_MEMORY, methodId: 'card-1' }
  const alone = { ...withCard, unsettledManual: [] }
  it.each([
    ['the account is closed', worst, noLongerNeeded('account_closed')],
    ['never set up', { ...worst, isClosed: false, settings: null }, noLongerNeeded('turned_off')],
    ['turned off', { ...worst, isClosed: false }, noLongerNeeded('turned_off')],
    ['the balance is back', on, noLongerNeeded('balance_restored')],
    ['paused: a person must act', below, skipped('paused', null)],
    ['no card: a person must act', { ...below, memory: FRESH_MEMORY }, skipped('no_method', null)],
    ['a manual payment is in progress', withCard, { kind: 'wait', untilMicros: NOW + 14 * MINUTE }],
    ['the cap is used up', alone, skipped('monthly_cap', at('2023-12-01T00:00:00Z'))],
    ['five in 24 hours', { ...alone, settings: SETTINGS }, skipped('day_limit', NOW + 19 * HOUR)],
    [
      'none of it',
      { ...alone, settings: SETTINGS, counted: [] },
      { kind: 'charge', amountMicros: micros('20'), methodId: 'card-1' },
    ],
  ] as const)('gives the first reason that applies: %s', (_reason, standing, judgement) => {
    expect(judgeAttempt(standing, NOW)).toEqual(judgement)
  })
})

describe('the monthly cap', () => {
  const capped = (cap: string, counted: readonly CountedAttempt[], nowMicros: number) =>
    judgeAttempt({ ...LOW, settings: { ...SETTINGS, monthlyCapMicros: micros(cap) }, counted }, nowMicros)

  it.each([
    // cap, charged before, what an attempt of 20 is
    ['60', '40', 'charge'],
    ['59.99', '40', 'unwanted'],
    ['60', '40.01', 'unwanted'],
    ['20', '0', 'charge'],
    ['19.99', '0', 'unwanted'],
  ])('of %s with %s charged: an attempt of 20 may reach it, but not exceed it: %s', (cap, spent, kind) => {
    expect(capped(cap, [attempt(NOW - HOUR, spent)], NOW).kind).toBe(kind)
  })

  it.each([
    // attempted at, judged at, judgement
    ['2026-01-31T23:59:59.999999Z', '2026-02-01T00:00:00Z', 'charge'],
    ['2026-02-01T00:00:00Z', '2026-02-01T00:00:00Z', 'unwanted'],
    ['2026-02-01T00:00:00Z', '2026-02-28T23:59:59.999999Z', 'unwanted'],
    ['2026-02-28T23:59:59.999999Z', '2026-03-01T00:00:00Z', 'charge'],
    ['2025-12-31T23:30:00Z', '2026-01-01T00:00:00Z', 'charge'],
  ])('uses the UTC month of the attempt: %s, judged at %s: %s', (attempted, judged, kind) => {
    expect(capped('20', [attempt(at(attempted))], at(judged)).kind).toBe(kind)
  })

  it.each([
    ['2026-01-31T12:00:00Z', '2026-02-01T00:00:00Z'],
    ['2026-12-01T00:00:00Z', '2027-01-01T00:00:00Z'],
    ['2028-02-29T23:59:59Z', '2028-03-01T00:00:00Z'],
  ])('used up at %s is waited for until %s', (now, until) => {
    expect(capped('20', [attempt(at(now))], at(now))).toEqual(skipped('monthly_cap', at(until)))
  })

  it.each([
    // cap, charged, whether an amount of 20 is too much, whether 80 % are spent
    ['100', '79.99', false, false],
    ['100', '80', false, true],
    ['100', '80.01', true, true],
    ['25', '19.99', true, false],
    ['25', '20', true, true],
  ])('of %s with %s charged: used up %s, nearly used %s', (cap, spent, isUsedUp, isNearlyUsed) => {
    const use = capUse({ amountMicros: micros('20'), monthlyCapMicros: micros(cap) }, [attempt(NOW, spent)], NOW)
    expect(use).toEqual({ spentMicros: micros(spent), isUsedUp, isNearlyUsed })
  })

  it('unset allows everything, and the charged sum is still reported', () => {
    const counted = [attempt(NOW, '5000'), attempt(NOW - 1, '5000'), attempt(at('2023-10-31T23:59:59Z'), '1')]
    const use = capUse({ amountMicros: micros('5000'), monthlyCapMicros: null }, counted, NOW)
    expect(use).toEqual({ spentMicros: micros('10000'), isUsedUp: false, isNearlyUsed: false })
  })
})

describe('five attempts in 24 hours', () => {
  const judge = (ages: readonly number[]) =>
    judgeAttempt({ ...LOW, counted: ages.map((age) => attempt(NOW - age)) }, NOW)

  it.each([
    // age, consequence
    ['four', [1, 2, 3, 4], { kind: 'charge' }],
    ['five', [1, 2, 3, 4, DAY - 1], skipped('day_limit', NOW + 1)],
    ['five, the first of them 24 hours ago', [1, 2, 3, 4, DAY], { kind: 'charge' }],
    ['five, in any order', [4, DAY - 7, 1, 3, 2], skipped('day_limit', NOW + 7)],
    // Only once all but four have left the window.
    ['six', [1, 2, 3, 4, DAY - 9, DAY - 5], skipped('day_limit', NOW + 9)],
  ])('%s', (_rule, ages, judgement) => {
    expect(judge(ages)).toMatchObject(judgement)
  })

  it('the next instant is the first that allows an attempt', () => {
    const counted = [5, 4, 3, 2, 1].map((hours) => attempt(NOW - hours * HOUR))
    const judged = judgeAttempt({ ...LOW, counted }, NOW)
    const untilMicros = judged.kind === 'unwanted' ? judged.untilMicros! : 0
    expect(judgeAttempt({ ...LOW, counted }, untilMicros).kind).toBe('charge')
    expect(judgeAttempt({ ...LOW, counted }, untilMicros - 1).kind).toBe('unwanted')
  })
})

describe('a pending manual payment', () => {
  it.each([
    // manual payments (micros, age), 2 micros below the threshold; minutes of delay
    ['reaches the threshold exactly', [[2n, MINUTE]], 14],
    ['does not reach it', [[1n, MINUTE]], null],
    ['is 15 minutes old', [[2n, 15 * MINUTE]], null],
    ['is just younger', [[2n, 14 * MINUTE]], 1],
    [
      'reaches it with another: until the older one is too old',
      [
        [1n, 2 * MINUTE],
        [1n, MINUTE],
      ],
      13,
    ],
    [
      'would reach it only with one too old',
      [
        [1n, 16 * MINUTE],
        [1n, MINUTE],
      ],
      null,
    ],
    ['is not there', [], null],
  ] as const)('%s', (_rule, payments, minutes) => {
    const standing: Standing = {
      ...LOW,
      balanceMicros: SETTINGS.thresholdMicros - 2n,
      unsettledManual: payments.map(([amountMicros, ageMicros]) => ({
        amountMicros,
        requestedAtMicros: NOW - ageMicros,
      })),
    }
    expect(judgeAttempt(standing, NOW)).toEqual(
      minutes === null
        ? { kind: 'charge', amountMicros: micros('20'), methodId: 'card-1' }
        : { kind: 'wait', untilMicros: NOW + minutes * MINUTE },
    )
  })

  it('delays it by 15 minutes at most', () => {
    const standing = { ...LOW, unsettledManual: [byHand('5000', 0)] }
    expect(judgeAttempt(standing, NOW)).toEqual({ kind: 'wait', untilMicros: NOW + 15 * MINUTE })
    expect(judgeAttempt(standing, NOW + 15 * MINUTE - 1)).toEqual({ kind: 'wait', untilMicros: NOW + 15 * MINUTE })
    expect(judgeAttempt(standing, NOW + 15 * MINUTE).kind).toBe('charge')
  })
})

describe('right before a payment is confirmed', () => {
  const prepared = { amountMicros: micros('20'), methodId: 'card-1' }

  it.each([
    ['charge', LOW],
    ['wait', { ...LOW, unsettledManual: [byHand('20', 0)] }],
    ['unwanted', { ...LOW, memory: PAUSED }],
  ])('the current judgement applies: %s', (kind, standing) => {
    const judgement = judgeAttempt(standing, NOW)
    expect(judgement.kind).toBe(kind)
    expect(judgePrepared(prepared, judgement)).toBe(judgement)
  })

  it.each([
    ['a lower amount', { ...LOW, settings: { ...SETTINGS, amountMicros: micros('5') } }],
    ['a higher amount', { ...LOW, settings: { ...SETTINGS, amountMicros: micros('20.01') } }],
    ['another card', { ...LOW, methodId: 'card-2' }],
  ])('%s since it was prepared: it is not charged, the next attempt uses it', (_rule, standing) => {
    expect(judgePrepared(prepared, judgeAttempt(standing, NOW))).toEqual(noLongerNeeded('settings_changed'))
  })
})

describe('the threshold that a batch compares balances with', () => {
  const armed = {
    isClosed: false,
    settings: SETTINGS,
    methodId: 'card-1',
    memory: FRESH_MEMORY,
    hasOpenAutomatic: false,
    waitsUntilMicros: null,
  }

  it('is that of the settings', () => {
    expect(armedBelowMicros(armed)).toBe(micros('10'))
  })

  it.each([
    ['it is closed', { isClosed: true }],
    ['it was never set up', { settings: null }],
    ['it is turned off', { settings: { ...SETTINGS, isOn: false } }],
    ['it has no card', { methodId: null }],
    ['it is paused', { memory: PAUSED }],
    ['one is open', { hasOpenAutomatic: true }],
    ['it waits at a limit', { waitsUntilMicros: NOW }],
  ])('is null while %s', (_rule, held) => {
    expect(armedBelowMicros({ ...armed, ...held })).toBe(null)
  })
})

describe('months', () => {
  it.each([
    ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z'],
    ['2026-01-31T23:59:59.999999Z', '2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z'],
    ['2026-12-15T12:00:00Z', '2026-12-01T00:00:00Z', '2027-01-01T00:00:00Z'],
  ])('%s is in the month from %s to %s', (instant, start, end) => {
    expect([monthStartMicros(at(instant)), nextMonthMicros(at(instant))]).toEqual([at(start), at(end)])
  })

  it.each([
    ['2026-01-15T12:00:00Z', '2026-01-01T00:00:00Z'],
    ['2026-01-01T12:00:00Z', '2025-12-31T12:00:00Z'],
    ['2026-01-02T00:00:00Z', '2026-01-01T00:00:00Z'],
  ])('at %s the limits count attempts since %s', (now, since) => {
    expect(countedSince(at(now))).toBe(at(since))
  })
})

describe('a manual top-up', () => {
  const canceled = (reason: string) => ({ kind: 'unwanted', ending: { state: 'canceled', reason }, untilMicros: null })
  const CHARGED = { kind: 'charge', amountMicros: micros('30'), methodId: 'card-1' }
  const LATE = MAX_MANUAL_WAIT_MICROS + 1

  it.each([
    // account, card, requested, judged
    { isClosed: false, card: 'card-1', isRemoved: false, ago: 0, judged: CHARGED },
    { isClosed: false, card: 'card-1', isRemoved: false, ago: MAX_MANUAL_WAIT_MICROS, judged: CHARGED },
    { isClosed: false, card: 'card-1', isRemoved: false, ago: LATE, judged: canceled('provider_unavailable') },
    { isClosed: false, card: 'card-1', isRemoved: true, ago: 0, judged: canceled('no_method') },
    { isClosed: false, card: null, isRemoved: false, ago: 0, judged: canceled('no_method') },
    { isClosed: true, card: null, isRemoved: false, ago: LATE, judged: canceled('account_closed') },
  ])('closed $isClosed, $card (removed $isRemoved), $ago µs ago', ({ isClosed, card, isRemoved, ago, judged }) => {
    const topUp = { methodId: card, amountMicros: micros('30'), requestedAtMicros: NOW - ago }
    expect(judgeManual(topUp, { isClosed, isMethodRemoved: isRemoved }, NOW)).toEqual(judged)
  })
})
