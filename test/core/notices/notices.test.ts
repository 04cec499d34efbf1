/** Each notice of the Billing page: when it holds, what it says, who sees it, and what ends it. */
import { describe, expect, it } from 'vitest'
import type { NoticeFacts, OpenTopUp } from '../../../src/core/notices/facts.ts'
import type { FiguresByKey, NoticeKey } from '../../../src/core/notices/notice.ts'
import { noticesOf, undismissed } from '../../../src/core/notices/notices.ts'
import { NOTICES } from '../../../src/core/notices/table.ts'
import { FRESH_MEMORY } from '../../../src/core/top-up/memory.ts'
import { dayOf } from '../../../src/core/usage-forecast/average.ts'
import {
  at,
  auto,
  balance,
  CARD,
  type Changed,
  charged,
  DAY,
  DECLINED,
  HOUR,
  micros,
  NOW,
  OFF,
  open,
  paused,
  planted,
  SETTINGS,
  settings,
  VISA,
} from './planted.ts'

const keysOf = (facts: NoticeFacts, role: 'admin' | 'member' = 'admin', nowMicros = NOW) =>
  noticesOf(facts, nowMicros, role).map(({ key }) => key)

const BROKE = balance('-3.419999')
const NEW: Changed = {
  ...balance('0'),
  ...auto({ settings: null, version: 1 }),
  status: { isBlocked: true, version: 1n, sinceMicros: NOW - HOUR },
  hasMovements: false,
  hasPaid: false,
  method: null,
  savedMethods: 0,
  lastUsageDay: null,
  usage: { reason: 'not_enough_usage', days: 0 },
}
const NO_CARD: Changed = { method: null, savedMethods: 0 }
const EXPIRED: Changed = { method: { ...VISA, expiryMonth: 10, expiryYear: 2026 } }
const EXPIRING: Changed = { method: { ...VISA, expiryMonth: 12, expiryYear: 2026 } }
const TAKEN_BACK: Changed = {
  ...paused('disputed'),
  takenBack: { amountMicros: micros('20'), paidAtMicros: at('2026-10-03T09:00:00Z') },
}
const FIVE_TODAY = auto({
  counted: ['1', '2', '3', '4', '5'].map((hours) => charged('10', Number(hours) * HOUR)),
})
const CAP_REACHED = auto({ counted: [charged('280', DAY)] })
const CAP_NEARLY = auto({ counted: [charged('240', DAY)] })
const ADDED: Changed = {
  added: { kind: 'top_up', amountMicros: micros('50'), atMicros: NOW - HOUR, sequence: 12n },
}

const LASTS_4_DAYS = { daysLeft: { days: 4 }, usedUpAtMicros: NOW + 4 * DAY }
const LASTS_25_DAYS = { daysLeft: { days: 25 }, usedUpAtMicros: NOW + 25 * DAY }
const PAUSED = { card: CARD, reason: 'declined', why: 'funds', sinceMicros: NOW - 2 * HOUR, needsAnotherMethod: false }
const EXHAUSTED = {
  balanceMicros: micros('-3.419999'),
  blockedSinceMicros: NOW - HOUR,
  owedMicros: micros('3.42'),
  openPaymentMicros: null,
}
const PAYMENT = { topUpId: 'top-up-1', trigger: 'automatic', amountMicros: micros('50') }

type Example = {
  readonly [Key in NoticeKey]: readonly [
    key: Key,
    expected: string,
    members: 'members too' | 'admins',
    facts: NoticeFacts,
    figures: FiguresByKey[Key],
    actions: string,
    ended: NoticeFacts,
  ]
}[NoticeKey]

/** `expected`: severity, placement, and x if it can be dismissed. `ended`: the notice no longer holds. */
// biome-ignore format: a table
const EXAMPLES: readonly Example[] = [
  ['exhausted', 'critical balance', 'members too', planted(BROKE), EXHAUSTED, 'add_credit', planted(balance('0.000001'))],
  ['exhausted_and_paused', 'critical balance', 'members too', planted(BROKE, paused('declined', 'insufficient_funds')),
    { ...EXHAUSTED, ...PAUSED } as FiguresByKey['exhausted_and_paused'], 'pay_with_another_card', planted(BROKE)],
  ['never_topped_up', 'warning balance', 'admins', planted(NEW),
    { hasMethod: false, isAutoTopUpOn: false }, 'add_payment_method add_credit set_up_auto_top_up', planted(NEW, balance('5'), { hasMovements: true })],
  ['approve', 'critical payments', 'admins', planted(open({ state: 'needs_action', actionUntilMicros: NOW + HOUR })),
    { ...PAYMENT, trigger: 'automatic', untilMicros: NOW + HOUR }, 'approve_payment', planted(open({ state: 'needs_action', actionUntilMicros: NOW }))],
  ['paused', 'critical auto', 'admins', planted(paused('declined', 'insufficient_funds')),
    { ...PAUSED, ...LASTS_25_DAYS } as FiguresByKey['paused'], 'use_another_card resume', planted()],
  ['taken_back', 'critical auto', 'admins', planted(TAKEN_BACK),
    { reason: 'disputed', amountMicros: micros('20'), paidAtMicros: at('2026-10-03T09:00:00Z'), sinceMicros: NOW - 2 * HOUR, needsAnotherMethod: true },
    'resume', planted()],
  ['expired', 'critical method', 'admins', planted(EXPIRED),
    { card: CARD, expiresOn: '2026-10-31' }, 'change_payment_method', planted()],
  ['expired', 'warning method', 'admins', planted(EXPIRED, OFF),
    { card: CARD, expiresOn: '2026-10-31' }, 'change_payment_method', planted({ method: null, savedMethods: 0 })],
  ['expiring', 'warning method x', 'admins', planted({ method: { ...VISA, expiryMonth: 11, expiryYear: 2026 } }),
    { card: CARD, expiresOn: '2026-11-30' }, 'change_payment_method', planted(EXPIRING)],
  ['no_method', 'warning method', 'admins', planted(NO_CARD),
    { isAutoTopUpOn: true, savedMethods: 0 }, 'add_payment_method', planted(NO_CARD, OFF)],
  ['cap', 'warning auto', 'members too', planted(CAP_REACHED),
    { spentMicros: micros('280'), capMicros: micros('300'), untilMicros: at('2026-12-01T00:00:00Z'), ...LASTS_25_DAYS },
    'raise_cap add_credit', planted(auto({ counted: [charged('280', 30 * DAY)] }))],
  ['cap_nearly_used', 'info auto', 'members too', planted(CAP_NEARLY),
    { spentMicros: micros('240'), capMicros: micros('300'), percent: 80 }, 'raise_cap add_credit', planted(auto({ counted: [charged('239.999999', DAY)] }))],
  ['day_limit', 'warning auto', 'admins', planted(FIVE_TODAY),
    { untilMicros: NOW + 19 * HOUR, limit: 5, ...LASTS_25_DAYS }, 'add_credit see_what_used_it', planted(auto({ counted: FIVE_TODAY.autoTopUp!.counted.slice(1) }))],
  ['failed', 'warning payments', 'admins', planted(DECLINED),
    { topUpId: 'top-up-1', amountMicros: micros('50'), card: CARD, why: 'funds', nextTry: { number: 3, ofTries: 3, atMicros: NOW + DAY } },
    'use_another_card add_credit', planted(DECLINED, { openTopUps: [] })],
  ['low', 'info balance x', 'members too', planted(balance('8')),
    { balanceMicros: micros('8'), levelMicros: micros('10'), ...LASTS_4_DAYS }, 'add_credit', planted(balance('10'))],
  ['low', 'warning balance x', 'members too', planted(balance('8'), OFF),
    { balanceMicros: micros('8'), levelMicros: micros('10'), ...LASTS_4_DAYS }, 'add_credit set_up_auto_top_up', planted(balance('10'), OFF)],
  ['custom', 'warning alerts x', 'admins', planted({ levels: { lowMicros: micros('10'), customMicros: micros('60') } }),
    { balanceMicros: micros('50'), levelMicros: micros('60'), ...LASTS_25_DAYS }, 'add_credit', planted()],
  ['small', 'warning auto', 'admins', planted(settings({ amountMicros: micros('1.999999') })),
    { amountMicros: micros('1.999999'), averageMicros: micros('2'), weekMicros: micros('15') }, 'edit_auto_top_up', planted(settings({ amountMicros: micros('2') }))],
  ['closed', 'info balance', 'members too', planted({ closedAtMicros: NOW - DAY }),
    { balanceMicros: micros('50'), closedAtMicros: NOW - DAY }, '', planted()],
  ['checking', 'info payments', 'members too', planted(open({ state: 'unknown' })),
    { ...PAYMENT, trigger: 'automatic' }, 'pay_with_another_card', planted(open({ state: 'processing' }))],
  ['processing', 'info balance', 'members too', planted(open({ state: 'processing' }, { topUpId: 'top-up-2', trigger: 'manual', amountMicros: micros('25') })),
    { amountMicros: micros('75'), payments: 2 }, '', planted()],
  ['off', 'info auto x', 'admins', planted(OFF),
    { balanceMicros: micros('50'), ...LASTS_25_DAYS }, 'set_up_auto_top_up', planted(OFF, { lastUsageDay: dayOf(NOW) - 31 })],
  ['added', 'success balance x', 'members too', planted(ADDED),
    { kind: 'top_up', amountMicros: micros('50'), balanceMicros: micros('50'), atMicros: NOW - HOUR, callsWorkAgainSinceMicros: null },
    '', planted({ added: { ...ADDED.added!, atMicros: NOW - DAY } })],
]

describe('a notice', () => {
  it('has an example for every key', () => {
    expect(new Set(EXAMPLES.map(([key]) => key))).toEqual(new Set(NOTICES.map(({ key }) => key)))
  })

  it('is not needed if all is well', () => {
    expect(keysOf(planted())).toEqual([])
  })

  it.each(EXAMPLES)('%s is %s, for %s', (key, expected, members, facts, figures, actions, ended) => {
    const notice = noticesOf(facts, NOW, 'admin').find((one) => one.key === key)!
    const { severity, placement, isDismissible } = notice
    expect([severity, placement, ...(isDismissible ? ['x'] : [])].join(' ')).toBe(expected)
    expect(notice.figures).toEqual(figures)
    expect(notice.actions.join(' ')).toBe(actions)
    expect(notice.askAdmins).toEqual([])
    expect(keysOf(facts, 'member').includes(key)).toBe(members === 'members too')
    expect(keysOf(ended)).not.toContain(key)
  })

  it('tells members to ask an admin if there is something to do', () => {
    const [low] = noticesOf(planted(balance('8')), NOW, 'member')
    expect(low).toMatchObject({ key: 'low', actions: [], askAdmins: ['Ana', 'ben'] })
    const [added] = noticesOf(planted(ADDED), NOW, 'member')
    expect(added).toMatchObject({ key: 'added', actions: [], askAdmins: [] })
  })

  it('hides card and bank from members', () => {
    const [notice] = noticesOf(planted(BROKE, paused('declined', 'insufficient_funds')), NOW, 'member')
    expect(notice).toMatchObject({
      key: 'exhausted_and_paused',
      figures: { card: null, why: null, reason: null, owedMicros: micros('3.42') },
    })
  })
})

describe('hiding', () => {
  const CUSTOM = { levels: { lowMicros: micros('10'), customMicros: micros('60') } }
  it.each<[shown: string, when: string, facts: NoticeFacts]>([
    ['exhausted', 'low, custom and off are hidden', planted(BROKE, OFF, CUSTOM)],
    ['exhausted_and_paused', 'one banner of both', planted(BROKE, paused('ask_customer', 'expired_card'), CUSTOM)],
    ['exhausted taken_back', 'that is a separate pause', planted(BROKE, TAKEN_BACK)],
    ['paused', 'failed is hidden', planted(DECLINED, paused('declined', 'insufficient_funds'))],
    ['taken_back', 'failed is hidden', planted(DECLINED, TAKEN_BACK)],
    ['low', 'custom is hidden', planted(balance('8'), CUSTOM)],
    ['processing', 'low is hidden, and custom with it', planted(balance('8'), CUSTOM, open({ state: 'processing' }))],
    ['checking', 'low is hidden', planted(balance('8'), open({ state: 'unknown' }))],
    ['low off', 'both hold', planted(balance('8'), OFF)],
    ['exhausted processing', 'a payment is under way', planted(BROKE, open({ state: 'processing' }))],
    ['never_topped_up', 'no card is part of it', planted(NEW)],
    ['never_topped_up processing', 'the first payment is under way', planted(NEW, open({ state: 'processing' }))],
  ])('%s: %s', (shown, _when, facts) => {
    expect(keysOf(facts).join(' ')).toBe(shown)
  })

  it('leaves the payment in progress to exhausted', () => {
    const [exhausted] = noticesOf(planted(BROKE, open({ state: 'charging' }, { state: 'unknown' })), NOW, 'member')
    expect(exhausted!.figures).toEqual({ ...EXHAUSTED, openPaymentMicros: micros('100') })
  })
})

describe('the banner', () => {
  const FIVE = planted(DECLINED, EXPIRING, balance('8'), ADDED, {
    openTopUps: [
      ...DECLINED.openTopUps!,
      ...open({ topUpId: 'manual', trigger: 'manual', state: 'needs_action', actionUntilMicros: NOW + HOUR })
        .openTopUps!,
    ],
    method: { ...VISA, expiryMonth: 11, expiryYear: 2026 },
  })

  it('is one of five: the gravest, then the first in the table', () => {
    const notices = noticesOf(FIVE, NOW, 'admin')
    expect(notices.map(({ key, isBanner }) => `${key}${isBanner ? ' (banner)' : ''}`)).toEqual([
      'approve (banner)',
      'expiring',
      'failed',
      'low',
      'added',
    ])
    expect(noticesOf(FIVE, NOW, 'member').map(({ key, isBanner }) => [key, isBanner])).toEqual([
      ['low', true],
      ['added', false],
    ])
  })

  it('is the next notice if the first was dismissed', () => {
    const notices = noticesOf(FIVE, NOW, 'member')
    const [low] = notices
    expect(undismissed(notices, [low!]).map(({ key, isBanner }) => [key, isBanner])).toEqual([['added', true]])
  })

  it('cannot be dismissed if it must be seen', () => {
    const notices = noticesOf(planted(BROKE), NOW, 'admin')
    expect(undismissed(notices, notices)).toEqual(notices)
  })
})

describe('an occurrence', () => {
  const occurrenceOf = (facts: NoticeFacts) => noticesOf(facts, NOW, 'admin')[0]!.occurrence
  const crossed = (version: bigint): Changed => ({ lowCrossing: { version, atMicros: NOW - HOUR } })

  it('of low is its last crossing, so a balance that fluctuates does not bring it back', () => {
    const before = occurrenceOf(planted(balance('8'), crossed(3n)))
    expect(occurrenceOf(planted(balance('9.5'), crossed(3n)))).toBe(before)
    expect(occurrenceOf(planted(balance('8'), crossed(4n)))).not.toBe(before)
    expect(occurrenceOf(planted(balance('8')))).toBe('0')
  })

  it.each<[what: string, before: NoticeFacts, after: NoticeFacts]>([
    ['another credit', planted(ADDED), planted({ added: { ...ADDED.added!, sequence: 13n } })],
    ['automatic top-up turned off again', planted(OFF), planted(auto({ ...OFF.autoTopUp!, version: 9 }))],
    [
      'another card that expires',
      planted({ method: { ...VISA, expiryMonth: 11, expiryYear: 2026 } }),
      planted({ method: { ...VISA, methodId: 'master', expiryMonth: 11, expiryYear: 2026 } }),
    ],
  ])('is another with %s', (_what, before, after) => {
    expect(occurrenceOf(after)).not.toBe(occurrenceOf(before))
  })
})

describe('paused', () => {
  it.each<[says: object, facts: NoticeFacts]>([
    [
      { reason: 'card_stopped', why: 'hard', card: CARD, needsAnotherMethod: true },
      planted(paused('card_stopped', 'stolen_card')),
    ],
    [
      { reason: 'card_stopped', needsAnotherMethod: false },
      planted(paused('card_stopped', 'stolen_card', 'the one before')),
    ],
    [{ reason: 'ask_customer', why: 'expired', card: CARD }, planted(paused('ask_customer', 'expired_card'))],
    [{ reason: 'declined', why: 'lapsed', card: CARD }, planted(paused('declined', 'approval_lapsed'))],
    [{ reason: 'restored', why: null, card: null }, planted(paused('restored'))],
    [{ reason: 'canceled', why: null, card: null }, planted(paused('canceled'))],
    [{ reason: 'refused', why: null, card: null }, planted(paused('refused', 'amount_too_small'))],
    // The money has returned by now: only the pause is left to mention.
    [{ reason: 'disputed', why: null, card: null, needsAnotherMethod: true }, planted(paused('disputed'))],
  ])('says %j', (says, facts) => {
    expect(noticesOf(facts, NOW, 'admin')).toMatchObject([{ key: 'paused', figures: says }])
  })

  it('is absent while automatic top-up is off', () => {
    const off = { ...paused('declined', 'insufficient_funds').autoTopUp!, settings: { ...SETTINGS, isOn: false } }
    expect(keysOf(planted({ autoTopUp: off }))).toEqual(['off'])
  })
})

describe('a top-up in progress', () => {
  it.each<[shown: string, topUp: Partial<OpenTopUp>]>([
    // It may be skipped, or not be needed after a manual payment is credited.
    ['', { state: 'requested' }],
    ['processing', { state: 'requested', trigger: 'manual' }],
    ['processing', { state: 'prepared' }],
    ['processing', { state: 'charging' }],
    ['processing', { state: 'processing' }],
    ['', { state: 'prepared', isBeingCanceled: true }],
    ['', { state: 'needs_action', actionUntilMicros: NOW + HOUR, isBeingCanceled: true }],
    ['checking', { state: 'unknown' }],
    ['checking', { state: 'charging', silences: 1 }],
    ['checking', { state: 'requested', silences: 1 }],
    ['checking', { state: 'prepared', silences: 1 }],
    ['', { state: 'prepared', silences: 1, isBeingCanceled: true }],
    ['failed', { state: 'requested', reason: 'do_not_honor', nextTryAtMicros: NOW + HOUR }],
    ['failed', { state: 'requested', reason: 'do_not_honor', silences: 2 }],
    ['', { state: 'requested', reason: 'do_not_honor', isBeingCanceled: true }],
  ])('is shown as "%s" when %j', (shown, topUp) => {
    expect(keysOf(planted(open(topUp))).join(' ')).toBe(shown)
  })

  it('has no next try once it is due', () => {
    const due = { openTopUps: open({ reason: 'do_not_honor' }).openTopUps! }
    expect(noticesOf(planted(DECLINED, due), NOW, 'admin')[0]).toMatchObject({ figures: { nextTry: null } })
  })
})

describe('low', () => {
  it.each<[severity: string, when: string, facts: Changed]>([
    ['info', 'automatic top-up is healthy', {}],
    ['info', 'the cap is nearly used', CAP_NEARLY],
    ['warning', 'it is off', OFF],
    ['warning', 'it is paused', paused('canceled')],
    ['warning', 'it has no card', { ...NO_CARD }],
    ['warning', 'its card has expired', EXPIRED],
    ['warning', 'its cap is reached', CAP_REACHED],
    ['warning', 'it waits at the limit of a day', FIVE_TODAY],
    ['warning', 'its card was declined', DECLINED],
    ['warning', 'its payment waits for approval', open({ state: 'needs_action', actionUntilMicros: NOW + HOUR })],
  ])('is %s when %s', (severity, _when, facts) => {
    const notices = noticesOf(planted(balance('8'), facts), NOW, 'admin')
    expect(notices.find(({ key }) => key === 'low')).toMatchObject({ severity })
  })
})

describe('figures', () => {
  it.each<[balance: string, owed: string]>([
    ['0', '0'],
    ['-0.004', '0.01'],
    ['-3.42', '3.42'],
    ['-3.420001', '3.43'],
  ])('at a balance of %s %s is owed', (amount, owed) => {
    expect(noticesOf(planted(balance(amount)), NOW, 'admin')[0]).toMatchObject({
      figures: { owedMicros: micros(owed) },
    })
  })

  it.each<[says: object, usage: NoticeFacts['usage']]>([
    [{ daysLeft: { days: 0 }, usedUpAtMicros: NOW + DAY / 2 }, { average: { sumMicros: micros('48'), days: 3 } }],
    [{ daysLeft: { reason: 'more_than_90_days' }, usedUpAtMicros: null }, { average: { sumMicros: 3n, days: 3 } }],
    [
      { daysLeft: { reason: 'not_enough_usage' }, usedUpAtMicros: null },
      { reason: 'not_enough_usage', days: 2 },
    ],
    [
      { daysLeft: { reason: 'no_usage' }, usedUpAtMicros: null },
      { reason: 'no_usage', days: 14 },
    ],
  ])('say how long credit lasts: %j', (says, usage) => {
    expect(noticesOf(planted(balance('8'), { usage }), NOW, 'admin')[0]).toMatchObject({ key: 'low', figures: says })
  })

  it.each<[version: bigint, ago: number, since: number | null]>([
    [4n, HOUR, NOW - HOUR],
    // Calls worked before, or never did.
    [4n, 2 * DAY, null],
    [2n, HOUR, null],
  ])('says since when calls work again: status %s, %s ago', (version, ago, since) => {
    const status = { isBlocked: false, version, sinceMicros: NOW - ago }
    const [added] = noticesOf(planted(ADDED, { status }), NOW, 'admin')
    expect(added).toMatchObject({ key: 'added', figures: { callsWorkAgainSinceMicros: since } })
  })

  it('have the amount returned by a won dispute', () => {
    const [added] = noticesOf(planted({ added: { ...ADDED.added!, kind: 'dispute_won' } }), NOW, 'admin')
    expect(added).toMatchObject({ key: 'added', figures: { kind: 'dispute_won', amountMicros: micros('50') } })
  })
})

describe('a card', () => {
  it.each<[shown: string, now: string]>([
    ['', '2027-08-31T23:59:59Z'],
    ['expiring', '2027-09-01T00:00:00Z'],
    ['expiring', '2027-09-30T23:59:59Z'],
    ['expired', '2027-10-01T00:00:00Z'],
  ])('of 09/27 is shown as "%s" at %s', (shown, now) => {
    expect(keysOf(planted({ usage: { reason: 'no_usage', days: 14 } }), 'admin', at(now)).join(' ')).toBe(shown)
  })

  it('that is saved but not the default is only for manual payments', () => {
    const notices = noticesOf(planted({ method: null }), NOW, 'admin')
    expect(notices).toMatchObject([{ key: 'no_method', figures: { isAutoTopUpOn: true, savedMethods: 1 } }])
    expect(keysOf(planted({ method: null }, balance('8'), OFF))).toEqual(['low', 'off'])
  })

  it('is asked for when credit is low or used up', () => {
    expect(keysOf(planted(NO_CARD, balance('8'), OFF))).toEqual(['no_method', 'low', 'off'])
    expect(keysOf(planted(NO_CARD, BROKE, OFF))).toEqual(['exhausted', 'no_method'])
  })
})

describe('a closed account', () => {
  it('keeps notices about its money, without actions', () => {
    const facts = planted({ closedAtMicros: NOW - DAY }, BROKE, EXPIRED, CAP_REACHED, FIVE_TODAY, ADDED, {
      ...paused('declined', 'insufficient_funds'),
      ...open({ state: 'processing' }, { topUpId: 'lost', state: 'unknown' }),
    })
    const notices = noticesOf(facts, NOW, 'admin')
    expect(notices.map(({ key }) => key)).toEqual(['closed', 'checking', 'processing', 'added'])
    expect(notices.flatMap(({ actions }) => actions)).toEqual([])
  })
})

describe('an account that was given credit without a payment', () => {
  it('runs out of it like any other', () => {
    expect(keysOf(planted(NEW, { hasMovements: true }))).toEqual(['exhausted', 'no_method'])
  })
})

describe('automatic top-up that was never set up', () => {
  it('is off', () => {
    expect(keysOf(planted(auto({ settings: null, memory: FRESH_MEMORY })))).toEqual(['off'])
  })

  it.each<[shown: string, daysAgo: number | null]>([
    ['off', 30],
    ['', 31],
    ['', null],
  ])('is shown as "%s" where credit was last used %s days ago', (shown, daysAgo) => {
    const lastUsageDay = daysAgo === null ? null : dayOf(NOW) - daysAgo
    expect(keysOf(planted(OFF, { lastUsageDay })).join(' ')).toBe(shown)
  })
})
