/** Facts of any account, for properties of notices and their texts. */
import fc from 'fast-check'
import { ADDED_KINDS, type NoticeFacts, type OpenTopUp } from '../../../src/core/notices/facts.ts'
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

export const facts: fc.Arbitrary<NoticeFacts> = fc
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
