/**
 * A database that was restored to an earlier point lacks payments, attempts and settings that the provider still has.
 * Nothing is charged twice, no payment is lost, and what a person turned off stays off.
 */
import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { setAlertLevels } from '../../src/ledger/accounts/set-alert-levels.ts'
import { requestTopUp } from '../../src/ledger/top-ups/request-top-up.ts'
import type { PaymentProvider } from '../../src/payments/providers/provider.ts'
import { reconcile } from '../../src/payments/reconcile.ts'
import { createLog } from '../../src/platform/log.ts'
import { testAccount } from '../support/catalog.ts'
import { brokenChains } from '../support/chains.ts'
import { adjust, apply } from '../support/ledger.ts'
import { openTestPayments, type TestPayments } from '../support/payments.ts'

const ACCOUNT = 'restored'

let payments: TestPayments
let methodId: string

/** 20.00 is charged while the balance is below 10.00; it starts at 50.00. */
beforeEach(async () => {
  payments = await openTestPayments()
  await apply(payments, [testAccount({ accountId: ACCOUNT })])
  await adjust(payments, ACCOUNT, 50_000_000n)
  methodId = await payments.addCard(ACCOUNT, 'good')
  await payments.save(ACCOUNT, {}, methodId)
  await payments.tend()
})

afterEach(async () => {
  await payments?.close()
})

async function balance(): Promise<number> {
  const { rows } = await payments.pool.query(
    'select (balance_micros * 0.000001)::float8 as balance from tollgate.accounts where account_id = $1',
    [ACCOUNT],
  )
  return rows[0].balance
}

const spend = (micros: bigint) => adjust(payments, ACCOUNT, -micros, 'spent')

/** A payment is prepared, and no try to confirm it reaches the provider, however many are made meanwhile. */
async function spendUnconfirmed(): Promise<void> {
  await payments.provider.desk.orderFault({ fault: 'down', call: 'confirm', timesLeft: null, delayMs: null })
  await spend(45_000_000n)
  await payments.settle()
  await payments.provider.desk.endFaults()
}

it('E: a charge that is missing in the backup is credited, and not made again', async () => {
  await payments.database.backUp()
  await spend(45_000_000n)
  await payments.settle()
  expect(await balance()).toBe(25)
  await payments.database.restore()

  // The usage is delivered again, as by Kafka. A process reads the provider's list before it charges anything.
  await spend(45_000_000n)
  await payments.tend()
  await payments.settle()
  await payments.tend()
  expect(await payments.charges(ACCOUNT)).toHaveLength(1)
  expect(await balance()).toBe(25)
  expect(await brokenChains(payments.pool)).toEqual([])
})

it('E: a manual top-up that was paid after the backup is not charged again before the list is read', async () => {
  const wanted = { accountId: ACCOUNT, amountMicros: 30_000_000n, methodId: null, actor: 'ann' }
  await requestTopUp(payments, wanted, 'by-hand')
  await payments.database.backUp()
  await payments.settle()
  expect(await balance()).toBe(80)
  await payments.database.restore()

  payments.replaceProcesses()
  await payments.settle()
  expect(await payments.charges(ACCOUNT)).toHaveLength(1)
  await payments.tend()
  await payments.pass(0.01)
  await payments.settle()
  expect(await payments.charges(ACCOUNT)).toHaveLength(1)
  expect(await balance()).toBe(80)
})

it('E: a process that survives the restore reads the list again before it charges', async () => {
  payments.replaceProcesses()
  await payments.tend()
  await spend(45_000_000n)
  await payments.database.backUp()
  await payments.settle()
  expect(await balance()).toBe(25)
  await payments.database.restore()

  await payments.settle()
  expect(await payments.charges(ACCOUNT)).toHaveLength(1)
  expect(await balance()).toBe(5)
  await payments.tend()
  expect(await balance()).toBe(25)
  // Then it charges again.
  await spend(20_000_000n)
  await payments.pass(0.01)
  await payments.settle()
  expect(await payments.charges(ACCOUNT)).toHaveLength(2)
})

it('E: a payment that is only prepared in the backup is credited, and not confirmed a second time', async () => {
  await spendUnconfirmed()
  await payments.database.backUp()
  await payments.pass(0.2)
  await payments.settle()
  expect(await balance()).toBe(25)
  await payments.database.restore()

  await payments.pass(0.2)
  await payments.tend()
  await payments.settle()
  expect(await payments.charges(ACCOUNT)).toHaveLength(1)
  expect(await balance()).toBe(25)
})

it('E: automatic top-up that was turned off since the backup charges nothing: it is paused until a person saves it', async () => {
  await payments.database.backUp()
  await payments.save(ACCOUNT, { isOn: false }, methodId)
  await payments.tend()
  await payments.database.restore()

  await spend(45_000_000n)
  await payments.tend()
  await payments.settle()
  expect(await payments.charges(ACCOUNT)).toEqual([])
  const { rows } = await payments.pool.query(
    'select pause_reason from tollgate.auto_top_up_memory where account_id = $1',
    [ACCOUNT],
  )
  expect(rows).toEqual([{ pause_reason: 'restored' }])
  await payments.save(ACCOUNT, {}, methodId)
  await payments.settle()
  expect(await payments.charges(ACCOUNT)).toHaveLength(1)
})

it('E: automatic top-up that was turned off since the backup charges nothing, whatever else is changed after the restore', async () => {
  await payments.database.backUp()
  await payments.save(ACCOUNT, { isOn: false }, methodId)
  await payments.tend()
  await payments.database.restore()
  for (const lowMicros of [2_000_000n, 3_000_000n])
    await setAlertLevels(payments, ACCOUNT, { actor: 'test', lowMicros })

  await spend(45_000_000n)
  await payments.tend()
  await payments.settle()
  expect(await payments.charges(ACCOUNT)).toEqual([])
  await payments.save(ACCOUNT, {}, methodId)
  await payments.settle()
  expect(await payments.charges(ACCOUNT)).toHaveLength(1)
})

describe('E: a payment that the backup holds as prepared, and nobody has confirmed since,', () => {
  beforeEach(async () => {
    await spendUnconfirmed()
    await payments.database.backUp()
  })

  it('is not confirmed if a person has turned automatic top-up off since', async () => {
    await payments.save(ACCOUNT, { isOn: false }, methodId)
    await payments.tend()
    await payments.database.restore()
    await payments.pass(0.2)
    await payments.tend()
    await payments.settle()
    expect(await payments.charges(ACCOUNT)).toEqual([])
    const { rows } = await payments.pool.query(
      `select pause_reason, state from tollgate.auto_top_up_memory join tollgate.top_ups using (account_id)`,
    )
    expect(rows).toEqual([{ pause_reason: 'restored', state: 'skipped' }])
  })

  it('is not confirmed before the list is read, and then once', async () => {
    await payments.database.restore()
    payments.replaceProcesses()
    await payments.pass(0.2)
    await payments.settle()
    expect(await payments.charges(ACCOUNT)).toEqual([])
    await payments.tend()
    await payments.pass(0.2)
    await payments.settle()
    await payments.tend()
    expect(await payments.charges(ACCOUNT)).toHaveLength(1)
    expect(await balance()).toBe(25)
  })
})

it('alert levels that are set between a save and its mark cause no pause', async () => {
  await payments.save(ACCOUNT, { amountMicros: 30_000_000n }, methodId)
  await setAlertLevels(payments, ACCOUNT, { actor: 'test', lowMicros: 2_000_000n })
  await payments.tend()
  await spend(45_000_000n)
  await payments.settle()
  expect(await balance()).toBe(35)
})

it('E: a refund made since the backup is deducted from the credit again', async () => {
  await spend(45_000_000n)
  await payments.settle()
  await payments.database.backUp()
  const [charge] = await payments.charges(ACCOUNT)
  await payments.provider.desk.refund(charge!.paymentId, 5_000_000n)
  await payments.tend()
  expect(await balance()).toBe(20)
  await payments.database.restore()
  await payments.tend()
  expect(await balance()).toBe(20)
})

it('E: a worker that keeps running during the restore charges nothing before it has read the list again', async () => {
  await payments.database.backUp()
  await spend(45_000_000n)
  await payments.settle()
  await payments.database.restore()

  await spend(45_000_000n)
  await payments.settle()
  expect(await payments.charges(ACCOUNT)).toHaveLength(1)
  await payments.tend()
  await payments.settle()
  expect(await payments.charges(ACCOUNT)).toHaveLength(1)
  expect(await balance()).toBe(25)
})

it('E: a manual top-up that is only requested in the backup is not paid again', async () => {
  const wanted = { accountId: ACCOUNT, amountMicros: 30_000_000n, methodId: null, actor: 'ann' }
  await requestTopUp(payments, wanted, randomUUID())
  await payments.database.backUp()
  await payments.settle()
  expect(await balance()).toBe(80)
  await payments.database.restore()

  await payments.settle()
  await payments.tend()
  await payments.pass(0.1)
  await payments.settle()
  expect(await payments.charges(ACCOUNT)).toHaveLength(1)
  expect(await balance()).toBe(80)
})

it('E: a list that is being read while the database is restored does not count as read', async () => {
  await payments.database.backUp()
  await spend(45_000_000n)
  await payments.settle()
  await payments.tend()
  await payments.pass(2)
  await spend(20_000_000n)
  await payments.settle()
  await payments.tend()
  expect(await balance()).toBe(25)

  const { provider } = payments
  const restoring: PaymentProvider = {
    ...provider,
    async listChanged(cursor) {
      const page = await provider.listChanged(cursor)
      await payments.database.restore()
      return page
    },
  }
  await reconcile(payments, restoring, createLog('silent')).catch(() => {})
  await payments.tend()
  expect(await payments.charges(ACCOUNT)).toHaveLength(2)
  expect(await balance()).toBe(90)
})

it('E: nor does one of several pages, if the backup was made after the list before it', async () => {
  await payments.database.backUp()
  await spend(45_000_000n)
  await payments.settle()
  await payments.pass(2)
  await spend(20_000_000n)
  await payments.settle()
  expect(await balance()).toBe(25)

  const { provider } = payments
  let pages = 0
  const restoring: PaymentProvider = {
    ...provider,
    async listChanged(cursor) {
      if (pages++ === 0) return { ...((await provider.listChanged(cursor)) as object), isLast: false } as never
      await payments.database.restore()
      // Connections to the database before are noticed as they are used.
      for (let i = 0; i < 20; i++) await payments.pool.query('select').catch(() => {})
      return await provider.listChanged(cursor)
    },
  }
  await reconcile(payments, restoring, createLog('silent'))
  expect(await balance()).toBe(50)
  await payments.tend()
  expect(await payments.charges(ACCOUNT)).toHaveLength(2)
  expect(await balance()).toBe(90)
})
