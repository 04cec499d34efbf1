/** The state shown of a payment, by the last answer and the time without one. */
import { describe, expect, it } from 'vitest'
import { isOver, progressOf } from '../../../web/src/pay/progress.ts'

const PAYMENT = { key: 'key', amount: '25.00', methodId: 'pm-1', topUpId: 't-1', begunAtMs: 0 }

describe('a payment', () => {
  it.each([
    // heard, waited ms, shown
    [null, 0, 'submitting'],
    [null, 14_999, 'submitting'],
    [null, 15_000, 'unknown'],
    [null, 60_000, 'checking'],
    ['requested', 1_000, 'submitting'],
    ['prepared', 15_000, 'unknown'],
    ['charging', 60_000, 'checking'],
    ['unknown', 1_000, 'unknown'],
    ['unknown', 60_000, 'checking'],
    ['processing', 90_000, 'processing'],
    ['needs_action', 90_000, 'approval'],
    ['succeeded', 90_000, 'succeeded'],
    ['canceled', 0, 'canceled'],
    ['skipped', 0, 'canceled'],
    ['no_longer_needed', 0, 'canceled'],
  ] as const)('of which %s was heard after %d ms is %s', (state, waitedMs, shown) => {
    expect(progressOf(PAYMENT, state && { state, why: null }, waitedMs).at).toBe(shown)
  })

  it.each([
    ['funds', true],
    ['expired', true],
    [null, true],
    ['hard', false],
  ])('declined as %s may be tried again: %s', (why, canTryAgain) => {
    expect(progressOf(PAYMENT, { state: 'failed', why }, 0)).toMatchObject({ at: 'declined', why, canTryAgain })
  })

  it('is over exactly when the server’s answer is final', () => {
    const final = ['succeeded', 'failed', 'canceled', 'skipped', 'no_longer_needed'] as const
    const others = ['requested', 'prepared', 'charging', 'unknown', 'processing', 'needs_action'] as const
    const isOverAt = (state: (typeof final | typeof others)[number]) =>
      isOver(progressOf(PAYMENT, { state, why: null }, 600_000))
    expect(final.filter(isOverAt)).toEqual(final)
    expect(others.filter(isOverAt)).toEqual([])
  })
})
