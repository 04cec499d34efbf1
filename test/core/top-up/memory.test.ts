/** What is remembered between top-ups: declines in a row, and pauses. */
import { describe, expect, it } from 'vitest'
import type { Decline } from '../../../src/core/top-up/declines.ts'
import {
  type AutoTopUpMemory,
  afterDecline,
  afterPause,
  afterReversal,
  afterSuccess,
  endsWithNewMethod,
  FRESH_MEMORY,
  isSamePause,
  needsAnotherMethod,
  type Pause,
  type PauseReason,
} from '../../../src/core/top-up/memory.ts'
import { DAY, EXPIRED, HOUR, NO_FUNDS, NOW, STOLEN } from './examples.ts'

const pauseOf = (reason: PauseReason, methodId: string | null = 'card-1'): Pause => ({
  reason,
  code: null,
  methodId,
  sinceMicros: NOW - DAY,
})
const row = (declinesInARow: number, pause: Pause | null = null): AutoTopUpMemory => ({
  pause,
  declinesInARow,
  declinedMethodId: 'card-1',
})

describe('the next try after a decline', () => {
  const hoursAfter = (declines: number, decline: Decline, chance: number) => {
    const { nextTryAtMicros } = afterDecline(row(declines), decline, 'card-1', NOW, chance)
    return nextTryAtMicros === null ? null : (nextTryAtMicros - NOW) / HOUR
  }
  const advised = (hours: number): Decline => ({ ...NO_FUNDS, retryAfterMicros: hours * HOUR })

  it.each([
    // decline, declines before it, minimum and maximum hours
    ['the first', NO_FUNDS, 0, 1, 1.25],
    ['the second, a day after the first', NO_FUNDS, 1, 23, 28.75],
    ['the network advises later', advised(48), 0, 48, 48.25],
    ['the network advises later, the second time', advised(72), 1, 72, 77.75],
    ['the network advises sooner', advised(0.5), 0, 1, 1.25],
  ] as const)('%s', (_rule, decline, declines, least, most) => {
    expect(hoursAfter(declines, decline, 0)).toBe(least)
    expect(hoursAfter(declines, decline, 1)).toBe(most)
  })

  it('is a whole microsecond', () => {
    expect(afterDecline(FRESH_MEMORY, NO_FUNDS, 'card-1', NOW, 1 / 7).nextTryAtMicros).toBe(NOW + HOUR + 128_571_429)
  })

  it.each([
    ['the third in a row', NO_FUNDS, 2],
    ['a fourth, automatic or manual', NO_FUNDS, 3],
    ['one that needs the customer', EXPIRED, 0],
    ['one that rules out the card', STOLEN, 0],
  ])('is never set after %s', (_rule, decline, declines) => {
    expect(hoursAfter(declines, decline, 0.5)).toBe(null)
  })

  it('is never set while paused, but the decline counts', () => {
    const memory = row(0, pauseOf('disputed'))
    expect(afterDecline(memory, NO_FUNDS, 'card-1', NOW, 0)).toEqual({
      memory: row(1, pauseOf('disputed')),
      nextTryAtMicros: null,
    })
  })
})

describe('a row of declines', () => {
  it('pauses at the third, with the code of the last', () => {
    let memory = FRESH_MEMORY
    const pauses = [NO_FUNDS, NO_FUNDS, { ...NO_FUNDS, code: 'do_not_honor' }].map((decline) => {
      memory = afterDecline(memory, decline, 'card-1', NOW, 0).memory
      return memory.pause
    })
    expect(pauses).toEqual([
      null,
      null,
      { reason: 'declined', code: 'do_not_honor', methodId: 'card-1', sinceMicros: NOW },
    ])
    expect(memory.declinesInARow).toBe(3)
  })

  it.each([
    [EXPIRED, 'ask_customer'],
    [STOLEN, 'card_stopped'],
    [{ ...EXPIRED, advice: 'retry_later' as const }, null],
  ])('of one, %o, pauses: %s', (decline, reason) => {
    expect(afterDecline(FRESH_MEMORY, decline, 'card-1', NOW, 0).memory.pause?.reason ?? null).toBe(reason)
  })

  it('belongs to a card: another card starts a new one', () => {
    const { memory, nextTryAtMicros } = afterDecline(row(2), NO_FUNDS, 'card-2', NOW, 0)
    expect(memory).toEqual({ pause: null, declinesInARow: 1, declinedMethodId: 'card-2' })
    expect(nextTryAtMicros).toBe(NOW + HOUR)
  })

  it.each([
    ['automatic', 'card-1', FRESH_MEMORY],
    ['automatic', 'card-2', FRESH_MEMORY],
    ['manual', 'card-1', FRESH_MEMORY],
    ['manual', 'card-2', row(2)],
    ['manual', null, row(2)],
  ] as const)('ends with a success: %s, by %s', (trigger, methodId, after) => {
    expect(afterSuccess(row(2), trigger, methodId)).toEqual(after)
  })

  it('ends with a success, while a pause does not', () => {
    expect(afterSuccess(row(3, pauseOf('declined')), 'automatic', 'card-1')).toEqual({
      ...FRESH_MEMORY,
      pause: pauseOf('declined'),
    })
  })
})

describe('a pause', () => {
  it.each(['refunded', 'disputed'] as const)('begins when money is returned: %s', (reason) => {
    expect(afterReversal(row(1), reason, 'card-1', NOW)).toEqual(
      row(1, { reason, code: null, methodId: 'card-1', sinceMicros: NOW }),
    )
  })

  it.each([
    // existing pause, new pause, the one that stays
    ['declined', 'refunded', 'declined'],
    ['refunded', 'declined', 'refunded'],
    ['refused', 'restored', 'refused'],
    ['restored', 'disputed', 'disputed'],
    ['refunded', 'disputed', 'disputed'],
    ['declined', 'card_stopped', 'card_stopped'],
    ['card_stopped', 'disputed', 'card_stopped'],
    ['disputed', 'card_stopped', 'disputed'],
    ['disputed', 'refunded', 'disputed'],
  ] as const)('%s, then %s: %s stays, so that the gravest is never forgotten', (first, second, stays) => {
    expect(afterPause(row(1, pauseOf(first)), pauseOf(second, 'card-2'))).toEqual(
      row(1, pauseOf(stays, stays === first ? 'card-1' : 'card-2')),
    )
  })

  it.each([
    // reason of the pause, whether the same card may resume, whether only a new card ends it
    ['declined', true, true],
    ['ask_customer', true, false],
    ['card_stopped', false, false],
    ['refunded', true, false],
    ['disputed', false, false],
    ['refused', true, false],
    ['restored', true, false],
  ] as const)('%s: the same card may resume: %s, only a new card ends it: %s', (reason, mayGoOn, endsByItself) => {
    const memory = row(0, pauseOf(reason))
    expect(needsAnotherMethod(memory, 'card-1')).toBe(!mayGoOn)
    expect(needsAnotherMethod(memory, 'card-2')).toBe(false)
    expect(endsWithNewMethod(memory)).toBe(endsByItself)
  })

  it('without a card requests no other one', () => {
    expect(needsAnotherMethod(row(0, pauseOf('disputed', null)), null)).toBe(false)
    expect(needsAnotherMethod(FRESH_MEMORY, 'card-1')).toBe(false)
    expect(endsWithNewMethod(FRESH_MEMORY)).toBe(false)
  })
})

it('a pause is the same by when it began and for what, also as it is read again', () => {
  const pause = pauseOf('declined')
  expect(isSamePause(pause, { ...pause })).toBe(true)
  expect(isSamePause(null, null)).toBe(true)
  expect(isSamePause(pause, null)).toBe(false)
  expect(isSamePause(pause, { ...pause, sinceMicros: NOW })).toBe(false)
  expect(isSamePause(pause, { ...pause, reason: 'disputed' })).toBe(false)
})
