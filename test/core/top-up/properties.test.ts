/** Properties of top-ups and payments, for any inputs in any order. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type CountedAttempt,
  judgeAttempt,
  MAX_ATTEMPTS_IN_24_HOURS,
  monthStartMicros,
  type Standing,
} from '../../../src/core/top-up/judge.ts'
import {
  advance,
  isOpen,
  TOP_UP_STATES,
  type TopUp,
  type TopUpNews,
  TRANSITIONS,
} from '../../../src/core/top-up/machine.ts'
import { type AutoTopUpMemory, FRESH_MEMORY, MAX_DECLINES_IN_A_ROW } from '../../../src/core/top-up/memory.ts'
import { entriesFor, NOTHING_POSTED, type PaymentTotals } from '../../../src/core/top-up/payment.ts'
import { CAPPED, DAY, EXPIRED, HOUR, MINUTE, NEWS, NO_FUNDS, NOW, STOLEN, TURNED_OFF, topUpIn } from './examples.ts'

const news: fc.Arbitrary<TopUpNews> = fc.oneof(
  // The state of an adopted payment follows in the same transaction, so nothing comes in between.
  fc.constantFrom<TopUpNews[]>(...Object.values(NEWS).filter(({ kind }) => kind !== 'adopted')),
  // Often enough a decline or an approval.
  fc.constantFrom<TopUpNews[]>(NEWS.prepared, NEWS.confirming, NEWS.unknown, NEWS.needs_action, NEWS.canceled),
  fc.constantFrom(NO_FUNDS, EXPIRED, STOLEN).map((decline): TopUpNews => ({ kind: 'declined', decline })),
  fc.constantFrom(CAPPED, TURNED_OFF).map((ending): TopUpNews => ({ kind: 'unwanted', ending })),
  fc.integer({ min: 0, max: HOUR }).map((retryAfterMicros): TopUpNews => ({ kind: 'unavailable', retryAfterMicros })),
)

interface Heard {
  readonly news: TopUpNews
  readonly nowMicros: number
  readonly chance: number
}

const history: fc.Arbitrary<Heard[]> = fc
  .array(
    fc.record({
      news,
      passedMicros: fc.oneof(fc.integer({ min: 0, max: MINUTE }), fc.integer({ min: 0, max: 2 * DAY })),
      chance: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    }),
    { maxLength: 60 },
  )
  .map((steps) => {
    let nowMicros = NOW
    return steps.map(({ news, passedMicros, chance }) => {
      nowMicros += passedMicros
      return { news, nowMicros, chance }
    })
  })

interface Step {
  readonly before: TopUp
  readonly after: TopUp
  readonly heard: Heard
  readonly isPaused: boolean
  readonly memory: AutoTopUpMemory
}

/** Each payment has a unique id; inputs that only a bug could cause are left out. */
function* follow(first: TopUp, heard: readonly Heard[]): Generator<Step> {
  let topUp = first
  let memory = FRESH_MEMORY
  let payments = 0
  for (const { news, nowMicros, chance } of heard) {
    if (TRANSITIONS[topUp.state][news.kind] === 'impossible') continue
    if (news.kind === 'confirming' && topUp.ending !== null) continue
    const own: TopUpNews = news.kind === 'prepared' ? { ...news, paymentId: `payment-${++payments}` } : news
    const advanced = advance(topUp, own, memory, nowMicros, chance)
    if (advanced === null) continue
    const before = topUp
    ;({ topUp, memory } = advanced)
    yield { before, after: topUp, heard: { news: own, nowMicros, chance }, isPaused: advanced.paused !== null, memory }
  }
}

const STANDING: Standing = {
  balanceMicros: 0n,
  isClosed: false,
  settings: null,
  methodId: 'card-1',
  memory: FRESH_MEMORY,
  counted: [],
  unsettledManual: [],
}

const triggers = fc.constantFrom('automatic', 'manual')

/** Checks each step of many histories, and each history as a whole. */
function always(check: (step: Step) => void, whole: (steps: readonly Step[]) => void = () => {}): void {
  fc.assert(
    fc.property(triggers, history, (trigger, heard) => {
      const steps = [...follow(topUpIn('requested', { trigger }), heard)]
      for (const step of steps) check(step)
      whole(steps)
    }),
    { numRuns: 2_000 },
  )
}

describe('for any inputs, a top-up', () => {
  it('has one payment from its preparation until its decline, and never two', () => {
    always(({ before, after, heard }) => {
      if (before.paymentId !== null && after.paymentId !== before.paymentId) {
        expect(after).toMatchObject({ state: 'requested', paymentId: null, attemptId: null, confirmedAtMicros: null })
        expect(['declined', 'canceled']).toContain(heard.news.kind)
      }
      if (isOpen(after)) expect(after.paymentId === null).toBe(after.state === 'requested')
    })
  })

  it('has at most three attempts, and one more for each payment prepared', () => {
    always(
      ({ before, after, heard }) => {
        expect(after.attempts - before.attempts).toBe(heard.news.kind === 'prepared' ? 1 : 0)
        expect(after.attempts).toBeLessThanOrEqual(after.trigger === 'manual' ? 1 : MAX_DECLINES_IN_A_ROW)
      },
      (steps) => expect(steps.at(-1)?.memory.declinesInARow ?? 0).toBeLessThanOrEqual(MAX_DECLINES_IN_A_ROW),
    )
  })

  it('never leaves success, and never reopens', () => {
    always(({ before, after }) => {
      expect(before.state).not.toBe('succeeded')
      if (!isOpen(before)) expect(after.state).toBe('succeeded')
    })
  })

  it('ends without credit only by the provider, or if nothing was prepared', () => {
    always(({ before, after, heard }) => {
      if (isOpen(after) || after.state === 'succeeded') return
      if (before.state === 'requested') return expect(['unwanted', 'refused']).toContain(heard.news.kind)
      expect(['declined', 'canceled', 'refused']).toContain(heard.news.kind)
      // A refused look or confirmation says nothing about the payment.
      if (heard.news.kind === 'refused') expect(before.state).toBe('prepared')
    })
  })

  it('is never retried in the past, nor at once if nothing was learned', () => {
    always(({ before, after, heard: { nowMicros, news } }) => {
      if (!isOpen(after)) return
      expect(after.nextTryAtMicros).toBeGreaterThanOrEqual(nowMicros)
      expect(Number.isInteger(after.nextTryAtMicros)).toBe(true)
      const isMoved = after.state !== before.state || news.kind === 'unwanted' || news.kind === 'wait'
      if (!isMoved) expect(after.nextTryAtMicros).toBeGreaterThan(nowMicros)
    })
  })

  it('counts towards the limits exactly while it may still charge', () => {
    always(({ after: { state, confirmedAtMicros } }) => {
      const mayCharge = ['charging', 'unknown', 'processing', 'needs_action', 'succeeded'].includes(state)
      if (mayCharge) expect(confirmedAtMicros).not.toBe(null)
      if (state === 'requested' || state === 'prepared') expect(confirmedAtMicros).toBe(null)
    })
  })

  it('waits 24 hours for approval, however often it is requested', () => {
    always(({ before, after, heard: { nowMicros } }) => {
      const isNeeded = after.state === 'needs_action'
      expect([after.actionUrl !== null, after.actionUntilMicros !== null]).toEqual([isNeeded, isNeeded])
      if (before.state === 'needs_action' && after.state === 'needs_action') {
        expect(after.actionUntilMicros).toBe(before.actionUntilMicros)
        return
      }
      if (after.state === 'needs_action') expect(after.actionUntilMicros).toBe(nowMicros + DAY)
    })
  })

  it('never stops silently: an automatic one fails only with a pause, or with its intended end', () => {
    always(({ before, after, memory }) => {
      if (before.trigger === 'manual') expect(memory.pause).toBe(null)
      else if (isOpen(before) && after.state === 'failed')
        expect(memory.pause !== null || before.ending !== null).toBe(true)
      if (!isOpen(after) && after.state !== 'succeeded') expect(after.reason).not.toBe(null)
    })
  })

  it('announces a pause in the step that begins it, and keeps it', () => {
    fc.assert(
      fc.property(history, (heard) => {
        let pause: AutoTopUpMemory['pause'] = null
        for (const { memory, isPaused } of follow(topUpIn('requested'), heard)) {
          expect(isPaused).toBe(memory.pause !== pause)
          if (pause !== null) expect(memory.pause).not.toBe(null)
          pause = memory.pause
        }
      }),
    )
  })

  it('can be ended by the provider from any open state', () => {
    for (const state of TOP_UP_STATES.filter((state) => isOpen({ state }) && state !== 'requested')) {
      for (const kind of ['succeeded', 'declined', 'canceled'] as const) {
        const after = advance(topUpIn(state), NEWS[kind], FRESH_MEMORY, NOW, 0)!.topUp
        expect(isOpen(after) && after.paymentId !== null).toBe(false)
      }
    }
  })
})

describe('however often an account falls below its threshold', () => {
  const amounts = [5_000_000n, 20_000_000n, 30_000_000n]

  /** Charges changing amounts whenever allowed, and returns the times and amounts. */
  const attemptsOf = (monthlyCapMicros: bigint, asked: readonly (readonly [afterMicros: number, amount: number])[]) => {
    const counted: CountedAttempt[] = []
    let nowMicros = NOW
    for (const [afterMicros, amount] of asked) {
      nowMicros += afterMicros
      const settings = { isOn: true, thresholdMicros: 1n, amountMicros: amounts[amount]!, monthlyCapMicros }
      const standing = { ...STANDING, settings, counted: counted.slice() }
      const judgement = judgeAttempt(standing, nowMicros)
      if (judgement.kind === 'charge') {
        counted.push({ confirmedAtMicros: nowMicros, amountMicros: judgement.amountMicros })
      } else if (judgement.kind === 'unwanted') {
        // It waits no longer than necessary, and the wait ends.
        const { untilMicros, ending } = judgement
        const reasonAt = (atMicros: number) => {
          const then = judgeAttempt(standing, atMicros)
          return then.kind === 'unwanted' ? then.ending.reason : null
        }
        expect(untilMicros).toBeGreaterThan(nowMicros)
        expect(reasonAt(untilMicros! - 1)).toBe(ending.reason)
        expect(reasonAt(untilMicros!)).not.toBe(ending.reason)
      }
    }
    return counted
  }

  it('it is charged neither above its monthly cap nor more than five times in any 24 hours', () => {
    const asked = fc.tuple(
      fc.oneof(
        { weight: 9, arbitrary: fc.integer({ min: 0, max: 4 * HOUR }) },
        { weight: 1, arbitrary: fc.integer({ min: 0, max: 20 * DAY }) },
      ),
      fc.integer({ min: 0, max: amounts.length - 1 }),
    )
    fc.assert(
      fc.property(fc.constantFrom(70_000_000n, 1_000_000_000n), fc.array(asked, { maxLength: 60 }), (cap, steps) => {
        const counted = attemptsOf(cap, steps)
        const months = Map.groupBy(counted, ({ confirmedAtMicros }) => monthStartMicros(confirmedAtMicros))
        for (const month of months.values()) {
          expect(month.reduce((sum, { amountMicros }) => sum + amountMicros, 0n)).toBeLessThanOrEqual(cap)
        }
        for (const [index, { confirmedAtMicros }] of counted.entries()) {
          const sixth = counted[index + MAX_ATTEMPTS_IN_24_HOURS]
          if (sixth !== undefined) expect(sixth.confirmedAtMicros - confirmedAtMicros).toBeGreaterThanOrEqual(DAY)
        }
      }),
    )
  })
})

describe('for any reports of the provider about a payment', () => {
  const amount = fc.bigInt({ min: -20n, max: 150n })
  const facts: fc.Arbitrary<PaymentTotals> = fc.record({
    creditedMicros: fc.constantFrom(0n, 100n),
    refundedMicros: amount,
    disputedMicros: amount,
  })
  const sumOf = (amounts: readonly bigint[]) => amounts.reduce((sum, one) => sum + one, 0n)

  it('the postings add up to the last report, and the account never has more or less than the payment brought', () => {
    fc.assert(
      fc.property(fc.array(facts, { minLength: 1, maxLength: 20 }), (said) => {
        let posted = NOTHING_POSTED
        let balance = 0n
        for (const totals of said) {
          const { entries, totals: after } = entriesFor(posted, totals)
          balance += sumOf(entries.map(({ amountMicros }) => amountMicros))
          for (const { amountMicros } of entries) expect(amountMicros).not.toBe(0n)
          expect(entriesFor(after, totals)).toEqual({ entries: [], totals: after })
          posted = after
        }
        const brought = said.some(({ creditedMicros }) => creditedMicros === 100n) ? 100n : 0n
        const last = said.at(-1)!
        const taken = sumOf([last.refundedMicros, last.disputedMicros].map((one) => (one < 0n ? 0n : one)))
        expect(balance).toBe(brought - (taken < brought ? taken : brought))
        expect(balance).toBe(posted.creditedMicros - posted.refundedMicros - posted.disputedMicros)
      }),
      { numRuns: 1_000 },
    )
  })
})
