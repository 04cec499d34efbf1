/**
 * Notices as people see them: each is caused on the real ledger and the sandbox, by usage, payments and settings, and
 * read over HTTP as an admin and as a member.
 */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiClient, createApiClient, type Schema } from '../../src/api/client/client.ts'
import { readNotices } from '../../src/api/views/notice-views.ts'
import { formatInstant, parseDate } from '../../src/core/instant.ts'
import { parseMoney } from '../../src/core/money.ts'
import type { AutoTopUpSettings } from '../../src/core/top-up/judge.ts'
import { readUsage } from '../../src/core/usage/read.ts'
import { closeAccount } from '../../src/ledger/accounts/close-account.ts'
import { setDisplayName } from '../../src/ledger/accounts/display-names.ts'
import { setAlertLevels } from '../../src/ledger/accounts/set-alert-levels.ts'
import { withContentHash } from '../../src/ledger/batch/usage-batch.ts'
import { addPaymentMethod, removePaymentMethod } from '../../src/ledger/top-ups/payment-methods.ts'
import { requestTopUp } from '../../src/ledger/top-ups/request-top-up.ts'
import { inTransaction } from '../../src/platform/postgres.ts'
import { saveCard } from '../../testkit/auto-top-up.ts'
import { openTestApi, type TestApi } from '../support/api.ts'
import { type Fields, testAccount, usageFields } from '../support/catalog.ts'
import { cardOf } from '../support/charges.ts'
import { adjust, apply } from '../support/ledger.ts'
import type { Card } from '../support/payments.ts'
import { completeRollUp } from '../support/rolled-up.ts'

type Notices = Schema<'Notices'>
type Notice = Schema<'Notice'>
type Key = Notice['key']

const SEPA = 'AT611904300234573201'
const DAY_MS = 86_400_000
const micros = (amount: string) => parseMoney(amount)!

let api: TestApi
let opened = 0
let nextOffset = 0n

beforeAll(async () => {
  api = await openTestApi()
})

afterAll(async () => {
  await api?.close()
})

interface Opened {
  /** An adjustment; absent: the account is as created. */
  readonly credit?: string
  readonly card?: Card
  /** Automatic top-up is on with these and the rest of `SETTINGS`; absent: never set up. */
  readonly auto?: Partial<AutoTopUpSettings>
}

async function open({ credit, card, auto }: Opened = {}): Promise<string> {
  const accountId = `account-${++opened}`
  const contact = { email: 'x@acme.example', locale: 'en-US' }
  const contacts = [
    { ...contact, id: 'ann', role: 'admin' as const },
    { ...contact, id: 'ben', role: 'admin' as const },
    { ...contact, id: 'bill', role: 'billing' as const },
  ]
  await apply(api, [testAccount({ accountId, contacts })])
  await setDisplayName(api.pool, accountId, { userId: 'ann', name: 'Ana', actor: 'test' })
  if (credit !== undefined) await adjust(api, accountId, micros(credit))
  const methodId = card === undefined ? null : await api.addCard(accountId, card)
  if (auto !== undefined) expect(await api.save(accountId, auto, methodId)).not.toHaveProperty('refused')
  return accountId
}

/** Usage of an amount, which must be a multiple of 0.004. */
async function use(accountId: string, amount: string): Promise<void> {
  const quantity = Number(micros(amount) / 4_000n)
  const fields: Fields = usageFields({
    type: 'other',
    sku: 'number-lookup',
    quantity,
    event_id: randomUUID(),
    account_id: accountId,
  })
  const read = readUsage(fields)
  if ('refusal' in read) throw new Error(read.refusal.detail)
  const message = { key: null, value: Buffer.from(JSON.stringify(fields)), headers: [] }
  const source = { topic: 'test', partition: 0, offset: nextOffset++, ...message }
  await api.ledger.recordBatch({ usage: [withContentHash(read.event, source)], refusedMessages: [], offsets: [] })
}

/** Moves everything recorded of the account into the past, because the ledger's clock cannot be set. */
async function age(accountId: string, days: number): Promise<void> {
  await inTransaction(api.pool, async (connection) => {
    // Triggers protect recorded rows.
    await connection.query('set local session_replication_role = replica')
    for (const table of ['movements', 'rated_usage', 'usage_identity']) {
      await connection.query(
        `update tollgate.${table} set recorded_at = recorded_at - make_interval(days => $2) where account_id = $1`,
        [accountId, days],
      )
    }
  })
}

/** Adds credit manually, which succeeds with a good card. */
async function pay(accountId: string, amount: string): Promise<void> {
  const wanted = { accountId, amountMicros: micros(amount), methodId: null, actor: 'ann' }
  expect(await requestTopUp(api, wanted, randomUUID())).not.toHaveProperty('refused')
  await api.settle()
}

async function clientOf(token: string): Promise<ApiClient> {
  return createApiClient({ baseUrl: api.url, token })
}

async function readAs(accountId: string, role: 'admin' | 'member', subject = 'ann'): Promise<Notices> {
  const client = await clientOf(await api.person(accountId, role, subject))
  const { data, error } = await client.GET('/v1/accounts/{account_id}/notices', {
    params: { path: { account_id: accountId } },
  })
  if (data === undefined) throw new Error(`refused: ${error?.detail}`)
  return data
}

async function keysOf(accountId: string, role: 'admin' | 'member' = 'admin', subject?: string): Promise<Key[]> {
  return (await readAs(accountId, role, subject)).items.map(({ key }) => key)
}

async function noticeOf<K extends Key>(accountId: string, key: K): Promise<Extract<Notice, { key: K }>> {
  const { items } = await readAs(accountId, 'admin')
  const notice = items.find((one) => one.key === key)
  if (notice === undefined) throw new Error(`${accountId} has ${items.map((one) => one.key).join(', ') || 'nothing'}`)
  return notice as Extract<Notice, { key: K }>
}

async function dismiss(token: string, accountId: string, { key, occurrence }: Pick<Notice, 'key' | 'occurrence'>) {
  return api.ask('POST', `/v1/accounts/${accountId}/notices/dismissals`, { token, body: { key, occurrence } })
}

async function columnOf(accountId: string, column: string): Promise<string> {
  const { rows } = await api.pool.query<{ text: string }>(
    `select to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as text
       from tollgate.accounts where account_id = $1`,
    [accountId],
  )
  return rows[0]!.text
}

async function paymentIdOf(accountId: string): Promise<string> {
  const payments = await api.provider.desk.listPayments(accountId, { after: null, limit: 10 })
  return payments[0]!.paymentId
}

const VISA = { brand: 'visa', last4: '4242' }

describe('credit', () => {
  it('that was never added: a checklist for admins', async () => {
    const account = await open()
    expect(await noticeOf(account, 'never_topped_up')).toMatchObject({
      severity: 'warning',
      placement: 'balance',
      is_banner: true,
      is_dismissible: false,
      figures: { has_method: false, is_auto_top_up_on: false },
      actions: ['add_payment_method', 'add_credit', 'set_up_auto_top_up'],
    })
    expect(await keysOf(account, 'member')).toEqual([])
    await api.addCard(account, 'good')
    expect((await noticeOf(account, 'never_topped_up')).figures.has_method).toBe(true)
    await pay(account, '25')
    expect(await keysOf(account)).toEqual(['added'])
  })

  it('that has run out: since when, and what is owed', async () => {
    const account = await open({ card: 'good' })
    await pay(account, '25')
    await use(account, '28.42')
    const blockedSince = await columnOf(account, 'status_since')
    const notices = await readAs(account, 'admin')
    expect(notices).toMatchObject({ account_id: account, currency: 'EUR', epoch: 1, balance_version: 2 })
    expect(notices.items.map(({ key }) => key)).toEqual(['exhausted', 'added'])
    expect(notices.items[0]).toMatchObject({
      severity: 'critical',
      is_banner: true,
      figures: { balance: '-3.420000', owed: '3.420000', blocked_since: blockedSince, open_payment: null },
      actions: ['add_credit'],
      ask_admins: [],
    })
    const [exhausted] = (await readAs(account, 'member')).items
    expect(exhausted).toMatchObject({ key: 'exhausted', actions: [], ask_admins: ['Ana', 'ben'] })
  })

  it('that is paid for and not confirmed yet: calls resume when it is', async () => {
    const account = await open({ credit: '5' })
    const saved = { accountId: account, number: SEPA, consent: () => null, actor: 'ann' }
    await saveCard(api, api.provider.desk, saved)
    await use(account, '8')
    await pay(account, '50')
    expect(await keysOf(account)).toEqual(['exhausted', 'processing'])
    expect((await noticeOf(account, 'exhausted')).figures.open_payment).toBe('50.000000')
    expect((await noticeOf(account, 'processing')).figures).toEqual({ amount: '50.000000', payments: 1 })
    expect(await keysOf(account, 'member')).toEqual(['exhausted', 'processing'])

    await api.provider.desk.settle(await paymentIdOf(account))
    await api.tend()
    const since = await columnOf(account, 'status_since')
    expect(await keysOf(account)).toEqual(['off', 'added'])
    expect((await noticeOf(account, 'added')).figures).toMatchObject({
      kind: 'top_up',
      amount: '50.000000',
      balance: '47.000000',
      calls_work_again_since: since,
    })
  })

  it('that is low: less severe if automatic top-up takes care of it', async () => {
    const off = await open({ credit: '30', card: 'good' })
    await use(off, '22')
    expect(await noticeOf(off, 'low')).toMatchObject({
      severity: 'warning',
      placement: 'balance',
      is_dismissible: true,
      figures: { balance: '8.000000', level: '10.000000', days_left: null, no_days_left_reason: 'not_enough_usage' },
      actions: ['add_credit', 'set_up_auto_top_up'],
    })
    expect(await keysOf(off, 'member')).toEqual(['low'])
    const healthy = await open({ credit: '30', card: 'good', auto: { thresholdMicros: micros('5') } })
    await use(healthy, '22')
    expect(await noticeOf(healthy, 'low')).toMatchObject({ severity: 'info', actions: ['add_credit'] })
  })

  it('below the customer’s own level, unless it is low as well', async () => {
    const account = await open({ credit: '50', card: 'good', auto: {} })
    await setAlertLevels(api, account, { lowMicros: null, customMicros: micros('40'), actor: 'ann' })
    await use(account, '15')
    expect(await noticeOf(account, 'custom')).toMatchObject({
      severity: 'warning',
      placement: 'alerts',
      figures: { balance: '35.000000', level: '40.000000' },
    })
    expect(await keysOf(account, 'member')).toEqual([])
    await setAlertLevels(api, account, { lowMicros: micros('36'), customMicros: micros('40'), actor: 'ann' })
    expect(await keysOf(account)).toEqual(['low'])
  })

  it('that lasts some days, with a top-up that covers less than a day', async () => {
    const account = await open({ credit: '250', card: 'good' })
    for (let day = 0; day < 4; day++) {
      await use(account, '30')
      await age(account, 1)
    }
    await completeRollUp(api.pool)
    expect((await noticeOf(account, 'off')).figures).toMatchObject({ balance: '130.000000', days_left: 4 })
    expect(await keysOf(account, 'member')).toEqual([])
    const [method] = (
      await api.pool.query('select method_id from tollgate.payment_methods where account_id = $1', [account])
    ).rows
    await api.save(account, {}, method.method_id)
    expect(await keysOf(account)).toEqual(['small'])
    expect(await noticeOf(account, 'small')).toMatchObject({
      placement: 'auto',
      figures: { amount: '20.000000', average: '30.000000', week: '210.000000' },
      actions: ['edit_auto_top_up'],
    })
  })

  it('that was last used 31 days ago, without automatic top-up: no notice', async () => {
    const account = await open({ credit: '50', card: 'good' })
    await use(account, '1')
    expect(await keysOf(account)).toEqual(['off'])
    await age(account, 31)
    expect(await keysOf(account)).toEqual([])
  })
})

describe('a card', () => {
  const expiry = (monthsFromNow: number) => {
    const now = new Date()
    const month = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + monthsFromNow, 1))
    return { expiryMonth: month.getUTCMonth() + 1, expiryYear: month.getUTCFullYear() }
  }
  const lastDay = ({ expiryYear, expiryMonth }: ReturnType<typeof expiry>) =>
    new Date(Date.UTC(expiryYear, expiryMonth, 1) - DAY_MS).toISOString().slice(0, 10)

  async function openWith(card: ReturnType<typeof expiry>): Promise<string> {
    const account = await open({ credit: '50' })
    const method = { ...cardOf(`card of ${account}`), ...card }
    await addPaymentMethod(api, { accountId: account, method, consent: null, actor: 'ann' })
    return account
  }

  it('that has expired is worse with automatic top-up on', async () => {
    const card = expiry(-1)
    const account = await openWith(card)
    expect(await noticeOf(account, 'expired')).toMatchObject({
      severity: 'warning',
      placement: 'method',
      is_dismissible: false,
      figures: { card: VISA, expires_on: lastDay(card) },
      actions: ['change_payment_method'],
    })
    await api.save(account, {}, `card of ${account}`)
    expect((await noticeOf(account, 'expired')).severity).toBe('critical')
    expect(await keysOf(account, 'member')).toEqual([])
  })

  it('expires within 30 days, and not before', async () => {
    const card = expiry(0)
    const account = await openWith(card)
    // On the first of a month of 31 days it is 31 days away.
    const isNear = parseDate(lastDay(card))! / 1000 + DAY_MS - Date.now() <= 30 * DAY_MS
    expect(await keysOf(account)).toEqual(isNear ? ['expiring'] : [])
    if (isNear) {
      expect(await noticeOf(account, 'expiring')).toMatchObject({
        severity: 'warning',
        is_dismissible: true,
        figures: { card: VISA, expires_on: lastDay(card) },
      })
    }
    expect(await keysOf(await openWith(expiry(2)))).toEqual([])
  })

  it('is missing for automatic top-up, and when credit is low', async () => {
    const on = await open({ credit: '50', auto: {} })
    expect(await noticeOf(on, 'no_method')).toMatchObject({
      severity: 'warning',
      placement: 'method',
      figures: { is_auto_top_up_on: true, saved_methods: 0 },
      actions: ['add_payment_method'],
    })
    expect(await keysOf(on, 'member')).toEqual([])
    const low = await open({ credit: '8', card: 'good' })
    expect(await keysOf(low)).toEqual(['low'])
    const { rows } = await api.pool.query('select method_id from tollgate.payment_methods where account_id = $1', [low])
    await removePaymentMethod(api, { accountId: low, methodId: rows[0].method_id, actor: 'ann' })
    expect(await keysOf(low)).toEqual(['no_method', 'low'])
  })
})

describe('automatic top-up', () => {
  it('whose card is declined: why, and when it is tried again', async () => {
    const account = await open({ credit: '50', card: 'noFunds', auto: {} })
    await use(account, '45')
    await api.settle()
    const failed = await noticeOf(account, 'failed')
    expect(failed).toMatchObject({
      severity: 'warning',
      placement: 'payments',
      figures: { amount: '20.000000', card: { last4: '9995' }, why: 'funds', next_try: { number: 2, of_tries: 3 } },
      actions: ['use_another_card', 'add_credit'],
    })
    expect(Date.parse(failed.figures.next_try!.at)).toBeGreaterThan(Date.now())
    expect(await keysOf(account, 'member')).toEqual(['low'])
    for (const hours of [2, 30]) {
      await api.pass(hours)
      await api.settle()
    }
    expect(await keysOf(account)).toEqual(['paused', 'low'])
    expect((await noticeOf(account, 'paused')).figures).toMatchObject({ reason: 'declined', why: 'funds' })
    // Another card ends the pause, and is charged at once.
    await api.addCard(account, 'good')
    await api.settle()
    expect(await keysOf(account)).toEqual(['added'])
  })

  it('that is paused, and its notice once credit has run out', async () => {
    const account = await open({ credit: '50', card: 'stolen', auto: {} })
    await use(account, '45')
    await api.settle()
    const { rows } = await api.pool.query<{ since: string }>(
      `select to_char(paused_since at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as since
         from tollgate.auto_top_up_memory where account_id = $1`,
      [account],
    )
    const paused = {
      card: { brand: 'visa', last4: '9979' },
      reason: 'card_stopped',
      why: 'hard',
      since: rows[0]!.since,
      needs_another_method: true,
    }
    expect(await noticeOf(account, 'paused')).toMatchObject({
      severity: 'critical',
      placement: 'auto',
      is_banner: true,
      figures: paused,
      actions: ['use_another_card', 'resume'],
    })
    expect(await keysOf(account, 'member')).toEqual(['low'])
    await use(account, '6')
    expect(await keysOf(account)).toEqual(['exhausted_and_paused'])
    expect(await noticeOf(account, 'exhausted_and_paused')).toMatchObject({
      figures: { ...paused, owed: '1.000000' },
      actions: ['pay_with_another_card'],
    })
    const member = await readAs(account, 'member')
    expect(member.items).toMatchObject([
      {
        key: 'exhausted_and_paused',
        figures: { card: null, why: null, reason: null, owed: '1.000000' },
        actions: [],
        ask_admins: ['Ana', 'ben'],
      },
    ])
    expect(JSON.stringify(member)).not.toMatch(/9979|stolen/)
  })

  it('whose payment is disputed, and won', async () => {
    const account = await open({ credit: '50', card: 'disputed', auto: {} })
    await use(account, '45')
    await api.settle()
    await api.tend()
    expect(await noticeOf(account, 'taken_back')).toMatchObject({
      severity: 'critical',
      placement: 'auto',
      figures: { reason: 'disputed', amount: '20.000000', needs_another_method: true },
      actions: ['resume'],
    })
    expect(await keysOf(account, 'member')).toEqual(['low'])
    await api.provider.desk.win(await paymentIdOf(account))
    await api.tend()
    // Only a person ends the pause.
    expect(await keysOf(account)).toEqual(['paused', 'added'])
    expect((await noticeOf(account, 'paused')).figures).toMatchObject({ reason: 'disputed', why: null, card: null })
    expect((await noticeOf(account, 'added')).figures).toMatchObject({ kind: 'dispute_won', amount: '20.000000' })
  })

  it('of which a part was refunded', async () => {
    const account = await open({ credit: '50', card: 'good', auto: {} })
    await use(account, '45')
    await api.settle()
    await api.provider.desk.refund(await paymentIdOf(account), micros('5'))
    await api.tend()
    expect((await noticeOf(account, 'taken_back')).figures).toMatchObject({
      reason: 'refunded',
      amount: '5.000000',
      needs_another_method: false,
    })
    expect(await keysOf(account)).not.toContain('added')
  })

  it('that the bank wants approved', async () => {
    const account = await open({ credit: '50', card: 'needsApproval', auto: {} })
    await use(account, '45')
    await api.settle()
    const approve = await noticeOf(account, 'approve')
    expect(approve).toMatchObject({
      severity: 'critical',
      placement: 'payments',
      is_banner: true,
      figures: { trigger: 'automatic', amount: '20.000000' },
      actions: ['approve_payment'],
    })
    expect(approve.occurrence).toBe(approve.figures.top_up_id)
    expect(Date.parse(approve.figures.until)).toBeGreaterThan(Date.now() + 23 * 3_600_000)
    expect(await keysOf(account, 'member')).toEqual(['low'])
    await api.provider.desk.approve(await paymentIdOf(account))
    await api.tend()
    expect(await keysOf(account)).toEqual(['added'])
  })

  it('whose payment has no answer', async () => {
    const account = await open({ credit: '50', card: 'good', auto: {} })
    await api.provider.desk.orderFault({ fault: 'down', call: 'confirm', timesLeft: null, delayMs: null })
    await use(account, '45')
    await api.settle()
    await api.provider.desk.endFaults()
    expect(await keysOf(account, 'member')).toEqual(['checking'])
    expect(await noticeOf(account, 'checking')).toMatchObject({
      severity: 'info',
      placement: 'payments',
      figures: { trigger: 'automatic', amount: '20.000000' },
      actions: ['pay_with_another_card'],
    })
    await api.pass(1)
    await api.settle()
    expect(await keysOf(account)).toEqual(['added'])
  })

  it('at its cap, and near it', async () => {
    const auto = { amountMicros: micros('5'), monthlyCapMicros: micros('25') }
    const account = await open({ credit: '50', card: 'good', auto })
    await use(account, '58')
    await api.settle()
    expect((await noticeOf(account, 'cap_nearly_used')).figures).toEqual({
      spent: '20.000000',
      cap: '25.000000',
      percent: 80,
    })
    await use(account, '7')
    await api.settle()
    const now = new Date()
    const cap = await noticeOf(account, 'cap')
    expect(cap).toMatchObject({
      severity: 'warning',
      placement: 'auto',
      figures: {
        spent: '25.000000',
        cap: '25.000000',
        until: formatInstant(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1) * 1000),
      },
      actions: ['raise_cap', 'add_credit'],
    })
    expect(await keysOf(account, 'member')).toContain('cap')
  })

  it('at its daily limit', async () => {
    const account = await open({ credit: '50', card: 'good', auto: {} })
    await use(account, '150')
    await api.settle()
    expect(await keysOf(account)).toEqual(['exhausted', 'day_limit', 'added'])
    const limit = await noticeOf(account, 'day_limit')
    expect(limit.figures.limit).toBe(5)
    expect(Math.abs(Date.parse(limit.figures.until) - Date.now() - DAY_MS)).toBeLessThan(60_000)
    expect(await keysOf(account, 'member')).toEqual(['exhausted', 'added'])
    await api.pass(24)
    expect(await keysOf(account)).not.toContain('day_limit')
  })
})

describe('a closed account', () => {
  it('says since when', async () => {
    const account = await open({ credit: '5', card: 'good', auto: {} })
    await closeAccount(api, account, 'test')
    const closed = { balance: '5.000000', closed_at: await columnOf(account, 'closed_at') }
    expect((await readAs(account, 'admin')).items).toMatchObject([{ key: 'closed', figures: closed, actions: [] }])
    expect(await keysOf(account, 'member')).toEqual(['closed'])
  })
})

describe('dismissing', () => {
  it('is for one person, and ends with the occurrence', async () => {
    const account = await open({ credit: '30', card: 'good', auto: { thresholdMicros: micros('0.01') } })
    await use(account, '21')
    const [ann, max] = await Promise.all([api.person(account, 'admin', 'ann'), api.person(account, 'member', 'max')])
    const low = await noticeOf(account, 'low')

    const dismissed = await dismiss(max, account, low)
    expect(dismissed).toMatchObject({ status: 200, body: { account_id: account, items: [] } })
    expect(await keysOf(account, 'member', 'max')).toEqual([])
    expect(await keysOf(account, 'member', 'mia')).toEqual(['low'])
    expect(await keysOf(account, 'admin', 'ann')).toEqual(['low'])
    expect((await dismiss(max, account, low)).status).toBe(200)

    // Up again, but not to 110 % of the level, and down: still the dismissed occurrence.
    await adjust(api, account, micros('1.8'))
    expect(await keysOf(account)).toEqual([])
    // Dismissing an occurrence that is over is allowed too.
    expect((await dismiss(max, account, low)).status).toBe(200)
    await use(account, '1')
    expect((await noticeOf(account, 'low')).occurrence).toBe(low.occurrence)
    expect(await keysOf(account, 'member', 'max')).toEqual([])

    await adjust(api, account, micros('10'))
    await use(account, '10')
    const again = await noticeOf(account, 'low')
    expect(again.occurrence).not.toBe(low.occurrence)
    expect(await keysOf(account, 'member', 'max')).toEqual(['low'])
    expect((await dismiss(ann, account, again)).body.items).toEqual([])
    expect(await keysOf(account, 'member', 'max')).toEqual(['low'])
  })

  it('gives the banner to the next one', async () => {
    const account = await open({ card: 'good' })
    await pay(account, '8')
    const before = (await readAs(account, 'admin')).items
    expect(before.map(({ key, is_banner }) => [key, is_banner])).toEqual([
      ['low', true],
      ['added', false],
    ])
    const left = await dismiss(await api.person(account, 'admin'), account, before[0]!)
    expect(left.body.items).toMatchObject([{ key: 'added', is_banner: true }])
    // It was never above the level, so nothing was crossed; the next crossing is the first.
    expect(before[0]!.occurrence).toBe('0')
  })

  it.each<[status: number, code: string, body: object]>([
    [422, 'not_dismissible', { key: 'exhausted', occurrence: '' }],
    [422, 'not_shown', { key: 'low', occurrence: '0' }],
    [422, 'not_shown', { key: 'exhausted', occurrence: 'another' }],
    [400, 'invalid', { key: 'unheard_of', occurrence: '0' }],
    [400, 'invalid', { key: 'low', occurrence: 'ö' }],
  ])('is refused with %s %s: %j', async (status, code, body) => {
    const account = await open({ credit: '5', card: 'good' })
    await use(account, '5')
    const { occurrence } = await noticeOf(account, 'exhausted')
    const token = await api.person(account, 'admin')
    const asked = { ...body, ...((body as Notice).occurrence === '' ? { occurrence } : {}) } as Notice
    const refused = await dismiss(token, account, asked)
    expect(refused.status).toBe(status)
    if (status === 422) expect(refused.body.errors[0].code).toBe(code)
    expect(await keysOf(account)).toEqual(['exhausted'])
  })

  it('is refused to services and operators, who see every notice', async () => {
    const account = await open({ credit: '30', card: 'good', auto: { thresholdMicros: micros('0.01') } })
    await use(account, '21')
    const low = await noticeOf(account, 'low')
    await dismiss(await api.person(account, 'admin'), account, low)
    for (const token of [await api.key(['read', 'write']), await api.operator()]) {
      const refused = await dismiss(token, account, low)
      expect(refused).toMatchObject({ status: 403, body: { detail: expect.stringContaining('only people') } })
      const seen = await api.ask('GET', `/v1/accounts/${account}/notices`, { token })
      expect(seen.body.items).toMatchObject([{ key: 'low', actions: ['add_credit'], ask_admins: [] }])
    }
  })
})

describe('notices outside of a request', () => {
  it('have the form of the API', async () => {
    const account = await open({ credit: '30', card: 'good' })
    await use(account, '22')
    for (const role of ['admin', 'member'] as const) {
      const { as_of, ...sent } = (await readNotices(api.pool, account, { role, person: 'ann' }))!
      expect(JSON.parse(JSON.stringify(sent))).toEqual({ ...(await readAs(account, role)), as_of: undefined })
      expect(Math.abs(Date.parse(as_of) - Date.now())).toBeLessThan(60_000)
    }
    expect(await readNotices(api.pool, 'nobody', { role: 'admin', person: null })).toBeNull()
  })
})

describe('the name of an occurrence', () => {
  it('is written when a level is crossed, and not by other usage', async () => {
    const account = await open({ credit: '30' })
    const crossings = async () =>
      (
        await api.pool.query(
          'select kind, version::int, crossed_at::text from tollgate.alert_crossings where account_id = $1 order by 1',
          [account],
        )
      ).rows
    await use(account, '10')
    expect(await crossings()).toEqual([])
    await use(account, '12')
    const [low] = await crossings()
    expect(low).toMatchObject({ kind: 'low', version: 1 })
    await use(account, '1')
    expect(await crossings()).toEqual([low])
    await use(account, '8')
    expect(await crossings()).toMatchObject([{ kind: 'exhausted', version: 2 }, low])
  })
})
