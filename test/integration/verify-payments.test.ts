/** What verification reports about payments: nothing if books and provider agree, and each planted fault, only that. */
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sandboxDatabaseUrl } from '../../src/payments/providers/sandbox/database.ts'
import { findSandboxProvider } from '../../src/payments/providers/sandbox/provider.ts'
import { createLog } from '../../src/platform/log.ts'
import { verifyAccounts } from '../../src/verify/accounts.ts'
import type { Fault } from '../../src/verify/fault.ts'
import { createPace } from '../../src/verify/pace.ts'
import { verifyPayments } from '../../src/verify/payments.ts'
import { testAccount } from '../support/catalog.ts'
import { adjust, apply, openTestLedger } from '../support/ledger.ts'
import { type Card, openTestPayments, type TestPayments } from '../support/payments.ts'

const PATIENCE_MS = 50

let payments: TestPayments
let accountCount = 0
/** Charged 20.00 once, with nothing refunded or disputed. */
let account: string
let paymentId: string

beforeAll(async () => {
  payments = await openTestPayments()
  account = await chargedAccount('good')
  paymentId = (await payments.charges(account))[0]!.paymentId
  const { desk } = payments.provider
  for (const [returnMoney, isWon] of [
    [(id: string) => desk.refund(id, 5_000_000n), false],
    [(id: string) => desk.dispute(id), false],
    [(id: string) => desk.dispute(id), true],
  ] as const) {
    const [charge] = await payments.charges(await chargedAccount('good'))
    await returnMoney(charge!.paymentId)
    await payments.tend()
    if (isWon) await desk.win(charge!.paymentId)
  }
  await chargedAccount('stolen')
  await chargedAccount('needsApproval')
  await payments.tend()
})

afterAll(async () => {
  await payments?.close()
})

async function chargedAccount(card: Card): Promise<string> {
  const accountId = `account-${++accountCount}`
  await apply(payments, [testAccount({ accountId })])
  await adjust(payments, accountId, 50_000_000n)
  await payments.save(accountId, {}, await payments.addCard(accountId, card))
  await adjust(payments, accountId, -45_000_000n, 'spent')
  await payments.settle()
  return accountId
}

async function findFaults(patienceMs = PATIENCE_MS): Promise<Fault[]> {
  const { pool, provider } = payments
  const faults: Fault[] = []
  const pace = createPace(1_000_000)
  await verifyAccounts(pool, pace, (fault) => faults.push(fault))
  await verifyPayments({ pool, provider, pace, patienceMs }, (fault) => faults.push(fault))
  return faults
}

/** Plants a fault during `check`. As a replica, so that triggers and foreign keys do not prevent it. */
async function withPlanted(change: string, undo: string, check: () => Promise<void>): Promise<void> {
  const asReplica = (sql: string) =>
    payments.pool.query(`begin; set local session_replication_role = replica; ${sql}; commit`)
  await asReplica(change)
  try {
    await check()
  } finally {
    await asReplica(undo)
  }
}

const E = { invariant: 'E', severity: 'fault' } as const

it('charges, a refund, a lost and a won dispute and declines give no fault, and all payments are compared', async () => {
  expect(await findFaults()).toEqual([])
  const { pool, provider } = payments
  const all = await provider.desk.listPayments(null, { after: null, limit: 100 })
  expect(all.length).toBeGreaterThan(5)
  expect(await verifyPayments({ pool, provider, pace: createPace(1_000_000) }, () => {})).toBe(all.length)
  const options = {
    databaseUrl: sandboxDatabaseUrl(payments.database.url),
    log: createLog('silent'),
    deadlineMs: 5_000,
  }
  const paged = (await findSandboxProvider({ ...options, pagePayments: 2 }))!
  const faults: Fault[] = []
  const parts = { pool, provider: paged, pace: createPace(1_000_000) }
  expect(await verifyPayments(parts, (fault) => faults.push(fault))).toBe(all.length)
  await paged.close()
  expect(faults).toEqual([])
  const { rows } = await pool.query('select count(distinct kind)::int as kinds from tollgate.movements')
  expect(rows).toEqual([{ kinds: 4 }])
})

it('charges, refunds and disputes that happen during the check give no fault', async () => {
  const { desk } = payments.provider
  const charging = (async () => {
    for (let i = 0; i < 8; i++) {
      const [charge] = await payments.charges(await chargedAccount('good'))
      await (i % 2 === 0 ? desk.refund(charge!.paymentId, 1_000_000n) : desk.dispute(charge!.paymentId))
      await payments.tend()
    }
  })()
  let isDone = false
  void charging.finally(() => {
    isDone = true
  })
  while (!isDone) expect(await findFaults(20_000)).toEqual([])
  await charging
})

/** The last movement of a charged account is its credit; the balance has to change with it. */
const lastOf = (accountId: string) =>
  `account_id = '${accountId}' and sequence = (select last_sequence from tollgate.accounts where account_id = '${accountId}')`
const moveBalance = (cents: number) =>
  `update tollgate.accounts set balance_micros = balance_micros + ${cents} * 10000 where account_id = '${account}'`
const changeCredit = (cents: number) =>
  `update tollgate.movements
      set amount_micros = amount_micros + ${cents} * 10000, balance_after_micros = balance_after_micros + ${cents} * 10000
    where ${lastOf(account)}; ${moveBalance(cents)}`

describe('each of these is found, and nothing else:', () => {
  it('a movement without a charge, even if the books agree with it', async () => {
    const change = (by: number) =>
      `update tollgate.accounts set last_sequence = last_sequence + ${by} where account_id = '${account}'; ${moveBalance(by * 2000)}`
    await withPlanted(
      `insert into tollgate.top_ups
       select (jsonb_populate_record(t, '{"top_up_id": "uncharged", "attempt_id": null, "payment_id": null}')).*
         from tollgate.top_ups t where account_id = '${account}';
       insert into tollgate.payments
       select (jsonb_populate_record(p, '{"top_up_id": "uncharged", "payment_id": "uncharged"}')).*
         from tollgate.payments p where payment_id = '${paymentId}';
       insert into tollgate.movements (account_id, sequence, recorded_at, occurred_at, kind, amount_micros,
         balance_before_micros, balance_after_micros, currency, top_up_id)
       select account_id, sequence + 1, recorded_at, occurred_at, kind, amount_micros, balance_after_micros,
              balance_after_micros + amount_micros, currency, 'uncharged'
         from tollgate.movements where ${lastOf(account)} and kind = 'top_up'; ${change(1)}`,
      `delete from tollgate.movements where ${lastOf(account)};
       delete from tollgate.payments where payment_id = 'uncharged';
       delete from tollgate.top_ups where top_up_id = 'uncharged'; ${change(-1)}`,
      async () => {
        const detail = 'payment uncharged: the provider does not know it, but 20.000000 was credited'
        expect(await findFaults()).toEqual([{ ...E, check: 'payment_unknown_at_provider', accountId: account, detail }])
      },
    )
  })

  it('a wrong amount, even if the books agree with it', async () => {
    const change = (cents: number) =>
      `update tollgate.payments set credited_micros = credited_micros + ${cents} * 10000 where payment_id = '${paymentId}'; ${changeCredit(cents)}`
    await withPlanted(change(-1), change(1), async () => {
      const detail = expect.stringMatching(/: 20\.0+ taken, .* at the provider, 19\.990000 taken, /)
      expect(await findFaults()).toEqual([{ ...E, check: 'payment_not_credited', accountId: account, detail }])
    })
  })

  it('a wrong amount in the movement only', async () => {
    await withPlanted(changeCredit(1), changeCredit(-1), async () => {
      const detail = expect.stringMatching(/come to 20\.010000 credited, .*; its payments to 20\.0+ credited/)
      expect(await findFaults()).toEqual([{ ...E, check: 'payment_sum', accountId: account, detail }])
    })
  })

  it('a stale null threshold, with which no top-up would be requested', async () => {
    const change = (below: number | null) =>
      `update tollgate.accounts set auto_top_up_below_micros = ${below} where account_id = '${account}'`
    await withPlanted(change(null), change(10_000_000), async () => {
      const fault = { check: 'auto_top_up_column', invariant: null, severity: 'fault', accountId: account }
      const detail = 'a top-up is requested below nothing, but should be below 10.000000'
      expect(await findFaults()).toEqual([{ ...fault, detail }])
    })
  })

  it('a duplicate movement', async () => {
    const last = lastOf(account)
    const change = (by: number) =>
      `update tollgate.accounts set last_sequence = last_sequence + ${by}, balance_micros = balance_micros + ${by} * 20000000
        where account_id = '${account}'`
    await withPlanted(
      `insert into tollgate.movements (account_id, sequence, recorded_at, occurred_at, kind, amount_micros,
         balance_before_micros, balance_after_micros, currency, top_up_id)
       select account_id, sequence + 1, recorded_at, occurred_at, kind, amount_micros, balance_after_micros,
              balance_after_micros + amount_micros, currency, top_up_id
         from tollgate.movements where ${last} and kind = 'top_up'; ${change(1)}`,
      `delete from tollgate.movements where ${last}; ${change(-1)}`,
      async () => {
        const detail = expect.stringMatching(/come to 40\.0+ credited, .*; its payments to 20\.0+ credited/)
        expect(await findFaults()).toEqual([{ ...E, check: 'payment_sum', accountId: account, detail }])
      },
    )
  })

  it('movements of a payment that is missing in the books', async () => {
    const one = `payment_id = '${paymentId}'`
    await withPlanted(
      `create table public.kept as select * from tollgate.payments where ${one}; delete from tollgate.payments where ${one}`,
      'insert into tollgate.payments select * from public.kept; drop table public.kept',
      async () => {
        expect(await findFaults()).toMatchObject([
          { ...E, check: 'payment_sum', accountId: account },
          { ...E, check: 'payment_not_credited', accountId: account },
        ])
      },
    )
  })

  it.each(['credited', 'refunded', 'disputed'])('an amount %s that is not the provider’s', async (what) => {
    const change = (by: number) =>
      `update tollgate.payments set ${what}_micros = ${what}_micros + ${by} where payment_id = '${paymentId}'`
    await withPlanted(change(10_000), change(-10_000), async () => {
      const faults = await findFaults()
      expect(faults).toMatchObject([
        { ...E, check: 'payment_sum', accountId: account },
        { ...E, check: 'payment_not_credited', accountId: account },
      ])
      expect(faults[1]!.detail).toMatch(
        new RegExp(`^payment ${paymentId}: 20\\.0+ taken, 0\\.0+ refunded, 0\\.0+ disputed at the provider, `),
      )
    })
  })

  it('a payment that the provider does not know, even if nothing was credited for it', async () => {
    await withPlanted(
      `insert into tollgate.payments (provider, payment_id, account_id, top_up_id, charged_micros, credited_micros, currency,
         credited_sequence, recorded_at, changed_at)
       select provider, 'unheard of', account_id, top_up_id, 0, 0, currency, credited_sequence, recorded_at, changed_at
         from tollgate.payments where payment_id = '${paymentId}'`,
      `delete from tollgate.payments where payment_id = 'unheard of'`,
      async () => {
        expect(await findFaults()).toMatchObject(
          [{ ...E, check: 'payment_unknown_at_provider', accountId: account, detail: /^payment unheard of: / }].map(
            (fault) => ({ ...fault, detail: expect.stringMatching(fault.detail) }),
          ),
        )
      },
    )
  })

  it('a refund that is not posted, until it is', async () => {
    await payments.provider.desk.refund(paymentId, 1_000_000n)
    expect(await findFaults()).toMatchObject([{ ...E, check: 'payment_not_credited', accountId: account }])
    await payments.tend()
    expect(await findFaults()).toEqual([])
  })

  it('a charge without a movement, unless it is posted during the check', async () => {
    const paid = await payAtProvider(`account-${accountCount}`)
    const fault = { ...E, check: 'payment_not_credited', accountId: `account-${accountCount}` }
    expect(await findFaults()).toMatchObject([{ ...fault, detail: expect.stringContaining(paid) }])
    const finding = findFaults(30_000)
    await delay(200)
    await payments.tend()
    expect(await finding).toEqual([])
  })

  it('a payment of an unknown account, which cannot be posted, until it is refunded', async () => {
    const paid = await payAtProvider('nobody')
    await payments.tend()
    const detail = expect.stringContaining(paid)
    expect(await findFaults()).toEqual([{ ...E, check: 'payment_not_credited', accountId: 'nobody', detail }])
    await payments.provider.desk.refund(paid, null)
    expect(await findFaults()).toEqual([])
  })

  it('two automatic payments of an account in progress, as a warning', async () => {
    const waiting = `account-${accountCount}`
    expect(await payments.provider.desk.listPayments(waiting, { after: null, limit: 2 })).not.toEqual([])
    await payAtProvider(waiting, '4000002760003184')
    await payAtProvider(waiting, '4000002760003184')
    expect(await findFaults()).toMatchObject([
      { invariant: 'E', severity: 'warning', check: 'two_payments_under_way', accountId: waiting },
    ])
    for (const { paymentId: id, state } of await payments.provider.desk.listPayments(null, {
      after: null,
      limit: 100,
    })) {
      if (state === 'needs_action') await payments.provider.cancel(id)
    }
    expect(await findFaults()).toEqual([])
  })
})

describe('a provider that does not answer', () => {
  it('is a fault if it never answers, and none if it answers the second time', async () => {
    const { desk } = payments.provider
    await desk.orderFault({ fault: 'down', call: 'listChanged', timesLeft: null, delayMs: null })
    const detail = expect.stringContaining('gave no usable answer: the sandbox is down')
    expect(await findFaults()).toEqual([{ ...E, check: 'provider_silent', accountId: null, detail }])
    await desk.endFaults()
    await desk.orderFault({ fault: 'timeout_after', call: 'listChanged', timesLeft: 1, delayMs: null })
    expect(await findFaults()).toEqual([])
  })

  it('because its database is missing is a fault if payments were made', async () => {
    const { pool } = payments
    const faults: Fault[] = []
    await verifyPayments({ pool, provider: null, pace: createPace(1_000) }, (fault) => faults.push(fault))
    expect(faults).toMatchObject([{ ...E, check: 'provider_silent' }])
  })
})

it('without payments nothing is compared, and no database is created for the sandbox', async () => {
  const { pool, database, close } = await openTestLedger()
  try {
    const options = { databaseUrl: sandboxDatabaseUrl(database.url), log: createLog('silent'), deadlineMs: 5_000 }
    const faults: Fault[] = []
    for (let time = 0; time < 2; time++) {
      const provider = await findSandboxProvider(options)
      expect(provider).toBeNull()
      const parts = { pool, provider, pace: createPace(1_000) }
      expect(await verifyPayments(parts, (fault) => faults.push(fault))).toBeNull()
    }
    expect(faults).toEqual([])
  } finally {
    await close()
  }
})

/** Makes an automatic payment at the provider, of which the ledger knows nothing. */
async function payAtProvider(accountId: string, number = '4242424242424242'): Promise<string> {
  const { provider } = payments
  const added = await provider.desk.addTestCard({ accountId, number, expiryMonth: 12, expiryYear: 2040 })
  if (added.kind !== 'added') throw new Error(added.detail)
  const attemptId = crypto.randomUUID()
  const prepared = await provider.prepare({
    attemptId,
    topUpId: crypto.randomUUID(),
    accountId,
    customerId: added.customerId,
    providerMethodId: added.method.providerMethodId,
    amountMicros: 10_000_000n,
    currency: 'EUR',
    isOffSession: true,
  })
  if (prepared.kind !== 'facts') throw new Error(prepared.detail)
  await provider.confirm(prepared.facts.paymentId, attemptId)
  return prepared.facts.paymentId
}
