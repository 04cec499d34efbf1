/** What holds of the notices of whatever account at whatever time. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ADDED_KINDS, type NoticeFacts, type OpenTopUp } from '../../../src/core/notices/facts.ts'
import { type Notice, type NoticeKey, SEVERITIES } from '../../../src/core/notices/notice.ts'
import { noticesOf, undismissed } from '../../../src/core/notices/notices.ts'
import { NOTICES } from '../../../src/core/notices/table.ts'
import { OPEN_STATES } from '../../../src/core/top-up/machine.ts'
import type { Pause } from '../../../src/core/top-up/memory.ts'
import { dayOf } from '../../../src/core/usage-forecast/average.ts'
import { CARD, DAY, NOW } from './planted.ts'

const money = (max: bigint) => fc.bigInt(1n, max).map((cents) => cents * 10_000n)
const before = (days: number) => fc.integer({ min: 0, max: days * DAY }).map((ago) => NOW - ago)
const orNull = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null })
const cards = orNull(fc.constantFrom(CARD, { brand: 'mastercard', last4: '5555' }))

const PAUSES: readonly Pause['reason'][] = [
  'declined',
  'ask_customer',
  'card_stopped',
  'refunded',
  'disputed',
  'refused',
  'restored',
  'canceled',
]

const pauses = fc.record<Pause>({
  reason: fc.constantFrom(...PAUSES),
  code: orNull(fc.constantFrom('insufficient_funds', 'expired_card', 'stolen_card', 'approval_lapsed', 'of_tomorrow')),
  methodId: orNull(fc.constantFrom('visa', 'other')),
  sinceMicros: before(60),
})

const openTopUps = fc.uniqueArray(
  fc.record<OpenTopUp>({
    topUpId: fc.uuid(),
    trigger: fc.constantFrom('automatic', 'manual'),
    state: fc.constantFrom(...OPEN_STATES),
    reason: orNull(fc.constantFrom('insufficient_funds', 'do_not_honor')),
    amountMicros: money(100_000n),
    nextTryAtMicros: fc.integer({ min: NOW - DAY, max: NOW + DAY }),
    silences: fc.nat(2),
    actionUntilMicros: orNull(fc.integer({ min: NOW - DAY, max: NOW + DAY })),
    isBeingCanceled: fc.boolean(),
  }),
  { selector: ({ topUpId }) => topUpId, maxLength: 4 },
)

const facts: fc.Arbitrary<NoticeFacts> = fc
  .record({
    balanceMicros: fc.oneof(fc.constant(0n), fc.bigInt(-20_000_000n, 100_000_000n)),
    hasMovements: fc.boolean(),
    hasPaid: fc.boolean(),
    version: fc.bigInt(1n, 5n),
    sinceMicros: before(60),
    closedAtMicros: fc.oneof({ arbitrary: fc.constant(null), weight: 5 }, { arbitrary: before(60), weight: 1 }),
    levels: fc.record({ lowMicros: money(5_000n), customMicros: orNull(money(10_000n)) }),
    lowCrossing: orNull(fc.record({ version: fc.bigInt(1n, 9n), atMicros: before(60) })),
    customCrossing: orNull(fc.record({ version: fc.bigInt(1n, 9n), atMicros: before(60) })),
    autoTopUp: fc.record({
      settings: orNull(
        fc.record({
          isOn: fc.boolean(),
          thresholdMicros: money(10_000n),
          amountMicros: money(10_000n),
          monthlyCapMicros: orNull(money(50_000n)),
        }),
      ),
      version: fc.integer({ min: 1, max: 9 }),
      memory: fc.record({
        pause: orNull(pauses),
        declinesInARow: fc.nat(3),
        declinedMethodId: orNull(fc.constant('visa')),
      }),
      counted: fc.array(
        fc.record({ amountMicros: money(10_000n), confirmedAtMicros: fc.oneof(before(1), before(30)) }),
        {
          maxLength: 8,
        },
      ),
    }),
    method: orNull(
      fc.record({
        methodId: fc.constant('visa'),
        brand: fc.constant('visa'),
        last4: fc.constant('4242'),
        expiryMonth: fc.integer({ min: 1, max: 12 }),
        expiryYear: fc.integer({ min: 2026, max: 2027 }),
      }),
    ),
    savedMethods: fc.nat(2),
    pausedCard: cards,
    declinedCard: cards,
    takenBack: orNull(fc.record({ amountMicros: money(10_000n), paidAtMicros: before(60) })),
    openTopUps,
    added: orNull(
      fc.record({
        kind: fc.constantFrom(...ADDED_KINDS),
        amountMicros: money(10_000n),
        atMicros: before(2),
        sequence: fc.bigInt(1n, 99n),
      }),
    ),
    usage: fc.oneof(
      fc.record({ average: fc.record({ sumMicros: money(10_000n), days: fc.integer({ min: 3, max: 14 }) }) }),
      fc.record({ reason: fc.constantFrom('not_enough_usage', 'no_usage'), days: fc.nat(14) }),
    ),
    lastUsageDay: orNull(fc.integer({ min: dayOf(NOW) - 60, max: dayOf(NOW) })),
    admins: fc.array(fc.constantFrom('Ana', 'ben'), { maxLength: 2 }),
  })
  .map(({ version, sinceMicros, ...rest }) => ({
    ...rest,
    accountId: 'acme',
    currency: 'EUR',
    status: { isBlocked: rest.balanceMicros <= 0n, version, sinceMicros },
  }))

const roles = fc.constantFrom('admin', 'member')
const rowOf = (key: NoticeKey) => NOTICES.find((row) => row.key === key)!
const asText = (value: unknown) => JSON.stringify(value, (_key, part) => (typeof part === 'bigint' ? `${part}n` : part))

function check(holds: (notices: Notice[], of: NoticeFacts, role: 'admin' | 'member') => void, runs = 2_000): void {
  fc.assert(
    fc.property(facts, roles, (of, role) => holds(noticesOf(of, NOW, role), of, role)),
    { numRuns: runs },
  )
}

describe('notices', () => {
  it('all occur', () => {
    const seen = new Set<string>()
    check((notices) => {
      for (const { key } of notices) seen.add(key)
    }, 5_000)
    expect(NOTICES.map(({ key }) => key).filter((key) => !seen.has(key))).toEqual([])
  })

  it('have one banner if there are any, which none of the others outranks', () => {
    check((notices) => {
      expect(notices.filter(({ isBanner }) => isBanner)).toEqual(notices.slice(0, 1))
      const rank = ({ key, severity }: Notice) => [SEVERITIES.indexOf(severity), NOTICES.indexOf(rowOf(key))] as const
      for (const [place, notice] of notices.entries()) {
        const next = notices[place + 1]
        if (next === undefined) continue
        const [[severity, row], [nextSeverity, nextRow]] = [rank(notice), rank(next)]
        expect(severity < nextSeverity || (severity === nextSeverity && row <= nextRow)).toBe(true)
      }
    })
  })

  it('are never shown beside one that hides them', () => {
    check((notices) => {
      const keys = new Set(notices.map(({ key }) => key))
      for (const { key } of notices) expect(rowOf(key).hiddenBy.filter((hider) => keys.has(hider))).toEqual([])
      expect(keys.has('exhausted') && keys.has('exhausted_and_paused')).toBe(false)
      expect(keys.has('paused') && keys.has('taken_back')).toBe(false)
      expect(keys.has('exhausted') && keys.has('never_topped_up')).toBe(false)
    })
  })

  it('show members neither card nor reason, and give them nothing to do', () => {
    check((notices, of) => {
      for (const notice of noticesOf(of, NOW, 'member')) {
        expect(rowOf(notice.key).for).toBe('everybody')
        expect(notice.actions).toEqual([])
        expect(asText(notice)).not.toMatch(/"last4"|"(?:why|reason)":"(?!no_credit|not_enough|no_usage|more_than)/)
      }
      expect(notices.length).toBeLessThanOrEqual(noticesOf(of, NOW, 'admin').length)
    })
  })

  it('never carry a code of a bank', () => {
    check((notices) => {
      expect(asText(notices)).not.toMatch(/insufficient_funds|do_not_honor|expired_card|stolen_card|of_tomorrow/)
    })
  })

  it('are the same for the same facts, role and time, and leave those as they are', () => {
    check((notices, of, role) => {
      const copy = structuredClone(of)
      expect(noticesOf(of, NOW, role)).toEqual(notices)
      expect(of).toEqual(copy)
    })
  })

  it('are each a happening of its own', () => {
    check((notices) => {
      expect(new Set(notices.map(({ key, occurrence }) => `${key} ${occurrence}`)).size).toBe(notices.length)
    })
  })

  it('do not come back once dismissed, whatever else changes, and take nothing with them that must be seen', () => {
    fc.assert(
      fc.property(facts, facts, roles, (first, later, role) => {
        const dismissed = noticesOf(first, NOW, role)
        const { lowCrossing, added, method } = first
        const same = { ...later, lowCrossing, added, method }
        const all = noticesOf(same, NOW, role)
        const left = undismissed(all, dismissed)
        for (const notice of all) {
          const wasSeen = dismissed.some(
            ({ key, occurrence }) => key === notice.key && occurrence === notice.occurrence,
          )
          const isLeft = left.some(({ key, occurrence }) => key === notice.key && occurrence === notice.occurrence)
          expect(isLeft).toBe(!(wasSeen && notice.isDismissible))
        }
        expect(left.filter(({ isBanner }) => isBanner)).toEqual(left.slice(0, 1))
      }),
      { numRuns: 2_000 },
    )
  })
})
