/** The next state of a top-up for each input. */
import { describe, expect, it } from 'vitest'
import {
  type Advanced,
  advance,
  isOpen,
  OPEN_STATES,
  TOP_UP_STATES,
  type TopUp,
  type TopUpNews,
  type TopUpState,
} from '../../../src/core/top-up/machine.ts'
import { type AutoTopUpMemory, FRESH_MEMORY, type Pause } from '../../../src/core/top-up/memory.ts'
import {
  CAPPED,
  DAY,
  EXPIRED,
  HOUR,
  MINUTE,
  NEWS,
  NO_FUNDS,
  NOW,
  SECOND,
  STOLEN,
  TURNED_OFF,
  topUpIn,
} from './examples.ts'

/**
 * The state of a first automatic attempt afterwards. Declines here are temporary (insufficient funds), `unwanted` means that a
 * limit forbids the attempt, and the product did not mean to cancel.
 */
const RULES = `
requested         prepared      prepared
requested         adopted       prepared
requested         confirming    throws
requested         unwanted      skipped
requested         wait          requested
requested         unavailable   requested
requested         unknown       requested
requested         refused       failed
requested         unconfirmed   ignored
requested         succeeded     ignored
requested         processing    ignored
requested         needs_action  ignored
requested         declined      ignored
requested         canceled      ignored

prepared          prepared      throws
prepared          adopted       ignored
prepared          confirming    charging
prepared          unwanted      prepared
prepared          wait          prepared
prepared          unavailable   prepared
prepared          unknown       prepared
prepared          refused       failed
prepared          unconfirmed   ignored
prepared          succeeded     succeeded
prepared          processing    processing
prepared          needs_action  needs_action
prepared          declined      requested
prepared          canceled      failed

charging          prepared      throws
charging          adopted       ignored
charging          confirming    ignored
charging          unwanted      throws
charging          wait          throws
charging          unavailable   prepared
charging          unknown       unknown
charging          refused       prepared
charging          unconfirmed   prepared
charging          succeeded     succeeded
charging          processing    processing
charging          needs_action  needs_action
charging          declined      requested
charging          canceled      failed

unknown           prepared      throws
unknown           adopted       ignored
unknown           confirming    throws
unknown           unwanted      throws
unknown           wait          throws
unknown           unavailable   unknown
unknown           unknown       unknown
unknown           refused       unknown
unknown           unconfirmed   prepared
unknown           succeeded     succeeded
unknown           processing    processing
unknown           needs_action  needs_action
unknown           declined      requested
unknown           canceled      failed

processing        prepared      throws
processing        adopted       ignored
processing        confirming    throws
processing        unwanted      throws
processing        wait          throws
processing        unavailable   processing
processing        unknown       processing
processing        refused       processing
processing        unconfirmed   processing
processing        succeeded     succeeded
processing        processing    processing
processing        needs_action  needs_action
processing        declined      requested
processing        canceled      failed

needs_action      prepared      throws
needs_action      adopted       ignored
needs_action      confirming    throws
needs_action      unwanted      needs_action
needs_action      wait          throws
needs_action      unavailable   needs_action
needs_action      unknown       needs_action
needs_action      refused       needs_action
needs_action      unconfirmed   needs_action
needs_action      succeeded     succeeded
needs_action      processing    processing
needs_action      needs_action  needs_action
needs_action      declined      requested
needs_action      canceled      failed

succeeded         prepared      throws
succeeded         adopted       ignored
succeeded         confirming    throws
succeeded         unwanted      ignored
succeeded         wait          ignored
succeeded         unavailable   ignored
succeeded         unknown       ignored
succeeded         refused       ignored
succeeded         unconfirmed   ignored
succeeded         succeeded     ignored
succeeded         processing    ignored
succeeded         needs_action  ignored
succeeded         declined      ignored
succeeded         canceled      ignored

failed            prepared      throws
failed            adopted       ignored
failed            confirming    throws
failed            unwanted      ignored
failed            wait          ignored
failed            unavailable   ignored
failed            unknown       ignored
failed            refused       ignored
failed            unconfirmed   ignored
failed            succeeded     succeeded
failed            processing    ignored
failed            needs_action  ignored
failed            declined      ignored
failed            canceled      ignored

canceled          prepared      throws
canceled          adopted       ignored
canceled          confirming    throws
canceled          unwanted      ignored
canceled          wait          ignored
canceled          unavailable   ignored
canceled          unknown       ignored
canceled          refused       ignored
canceled          unconfirmed   ignored
canceled          succeeded     succeeded
canceled          processing    ignored
canceled          needs_action  ignored
canceled          declined      ignored
canceled          canceled      ignored

skipped           prepared      throws
skipped           adopted       ignored
skipped           confirming    throws
skipped           unwanted      ignored
skipped           wait          ignored
skipped           unavailable   ignored
skipped           unknown       ignored
skipped           refused       ignored
skipped           unconfirmed   ignored
skipped           succeeded     succeeded
skipped           processing    ignored
skipped           needs_action  ignored
skipped           declined      ignored
skipped           canceled      ignored

no_longer_needed  prepared      throws
no_longer_needed  adopted       ignored
no_longer_needed  confirming    throws
no_longer_needed  unwanted      ignored
no_longer_needed  wait          ignored
no_longer_needed  unavailable   ignored
no_longer_needed  unknown       ignored
no_longer_needed  refused       ignored
no_longer_needed  unconfirmed   ignored
no_longer_needed  succeeded     succeeded
no_longer_needed  processing    ignored
no_longer_needed  needs_action  ignored
no_longer_needed  declined      ignored
no_longer_needed  canceled      ignored
`
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => line.split(/ +/) as [TopUpState, TopUpNews['kind'], TopUpState | 'ignored' | 'throws'])

function hear(topUp: TopUp, news: TopUpNews, memory: AutoTopUpMemory = FRESH_MEMORY, chance = 0): Advanced {
  const advanced = advance(topUp, news, memory, NOW, chance)
  if (advanced === null) throw new Error(`${news.kind} is ignored in ${topUp.state}`)
  return advanced
}

const declinedBy = (decline: typeof NO_FUNDS): TopUpNews => ({ kind: 'declined', decline })
const remembering = (declinesInARow: number, pause: Pause | null = null): AutoTopUpMemory => ({
  pause,
  declinesInARow,
  declinedMethodId: declinesInARow === 0 ? null : 'card-1',
})
const pauseFor = (reason: Pause['reason'], methodId = 'card-1'): Pause => ({
  reason,
  code: null,
  methodId,
  sinceMicros: NOW - DAY,
})

describe('every pair of state and input', () => {
  it('has exactly one rule', () => {
    const pairs = TOP_UP_STATES.flatMap((state) => Object.keys(NEWS).map((kind) => `${state} ${kind}`))
    expect(RULES.map(([state, kind]) => `${state} ${kind}`).sort()).toEqual(pairs.sort())
  })

  it.each(RULES)('%s, on %s: %s', (state, kind, outcome) => {
    const next = () => advance(topUpIn(state), NEWS[kind], FRESH_MEMORY, NOW, 0.5)
    if (outcome === 'throws') return expect(next).toThrow(`top-up top-up-1 is ${state} and cannot take ${kind}`)
    expect(next()?.topUp.state ?? 'ignored').toBe(outcome)
  })

  it('open states are those that may still lead to a charge', () => {
    expect(TOP_UP_STATES.filter((state) => isOpen({ state }))).toEqual([...OPEN_STATES])
    expect([...OPEN_STATES]).toEqual(['requested', 'prepared', 'charging', 'unknown', 'processing', 'needs_action'])
  })
})

describe('preparing and confirming', () => {
  it('a prepared payment is a new attempt, with the amount and card that it was prepared with', () => {
    const { topUp, isAnnounced } = hear(
      topUpIn('requested', { attempts: 1, reason: 'insufficient_funds', silences: 4 }),
      NEWS.prepared,
    )
    expect(topUp).toMatchObject({ attempts: 2, attemptId: 'attempt-2', paymentId: 'payment-2', methodId: 'card-2' })
    expect(topUp).toMatchObject({ amountMicros: 30_000_000n, reason: null, silences: 0, confirmedAtMicros: null })
    expect([topUp.nextTryAtMicros, isAnnounced]).toEqual([NOW, false])
  })

  it('an adopted payment is the attempt of a top-up that has none, and counts from when it was made', () => {
    const { topUp, isAnnounced } = hear(
      topUpIn('requested', { attempts: 1, reason: 'insufficient_funds' }),
      NEWS.adopted,
    )
    expect(topUp).toMatchObject({ attempts: 3, attemptId: 'attempt-3', paymentId: 'payment-3', methodId: null })
    expect(topUp).toMatchObject({ amountMicros: 30_000_000n, reason: null, confirmedAtMicros: NOW - MINUTE })
    expect(isAnnounced).toBe(false)
    expect(hear(topUp, NEWS.processing).topUp).toMatchObject({ confirmedAtMicros: NOW - MINUTE })
  })

  it('limits count an attempt from just before it is confirmed', () => {
    const { topUp, isAnnounced } = hear(topUpIn('prepared'), NEWS.confirming)
    expect(topUp).toMatchObject({ confirmedAtMicros: NOW, nextTryAtMicros: NOW, paymentId: 'payment-1' })
    expect(isAnnounced).toBe(true)
  })

  it('a payment to be canceled is never confirmed', () => {
    const next = () => hear(topUpIn('prepared', { ending: TURNED_OFF }), NEWS.confirming)
    expect(next).toThrow('top-up top-up-1 is to be canceled, not confirmed')
  })

  it.each([
    ['charging', 'unavailable'],
    ['charging', 'unconfirmed'],
    ['charging', 'refused'],
    ['unknown', 'unconfirmed'],
  ] as const)('%s that turns out not to be accepted (%s) no longer counts', (state, kind) => {
    const { topUp } = hear(topUpIn(state), NEWS[kind])
    expect(topUp).toMatchObject({ state: 'prepared', confirmedAtMicros: null, paymentId: 'payment-1', attempts: 1 })
  })

  it.each([
    ['charging', 'unknown', 'unknown', true],
    ['unknown', 'unknown', 'unknown', false],
    ['unknown', 'unavailable', 'unknown', false],
    ['processing', 'unknown', 'processing', false],
  ] as const)('no answer while %s (%s) still counts', (state, kind, after, isAnnounced) => {
    const advanced = hear(topUpIn(state), NEWS[kind])
    expect(advanced.topUp).toMatchObject({ state: after, confirmedAtMicros: NOW - SECOND, paymentId: 'payment-1' })
    expect(advanced.isAnnounced).toBe(isAnnounced)
  })

  it.each(['prepared', 'charging', 'unknown'] as const)(
    '%s that succeeds, or waits, counts from its confirmation',
    (state) => {
      const since = state === 'prepared' ? NOW : NOW - SECOND
      for (const kind of ['succeeded', 'processing', 'needs_action'] as const) {
        expect(hear(topUpIn(state), NEWS[kind]).topUp.confirmedAtMicros).toBe(since)
      }
    },
  )
})

describe('a decline', () => {
  it('leads to the next attempt, with a new payment', () => {
    const { topUp, memory, paused, isAnnounced } = hear(topUpIn('charging'), NEWS.declined)
    expect(topUp).toEqual({
      ...topUpIn('requested'),
      attempts: 1,
      reason: 'insufficient_funds',
      nextTryAtMicros: NOW + HOUR,
    })
    expect([memory, paused, isAnnounced]).toEqual([remembering(1), null, true])
  })

  it.each([
    // decline, declines before it, consequence, time of the retry, reason of the pause
    ['may pass, the first', NO_FUNDS, 0, 'requested', NOW + HOUR, null],
    ['may pass, the second', NO_FUNDS, 1, 'requested', NOW + 23 * HOUR, null],
    ['may pass, the third', NO_FUNDS, 2, 'failed', null, 'declined'],
    ['asks the customer', EXPIRED, 0, 'failed', null, 'ask_customer'],
    ['stops', STOLEN, 0, 'failed', null, 'card_stopped'],
  ] as const)('that %s', (_rule, decline, before, state, nextTryAtMicros, reason) => {
    const { topUp, memory, paused, isAnnounced } = hear(topUpIn('charging'), declinedBy(decline), remembering(before))
    expect(isAnnounced).toBe(true)
    expect(topUp).toMatchObject({ state, reason: decline.code })
    if (nextTryAtMicros !== null) expect(topUp.nextTryAtMicros).toBe(nextTryAtMicros)
    const pause = reason && { reason, code: decline.code, methodId: 'card-1', sinceMicros: NOW }
    expect([paused, memory.pause]).toEqual([pause, pause])
    expect(memory.declinesInARow).toBe(before + 1)
  })

  it('that ends it keeps its payment, so that a late success is recognised', () => {
    expect(hear(topUpIn('charging'), declinedBy(STOLEN)).topUp).toMatchObject({
      paymentId: 'payment-1',
      attemptId: 'attempt-1',
    })
  })

  it('while paused ends it, and the first pause stays', () => {
    const memory = remembering(0, pauseFor('refunded'))
    const after = hear(topUpIn('processing'), NEWS.declined, memory)
    expect(after).toMatchObject({ topUp: { state: 'failed' }, memory: { pause: pauseFor('refunded') }, paused: null })
  })

  it('that rules out the card replaces a pause after which the same card could resume', () => {
    const { memory, paused } = hear(topUpIn('processing'), declinedBy(STOLEN), remembering(0, pauseFor('refunded')))
    expect(paused).toMatchObject({ reason: 'card_stopped' })
    expect(memory.pause).toBe(paused)
  })

  it('of a payment to be canceled ends it, and counts', () => {
    const { topUp, memory } = hear(topUpIn('prepared', { ending: TURNED_OFF }), NEWS.declined)
    expect(topUp).toMatchObject({ state: 'failed', reason: 'insufficient_funds', ending: null })
    expect(memory.declinesInARow).toBe(1)
  })

  it.each([NO_FUNDS, EXPIRED, STOLEN])('of a manual payment does not count and never pauses: $code', (decline) => {
    const memory = remembering(2)
    const advanced = hear(topUpIn('charging', { trigger: 'manual' }), declinedBy(decline), memory)
    expect(advanced).toMatchObject({
      topUp: { state: 'failed', reason: decline.code },
      paused: null,
      isAnnounced: true,
    })
    expect(advanced.memory).toBe(memory)
  })
})

describe('the approval by the bank', () => {
  it('has a page and 24 hours', () => {
    const { topUp, isAnnounced } = hear(topUpIn('charging'), NEWS.needs_action)
    expect(topUp).toMatchObject({ actionUrl: 'https://bank.example/2', actionUntilMicros: NOW + DAY, silences: 0 })
    expect(isAnnounced).toBe(true)
  })

  it('requested again may have another page, but no more time', () => {
    const before = topUpIn('needs_action')
    const { topUp, isAnnounced } = hear(before, NEWS.needs_action)
    expect(topUp).toMatchObject({ actionUrl: 'https://bank.example/2', silences: 1 })
    expect([topUp.actionUntilMicros, isAnnounced]).toEqual([before.actionUntilMicros, false])
  })

  it.each(['processing', 'succeeded', 'declined', 'canceled'] as const)('is over if it is %s', (kind) => {
    expect(hear(topUpIn('needs_action'), NEWS[kind]).topUp).toMatchObject({ actionUrl: null, actionUntilMicros: null })
  })

  it.each(['needs_action', 'unavailable', 'unknown', 'unconfirmed', 'refused'] as const)(
    'is looked up when it expires, whatever came before (%s)',
    (kind) => {
      const actionUntilMicros = NOW + SECOND / 4
      const { topUp } = hear(topUpIn('needs_action', { actionUntilMicros }), NEWS[kind])
      expect(topUp.nextTryAtMicros).toBe(actionUntilMicros)
      // From then on it is to be canceled, and the provider is not called without a pause in between.
      const late = hear(topUpIn('needs_action', { actionUntilMicros: NOW }), NEWS[kind])
      expect(late.topUp.nextTryAtMicros).toBeGreaterThanOrEqual(NOW + SECOND / 2)
    },
  )

  it('is looked up no sooner than the provider’s retry time', () => {
    const busy: TopUpNews = { kind: 'unavailable', retryAfterMicros: MINUTE }
    const { topUp } = hear(topUpIn('needs_action', { actionUntilMicros: NOW + SECOND }), busy)
    expect(topUp.nextTryAtMicros).toBe(NOW + MINUTE)
  })

  it.each([
    ['just before it lapses', NOW + 1, 'failed', 'canceled_at_provider', 1],
    ['once it has lapsed', NOW, 'requested', 'approval_lapsed', 1],
  ] as const)('canceled %s', (_rule, actionUntilMicros, state, reason, declinesInARow) => {
    const { topUp, memory } = hear(topUpIn('needs_action', { actionUntilMicros }), NEWS.canceled)
    expect(topUp).toMatchObject({ state, reason })
    expect(memory.declinesInARow).toBe(declinesInARow)
  })

  it('that expired for the third time in a row pauses', () => {
    const lapsed = topUpIn('needs_action', { actionUntilMicros: NOW })
    const { topUp, paused } = hear(lapsed, NEWS.canceled, remembering(2))
    expect(topUp).toMatchObject({ state: 'failed', reason: 'approval_lapsed' })
    expect(paused).toMatchObject({ reason: 'declined', code: 'approval_lapsed' })
  })

  it('of a manual payment that expired fails it', () => {
    const lapsed = topUpIn('needs_action', { actionUntilMicros: NOW, trigger: 'manual' })
    expect(hear(lapsed, NEWS.canceled).topUp).toMatchObject({ state: 'failed', reason: 'approval_lapsed' })
  })

  it('that was given long ago has not expired if the bank cancels the payment later', () => {
    const processing = hear(topUpIn('needs_action', { actionUntilMicros: NOW }), NEWS.processing).topUp
    expect(hear(processing, NEWS.canceled).topUp).toMatchObject({ state: 'failed', reason: 'canceled_at_provider' })
  })
})

describe('an unwanted payment', () => {
  it('is over at once if it was not prepared', () => {
    expect(hear(topUpIn('requested'), NEWS.unwanted)).toMatchObject({ topUp: CAPPED, isAnnounced: true, paused: null })
  })

  it.each(['prepared', 'needs_action'] as const)('is over only after the provider has canceled it (%s)', (state) => {
    const { topUp: meant, isAnnounced } = hear(topUpIn(state), { kind: 'unwanted', ending: TURNED_OFF })
    expect(meant).toMatchObject({ state, reason: null, ending: TURNED_OFF, nextTryAtMicros: NOW })
    expect(isAnnounced).toBe(false)
    const canceled = hear(meant, NEWS.canceled)
    expect(canceled.topUp).toMatchObject({ ...TURNED_OFF, ending: null })
    expect(canceled.isAnnounced).toBe(true)
  })

  it('keeps its intended end, whatever comes in between', () => {
    let { topUp } = hear(topUpIn('prepared'), { kind: 'unwanted', ending: TURNED_OFF })
    for (const kind of ['unwanted', 'unavailable', 'unknown', 'unconfirmed', 'needs_action', 'processing'] as const) {
      topUp = hear(topUp, NEWS[kind]).topUp
    }
    expect(hear(topUp, NEWS.canceled).topUp).toMatchObject(TURNED_OFF)
  })

  it('is retried within seconds after a look at its approval', () => {
    const wanted = hear(topUpIn('needs_action'), NEWS.needs_action).topUp
    const unwanted = hear(topUpIn('needs_action', { ending: TURNED_OFF }), NEWS.needs_action).topUp
    expect(wanted.nextTryAtMicros).toBeGreaterThan(NOW + 5 * SECOND)
    expect(unwanted.nextTryAtMicros).toBeGreaterThan(NOW)
    expect(unwanted.nextTryAtMicros).toBeLessThanOrEqual(NOW + 2 * SECOND)
  })

  it('counts by its intended end, not as expired, if its approval expires meanwhile', () => {
    const topUp = topUpIn('needs_action', { ending: TURNED_OFF, actionUntilMicros: NOW })
    expect(hear(topUp, NEWS.canceled)).toMatchObject({ topUp: TURNED_OFF, memory: { declinesInARow: 0 } })
  })

  it('is credited if it was charged after all', () => {
    expect(hear(topUpIn('prepared', { ending: TURNED_OFF }), NEWS.succeeded).topUp).toMatchObject({
      state: 'succeeded',
      reason: null,
      ending: null,
    })
  })

  it('canceled outside pauses automatic top-up: it would be canceled again', () => {
    const { topUp, isAnnounced, paused } = hear(topUpIn('processing'), NEWS.canceled)
    expect(topUp).toMatchObject({ state: 'failed', reason: 'canceled_at_provider' })
    expect(paused).toMatchObject({ reason: 'ask_customer', code: 'canceled_at_provider' })
    expect(isAnnounced).toBe(true)
  })

  it('canceled outside is over if manual, and pauses nothing', () => {
    const { topUp, paused } = hear(topUpIn('processing', { trigger: 'manual' }), NEWS.canceled)
    expect(topUp).toMatchObject({ state: 'canceled', reason: 'canceled_at_provider' })
    expect(paused).toBeNull()
  })
})

describe('a success', () => {
  it.each(['failed', 'canceled', 'skipped', 'no_longer_needed'] as const)('after it was %s is credited', (state) => {
    const before = topUpIn(state, { confirmedAtMicros: null, reason: 'whatever' })
    const { topUp, isAnnounced, paused } = hear(before, NEWS.succeeded)
    expect(topUp).toMatchObject({ state: 'succeeded', reason: null, confirmedAtMicros: NOW, paymentId: 'payment-1' })
    expect([isAnnounced, paused]).toEqual([true, null])
  })

  it.each([
    // origin, card, declines of card-1 in a row afterwards
    ['automatic', 'card-1', 0],
    ['automatic', 'card-2', 0],
    ['manual', 'card-1', 0],
    ['manual', 'card-2', 2],
  ] as const)('of an %s payment with %s leaves %i declines in a row', (trigger, methodId, declinesInARow) => {
    const { memory } = hear(topUpIn('charging', { trigger, methodId }), NEWS.succeeded, remembering(2))
    expect(memory).toEqual(remembering(declinesInARow))
  })

  it('does not end a pause', () => {
    const { memory, paused } = hear(topUpIn('charging'), NEWS.succeeded, remembering(3, pauseFor('declined')))
    expect(memory).toEqual(remembering(0, pauseFor('declined')))
    expect(paused).toBe(null)
  })
})

describe('a refused request', () => {
  const paused = { reason: 'refused', code: 'amount_too_small', methodId: 'card-1', sinceMicros: NOW }

  it('to prepare fails the top-up and pauses: every further one would be refused', () => {
    const advanced = hear(topUpIn('requested'), NEWS.refused)
    expect(advanced.topUp).toMatchObject({ state: 'failed', reason: 'amount_too_small' })
    expect(advanced).toMatchObject({ isAnnounced: true, paused: { ...paused, methodId: null } })
  })

  it('to confirm pauses at once, and fails the top-up after the payment is canceled', () => {
    const refused = hear(topUpIn('charging'), NEWS.refused)
    expect(refused.topUp).toMatchObject({ state: 'prepared', reason: null, nextTryAtMicros: NOW })
    expect(refused).toMatchObject({ isAnnounced: false, paused, memory: { pause: paused } })
    const { topUp } = hear(refused.topUp, NEWS.canceled, refused.memory)
    expect(topUp).toMatchObject({ state: 'failed', reason: 'amount_too_small' })
  })

  it('to cancel fails it', () => {
    const { topUp, isAnnounced } = hear(topUpIn('prepared', { ending: TURNED_OFF }), NEWS.refused)
    expect(topUp).toMatchObject({ state: 'failed', reason: 'amount_too_small', ending: null })
    expect(isAnnounced).toBe(true)
  })

  it.each(['unknown', 'processing', 'needs_action'] as const)(
    'to look up one that is %s reveals nothing about it',
    (state) => {
      const { topUp, isAnnounced, memory } = hear(topUpIn(state), NEWS.refused)
      expect(topUp).toEqual({ ...topUpIn(state), silences: 1, nextTryAtMicros: NOW + SECOND / 2 })
      expect([isAnnounced, memory]).toEqual([false, FRESH_MEMORY])
    },
  )

  it('keeps an existing pause', () => {
    const memory = remembering(0, pauseFor('disputed'))
    expect(hear(topUpIn('requested'), NEWS.refused, memory)).toMatchObject({ memory, paused: null })
  })

  it.each(['requested', 'charging', 'prepared'] as const)('of a manual payment never pauses (%s)', (state) => {
    const { memory, paused } = hear(topUpIn(state, { trigger: 'manual' }), NEWS.refused)
    expect([memory, paused]).toEqual([FRESH_MEMORY, null])
  })
})

describe('the next try or look', () => {
  const waitAfter = (topUp: TopUp, news: TopUpNews, chance: number) =>
    (hear(topUp, news, FRESH_MEMORY, chance).topUp.nextTryAtMicros - NOW) / SECOND

  it.each([
    // state, unanswered calls before, input, minimum and maximum seconds
    ['requested', 0, 'unavailable', 0.5, 1],
    ['requested', 1, 'unknown', 1, 2],
    ['requested', 2, 'unavailable', 2, 4],
    ['requested', 8, 'unknown', 128, 256],
    ['requested', 9, 'unavailable', 150, 300],
    ['requested', 5_000, 'unavailable', 150, 300],
    ['prepared', 0, 'unknown', 0.5, 1],
    ['prepared', 9, 'unavailable', 150, 300],
    ['charging', 0, 'unknown', 0.5, 1],
    ['charging', 9, 'unknown', 15, 30],
    ['charging', 9, 'unavailable', 150, 300],
    ['charging', 9, 'unconfirmed', 150, 300],
    ['unknown', 4, 'unavailable', 8, 16],
    ['unknown', 5, 'unknown', 15, 30],
    ['unknown', 9, 'refused', 15, 30],
    ['unknown', 9, 'unconfirmed', 15, 30],
    ['processing', 9, 'unavailable', 150, 300],
    ['processing', 9, 'unconfirmed', 150, 300],
    ['needs_action', 9, 'unconfirmed', 150, 300],
    ['charging', 9, 'processing', 5, 10],
    ['charging', 9, 'needs_action', 5, 10],
    ['processing', 0, 'processing', 10, 20],
    ['processing', 7, 'processing', 1280, 2560],
    ['processing', 8, 'processing', 1800, 3600],
    ['processing', 5_000, 'processing', 1800, 3600],
    ['needs_action', 8, 'needs_action', 1800, 3600],
  ] as const)('%s after %i unanswered calls, on %s: in %d to %d s', (state, silences, kind, least, most) => {
    const topUp = topUpIn(state, { silences })
    expect(waitAfter(topUp, NEWS[kind], 0)).toBe(least)
    expect(waitAfter(topUp, NEWS[kind], 1 - Number.EPSILON)).toBeCloseTo(most, 5)
  })

  it('is spread at random, in whole microseconds', () => {
    expect(waitAfter(topUpIn('requested'), NEWS.unknown, 1 / 3)).toBe(0.666667)
  })

  it.each([
    [10, 10],
    [0.1, 0.5],
  ])('after a provider that is down says when: in %d s at the earliest, so in %d', (asked, seconds) => {
    const news: TopUpNews = { kind: 'unavailable', retryAfterMicros: asked * SECOND }
    expect(waitAfter(topUpIn('requested'), news, 0)).toBe(seconds)
  })

  it('to confirm slows down to every 5 minutes while the provider is down', () => {
    let topUp = topUpIn('prepared')
    const waits: number[] = []
    for (let round = 0; round < 12; round++) {
      topUp = hear(hear(topUp, NEWS.confirming).topUp, NEWS.unavailable, FRESH_MEMORY, 1).topUp
      waits.push((topUp.nextTryAtMicros - NOW) / SECOND)
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300])
    expect(topUp).toMatchObject({ attempts: 1, paymentId: 'payment-1' })
  })

  it('starts over after an answer that moves the top-up', () => {
    expect(hear(topUpIn('unknown', { silences: 7 }), NEWS.processing).topUp.silences).toBe(0)
    expect(hear(topUpIn('unknown', { silences: 7 }), NEWS.needs_action).topUp.silences).toBe(0)
    expect(hear(topUpIn('unknown', { silences: 7 }), NEWS.succeeded).topUp.silences).toBe(0)
    expect(hear(topUpIn('processing', { silences: 7 }), NEWS.processing).topUp.silences).toBe(8)
  })

  it('during a manual payment is at the judged instant, and never in the past', () => {
    for (const state of ['requested', 'prepared'] as const) {
      const { topUp, isAnnounced } = hear(topUpIn(state), NEWS.wait)
      expect([topUp, isAnnounced]).toEqual([{ ...topUpIn(state), nextTryAtMicros: NOW + MINUTE }, false])
      expect(hear(topUpIn(state), { kind: 'wait', untilMicros: NOW - 1 }).topUp.nextTryAtMicros).toBe(NOW)
    }
  })

  it('after a cancellation without effect is later', () => {
    const { topUp } = hear(topUpIn('prepared', { ending: TURNED_OFF }), NEWS.unconfirmed)
    expect(topUp).toMatchObject({ state: 'prepared', ending: TURNED_OFF, nextTryAtMicros: NOW + SECOND / 2 })
  })

  it('consumers get processing once', () => {
    expect(hear(topUpIn('charging'), NEWS.processing).isAnnounced).toBe(true)
    expect(hear(topUpIn('processing'), NEWS.processing).isAnnounced).toBe(false)
  })
})
