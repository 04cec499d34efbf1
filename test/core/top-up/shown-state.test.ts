import { describe, expect, it } from 'vitest'
import { FRESH_MEMORY, type Pause, whyPaused } from '../../../src/core/top-up/memory.ts'
import { type Shown, shownState } from '../../../src/core/top-up/shown-state.ts'

const NOW = 1_000_000
const LATER = NOW + 1
const PAUSE: Pause = { reason: 'declined', code: 'insufficient_funds', methodId: 'card', sinceMicros: 0 }
const SETTINGS = { isOn: true, thresholdMicros: 1n, amountMicros: 1n, monthlyCapMicros: null }
const OPEN = { state: 'requested', reason: null, nextTryAtMicros: LATER, isBeingCanceled: false } as const
const ON: Shown = { isClosed: false, settings: SETTINGS, memory: FRESH_MEMORY, waits: null, open: null }
const PAUSED = { memory: { ...FRESH_MEMORY, pause: PAUSE } }
const CAP = { waits: { limit: 'monthly_cap', untilMicros: LATER } }

describe('automatic top-up is shown as', () => {
  it.each<[state: string, waitsFor: string | null, when: string, changed: Partial<Shown>]>([
    ['on', null, 'nothing is in its way', {}],
    ['off', null, 'it was never set up', { settings: null }],
    ['off', null, 'it is off, whatever else', { settings: { ...SETTINGS, isOn: false }, ...PAUSED, ...CAP }],
    ['off', null, 'the account is closed', { isClosed: true }],
    ['needs_approval', null, 'its payment does', { open: { ...OPEN, state: 'needs_action' }, ...PAUSED }],
    [
      'paused',
      null,
      'that payment is being canceled',
      { open: { ...OPEN, state: 'needs_action', isBeingCanceled: true }, ...PAUSED },
    ],
    ['paused', null, 'it is, whatever it waits for', { ...PAUSED, ...CAP }],
    ['waiting', 'monthly_cap', 'a limit is waited for', CAP],
    ['on', null, 'the limit has passed', { waits: { limit: 'day_limit', untilMicros: NOW } }],
    ['waiting', 'next_try', 'the card was declined', { open: { ...OPEN, reason: 'insufficient_funds' } }],
    ['on', null, 'the next try is due', { open: { ...OPEN, reason: 'insufficient_funds', nextTryAtMicros: NOW } }],
    ['on', null, 'a payment is under way', { open: { ...OPEN, state: 'processing' } }],
  ])('%s (%s) when %s', (state, waitsFor, _when, changed) => {
    const untilMicros = waitsFor === null ? null : LATER
    expect(shownState({ ...ON, ...changed }, NOW)).toEqual({ state, waitsFor, untilMicros })
  })
})

describe('the reason of a pause', () => {
  it.each<[why: string | null, pause: Partial<Pause>]>([
    ['funds', {}],
    ['expired', { reason: 'ask_customer', code: 'expired_card' }],
    ['lapsed', { reason: 'declined', code: 'approval_lapsed' }],
    ['no_reason', { reason: 'declined', code: 'a_code_of_tomorrow' }],
    // The network's advice made it final, despite the bank's code.
    ['hard', { reason: 'card_stopped', code: 'generic_decline' }],
    [null, { reason: 'disputed', code: null }],
    [null, { reason: 'refused', code: 'method_gone' }],
    [null, { reason: 'canceled', code: null }],
  ])('is %s', (why, pause) => {
    expect(whyPaused({ ...PAUSE, ...pause })).toBe(why)
  })
})
