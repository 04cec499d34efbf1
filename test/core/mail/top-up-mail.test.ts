/** The mails about top-ups: which events are worth one, and what is said only once. */
import { describe, expect, it } from 'vitest'
import type { AccountState, Movement } from '../../../src/core/account/state.ts'
import { parseInstant } from '../../../src/core/instant.ts'
import type { Mail } from '../../../src/core/mail/mail.ts'
import { type TopUpUpdate, topUpMails } from '../../../src/core/mail/top-up-mail.ts'
import type { TopUp } from '../../../src/core/top-up/machine.ts'
import { type AutoTopUpMemory, FRESH_MEMORY, type Pause } from '../../../src/core/top-up/memory.ts'
import type { TopUpStep } from '../../../src/core/top-up/step.ts'

const NOW = parseInstant('2026-11-26T12:00:00Z')!
const HOUR = 3_600_000_000
const AT = '2026-11-26T12:00:00.000000Z'

const ACCOUNT: AccountState = {
  accountId: 'acme',
  currency: 'EUR',
  settingsVersion: 3,
  balanceMicros: 8_000_000n,
  lastSequence: 7n,
  balanceVersion: 7n,
  status: 'active',
  statusVersion: 2n,
  statusSinceMicros: NOW - HOUR,
  alertVersion: 1n,
  autoTopUpBelowMicros: null,
  isLow: true,
  isBelowCustomLevel: false,
}
const TOP_UP: TopUp = {
  topUpId: 'top-up-1',
  accountId: 'acme',
  trigger: 'automatic',
  amountMicros: 50_000_000n,
  currency: 'EUR',
  state: 'requested',
  reason: null,
  requestedAtMicros: NOW - HOUR,
  attempts: 1,
  attemptId: null,
  paymentId: null,
  methodId: 'visa',
  confirmedAtMicros: NOW - 1_000_000,
  ending: null,
  nextTryAtMicros: NOW,
  silences: 0,
  actionUrl: null,
  actionUntilMicros: null,
}
const SETTINGS = { isOn: true, thresholdMicros: 25_000_000n, amountMicros: 50_000_000n, monthlyCapMicros: 300_000_000n }
const NOTHING: TopUpUpdate = {
  accountBefore: ACCOUNT,
  account: ACCOUNT,
  before: { memory: FRESH_MEMORY, waits: null },
  after: { memory: FRESH_MEMORY, waits: null },
  settings: SETTINGS,
  methodId: 'visa',
  topUp: TOP_UP,
  steps: [],
  movements: [],
  paidAtMicros: null,
}

const step = (kind: TopUpStep['kind'], more: Partial<TopUpStep> = {}): TopUpStep => ({
  ...{ kind, topUpId: 'top-up-1', trigger: 'automatic', amountMicros: 50_000_000n, attempt: 1 },
  ...{ reason: null, untilMicros: null },
  ...more,
})
const moved = (kind: 'top_up' | 'refund' | 'dispute', amountMicros: bigint, sequence = 8n): Movement => ({
  posting: {
    ...{ accountId: 'acme', sequence, amountMicros, currency: 'EUR' },
    ...{ balanceBeforeMicros: 0n, balanceAfterMicros: amountMicros },
  },
  origin: kind === 'top_up' ? { kind, topUpId: 'top-up-1' } : { kind, topUpId: 'top-up-1', reversesSequence: 3n },
  occurredAtMicros: NOW,
})
const declinedTimes = (declinesInARow: number, pause: Pause | null = null): AutoTopUpMemory => {
  return { pause, declinesInARow, declinedMethodId: 'visa' }
}
const paused = (reason: Pause['reason'], code: string | null = null): Pause => {
  return { reason, code, methodId: 'visa', sinceMicros: NOW }
}
const memoryAfter = (memory: AutoTopUpMemory) => ({ after: { memory, waits: null } })
const memoryBefore = (memory: AutoTopUpMemory) => ({ before: { memory, waits: null } })
const DECLINED = { steps: [step('declined', { reason: 'insufficient_funds', untilMicros: NOW + HOUR })] }
const manual = (confirmedAgo: number) => ({
  topUp: { ...TOP_UP, trigger: 'manual', confirmedAtMicros: NOW - confirmedAgo } as const,
  steps: [step('failed', { trigger: 'manual', reason: 'do_not_honor' })],
})

const mails = (happening: Partial<TopUpUpdate>): Mail[] => topUpMails({ ...NOTHING, ...happening }, NOW)
const kinds = (happening: Partial<TopUpUpdate>) => mails(happening).map(({ kind }) => kind)

describe('a top-up event', () => {
  // biome-ignore format: a table
  it.each<[what: string, happening: Partial<TopUpUpdate>, mailed: Mail['kind'][]]>([
    ['nothing', {}, []],
    ['charging', { steps: [step('charging')] }, []],
    ['a first decline', { ...DECLINED, ...memoryAfter(declinedTimes(1)) }, ['declined']],
    ['a second decline in a row', { ...DECLINED, ...memoryBefore(declinedTimes(1)), ...memoryAfter(declinedTimes(2)) }, []],
    ['a third, which pauses', { steps: [step('failed', { reason: 'insufficient_funds' })], ...memoryBefore(declinedTimes(2)), ...memoryAfter(declinedTimes(3, paused('declined', 'insufficient_funds'))) }, ['paused']],
    ['a first that pauses at once', { steps: [step('failed', { reason: 'stolen_card' })], ...memoryAfter(declinedTimes(1, paused('card_stopped', 'stolen_card'))) }, ['paused']],
    ['the first of another card’s row', { ...DECLINED, ...memoryBefore(declinedTimes(2)), ...memoryAfter(declinedTimes(1)) }, ['declined']],
    ['a manual decline while the customer is present', manual(2_000_000), []],
    ['a manual decline an hour later', manual(HOUR), ['declined']],
    ['an approval of an automatic one', { steps: [step('needs_action', { untilMicros: NOW + 24 * HOUR })] }, ['approval']],
    ['approval of a manual one', { steps: [step('needs_action', { trigger: 'manual', untilMicros: NOW + 24 * HOUR })] }, []],
    ['a payment', { steps: [step('succeeded')], movements: [moved('top_up', 50_000_000n)] }, ['credit_added']],
    ['a payment that was seen disputed first', { movements: [moved('top_up', 50_000_000n), moved('dispute', -50_000_000n, 9n)], ...memoryAfter(declinedTimes(0, paused('disputed'))) }, ['taken_back']],
    ['a dispute, which pauses', { movements: [moved('dispute', -50_000_000n)], ...memoryAfter(declinedTimes(0, paused('disputed'))) }, ['taken_back']],
    ['a dispute with automatic top-up off', { movements: [moved('dispute', -50_000_000n)], settings: { ...SETTINGS, isOn: false }, ...memoryAfter(declinedTimes(0, paused('disputed'))) }, ['taken_back']],
    ['a dispute that was won', { movements: [moved('dispute', 50_000_000n)] }, ['credit_added']],
    ['a refund, which pauses', { movements: [moved('refund', -50_000_000n)], ...memoryAfter(declinedTimes(0, paused('refunded'))) }, ['taken_back']],
    ['a refund with automatic top-up off', { movements: [moved('refund', -50_000_000n)], settings: { ...SETTINGS, isOn: false }, ...memoryAfter(declinedTimes(0, paused('refunded'))) }, []],
    ['a pause after a restore', memoryAfter(declinedTimes(0, paused('restored'))), ['paused']],
    ['a pause while it is off', { settings: { ...SETTINGS, isOn: false }, ...memoryAfter(declinedTimes(0, paused('restored'))) }, []],
    ['the cap', { after: { memory: FRESH_MEMORY, waits: { limit: 'monthly_cap', untilMicros: NOW + HOUR } } }, ['limit_reached']],
    ['the same limit again', { before: { memory: FRESH_MEMORY, waits: { limit: 'day_limit', untilMicros: NOW + HOUR } }, after: { memory: FRESH_MEMORY, waits: { limit: 'day_limit', untilMicros: NOW + HOUR } } }, []],
    ['the end of a limit', { before: { memory: FRESH_MEMORY, waits: { limit: 'day_limit', untilMicros: NOW } } }, []],
  ])('%s is mailed as %3$j', (_what, happening, mailed) => {
    expect(kinds(happening)).toEqual(mailed)
  })

  it('says of a decline when it is retried, and shows no code', () => {
    const [mail] = mails({ ...DECLINED, ...memoryAfter(declinedTimes(1)) })
    expect(mail).toEqual({
      accountId: 'acme',
      kind: 'declined',
      occurrence: 'top-up-1 1',
      figures: {
        ...{ trigger: 'automatic', amount: '50.000000', why: 'funds', method_id: 'visa', balance: '8.000000' },
        next_try: { number: 2, of_tries: 3, at: '2026-11-26T13:00:00.000000Z' },
      },
    })
  })

  it('says of a pause whether only another card ends it', () => {
    const [mail] = mails(memoryAfter(declinedTimes(1, paused('card_stopped', 'stolen_card'))))
    expect(mail!.figures).toEqual({
      ...{ reason: 'card_stopped', why: 'hard', method_id: 'visa', since: AT, balance: '8.000000' },
      needs_another_method: true,
    })
  })

  it('says of returned money what it was, and the day of its payment', () => {
    const [mail] = mails({
      movements: [moved('dispute', -20_000_000n)],
      paidAtMicros: NOW - 48 * HOUR,
      ...memoryAfter(declinedTimes(0, paused('disputed'))),
    })
    expect(mail).toMatchObject({
      occurrence: '8',
      figures: { reason: 'disputed', amount: '20.000000', paid_at: '2026-11-24T12:00:00.000000Z', is_paused: true },
    })
  })

  it.each<
    [calls: string | null, statusBefore: AccountState['status'], version: bigint, status: AccountState['status']]
  >([
    [null, 'active', 2n, 'active'],
    ['work_again', 'blocked', 3n, 'active'],
    ['still_blocked', 'blocked', 3n, 'blocked'],
    // An account is created blocked: its first credit allows calls for the first time.
    [null, 'blocked', 1n, 'active'],
  ])(
    'says of a payment that calls are %s after %s (version %s) and %s',
    (calls, statusBefore, statusVersion, status) => {
      const [mail] = mails({
        accountBefore: { ...ACCOUNT, status: statusBefore, statusVersion },
        account: { ...ACCOUNT, status },
        movements: [moved('top_up', 50_000_000n)],
      })
      expect(mail!.figures).toMatchObject({ kind: 'top_up', amount: '50.000000', calls })
    },
  )
})
