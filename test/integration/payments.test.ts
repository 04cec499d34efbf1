/** Top-ups from the falling balance to the posted credit, on the real ledger and the sandbox: nobody is charged twice. */
import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { requestTopUp } from '../../src/ledger/top-ups/request-top-up.ts'
import { markAtProvider, noMarkProgress } from '../../src/payments/mark.ts'
import { paymentMetrics } from '../../src/payments/metrics.ts'
import type { PaymentProvider } from '../../src/payments/providers/provider.ts'
import { createAdvancer } from '../../src/payments/worker.ts'
import { createLog } from '../../src/platform/log.ts'
import { Registry } from '../../src/platform/metrics.ts'
import { testAccount } from '../support/catalog.ts'
import { adjust, apply } from '../support/ledger.ts'
import { type Card, openTestPayments, type TestPayments } from '../support/payments.ts'

let payments: TestPayments
let opened = 0

beforeAll(async () => {
  payments = await openTestPayments()
})

afterAll(async () => {
  await payments?.close()
})

/** 20.00 is charged while the balance is below 10.00; it starts at 50.00. */
async function open(card: Card, settings = {}): Promise<string> {
  const accountId = `account-${++opened}`
  await apply(payments, [testAccount({ accountId })])
  await adjust(payments, accountId, 50_000_000n)
  const methodId = await payments.addCard(accountId, card)
  await payments.save(accountId, settings, methodId)
  return accountId
}

const spend = (accountId: string, micros: bigint) => adjust(payments, accountId, -micros, 'spent')

const advancerAt = (provider: PaymentProvider) =>
  createAdvancer({
    writer: payments,
    provider,
    callMs: 5_000,
    holder: 'process',
    isReconciled: () => true,
    onRecorded: () => {},
    log: createLog('silent'),
    metrics: paymentMetrics(new Registry()),
  })

async function balanceOf(accountId: string): Promise<{ balance: number; status: string; below: number | null }> {
  const { rows } = await payments.pool.query(
    `select (balance_micros * 0.000001)::float8 as balance, status,
            (auto_top_up_below_micros * 0.000001)::float8 as below from tollgate.accounts where account_id = $1`,
    [accountId],
  )
  return rows[0]
}

async function topUpsOf(accountId: string): Promise<string[]> {
  const { rows } = await payments.pool.query<{ text: string }>(
    `select concat_ws(' ', state, reason) as text from tollgate.top_ups where account_id = $1 order by requested_at, top_up_id`,
    [accountId],
  )
  return rows.map(({ text }) => text)
}

async function pausedFor(accountId: string): Promise<string | null> {
  const { rows } = await payments.pool.query<{ pause_reason: string | null }>(
    'select pause_reason from tollgate.auto_top_up_memory where account_id = $1',
    [accountId],
  )
  return rows[0]?.pause_reason ?? null
}

describe('a balance that falls below the threshold', () => {
  it('is topped up by exactly the amount, and checked again', async () => {
    const account = await open('good')
    await spend(account, 45_000_000n)
    await payments.settle()
    expect(await balanceOf(account)).toEqual({ balance: 25, status: 'active', below: 10 })
    expect(await topUpsOf(account)).toEqual(['succeeded'])
    expect(await payments.charges(account)).toHaveLength(1)
  })

  it('far below is topped up repeatedly until it is above, at most five times a day', async () => {
    const account = await open('good')
    await spend(account, 250_000_000n)
    await payments.settle()
    expect(await payments.charges(account)).toHaveLength(5)
    expect((await balanceOf(account)).balance).toBe(-100)
    expect((await topUpsOf(account)).at(-1)).toBe('skipped day_limit')
    await payments.pass(25)
    await payments.tend()
    await payments.settle()
    expect(await payments.charges(account)).toHaveLength(10)
    expect((await balanceOf(account)).balance).toBe(0)
  })

  it('exactly at the threshold is not below it', async () => {
    const account = await open('good')
    await spend(account, 40_000_000n)
    await payments.settle()
    expect(await topUpsOf(account)).toEqual([])
    await spend(account, 1n)
    await payments.settle()
    expect(await topUpsOf(account)).toEqual(['succeeded'])
  })

  it('by 200 debits, with three concurrent workers, is charged once', async () => {
    const account = await open('good', { amountMicros: 500_000_000n })
    await spend(account, 39_500_000n)
    await Promise.all([
      (async () => {
        for (let i = 0; i < 200; i++) await spend(account, 1_000_000n)
      })(),
      payments.settle(3),
    ])
    await payments.settle(3)
    expect(await payments.charges(account)).toHaveLength(1)
    expect(await topUpsOf(account)).toEqual(['succeeded'])
  })

  it('is never charged above the cap of the month', async () => {
    const account = await open('good', { monthlyCapMicros: 50_000_000n })
    await spend(account, 200_000_000n)
    await payments.settle()
    expect(await payments.charges(account)).toHaveLength(2)
    expect((await topUpsOf(account)).at(-1)).toBe('skipped monthly_cap')
  })
})

describe('a card that declines', () => {
  it('for lack of funds is tried three times, and then not again until a person acts', async () => {
    const account = await open('noFunds')
    await spend(account, 45_000_000n)
    await payments.settle()
    for (const hours of [2, 30, 30, 400]) {
      await payments.pass(hours)
      await payments.tend()
      await payments.settle()
    }
    const all = await payments.provider.desk.listPayments(account, { after: null, limit: 100 })
    expect(all.map(({ state }) => state)).toEqual(['declined', 'declined', 'declined'])
    expect(await pausedFor(account)).toBe('declined')
    await spend(account, 1_000_000n)
    await payments.settle()
    expect(await topUpsOf(account)).toEqual(['failed insufficient_funds'])
    // A valid card, with consent, ends the pause and is charged at once.
    await payments.addCard(account, 'good')
    await payments.settle()
    expect(await pausedFor(account)).toBeNull()
    expect((await balanceOf(account)).balance).toBe(24)
  })

  it.each<[Card, string]>([
    ['stolen', 'card_stopped'],
    ['expired', 'ask_customer'],
  ])('as %s pauses at once', async (card, reason) => {
    const account = await open(card)
    await spend(account, 45_000_000n)
    await payments.settle()
    expect(await pausedFor(account)).toBe(reason)
    await payments.pass(100)
    await payments.tend()
    await payments.settle()
    expect(await payments.provider.desk.listPayments(account, { after: null, limit: 9 })).toHaveLength(1)
  })
})

describe('a provider that does not answer', () => {
  it.each([
    ['is down', 'down', null],
    ['times out before it charges', 'timeout_before', 'confirm'],
    ['times out after it has charged', 'timeout_after', 'confirm'],
    ['times out after it has prepared', 'timeout_after', 'prepare'],
    ['gets every request twice', 'twice', null],
  ] as const)('because it %s charges once, and counts for nothing', async (_how, fault, call) => {
    const account = await open('good')
    await payments.provider.desk.orderFault({ fault, call, timesLeft: call === null ? 6 : 1, delayMs: null })
    await spend(account, 45_000_000n)
    await payments.settle()
    await payments.provider.desk.endFaults()
    for (let i = 0; i < 3; i++) {
      await payments.pass(0.2)
      await payments.settle()
    }
    expect(await payments.charges(account)).toHaveLength(1)
    expect((await balanceOf(account)).balance).toBe(25)
    expect(await pausedFor(account)).toBeNull()
  })

  it('has payments whose answers were lost in its list', async () => {
    const account = await open('good')
    await payments.provider.desk.orderFault({ fault: 'timeout_after', call: 'confirm', timesLeft: 1, delayMs: null })
    await payments.provider.desk.orderFault({ fault: 'down', call: 'readPayment', timesLeft: null, delayMs: null })
    await spend(account, 45_000_000n)
    await payments.settle()
    expect((await balanceOf(account)).balance).toBe(5)
    await payments.tend()
    expect((await balanceOf(account)).balance).toBe(25)
    await payments.provider.desk.endFaults()
    await payments.settle()
    expect(await payments.charges(account)).toHaveLength(1)
  })
})

describe('a payment that the customer has to approve', () => {
  it('waits, and is credited once approved', async () => {
    const account = await open('needsApproval')
    await spend(account, 45_000_000n)
    await payments.settle()
    expect(await topUpsOf(account)).toEqual(['needs_action'])
    expect((await balanceOf(account)).balance).toBe(5)
    const [waiting] = await payments.provider.desk.listPayments(account, { after: null, limit: 1 })
    await payments.provider.desk.approve(waiting!.paymentId)
    await payments.pass(0.1)
    await payments.settle()
    expect((await balanceOf(account)).balance).toBe(25)
  })

  it('is canceled after a day without approval, which counts as a decline', async () => {
    const account = await open('needsApproval')
    await spend(account, 45_000_000n)
    await payments.settle()
    await payments.pass(24.1)
    await payments.settle()
    expect(await topUpsOf(account)).toEqual(['requested approval_lapsed'])
    const [canceled] = await payments.provider.desk.listPayments(account, { after: null, limit: 1 })
    expect(canceled!.state).toBe('canceled')
  })
})

describe('a payment that the provider reports in another currency', () => {
  it('is a fault, and is not read again before its claim has expired', async () => {
    const account = await open('good')
    await payments.settle()
    await spend(account, 45_000_000n)
    const asDollars = async (answer: ReturnType<PaymentProvider['readPayment']>) => {
      const answered = await answer
      return answered.kind === 'facts'
        ? { ...answered, facts: { ...answered.facts, currency: 'USD' as const } }
        : answered
    }
    const { provider } = payments
    const claimAndAdvance = advancerAt({
      ...provider,
      confirm: (paymentId, attemptId) => asDollars(provider.confirm(paymentId, attemptId)),
      readPayment: (paymentId) => asDollars(provider.readPayment(paymentId)),
    })
    await Promise.all(await claimAndAdvance(1))
    expect(await topUpsOf(account)).toEqual(['charging'])
    expect(await claimAndAdvance(1)).toEqual([])
    await payments.pass(0.1)
    await payments.settle()
    expect(await payments.charges(account)).toHaveLength(1)
    expect((await balanceOf(account)).balance).toBe(25)
  })
})

describe('a task that outlasts its claim', () => {
  it('leaves a later claim of the same process alone', async () => {
    const account = await open('good')
    await payments.settle()
    await spend(account, 45_000_000n)
    const gates: PromiseWithResolvers<void>[] = []
    const slow: PaymentProvider = {
      ...payments.provider,
      async prepare(payment) {
        const gate = Promise.withResolvers<void>()
        gates.push(gate)
        await gate.promise
        return await payments.provider.prepare(payment)
      },
    }
    const claimAndAdvance = advancerAt(slow)
    const claims = () => payments.pool.query('select claimed_by from tollgate.top_ups where account_id = $1', [account])
    const begin = async () => {
      const count = gates.length
      const [task] = await claimAndAdvance(1)
      await expect.poll(() => gates.length).toBe(count + 1)
      return { task: task!, goOn: gates.at(-1)!.resolve }
    }
    const overtaken = await begin()
    await payments.pool.query('update tollgate.top_ups set claimed_until = now() where account_id = $1', [account])
    const current = await begin()
    const { rows: before } = await claims()

    overtaken.goOn()
    await overtaken.task
    expect(await payments.charges(account)).toEqual([])
    expect((await claims()).rows).toEqual(before)
    current.goOn()
    await current.task
    await payments.settle()
    expect(await payments.charges(account)).toHaveLength(1)
    expect((await balanceOf(account)).balance).toBe(25)
  })
})

describe('a process whose clock is an hour off', () => {
  afterEach(() => void vi.useRealTimers())

  const setOff = (hours: number) => {
    vi.useFakeTimers({ toFake: ['Date'] })
    vi.setSystemTime(Date.now() + hours * 3_600_000)
  }

  it.each([-1, 1])(
    '(%i) cancels an approval when it has lapsed by the database’s clock, and not before',
    async (hours) => {
      const account = await open('needsApproval')
      await spend(account, 45_000_000n)
      await payments.settle()
      setOff(hours)
      await payments.pass(23.9)
      await payments.settle()
      expect(await topUpsOf(account)).toEqual(['needs_action'])
      await payments.pass(0.2)
      await payments.settle()
      expect(await topUpsOf(account)).toEqual(['requested approval_lapsed'])
    },
  )

  it('lets a top-up wait for the list for seconds all the same', async () => {
    const account = await open('good')
    payments.replaceProcesses()
    setOff(1)
    await spend(account, 45_000_000n)
    await payments.settle()
    await payments.tend()
    await payments.pass(0.01)
    await payments.settle()
    expect(await payments.charges(account)).toHaveLength(1)
  })
})

describe('a card that was saved at another provider', () => {
  it('is not sent to the configured one: automatic top-up is paused', async () => {
    const account = await open('good')
    await payments.pool.query(`update tollgate.payment_methods set provider = 'other' where account_id = $1`, [account])
    await spend(account, 45_000_000n)
    await payments.settle()
    expect(await topUpsOf(account)).toEqual(['failed card_of_another_provider'])
    expect(await pausedFor(account)).toBe('refused')
    expect(await payments.provider.desk.listPayments(account, { after: null, limit: 1 })).toEqual([])
  })
})

describe('returned money', () => {
  /** Charged 20.00, with 5.00 of earlier credit left. */
  async function charged(card: Card): Promise<{ account: string; paymentId: string }> {
    const account = await open(card)
    await spend(account, 45_000_000n)
    await payments.settle()
    const [charge] = await payments.charges(account)
    return { account, paymentId: charge!.paymentId }
  }

  async function settledStateOf(account: string) {
    await payments.tend()
    await payments.settle()
    const { balance } = await balanceOf(account)
    return { balance, pausedFor: await pausedFor(account), charges: (await payments.charges(account)).length }
  }

  async function movedBy(account: string): Promise<[string, number][]> {
    const { rows } = await payments.pool.query<{ kind: string; amount: number }>(
      `select kind, (amount_micros * 0.000001)::float8 as amount from tollgate.movements
        where account_id = $1 and top_up_id is not null order by sequence`,
      [account],
    )
    return rows.map(({ kind, amount }) => [kind, amount])
  }

  it('of partial and full refunds is deducted from the credit each time, pauses, and charges nothing', async () => {
    const { account, paymentId } = await charged('good')
    const { desk } = payments.provider
    await desk.refund(paymentId, 12_500_000n)
    expect(await settledStateOf(account)).toEqual({ balance: 12.5, pausedFor: 'refunded', charges: 1 })
    await desk.refund(paymentId, 2_500_000n)
    await desk.refund(paymentId, 1_000_000n)
    expect(await settledStateOf(account)).toEqual({ balance: 9, pausedFor: 'refunded', charges: 1 })
    await desk.refund(paymentId, null)
    expect(await settledStateOf(account)).toEqual({ balance: 5, pausedFor: 'refunded', charges: 1 })
    expect(await movedBy(account)).toEqual([
      ['top_up', 20],
      ['refund', -12.5],
      ['refund', -3.5],
      ['refund', -4],
    ])
  })

  it('of a refund that fails is credited again, and the pause stays', async () => {
    const { account, paymentId } = await charged('refundFails')
    await payments.provider.desk.refund(paymentId, 18_000_000n)
    expect(await settledStateOf(account)).toEqual({ balance: 7, pausedFor: 'refunded', charges: 1 })
    await payments.pass(0.1)
    expect(await settledStateOf(account)).toEqual({ balance: 25, pausedFor: 'refunded', charges: 1 })
    expect((await movedBy(account)).slice(1)).toEqual([
      ['refund', -18],
      ['refund', 18],
    ])
  })

  it('is not deducted for an inquiry, until that becomes a dispute', async () => {
    const { account, paymentId } = await charged('inquiredAbout')
    expect(await settledStateOf(account)).toEqual({ balance: 25, pausedFor: null, charges: 1 })
    await payments.provider.desk.dispute(paymentId)
    expect(await settledStateOf(account)).toEqual({ balance: 5, pausedFor: 'disputed', charges: 1 })
  })

  it('of a dispute that is seen before the charge is posted as credit and reversal together', async () => {
    const account = await open('good')
    const { desk } = payments.provider
    await desk.orderFault({ fault: 'timeout_after', call: 'confirm', timesLeft: 1, delayMs: null })
    await desk.orderFault({ fault: 'down', call: 'readPayment', timesLeft: null, delayMs: null })
    await spend(account, 45_000_000n)
    await payments.settle()
    const [charge] = await payments.charges(account)
    await desk.dispute(charge!.paymentId)
    expect(await movedBy(account)).toEqual([])
    expect(await settledStateOf(account)).toEqual({ balance: 5, pausedFor: 'disputed', charges: 1 })
    await desk.endFaults()
    expect(await movedBy(account)).toEqual([
      ['top_up', 20],
      ['dispute', -20],
    ])
    await desk.win(charge!.paymentId)
    expect(await settledStateOf(account)).toEqual({ balance: 25, pausedFor: 'disputed', charges: 1 })
  })

  it('of a dispute of a manual payment pauses automatic top-up too', async () => {
    const account = await open('good')
    const wanted = { accountId: account, amountMicros: 30_000_000n, methodId: null, actor: 'ann' }
    await requestTopUp(payments, wanted, randomUUID())
    await payments.settle()
    const [charge] = await payments.charges(account)
    await payments.provider.desk.dispute(charge!.paymentId)
    await spend(account, 75_000_000n)
    expect(await settledStateOf(account)).toEqual({ balance: -25, pausedFor: 'disputed', charges: 1 })
  })

  it('of a dispute is deducted from the credit, pauses, and charges nothing', async () => {
    const account = await open('good')
    await spend(account, 45_000_000n)
    await payments.settle()
    const [charge] = await payments.charges(account)
    await payments.provider.desk.dispute(charge!.paymentId)
    await payments.tend()
    await payments.settle()
    expect((await balanceOf(account)).balance).toBe(5)
    expect(await pausedFor(account)).toBe('disputed')
    expect(await payments.charges(account)).toHaveLength(1)
    await payments.provider.desk.win(charge!.paymentId)
    await payments.tend()
    expect((await balanceOf(account)).balance).toBe(25)
    expect(await pausedFor(account)).toBe('disputed')
  })
})

describe('marks at the provider', () => {
  it('are written although others are refused, or never answered', async () => {
    const accounts = [await open('good'), await open('good'), await open('good')].toSorted()
    await markAtProvider(payments, payments.provider, createLog('silent'))
    for (const account of accounts) await payments.save(account, { isOn: false }, null)
    const { provider } = payments
    const { rows } = await payments.pool.query<{ customer_id: string }>(
      'select customer_id from tollgate.payment_customers where account_id = any($1) order by account_id',
      [accounts],
    )
    const [refused, silent, answered] = rows.map((row) => row.customer_id)
    const faulty: PaymentProvider = {
      ...provider,
      async writeMark(customerId, mark) {
        if (customerId === refused) return { kind: 'refused', code: 'no', detail: 'no' }
        if (customerId === silent) return { kind: 'unknown', detail: 'silence' }
        return await provider.writeMark(customerId, mark)
      },
    }
    const marked = async () => {
      const read = await provider.readMark(answered!)
      return read.kind === 'mark' ? read.mark!.settingsVersion : null
    }
    const before = await marked()
    const progress = noMarkProgress()
    for (let run = 0; run < accounts.length; run++) {
      await markAtProvider(payments, faulty, createLog('silent'), progress, 1).catch(() => {})
    }
    expect(await marked()).toBe(before! + 1)
    // They stay due, and each run begins again after the last.
    await markAtProvider(payments, provider, createLog('silent'), progress)
    await markAtProvider(payments, provider, createLog('silent'), progress)
    const due = await payments.pool.query('select from tollgate.payment_customers where is_mark_due')
    expect(due.rowCount).toBe(0)
  })
})
