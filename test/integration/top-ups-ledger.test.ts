/** Top-ups in the ledger: the check of a batch, settings and consents, the steps of a charge, and payments. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Micros } from '../../src/core/money.ts'
import type { AutoTopUpSettings } from '../../src/core/top-up/judge.ts'
import { OPEN_STATES, type TopUp } from '../../src/core/top-up/machine.ts'
import { FRESH_MEMORY } from '../../src/core/top-up/memory.ts'
import { readUsage } from '../../src/core/usage/read.ts'
import { setAlertLevels } from '../../src/ledger/accounts/set-alert-levels.ts'
import { withContentHash } from '../../src/ledger/batch/usage-batch.ts'
import { advanceTopUp } from '../../src/ledger/top-ups/advance-top-up.ts'
import { pauseForRestore, saveAutoTopUp } from '../../src/ledger/top-ups/auto-top-up.ts'
import { beginConfirming } from '../../src/ledger/top-ups/begin-confirming.ts'
import { claimTopUps, releaseClaim } from '../../src/ledger/top-ups/claim-top-ups.ts'
import { findUnrecorded } from '../../src/ledger/top-ups/find-unrecorded.ts'
import { judgeTopUp } from '../../src/ledger/top-ups/judge-top-up.ts'
import {
  addPaymentMethod,
  chooseDefaultMethod,
  readSavedMethods,
  removePaymentMethod,
} from '../../src/ledger/top-ups/payment-methods.ts'
import { readAutoTopUps } from '../../src/ledger/top-ups/read-auto-top-up.ts'
import { recordPayment } from '../../src/ledger/top-ups/record-payment.ts'
import { requestTopUp } from '../../src/ledger/top-ups/request-top-up.ts'
import { sweepAutoTopUp } from '../../src/ledger/top-ups/sweep-auto-top-up.ts'
import type { Pool } from '../../src/platform/postgres.ts'
import { verifyAccounts } from '../../src/verify/accounts.ts'
import { createPace } from '../../src/verify/pace.ts'
import { testAccount, usageFields } from '../support/catalog.ts'
import { brokenChains } from '../support/chains.ts'
import {
  beginCharge,
  cardOf,
  claim,
  consentFor,
  declined,
  factsOf,
  openWithAutoTopUp,
  PROVIDER,
  prepare,
  readNow,
  record,
  SETTINGS,
} from '../support/charges.ts'
import { adjust, apply, openTestLedger, type TestLedger } from '../support/ledger.ts'
import { readPack } from '../support/packed.ts'

let testLedger: TestLedger
let pool: Pool

beforeAll(async () => {
  testLedger = await openTestLedger()
  ;({ pool } = testLedger)
})

afterAll(async () => {
  const faults = await findFaults()
  const broken = await brokenChains(pool)
  await testLedger.close()
  expect({ faults, broken }).toEqual({ faults: [], broken: [] })
})

async function findFaults(): Promise<unknown[]> {
  const faults: unknown[] = []
  await verifyAccounts(pool, createPace(1_000_000), (fault) => faults.push(fault))
  return faults
}

async function rowsOf(text: string, ...values: unknown[]): Promise<Record<string, unknown>[]> {
  return (await pool.query(text, values)).rows
}

const topUpsOf = (accountId: string) =>
  rowsOf('select * from tollgate.top_ups where account_id = $1 order by requested_at, top_up_id', accountId)

const statesOf = async (accountId: string) =>
  (await topUpsOf(accountId)).map(({ state, reason }) => (reason === null ? state : `${state} ${reason}`))

const movementsOf = async (accountId: string) =>
  (await rowsOf(
    `select kind, amount_micros, top_up_id, reverses_sequence, sequence from tollgate.movements
      where account_id = $1 and kind in ('top_up', 'refund', 'dispute') order by sequence`,
    accountId,
  )) as { kind: string; amount_micros: bigint; top_up_id: string; reverses_sequence: bigint | null; sequence: bigint }[]

const amountsOf = async (accountId: string) =>
  (await movementsOf(accountId)).map((movement) => [movement.kind, movement.amount_micros])

async function accountOf(accountId: string): Promise<Record<string, unknown>> {
  return (await rowsOf('select * from tollgate.accounts where account_id = $1', accountId))[0]!
}

const thresholdColumnOf = async (accountId: string) => (await accountOf(accountId)).auto_top_up_below_micros

const autoTopUpOf = async (accountId: string) => (await readAutoTopUps(pool, [accountId]))[0]!

const pauseOf = async (accountId: string) => (await autoTopUpOf(accountId)).memory.pause?.reason ?? null

/** The announced steps in order of their versions, which have no gap. */
async function stepsOf(accountId: string): Promise<string[]> {
  return (await announcedSteps(accountId)).map(({ kind, reason }) => (reason === null ? kind : `${kind} ${reason}`))
}

interface Announced {
  readonly version: number
  readonly kind: string
  readonly reason: string | null
  readonly until: number | null
}

async function announcedSteps(accountId: string): Promise<Announced[]> {
  const packs = await rowsOf(`select messages from tollgate.outbox_packs where lane = 'now' order by pack_id`)
  const messages = (await Promise.all(packs.map((pack) => readPack(pack.messages as Buffer)))).flat()
  const values = messages
    .filter(({ topic, key }) => topic === 'credit.top-ups.v1' && String(key) === accountId)
    .map(({ value }) => JSON.parse(String(value)) as Announced)
  expect(values.map(({ version }) => version)).toEqual(values.map((_, i) => i + 1))
  expect((await accountOf(accountId)).top_up_version).toBe(BigInt(values.length))
  return values
}

let events = 0
/** One item of usage that costs 12.20. */
function item(accountId: string) {
  const fields = usageFields({
    type: 'other',
    sku: 'ported-number',
    quantity: 1,
    event_id: `item-${++events}`,
    account_id: accountId,
  })
  const read = readUsage(fields)
  if ('refusal' in read) throw new Error(read.refusal.detail)
  const source = { topic: 'usage.other.v1', partition: 0, offset: BigInt(events), key: null, value: null, headers: [] }
  return withContentHash(read.event, source)
}

const use = (...accountIds: string[]) =>
  testLedger.ledger.recordBatch({ usage: accountIds.map(item), refusedMessages: [], offsets: [] })

/** Debits the account until a top-up is due. */
async function openBelow(accountId: string, settings: Partial<AutoTopUpSettings> = {}): Promise<void> {
  await openWithAutoTopUp(testLedger, accountId, settings, 11_000_000n)
  await adjust(testLedger, accountId, -10_000_000n, 'used up')
}

const save = (
  accountId: string,
  settings: Partial<AutoTopUpSettings>,
  { consented = true, methodId = `card-${accountId}` as string | null, key = null as string | null } = {},
) => {
  const wanted = { ...SETTINGS, ...settings }
  const consent = consented ? consentFor(wanted, methodId) : null
  return saveAutoTopUp(testLedger, accountId, { settings: wanted, consent, actor: 'ann' }, key)
}

const addCard = (accountId: string, methodId: string, { isDefault = true, consented = true } = {}) =>
  addPaymentMethod(testLedger, {
    accountId,
    method: { ...cardOf(methodId), isDefault },
    consent: consented ? consentFor(SETTINGS, methodId) : null,
    actor: 'ann',
  })

describe('the threshold check of a batch', () => {
  it('requests one top-up when 200 debits in batches cross the threshold', async () => {
    await openWithAutoTopUp(testLedger, 'crossing', {}, 2_000_000_000n)
    for (let batch = 0; batch < 10; batch++) await use(...Array.from({ length: 20 }, () => 'crossing'))
    expect((await accountOf('crossing')).balance_micros).toBe(2_000_000_000n - 200n * 12_200_000n)
    expect(await topUpsOf('crossing')).toMatchObject([
      { trigger: 'automatic', state: 'requested', amount_micros: 20_000_000n, currency: 'EUR', actor: null },
    ])
    expect(await thresholdColumnOf('crossing')).toBeNull()
    expect(await stepsOf('crossing')).toEqual(['requested'])
  })

  it('requests nothing above or at the threshold', async () => {
    await openWithAutoTopUp(testLedger, 'above', {}, 22_200_000n)
    await use('above')
    expect((await accountOf('above')).balance_micros).toBe(10_000_000n)
    expect([await topUpsOf('above'), await thresholdColumnOf('above')]).toEqual([[], 10_000_000n])
  })

  it('sends no further statement when no account crosses its threshold', async () => {
    await openWithAutoTopUp(testLedger, 'quiet', {}, 900_000_000n)
    await use('quiet')
    const names: string[] = []
    const connections = (await Promise.all([1, 2, 3, 4].map(() => pool.connect()))) as unknown as {
      query: (...args: unknown[]) => unknown
      release(): void
    }[]
    for (const connection of connections) {
      const { query } = connection
      connection.query = (...args: unknown[]) => {
        const [asked] = args as [{ name?: string } | string]
        if (typeof asked === 'object' && asked.name !== undefined) names.push(asked.name)
        return query.apply(connection, args)
      }
      connection.release()
    }
    await use('quiet')
    expect(names).toContain('update-accounts')
    expect(names.filter((name) => /top-up/.test(name))).toEqual([])
    await use(...Array.from({ length: 80 }, () => 'quiet'))
    expect(names.filter((name) => /top-up/.test(name))).toEqual(['store-top-up-steps'])
  })

  it('never fails the batch: with a stale column it finds the open top-up and requests nothing', async () => {
    await openBelow('stale-armed')
    await pool.query(
      `update tollgate.accounts set auto_top_up_below_micros = 10000000 where account_id = 'stale-armed'`,
    )
    await use('stale-armed')
    expect(await statesOf('stale-armed')).toEqual(['requested'])
    expect(await stepsOf('stale-armed')).toEqual(['requested'])
    expect(await thresholdColumnOf('stale-armed')).toBeNull()
  })

  it('is also made by every other writer', async () => {
    await openBelow('adjusted')
    expect(await stepsOf('adjusted')).toEqual(['requested'])
  })

  it('leads to one open automatic top-up with concurrent writers', async () => {
    await openWithAutoTopUp(testLedger, 'at-once', {}, 30_000_000n)
    await Promise.all([
      ...Array.from({ length: 6 }, () => use('at-once')),
      ...Array.from({ length: 6 }, () => adjust(testLedger, 'at-once', -8_000_000n, 'used')),
      save('at-once', { thresholdMicros: 15_000_000n }),
      sweepAutoTopUp(testLedger),
      sweepAutoTopUp(testLedger),
    ])
    expect(await statesOf('at-once')).toEqual(['requested'])
    await expect(
      pool.query(
        `insert into tollgate.top_ups (top_up_id, account_id, trigger, amount_micros, currency, state, requested_at,
           next_try_at, updated_at) values ('second', 'at-once', 'automatic', 1, 'EUR', 'requested', now(), now(), now())`,
      ),
    ).rejects.toMatchObject({ constraint: 'one_open_automatic_top_up' })
  })
})

describe('saving automatic top-up', () => {
  it('while the balance is below the threshold requests a top-up at once', async () => {
    await openWithAutoTopUp(testLedger, 'set-up-below', {}, 5_000_000n)
    expect(await stepsOf('set-up-below')).toEqual(['requested'])
    expect(await thresholdColumnOf('set-up-below')).toBeNull()
  })

  it('stores a version of the settings that an accounts file and alert levels do not change', async () => {
    await openWithAutoTopUp(testLedger, 'kept', { monthlyCapMicros: 100_000_000n })
    expect(
      await apply(testLedger, [testAccount({ accountId: 'kept', billingCycleAnchor: '2026-01-20' })]),
    ).toMatchObject({
      applied: { changed: [{ accountId: 'kept', fields: ['billingCycleAnchor'] }] },
    })
    const { settings } = await autoTopUpOf('kept')
    expect(settings).toEqual({ ...SETTINGS, monthlyCapMicros: 100_000_000n })
    expect(await thresholdColumnOf('kept')).toBe(10_000_000n)
  })

  it.each([
    [
      'an amount below the bounds',
      { amountMicros: 4_990_000n },
      [{ field: 'amount', kind: 'below_min', minMicros: 5_000_000n }],
    ],
    [
      'more than two decimals',
      { thresholdMicros: 10_001_000n },
      [{ field: 'threshold', kind: 'more_than_2_decimals' }],
    ],
    [
      'a cap below the amount',
      { monthlyCapMicros: 19_990_000n },
      [{ field: 'monthly_cap', kind: 'cap_below_amount', amountMicros: 20_000_000n }],
    ],
  ] as const)('is refused with %s, and stores nothing', async (what, changed, faults) => {
    const accountId = `bounds ${what}`
    await openWithAutoTopUp(testLedger, accountId)
    const before = [await accountOf(accountId), await consentsOf(accountId)]
    expect(await save(accountId, changed)).toEqual({ refused: { faults } })
    expect([await accountOf(accountId), await consentsOf(accountId)]).toEqual(before)
  })

  const consentsOf = (accountId: string) =>
    rowsOf('select * from tollgate.consents where account_id = $1 order by consent_id', accountId)

  it.each([
    ['a higher amount', { amountMicros: 25_000_000n }, true],
    ['a lower amount', { amountMicros: 15_000_000n }, false],
    ['a higher threshold', { thresholdMicros: 11_000_000n }, true],
    ['a lower threshold', { thresholdMicros: 9_000_000n }, false],
    ['a higher cap', { monthlyCapMicros: 300_000_000n }, true],
    ['no cap', { monthlyCapMicros: null }, true],
    ['a lower cap', { monthlyCapMicros: 100_000_000n }, false],
    ['off', { isOn: false }, false],
  ] as const)('with %s needs consent only where it could charge more', async (what, changed, isNeeded) => {
    const accountId = `consent ${what}`
    await openWithAutoTopUp(testLedger, accountId, { monthlyCapMicros: 200_000_000n })
    const wanted = { monthlyCapMicros: 200_000_000n, ...changed }
    const saved = await save(accountId, wanted, { consented: false })
    if (isNeeded) {
      expect(saved).toEqual({ refused: 'consent_needed' })
      const differing = consentFor({ ...SETTINGS, ...wanted, amountMicros: 1n }, `card-${accountId}`)
      const settings = { ...SETTINGS, ...wanted }
      expect(await saveAutoTopUp(testLedger, accountId, { settings, consent: differing, actor: 'ann' }, null)).toEqual({
        refused: 'consent_differs',
      })
      expect(await consentsOf(accountId)).toHaveLength(1)
      expect((await accountOf(accountId)).settings_version).toBe(2)
      expect(await save(accountId, wanted)).toHaveProperty('answer')
      expect(await consentsOf(accountId)).toMatchObject([
        { settings_version: 2 },
        { settings_version: 3, person: 'ann', attested_by: null, method_id: `card-${accountId}` },
      ])
    } else {
      expect(saved).toMatchObject({ answer: { settingsVersion: 3, isResumed: false } })
      expect(await consentsOf(accountId)).toHaveLength(1)
    }
  })

  it('keeps consents forever', async () => {
    await openWithAutoTopUp(testLedger, 'append-only')
    for (const change of [
      'update tollgate.consents set person = $1',
      'delete from tollgate.consents where person <> $1',
    ]) {
      await expect(pool.query(change, ['mallory'])).rejects.toMatchObject({ code: '23001' })
    }
    await expect(pool.query('truncate tollgate.consents')).rejects.toMatchObject({ code: '23001' })
  })

  it('is executed once under a request key', async () => {
    await openWithAutoTopUp(testLedger, 'keyed')
    const first = await save('keyed', { amountMicros: 30_000_000n }, { key: 'k' })
    expect(first).toMatchObject({ isRepeat: false, answer: { settingsVersion: 3 } })
    expect(await save('keyed', { amountMicros: 30_000_000n }, { key: 'k' })).toEqual({ ...first, isRepeat: true })
    expect(await save('keyed', { amountMicros: 40_000_000n }, { key: 'k' })).toEqual({ refused: 'request_key_reused' })
    expect((await accountOf('keyed')).settings_version).toBe(3)
  })

  it('as off disarms it, and ends an open top-up before it charges', async () => {
    await openBelow('off')
    expect(await save('off', { isOn: false }, { consented: false })).toHaveProperty('answer')
    const topUp = (await claim(testLedger, 'off'))!
    expect(await judgeTopUp(testLedger, { ...topUp, holder: 'worker' })).toEqual({ kind: 'over' })
    expect(await statesOf('off')).toEqual(['no_longer_needed turned_off'])
    expect(await stepsOf('off')).toEqual(['requested', 'no_longer_needed turned_off'])
    await use('off')
    expect(await statesOf('off')).toHaveLength(1)
  })

  it('is refused for a closed account, except turning it off, and no payment is judged for it', async () => {
    await openBelow('closed')
    await pool.query(
      `update tollgate.accounts set closed_at = now(), auto_top_up_below_micros = null where account_id = 'closed'`,
    )
    expect(await save('closed', {})).toEqual({ refused: 'account_closed' })
    expect(await addCard('closed', 'card-late')).toEqual({ refused: 'account_closed' })
    expect(await request('closed', 20_000_000n)).toEqual({ refused: 'account_closed' })
    const topUp = (await claim(testLedger, 'closed'))!
    expect(await judgeTopUp(testLedger, { ...topUp, holder: 'worker' })).toEqual({ kind: 'over' })
    expect(await statesOf('closed')).toEqual(['no_longer_needed account_closed'])
    expect(await save('closed', { isOn: false }, { consented: false })).toHaveProperty('answer')
  })
})

const request = (accountId: string, amountMicros: Micros, key: string = randomUUID(), methodId: string | null = null) =>
  requestTopUp(testLedger, { accountId, amountMicros, methodId, actor: 'ann' }, key)

describe('claims', () => {
  it('give a top-up to one holder at a time, until released or expired', async () => {
    await openBelow('claimed')
    const [a, b] = await Promise.all([claim(testLedger, 'claimed', 'a'), claim(testLedger, 'claimed', 'b')])
    expect([a, b].filter((topUp) => topUp !== null)).toHaveLength(1)
    const { topUpId } = (a ?? b)!
    const [holder, other] = a === null ? ['b', 'a'] : ['a', 'b']
    const held = { accountId: 'claimed', topUpId }
    expect(await judgeTopUp(testLedger, { ...held, holder: other! })).toEqual({ kind: 'lost' })
    await releaseClaim(pool, topUpId, other!)
    expect(await claim(testLedger, 'claimed', other!)).toBeNull()
    await releaseClaim(pool, topUpId, holder!)
    expect(await claim(testLedger, 'claimed', other!)).toMatchObject({ topUpId })
  })

  it('expire by the database’s clock: the first holder may then neither judge nor confirm', async () => {
    await openBelow('expired')
    const topUp = await prepare(testLedger, (await claim(testLedger, 'expired', 'slow'))!, 'slow')
    await pool.query(`update tollgate.top_ups set claimed_until = now() - interval '1 ms' where top_up_id = $1`, [
      topUp.topUpId,
    ])
    const held = { accountId: 'expired', topUpId: topUp.topUpId }
    expect(await beginConfirming(testLedger, { ...held, holder: 'slow', callMs: 1_000 })).toMatchObject({
      kind: 'lost',
    })
    expect(await claim(testLedger, 'expired', 'quick')).toMatchObject({ state: 'prepared' })
    expect(await beginConfirming(testLedger, { ...held, holder: 'slow', callMs: 1_000 })).toMatchObject({
      kind: 'lost',
    })
    expect(await beginConfirming(testLedger, { ...held, holder: 'quick', callMs: 1_000 })).toMatchObject({
      kind: 'confirm',
    })
    // Once stored as charging, no one else confirms it.
    expect(await beginConfirming(testLedger, { ...held, holder: 'quick', callMs: 1_000 })).toMatchObject({
      kind: 'lost',
    })
  })

  it('outlast the confirming call', async () => {
    await openBelow('outlived')
    const all = await claimTopUps(pool, 'brief', 10_000, 60_000)
    const claimed = all.find(({ topUp: { accountId } }) => accountId === 'outlived')!
    const topUp = await prepare(testLedger, claimed.topUp, 'brief')
    const held = { accountId: 'outlived', topUpId: topUp.topUpId }
    expect(await beginConfirming(testLedger, { ...held, holder: 'brief', callMs: 600_000 })).toMatchObject({
      kind: 'confirm',
    })
    const [row] = await rowsOf(
      `select claimed_until > now() + interval '9 min' as outlives from tollgate.top_ups where top_up_id = $1`,
      topUp.topUpId,
    )
    expect(row).toEqual({ outlives: true })
  })

  it('do not let a second preparation replace the payment of the first', async () => {
    await openBelow('prepared-twice')
    const claimed = (await claim(testLedger, 'prepared-twice'))!
    const topUp = await prepare(testLedger, claimed)
    const late = {
      attemptId: randomUUID(),
      paymentId: randomUUID(),
      methodId: topUp.methodId!,
      provider: PROVIDER,
      amountMicros: 20_000_000n,
    }
    expect(await advanceTopUp(testLedger, claimed as never, { kind: 'prepared', ...late }, 0)).toBeNull()
    const held = { accountId: 'prepared-twice', topUpId: topUp.topUpId }
    expect(await advanceTopUp(testLedger, held, { kind: 'prepared', ...late }, 0)).toBeNull()
    expect(await rowsOf('select payment_id from tollgate.top_ups where account_id = $1', 'prepared-twice')).toEqual([
      { payment_id: topUp.paymentId },
    ])
  })
})

describe('an attempt', () => {
  it('posts exactly the amount, and everything that follows, in one transaction', async () => {
    await openBelow('charged')
    await adjust(testLedger, 'charged', -3_000_000n, 'used up')
    expect((await accountOf('charged')).status).toBe('blocked')
    const topUp = await beginCharge(testLedger, 'charged')
    expect(await record(testLedger, topUp, { kind: 'succeeded' })).toMatchObject({
      posted: [{ kind: 'top_up', amountMicros: 20_000_000n }],
      topUp: { state: 'succeeded' },
    })
    expect(await movementsOf('charged')).toMatchObject([
      { kind: 'top_up', top_up_id: topUp.topUpId, reverses_sequence: null },
    ])
    expect(await accountOf('charged')).toMatchObject({
      balance_micros: 18_000_000n,
      status: 'active',
      auto_top_up_below_micros: 10_000_000n,
    })
    expect(await stepsOf('charged')).toEqual(['requested', 'charging', 'succeeded'])
    expect(await rowsOf('select * from tollgate.payments where account_id = $1', 'charged')).toMatchObject([
      {
        provider: PROVIDER,
        payment_id: topUp.paymentId,
        charged_micros: 20_000_000n,
        credited_micros: 20_000_000n,
        refunded_micros: 0n,
        disputed_micros: 0n,
        credited_sequence: 4n,
      },
    ])
    expect(
      await rowsOf(
        'select outcome, number, confirmed_at is not null as confirmed from tollgate.top_up_attempts where account_id = $1',
        'charged',
      ),
    ).toEqual([{ outcome: 'succeeded', number: 1, confirmed: true }])
  })

  it('that a limit ends once its payment is prepared says until when the limit lasts', async () => {
    await openBelow('capped-late', { monthlyCapMicros: 40_000_000n })
    await record(testLedger, await beginCharge(testLedger, 'capped-late'), { kind: 'succeeded' })
    await adjust(testLedger, 'capped-late', -15_000_000n, 'used up')
    const prepared = await prepare(testLedger, (await claim(testLedger, 'capped-late'))!)
    await save('capped-late', { monthlyCapMicros: 30_000_000n })
    const held = { accountId: 'capped-late', topUpId: prepared.topUpId, holder: 'worker', callMs: 1_000 }
    expect(await beginConfirming(testLedger, held)).toMatchObject({ kind: 'cancel' })
    await record(testLedger, prepared, { kind: 'canceled' })
    const { waits } = await autoTopUpOf('capped-late')
    expect(waits).toMatchObject({ limit: 'monthly_cap' })
    expect((await announcedSteps('capped-late')).at(-1)).toMatchObject({
      kind: 'skipped',
      reason: 'monthly_cap',
      until: waits!.untilMicros,
    })
  })

  it('that is declined after automatic top-up was turned off pauses it, and announces no pause', async () => {
    await openBelow('off-meanwhile')
    const topUp = await beginCharge(testLedger, 'off-meanwhile')
    await save('off-meanwhile', { isOn: false })
    await record(testLedger, topUp, declined('stolen_card'))
    expect(await pauseOf('off-meanwhile')).toBe('card_stopped')
    expect(await stepsOf('off-meanwhile')).toEqual(['requested', 'charging', 'failed stolen_card'])
  })

  it('is followed by the next while the balance is still below the threshold', async () => {
    await openBelow('deep')
    await adjust(testLedger, 'deep', -51_000_000n, 'used up')
    for (let n = 0; n < 3; n++) await record(testLedger, await beginCharge(testLedger, 'deep'), { kind: 'succeeded' })
    expect(await stepsOf('deep')).toEqual(
      Array.from({ length: 3 }, () => ['requested', 'charging', 'succeeded']).flat(),
    )
    expect(await accountOf('deep')).toMatchObject({
      balance_micros: 10_000_000n,
      auto_top_up_below_micros: 10_000_000n,
    })
  })

  it('is no longer needed if credit was added in the meantime, even when prepared', async () => {
    await openBelow('restored-balance')
    await adjust(testLedger, 'restored-balance', 30_000_000n, 'goodwill')
    const topUp = (await claim(testLedger, 'restored-balance'))!
    expect(await judgeTopUp(testLedger, { ...topUp, holder: 'worker' })).toEqual({ kind: 'over' })
    expect(await statesOf('restored-balance')).toEqual(['no_longer_needed balance_restored'])
    expect(await thresholdColumnOf('restored-balance')).toBe(10_000_000n)

    await adjust(testLedger, 'restored-balance', -30_000_000n, 'mistake')
    const prepared = await prepare(testLedger, (await claim(testLedger, 'restored-balance'))!)
    await adjust(testLedger, 'restored-balance', 30_000_000n, 'goodwill')
    const held = { accountId: 'restored-balance', topUpId: prepared.topUpId, holder: 'worker', callMs: 1_000 }
    expect(await beginConfirming(testLedger, held)).toMatchObject({ kind: 'cancel' })
    expect(await beginConfirming(testLedger, held)).toMatchObject({ kind: 'cancel' })
    await record(testLedger, prepared, { kind: 'canceled' })
    expect((await statesOf('restored-balance'))[1]).toBe('no_longer_needed balance_restored')
    expect(await amountsOf('restored-balance')).toEqual([])
  })

  it('is confirmed for the amount and card then in force, or not at all', async () => {
    await openBelow('changed-plans')
    const prepared = await prepare(testLedger, (await claim(testLedger, 'changed-plans'))!)
    await save('changed-plans', { amountMicros: 10_000_000n }, { consented: false })
    const held = { accountId: 'changed-plans', topUpId: prepared.topUpId, holder: 'worker', callMs: 1_000 }
    expect(await beginConfirming(testLedger, held)).toMatchObject({ kind: 'cancel' })
    await record(testLedger, prepared, { kind: 'canceled' })
    expect(await topUpsOf('changed-plans')).toMatchObject([
      { state: 'no_longer_needed', reason: 'settings_changed' },
      { state: 'requested', amount_micros: 10_000_000n },
    ])
  })

  it('that was charged although it was canceled is credited', async () => {
    await openBelow('taken-after-all')
    const prepared = await prepare(testLedger, (await claim(testLedger, 'taken-after-all'))!)
    await save('taken-after-all', { isOn: false }, { consented: false })
    const held = { accountId: 'taken-after-all', topUpId: prepared.topUpId, holder: 'worker', callMs: 1_000 }
    expect(await beginConfirming(testLedger, held)).toMatchObject({ kind: 'cancel' })
    await record(testLedger, prepared, { kind: 'canceled' })
    await record(testLedger, prepared, { kind: 'succeeded' })
    expect(await amountsOf('taken-after-all')).toEqual([['top_up', 20_000_000n]])
    expect(await stepsOf('taken-after-all')).toEqual(['requested', 'no_longer_needed turned_off', 'succeeded'])
  })

  it('without an answer is checked, and counts until the provider says that it was not confirmed', async () => {
    await openBelow('silent')
    const topUp = await beginCharge(testLedger, 'silent')
    const held = { accountId: 'silent', topUpId: topUp.topUpId, paymentId: topUp.paymentId! }
    expect(await advanceTopUp(testLedger, held, { kind: 'unknown' }, 0)).toMatchObject({ state: 'unknown' })
    expect(await attemptsOf('silent')).toEqual([{ outcome: 'unknown', confirmed: true }])
    await record(testLedger, topUp, { kind: 'unconfirmed' })
    expect(await attemptsOf('silent')).toEqual([{ outcome: null, confirmed: false }])
    expect(await stepsOf('silent')).toEqual(['requested', 'charging', 'unknown'])
    // News of another payment changes nothing.
    expect(await advanceTopUp(testLedger, { ...held, paymentId: 'other' }, { kind: 'unknown' }, 0)).toBeNull()
  })

  const attemptsOf = (accountId: string) =>
    rowsOf(
      `select outcome, confirmed_at is not null as confirmed from tollgate.top_up_attempts where account_id = $1 order by number`,
      accountId,
    )

  it('that is declined three times pauses automatic top-up, and nothing more is tried', async () => {
    await openBelow('poor')
    await declineThreeTimes('poor')
    expect(await claim(testLedger, 'poor')).toBeNull()
    expect(await statesOf('poor')).toEqual(['failed insufficient_funds'])
    expect(await stepsOf('poor')).toEqual([
      'requested',
      'charging',
      'declined insufficient_funds',
      'charging',
      'declined insufficient_funds',
      'charging',
      'failed insufficient_funds',
      'paused declined',
    ])
    expect(
      await rowsOf(
        `select outcome, code, confirmed_at is not null as confirmed from tollgate.top_up_attempts where account_id = 'poor'`,
      ),
    ).toEqual(Array.from({ length: 3 }, () => ({ outcome: 'declined', code: 'insufficient_funds', confirmed: true })))
    await use('poor')
    expect(await sweepAutoTopUp(testLedger)).toMatchObject({ requested: 0 })
    expect(await statesOf('poor')).toHaveLength(1)
  })
})

/** Simulates an hour and a day between the attempts. */
async function declineThreeTimes(accountId: string): Promise<void> {
  for (let n = 1; n <= 3; n++) {
    await record(testLedger, await beginCharge(testLedger, accountId), declined('insufficient_funds'))
    await pool.query(
      `update tollgate.top_ups set next_try_at = now(), claimed_by = null, claimed_until = null where account_id = $1`,
      [accountId],
    )
  }
}

describe('the facts of a payment', () => {
  async function chargedAccount(accountId: string): Promise<TopUp> {
    await openBelow(accountId)
    const topUp = await beginCharge(testLedger, accountId)
    await record(testLedger, topUp, { kind: 'succeeded' })
    return topUp
  }

  it('change nothing the second time, in one process or eight at once', async () => {
    await openBelow('repeated')
    const topUp = await beginCharge(testLedger, 'repeated')
    const all = await Promise.all(Array.from({ length: 8 }, () => record(testLedger, topUp, { kind: 'succeeded' })))
    expect(all.filter((each) => 'posted' in each && each.posted.length > 0)).toHaveLength(1)
    const before = [await accountOf('repeated'), await topUpsOf('repeated'), await autoTopUpOf('repeated')]
    expect(await record(testLedger, topUp, { kind: 'succeeded' })).toMatchObject({ posted: [] })
    expect(await record(testLedger, topUp, { kind: 'processing' })).toMatchObject({ posted: [] })
    expect([await accountOf('repeated'), await topUpsOf('repeated'), await autoTopUpOf('repeated')]).toEqual(before)
    expect(await amountsOf('repeated')).toEqual([['top_up', 20_000_000n]])
  })

  it('post refunds and disputes as the difference, of either sign, with what they reverse', async () => {
    const topUp = await chargedAccount('reversed')
    for (const [refundedMicros, disputedMicros] of [
      [5_000_000n, 0n],
      [8_000_000n, 0n],
      [8_000_000n, 0n],
      [3_000_000n, 0n],
      [3_000_000n, 17_000_000n],
      [3_000_000n, 0n],
    ] as const) {
      await record(testLedger, topUp, { kind: 'succeeded' }, { refundedMicros, disputedMicros })
    }
    expect((await amountsOf('reversed')).slice(1)).toEqual([
      ['refund', -5_000_000n],
      ['refund', -3_000_000n],
      ['refund', 5_000_000n],
      ['dispute', -17_000_000n],
      ['dispute', 17_000_000n],
    ])
    const [credited, ...others] = await movementsOf('reversed')
    expect(new Set(others.map((movement) => movement.reverses_sequence))).toEqual(new Set([credited!.sequence]))
    expect(new Set(others.map((movement) => movement.top_up_id))).toEqual(new Set([topUp.topUpId]))
    // A refund pauses; the dispute replaces its reason; neither a failed refund nor a won dispute ends a pause.
    expect(await pauseOf('reversed')).toBe('disputed')
    expect((await stepsOf('reversed')).slice(-2)).toEqual(['paused refunded', 'paused disputed'])
    await use('reversed')
    expect(await statesOf('reversed')).toEqual(['succeeded'])
  })

  it('never lead to a new charge because of returned money', async () => {
    const topUp = await chargedAccount('charged-back')
    await record(testLedger, topUp, { kind: 'succeeded' }, { disputedMicros: 20_000_000n })
    expect((await accountOf('charged-back')).balance_micros).toBe(1_000_000n)
    expect([await thresholdColumnOf('charged-back'), await statesOf('charged-back')]).toEqual([null, ['succeeded']])
  })

  it('post credit and reversal together if a dispute is seen before the success', async () => {
    await openBelow('disputed-first')
    const topUp = await beginCharge(testLedger, 'disputed-first')
    expect(await record(testLedger, topUp, { kind: 'processing' }, { disputedMicros: 20_000_000n })).toMatchObject({
      topUp: { state: 'succeeded' },
    })
    expect(await amountsOf('disputed-first')).toEqual([
      ['top_up', 20_000_000n],
      ['dispute', -20_000_000n],
    ])
    expect(await stepsOf('disputed-first')).toEqual(['requested', 'charging', 'succeeded', 'paused disputed'])
    expect(await pauseOf('disputed-first')).toBe('disputed')
  })

  it('of an unknown account or in another currency post nothing', async () => {
    const topUp = await chargedAccount('foreign')
    const facts = factsOf(topUp, { kind: 'succeeded' }, { paymentId: 'foreign-1' })
    expect(await recordPayment(testLedger, PROVIDER, { ...facts, accountId: 'nobody' }, readNow())).toEqual({
      unknownAccount: true,
    })
    expect(await recordPayment(testLedger, PROVIDER, { ...facts, accountId: null }, readNow())).toEqual({
      unknownAccount: true,
    })
    expect(await recordPayment(testLedger, PROVIDER, { ...facts, currency: 'USD' }, readNow())).toEqual({
      otherCurrency: true,
    })
    expect(await amountsOf('foreign')).toHaveLength(1)
  })

  it('of a payment that is not stored here are posted once, and it is stored', async () => {
    await openWithAutoTopUp(testLedger, 'by-hand')
    const facts = {
      ...factsOf({ accountId: 'by-hand', requestedAtMicros: 1_700_000_000_000_000 } as TopUp, { kind: 'succeeded' }),
      paymentId: 'made-at-the-provider',
      topUpId: null,
      providerMethodId: 'pm-card-by-hand',
      amountMicros: 7_500_000n,
      currency: 'EUR',
    } as const
    for (let n = 0; n < 2; n++) await recordPayment(testLedger, PROVIDER, facts, readNow())
    expect(await amountsOf('by-hand')).toEqual([['top_up', 7_500_000n]])
    expect(await topUpsOf('by-hand')).toMatchObject([
      { trigger: 'manual', state: 'succeeded', amount_micros: 7_500_000n, method_id: 'card-by-hand' },
    ])
    // Changed metadata does not move it to another account.
    await openWithAutoTopUp(testLedger, 'by-hand-2')
    await recordPayment(testLedger, PROVIDER, { ...facts, accountId: 'by-hand-2', refundedMicros: 500_000n }, readNow())
    expect(await amountsOf('by-hand')).toEqual([
      ['top_up', 7_500_000n],
      ['refund', -500_000n],
    ])
    expect(await amountsOf('by-hand-2')).toEqual([])
  })

  it('that are too old, with newer ones posted since, undo nothing', async () => {
    const topUp = await chargedAccount('slow')
    const facts = factsOf(topUp, { kind: 'succeeded' })
    const [before] = await amountsOf('slow')
    await recordPayment(testLedger, PROVIDER, { ...facts, refundedMicros: 500_000n }, readNow())
    const sixMinutesAgoMs = Date.now() - 6 * 60_000
    expect(await recordPayment(testLedger, PROVIDER, facts, { chance: 0, askedAtMs: sixMinutesAgoMs })).toEqual({
      tooOld: true,
    })
    expect(await amountsOf('slow')).toEqual([before, ['refund', -500_000n]])
  })

  it.each([
    { name: 'refunded', before: 0n, posted: 5_000_000n },
    { name: 'refund-failed', before: 5_000_000n, posted: 0n },
  ])('that others have overtaken undo nothing, and have to be read again: $name', async ({ name, before, posted }) => {
    const accountId = `overtaken-${name}`
    const topUp = await chargedAccount(accountId)
    const facts = (refundedMicros: bigint) => factsOf(topUp, { kind: 'succeeded' }, { refundedMicros })
    await recordPayment(testLedger, PROVIDER, facts(before), readNow())
    const overtaken = { chance: 0, askedAtMs: Date.now() - 10 }
    await recordPayment(testLedger, PROVIDER, facts(posted), readNow())
    const amounts = await amountsOf(accountId)
    expect(await recordPayment(testLedger, PROVIDER, facts(before), overtaken)).toEqual({ tooOld: true })
    expect(await amountsOf(accountId)).toEqual(amounts)
    // Those that say what is posted are no matter.
    expect(await recordPayment(testLedger, PROVIDER, facts(posted), overtaken)).toMatchObject({ posted: [] })
  })

  it('are known once they are posted, also if a refund and a dispute overlap', async () => {
    const topUp = await chargedAccount('overlap')
    const overlapping = { refundedMicros: 15_000_000n, disputedMicros: 20_000_000n }
    const facts = factsOf(topUp, { kind: 'succeeded' }, overlapping)
    expect(await findUnrecorded(pool, PROVIDER, [facts])).toEqual([facts])
    await record(testLedger, topUp, { kind: 'succeeded' }, overlapping)
    expect(await findUnrecorded(pool, PROVIDER, [facts])).toEqual([])
  })

  it('of another payment of an open top-up get an attempt of their own, whose number no later one has', async () => {
    await openBelow('adopted')
    const current = await beginCharge(testLedger, 'adopted')
    const other = { paymentId: 'another-payment', amountMicros: 1_000_000n }
    await record(testLedger, current, { kind: 'processing' }, other)
    await record(testLedger, current, declined('insufficient_funds'))
    await pool.query(
      'update tollgate.top_ups set next_try_at = now(), claimed_by = null, claimed_until = null where top_up_id = $1',
      [current.topUpId],
    )
    const next = await beginCharge(testLedger, 'adopted')
    expect(next.topUpId).toBe(current.topUpId)
    const attempts = await rowsOf(
      'select number, payment_id from tollgate.top_up_attempts where top_up_id = $1 order by number',
      next.topUpId,
    )
    expect(attempts.map((attempt) => attempt.payment_id)).toEqual([current.paymentId, other.paymentId, next.paymentId])
    expect(attempts.map((attempt) => attempt.number)).toEqual([1, 2, 3])
  })

  it('of an unknown prepared payment are ignored', async () => {
    await openBelow('unconfirmed')
    for (const kind of ['unconfirmed', 'canceled'] as const) {
      const facts = { paymentId: 'lost', topUpId: 'lost', amountMicros: 1_000_000n }
      expect(await record(testLedger, (await openTopUpOf('unconfirmed'))!, { kind }, facts)).toEqual({
        posted: [],
        topUp: null,
      })
    }
    expect(await topUpsOf('unconfirmed')).toHaveLength(1)
  })

  const openTopUpOf = async (accountId: string) => {
    const [row] = await topUpsOf(accountId)
    return {
      topUpId: row!.top_up_id,
      accountId,
      currency: 'EUR',
      requestedAtMicros: 0,
      methodId: null,
    } as unknown as TopUp
  }

  it('after a restore belong to the top-up that was requested again: nothing is charged twice', async () => {
    await openBelow('forgotten')
    // The database was restored to before the payment was prepared; at the provider it is still in progress.
    const open = await openTopUpOf('forgotten')
    const lost = { paymentId: 'forgotten-1', amountMicros: 20_000_000n, trigger: 'automatic' as const }
    expect(await record(testLedger, open, { kind: 'processing' }, lost)).toMatchObject({
      topUp: { state: 'processing' },
    })
    expect(await claim(testLedger, 'forgotten')).toBeNull()
    await record(testLedger, open, { kind: 'succeeded' }, lost)
    expect(await amountsOf('forgotten')).toEqual([['top_up', 20_000_000n]])
    expect(await statesOf('forgotten')).toEqual(['succeeded'])
    expect(
      await rowsOf(`select trigger, outcome from tollgate.top_up_attempts where account_id = 'forgotten'`),
    ).toEqual([{ trigger: 'automatic', outcome: 'succeeded' }])
  })

  it('after a restore that lost the top-up too block another automatic one, and count towards its limits', async () => {
    await openWithAutoTopUp(testLedger, 'forgotten-all')
    const lost = { topUpId: 'lost-top-up', accountId: 'forgotten-all', currency: 'EUR', requestedAtMicros: 0 } as TopUp
    const facts = { paymentId: 'lost-payment', amountMicros: 20_000_000n, trigger: 'automatic' as const }
    await record(testLedger, lost, { kind: 'processing' }, { ...facts, providerMethodId: null })
    await use('forgotten-all', 'forgotten-all', 'forgotten-all', 'forgotten-all')
    expect(await topUpsOf('forgotten-all')).toMatchObject([
      { top_up_id: 'lost-top-up', trigger: 'automatic', state: 'processing' },
    ])
    expect(await thresholdColumnOf('forgotten-all')).toBeNull()
  })

  it('of a late success of an earlier attempt are credited and announced', async () => {
    await openBelow('late')
    const first = await beginCharge(testLedger, 'late')
    await record(testLedger, first, declined('insufficient_funds'))
    await record(testLedger, first, { kind: 'succeeded' })
    expect(await amountsOf('late')).toEqual([['top_up', 20_000_000n]])
    expect(await statesOf('late')).toEqual(['requested insufficient_funds'])
    expect((await stepsOf('late')).at(-1)).toBe('succeeded')
    await record(testLedger, first, { kind: 'succeeded' })
    expect(await amountsOf('late')).toHaveLength(1)
    await pool.query(
      `update tollgate.top_ups set next_try_at = now(), claimed_by = null, claimed_until = null where account_id = 'late'`,
    )
    const again = (await claim(testLedger, 'late'))!
    expect(await judgeTopUp(testLedger, { ...again, holder: 'worker' })).toEqual({ kind: 'over' })
  })
})

describe('limits', () => {
  /** Simulates attempts confirmed at these instants of the database. */
  async function addAttempt(
    accountId: string,
    at: string,
    outcome: string | null,
    trigger = 'automatic',
    micros = 20_000_000n,
  ) {
    const topUpId = randomUUID()
    await pool.query(
      `with t as (
         insert into tollgate.top_ups (top_up_id, account_id, trigger, amount_micros, currency, state, requested_at, next_try_at, updated_at)
         values ($1, $2, $5, $6, 'EUR', 'succeeded', now(), now(), now()) returning top_up_id)
       insert into tollgate.top_up_attempts (attempt_id, top_up_id, account_id, trigger, number, amount_micros, provider, payment_id,
         prepared_at, confirmed_at, outcome)
       select gen_random_uuid()::text, t.top_up_id, $2, $5, 1, $6, '${PROVIDER}', gen_random_uuid()::text, now(), ${at}, $4 from t
        where $3::text is not null`,
      [topUpId, accountId, at, outcome, trigger, micros],
    )
  }
  const MONTH = `date_trunc('month', now(), 'UTC')`

  async function judge(accountId: string): Promise<string[]> {
    const topUp = (await claim(testLedger, accountId))!
    const judgement = await judgeTopUp(testLedger, { ...topUp, holder: 'worker' })
    return [judgement.kind, ...(judgement.kind === 'over' ? [String((await statesOf(accountId)).at(-1))] : [])]
  }

  it.each([
    [
      'five in the last 24 hours, whatever their outcome',
      ['succeeded', 'processing', 'unknown', 'needs_action', null],
      `now() - interval '23 h'`,
      ['over', 'skipped day_limit'],
    ],
    [
      'four and one that was declined',
      ['succeeded', 'succeeded', 'succeeded', 'succeeded', 'declined'],
      `now() - interval '23 h'`,
      ['charge'],
    ],
    [
      'five of which one was canceled',
      ['succeeded', 'succeeded', 'succeeded', 'succeeded', 'canceled'],
      `now() - interval '23 h'`,
      ['charge'],
    ],
    [
      'five more than 24 hours ago',
      ['succeeded', 'succeeded', 'succeeded', 'succeeded', 'succeeded'],
      `now() - interval '1441 min'`,
      ['charge'],
    ],
    [
      'five never confirmed',
      ['succeeded', 'succeeded', 'succeeded', 'succeeded', 'succeeded'],
      'null::timestamptz',
      ['charge'],
    ],
  ] as const)('are applied to %s', async (what, outcomes, at, expected) => {
    const accountId = `day ${what}`
    await openBelow(accountId)
    for (const outcome of outcomes) await addAttempt(accountId, at, outcome)
    const topUps = await topUpsOf(accountId)
    expect(topUps.filter(({ state }) => state === 'requested')).toHaveLength(1)
    const open = topUps.find(({ state }) => state === 'requested')!
    const topUp = (await claim(testLedger, accountId))!
    expect(topUp.topUpId).toBe(open.top_up_id)
    const judgement = await judgeTopUp(testLedger, { ...topUp, holder: 'worker' })
    const [row] = await rowsOf('select state, reason from tollgate.top_ups where top_up_id = $1', topUp.topUpId)
    expect([judgement.kind, ...(judgement.kind === 'over' ? [`${row!.state} ${row!.reason}`] : [])]).toEqual(expected)
  })

  it('do not count manual payments', async () => {
    await openBelow('by-hands')
    for (let n = 0; n < 6; n++) await addAttempt('by-hands', 'now()', 'succeeded', 'manual')
    expect(await judge('by-hands')).toEqual(['charge'])
  })

  it('of the month count from its first instant in UTC, by the time of the attempt', async () => {
    for (const [accountId, at, expected] of [
      ['cap-in', MONTH, 'over'],
      ['cap-out', `${MONTH} - interval '1 us'`, 'charge'],
    ] as const) {
      await openBelow(accountId, { monthlyCapMicros: 59_990_000n })
      for (let n = 0; n < 2; n++) await addAttempt(accountId, at, 'succeeded')
      expect((await judge(accountId))[0]).toBe(expected)
    }
  })

  it('that are reached clear the column, and the sweep requests a top-up once they have ended', async () => {
    await openBelow('waiting', { monthlyCapMicros: 20_000_000n })
    await addAttempt('waiting', 'now()', 'processing')
    const open = (await claim(testLedger, 'waiting'))!
    expect(await judgeTopUp(testLedger, { ...open, holder: 'worker' })).toEqual({ kind: 'over' })
    const { waits } = await autoTopUpOf('waiting')
    const [next] = await rowsOf(
      `select (extract(epoch from ${MONTH} + interval '1 month') * 1000000)::bigint as micros`,
    )
    expect(waits).toEqual({ untilMicros: Number(next!.micros), limit: 'monthly_cap' })
    expect(await stepsOf('waiting')).toEqual(['requested', 'skipped monthly_cap'])
    await use('waiting')
    expect(await sweepAutoTopUp(testLedger)).toMatchObject({ requested: 0 })
    expect(await stepsOf('waiting')).toHaveLength(2)

    await pool.query(
      `update tollgate.auto_top_up_memory set waits_until = now() - interval '1 s' where account_id = 'waiting'`,
    )
    expect(await sweepAutoTopUp(testLedger, 3)).toMatchObject({ rearmed: 1, requested: 1 })
    expect(await stepsOf('waiting')).toEqual(['requested', 'skipped monthly_cap', 'requested'])
  })

  it('that a person raises are judged again at once', async () => {
    await openBelow('lifted', { monthlyCapMicros: 20_000_000n })
    await addAttempt('lifted', 'now()', 'succeeded')
    const open = (await claim(testLedger, 'lifted'))!
    await judgeTopUp(testLedger, { ...open, holder: 'worker' })
    expect(await save('lifted', { monthlyCapMicros: null })).toMatchObject({ answer: { isTopUpDue: true } })
    expect(await prepare(testLedger, (await claim(testLedger, 'lifted'))!)).toMatchObject({ state: 'prepared' })
  })
})

describe('an attempt that waits after a decline', () => {
  it('is made at once when a person changes what it charges', async () => {
    await openBelow('impatient')
    const topUp = await beginCharge(testLedger, 'impatient')
    await record(testLedger, topUp, declined('insufficient_funds'))
    await releaseClaim(pool, topUp.topUpId, 'worker')
    expect(await claim(testLedger, 'impatient')).toBeNull()
    await save('impatient', { amountMicros: 10_000_000n }, { consented: false })
    expect(await prepare(testLedger, (await claim(testLedger, 'impatient'))!)).toMatchObject({
      topUpId: topUp.topUpId,
      amountMicros: 10_000_000n,
      attempts: 2,
    })
  })
})

describe('a pause', () => {
  async function paused(accountId: string, code: string): Promise<void> {
    await openBelow(accountId)
    await record(testLedger, await beginCharge(testLedger, accountId), declined(code))
  }

  it('for a card that the customer has to check ends by saving the same settings, with consent and not without', async () => {
    await paused('expired-card', 'expired_card')
    expect(await save('expired-card', {}, { consented: false })).toEqual({ refused: 'consent_needed' })
    expect(await pauseOf('expired-card')).toBe('ask_customer')
    expect(await save('expired-card', {})).toMatchObject({ answer: { isResumed: true, isTopUpDue: true } })
    expect((await stepsOf('expired-card')).slice(-3)).toEqual([
      'paused ask_customer',
      'resumed ask_customer',
      'requested',
    ])
    expect((await autoTopUpOf('expired-card')).memory).toEqual(FRESH_MEMORY)
  })

  it('for a card that must not be charged again ends only by saving with another card', async () => {
    await paused('stolen', 'stolen_card')
    expect(await save('stolen', {})).toEqual({ refused: 'needs_another_method' })
    expect(await addCard('stolen', 'stolen-2')).toMatchObject({ answer: { isDefault: true, isResumed: false } })
    expect(await pauseOf('stolen')).toBe('card_stopped')
    expect(await save('stolen', {}, { methodId: 'stolen-2' })).toMatchObject({ answer: { isResumed: true } })
  })

  it('after declines ends with another card and consent, and that card is charged at once', async () => {
    await openBelow('new-card')
    await declineThreeTimes('new-card')
    expect(await addCard('new-card', 'new-card-2', { consented: false })).toEqual({ refused: 'consent_needed' })
    expect(await readSavedMethods(pool, 'new-card')).toHaveLength(1)
    expect(await addCard('new-card', 'new-card-2')).toMatchObject({ answer: { isResumed: true } })
    expect((await stepsOf('new-card')).slice(-2)).toEqual(['resumed new_method', 'requested'])
    const topUp = await prepare(testLedger, (await claim(testLedger, 'new-card'))!)
    expect(topUp.methodId).toBe('new-card-2')
  })

  it('is ended neither by turning automatic top-up off nor by changing alert levels', async () => {
    await paused('turned-off', 'expired_card')
    expect(await save('turned-off', { isOn: false }, { consented: false })).toMatchObject({
      answer: { isResumed: false },
    })
    await setAlertLevels(testLedger, 'turned-off', { actor: 'test', lowMicros: 30_000_000n })
    expect(await pauseOf('turned-off')).toBe('ask_customer')
  })

  it('for a restore leaves settings newer than the provider’s mark, so that the next save is newer still', async () => {
    await openBelow('back-in-time')
    expect(await pauseForRestore(testLedger, 'back-in-time', { settingsVersion: 2 })).toBe(false)
    expect(await pauseForRestore(testLedger, 'back-in-time', { settingsVersion: 9 })).toBe(true)
    expect(await pauseForRestore(testLedger, 'back-in-time', { settingsVersion: 9 })).toBe(false)
    const topUp = (await claim(testLedger, 'back-in-time'))!
    expect(await judgeTopUp(testLedger, { ...topUp, holder: 'worker' })).toEqual({ kind: 'over' })
    expect(await stepsOf('back-in-time')).toEqual(['requested', 'paused restored', 'skipped paused'])
    const saved = await save('back-in-time', { amountMicros: 10_000_000n })
    expect(saved).toMatchObject({ answer: { isResumed: true, settingsVersion: 10 } })
  })
})

it('settings name the person who changed them', async () => {
  await openBelow('changed-by')
  const { rows } = await testLedger.pool.query(
    'select actor from tollgate.account_settings where account_id = $1 order by version desc limit 1',
    ['changed-by'],
  )
  expect(rows).toEqual([{ actor: 'ann' }])
})

describe('payment methods', () => {
  it('are saved once, one as the default, with only the data that may be shown', async () => {
    await openWithAutoTopUp(testLedger, 'cards')
    const again = { ...cardOf('another-id'), providerMethodId: 'pm-card-cards' }
    expect(
      await addPaymentMethod(testLedger, { accountId: 'cards', method: again, consent: null, actor: 'ann' }),
    ).toMatchObject({ answer: { methodId: 'card-cards', isDefault: true } })
    await addCard('cards', 'cards-2', { isDefault: false, consented: false })
    expect((await readSavedMethods(pool, 'cards')).map(({ methodId, isDefault }) => [methodId, isDefault])).toEqual([
      ['card-cards', true],
      ['cards-2', false],
    ])
    const choose = (consented: boolean) =>
      chooseDefaultMethod(testLedger, {
        accountId: 'cards',
        methodId: 'cards-2',
        consent: consented ? consentFor(SETTINGS, 'cards-2') : null,
      })
    expect(await choose(false)).toEqual({ refused: 'consent_needed' })
    expect(await choose(true)).toHaveProperty('answer')
    expect((await autoTopUpOf('cards')).methodId).toBe('cards-2')
    expect(await chooseDefaultMethod(testLedger, { accountId: 'cards', methodId: 'x', consent: null })).toEqual({
      refused: 'unknown_method',
    })
  })

  it('turn automatic top-up off when the default is removed: no other card is charged until a person turns it on again', async () => {
    await openBelow('cardless')
    const removal = { accountId: 'cardless', methodId: 'card-cardless', actor: 'ann' }
    expect(await removePaymentMethod(testLedger, removal)).toMatchObject({
      answer: { method: { providerMethodId: 'pm-card-cardless' }, isTurnedOff: true },
    })
    expect(await autoTopUpOf('cardless')).toMatchObject({ settings: { ...SETTINGS, isOn: false }, methodId: null })
    expect(await removePaymentMethod(testLedger, removal)).toMatchObject({
      answer: null,
    })
    const topUp = (await claim(testLedger, 'cardless'))!
    expect(await judgeTopUp(testLedger, { ...topUp, holder: 'worker' })).toEqual({ kind: 'over' })
    await use('cardless')
    expect(await stepsOf('cardless')).toEqual(['requested', 'no_longer_needed turned_off'])
    expect(await addCard('cardless', 'cardless-2')).toHaveProperty('answer')
    expect(await stepsOf('cardless')).toEqual(['requested', 'no_longer_needed turned_off'])
    const { rows } = await pool.query(
      'select auto_top_up_is_on, actor from tollgate.account_settings where account_id = $1 order by version desc limit 1',
      ['cardless'],
    )
    expect(rows).toEqual([{ auto_top_up_is_on: false, actor: 'ann' }])
  })

  it('that are not the default are removed without turning it off', async () => {
    await openWithAutoTopUp(testLedger, 'two-cards')
    await addCard('two-cards', 'two-cards-2', { isDefault: false, consented: false })
    const removal = { accountId: 'two-cards', methodId: 'two-cards-2', actor: 'ann' }
    expect(await removePaymentMethod(testLedger, removal)).toMatchObject({ answer: { isTurnedOff: false } })
    expect(await autoTopUpOf('two-cards')).toMatchObject({ settings: SETTINGS, methodId: 'card-two-cards' })
  })
})

describe('a manual top-up', () => {
  it('is requested once per key, independently of automatic top-up, which waits for it', async () => {
    await openBelow('manual')
    const first = await request('manual', 50_000_000n, 'k')
    expect(first).toMatchObject({ isRepeat: false })
    expect(await request('manual', 50_000_000n, 'k')).toEqual({ ...first, isRepeat: true })
    expect(await request('manual', 60_000_000n, 'k')).toEqual({ refused: 'request_key_reused' })
    const all = await claimTopUps(pool, 'worker', 10_000, 60_000)
    const claimed = all.map(({ topUp }) => topUp).filter(({ accountId }) => accountId === 'manual')
    const [automatic, manual] = ['automatic', 'manual'].map(
      (trigger) => claimed.find((one) => one.trigger === trigger)!,
    )
    expect(await judgeTopUp(testLedger, { ...automatic!, holder: 'worker' })).toEqual({ kind: 'wait' })
    const prepared = await prepare(testLedger, manual!)
    const held = { accountId: 'manual', topUpId: prepared.topUpId, holder: 'worker', callMs: 1_000 }
    expect(await beginConfirming(testLedger, held)).toMatchObject({ kind: 'confirm' })
    await record(testLedger, prepared, { kind: 'succeeded' })
    expect(await judgeTopUp(testLedger, { ...automatic!, holder: 'worker' })).toEqual({ kind: 'over' })
    expect((await statesOf('manual')).toSorted()).toEqual(['no_longer_needed balance_restored', 'succeeded'])
    expect((await topUpsOf('manual')).find(({ trigger }) => trigger === 'manual')).toMatchObject({ actor: 'ann' })
  })

  it.each([
    [
      'an amount out of bounds',
      'hand-amount',
      4_000_000n,
      null,
      { faults: [{ field: 'amount', kind: 'below_min', minMicros: 5_000_000n }] },
    ],
    ['a card of another account', 'hand-card', 5_000_000n, 'card-other', 'no_method'],
  ] as const)('is refused with %s, and stores nothing', async (_what, accountId, amount, methodId, refused) => {
    await openWithAutoTopUp(testLedger, accountId)
    expect(await request(accountId, amount, 'k', methodId)).toEqual({ refused })
    expect(await topUpsOf(accountId)).toEqual([])
    expect(await request(accountId, 5_000_000n, 'k')).toHaveProperty('answer')
  })

  it('of an account without a card or of an unknown account is refused', async () => {
    await apply(testLedger, [testAccount({ accountId: 'hand-none' })])
    expect(await request('hand-none', 5_000_000n)).toEqual({ refused: 'no_method' })
    expect(await request('hand-nobody', 5_000_000n)).toEqual({ refused: 'unknown_account' })
  })

  it('that is declined fails, and pauses nothing', async () => {
    await openWithAutoTopUp(testLedger, 'hand-declined')
    await request('hand-declined', 20_000_000n)
    await record(testLedger, await beginCharge(testLedger, 'hand-declined'), declined('stolen_card'))
    expect(await statesOf('hand-declined')).toEqual(['failed stolen_card'])
    expect([await pauseOf('hand-declined'), await thresholdColumnOf('hand-declined')]).toEqual([null, 10_000_000n])
  })
})

it('open states are the same in the indexes as in the queries', async () => {
  const indexes = await rowsOf(
    `select pg_get_expr(indpred, indrelid) as predicate from pg_index
      where indrelid = 'tollgate.top_ups'::regclass and indpred is not null`,
  )
  expect(indexes).toHaveLength(2)
  for (const { predicate } of indexes) {
    const named = Array.from(String(predicate).matchAll(/'(\w+)'/g), ([, name]) => name).filter(
      (one) => one !== 'automatic',
    )
    expect(named).toEqual([...OPEN_STATES])
  }
})

describe('a stale column', () => {
  it.each([
    ['null', null, 'a top-up is requested below nothing, but should be below 10.000000'],
    ['another threshold', 3_000_000n, 'a top-up is requested below 3.000000, but should be below 10.000000'],
  ])(
    '(%s) is found by verification and fixed by the sweep, which requests a top-up if one is due',
    async (what, stale, detail) => {
      const accountId = `stale ${what}`
      await openWithAutoTopUp(testLedger, accountId)
      await pool.query('update tollgate.accounts set auto_top_up_below_micros = $2 where account_id = $1', [
        accountId,
        stale,
      ])
      const fault = { check: 'auto_top_up_column', invariant: null, severity: 'fault', accountId, detail }
      expect(await findFaults()).toEqual([fault])
      await adjust(testLedger, accountId, -45_000_000n, 'used up')
      expect(await topUpsOf(accountId)).toEqual([])
      expect(await sweepAutoTopUp(testLedger)).toMatchObject({ rearmed: 1, requested: 1 })
      expect(await statesOf(accountId)).toEqual(['requested'])
      expect(await findFaults()).toEqual([])
    },
  )

  it('is found if nothing was requested although the balance is below the threshold', async () => {
    await openBelow('unasked')
    await pool.query(`delete from tollgate.top_ups where account_id = 'unasked'`)
    await pool.query(`update tollgate.accounts set auto_top_up_below_micros = 10000000 where account_id = 'unasked'`)
    expect(await findFaults()).toMatchObject([
      { accountId: 'unasked', detail: 'the balance is 1.000000, below 10.000000, but no top-up was requested' },
    ])
    expect(await sweepAutoTopUp(testLedger)).toMatchObject({ requested: 1 })
  })
})

describe('reporting.top_ups', () => {
  it('has the outcome of each top-up, and its credit is the sum of its movements', async () => {
    const rows = await rowsOf(
      `select t.top_up_id, t.credited - t.refunded - t.disputed as brought, coalesce(m.amount, 0) as moved
         from reporting.top_ups t
         left join (select top_up_id, sum(amount) as amount from reporting.movements group by 1) as m using (top_up_id)`,
    )
    expect(rows.length).toBeGreaterThan(20)
    expect(rows.filter(({ brought, moved }) => Number(brought) !== Number(moved))).toEqual([])
    expect(
      await rowsOf(
        `select trigger, state, is_open, reason, amount, attempts from reporting.top_ups where account_id = 'poor'`,
      ),
    ).toEqual([
      {
        trigger: 'automatic',
        state: 'failed',
        is_open: false,
        reason: 'insufficient_funds',
        amount: '20.000000',
        attempts: 3,
      },
    ])
  })
})
