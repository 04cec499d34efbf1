/** The routes that lead to payments: automatic top-up, card setups, top-ups and their approval, with real requests and forms. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPortalLink, openPortalSession } from '../../src/ledger/access/portal-sessions.ts'
import { readMethodSetup } from '../../src/ledger/top-ups/method-setups.ts'
import { checkSetup, sweepSetups } from '../../src/payments/method-setups.ts'
import { createLog } from '../../src/platform/log.ts'
import { type Answer, type Asked, DASHBOARD, openTestApi, type TestApi } from '../support/api.ts'
import { testAccount } from '../support/catalog.ts'
import { adjust, apply } from '../support/ledger.ts'
import { CARDS, type Card } from '../support/payments.ts'

let api: TestApi
const logged: string[] = []

beforeAll(async () => {
  api = await openTestApi({ log: createLog('trace', { write: (line) => void logged.push(line) }) })
  await apply(api, [testAccount({ accountId: 'other' })])
})

afterAll(async () => {
  await api?.close()
})

/** An account with a balance, and its callers. */
async function open(balanceMicros = 50_000_000n) {
  const accountId = `acme-${randomUUID().slice(0, 8)}`
  await apply(api, [testAccount({ accountId })])
  if (balanceMicros !== 0n) await adjust(api, accountId, balanceMicros)
  const tokens = {
    admin: await api.person(accountId, 'admin'),
    member: await api.person(accountId, 'member', 'max'),
    service: await api.key(['read', 'write', 'pay']),
  }
  const url = `/v1/accounts/${accountId}`
  const ask = (method: string, path: string, asked: Asked = {}) =>
    api.ask(method, `${url}${path}`, { token: tokens.admin, ...asked })
  return { accountId, url, ask, ...tokens }
}

type Opened = Awaited<ReturnType<typeof open>>

/** 20.00 whenever the balance is below 10.00. */
const FIGURES = { threshold: '10.00', amount: '20.00', monthly_cap: null as string | null }

function consentTo(methodId: string | null, figures = FIGURES) {
  return {
    text: 'I allow these charges.\nAll of them.',
    text_version: '7',
    locale: 'en',
    ...figures,
    method_id: methodId,
  }
}

/** The body that turns automatic top-up on. */
function turnedOn(methodId: string | null, figures = FIGURES) {
  return { is_on: true, ...figures, consent: consentTo(methodId, figures) }
}

const ANY = { 'if-match': '*' }
const key = () => ({ 'idempotency-key': randomUUID() })

/** A default card, and automatic top-up on. */
async function openWithAutoTopUp(card: Card = 'good', balanceMicros = 50_000_000n) {
  const opened = await open(balanceMicros)
  const methodId = await api.addCard(opened.accountId, card)
  const saved = await opened.ask('PUT', '/auto-top-up', { body: turnedOn(methodId), headers: ANY })
  expect(saved.status).toBe(200)
  return { ...opened, methodId }
}

function typeOf({ status, body }: Answer) {
  return { status, type: body.type?.replace('urn:tollgate:problem:', '') }
}

const count = async (sql: string, ...values: unknown[]): Promise<number> =>
  (await api.pool.query<{ n: number }>(`select count(*)::integer as n from ${sql}`, values)).rows[0]!.n

const consentsOf = async (accountId: string) =>
  (
    await api.pool.query(
      'select person, attested_by, text, text_version, method_id, amount_micros from tollgate.consents where account_id = $1 order by consent_id',
      [accountId],
    )
  ).rows

/** Sends a form as a browser does, without following the redirect. */
const submit = (url: string, form: Record<string, string>) =>
  fetch(url, { method: 'POST', body: new URLSearchParams(form), redirect: 'manual' })

const EXPIRY = '12/40'

describe('automatic top-up', () => {
  it('is off and shows its bounds until it is set up, and is then on as agreed to', async () => {
    const { ask, member, accountId } = await open()
    const before = await ask('GET', '/auto-top-up')
    expect(before.body).toEqual({
      account_id: accountId,
      currency: 'EUR',
      state: 'off',
      settings: null,
      pause: null,
      waits_for: null,
      waits_until: null,
      charged_this_month: '0.000000',
      open_top_up: null,
      method: null,
      needs_another_method: false,
      bounds: {
        threshold: { min: '0.010000', max: '10000.000000' },
        amount: { min: '5.000000', max: '5000.000000' },
      },
      last_consent: null,
    })
    const methodId = await api.addCard(accountId, 'good')
    const etag = before.headers.get('etag')!
    const saved = await ask('PUT', '/auto-top-up', { body: turnedOn(methodId), headers: { 'if-match': etag } })
    expect(saved).toMatchObject({ status: 200, body: { is_resumed: false, is_top_up_due: false } })
    expect(await consentsOf(accountId)).toEqual([
      {
        person: 'ann',
        attested_by: null,
        text: 'I allow these charges.\nAll of them.',
        text_version: '7',
        method_id: methodId,
        amount_micros: 20_000_000n,
      },
    ])
    const after = await ask('GET', '/auto-top-up')
    expect(after.headers.get('etag')).toBe(saved.headers.get('etag'))
    expect(after.headers.get('etag')).not.toBe(etag)
    const method = { method_id: methodId, brand: 'visa', last4: '4242', expiry_month: 12, expiry_year: 2040 }
    expect(after.body).toMatchObject({
      state: 'on',
      settings: { is_on: true, threshold: '10.000000', amount: '20.000000', monthly_cap: null },
      method,
      last_consent: { person: 'ann', at: expect.any(String) },
    })
    expect((await ask('GET', '/auto-top-up', { token: member })).body).toMatchObject({
      state: 'on',
      method: { ...method, brand: null, last4: null },
      last_consent: { person: null },
    })
  })

  it('saved below the threshold charges at once, and only once, however many requests save it', async () => {
    const { ask, accountId } = await open(3_000_000n)
    const methodId = await api.addCard(accountId, 'good')
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => ask('PUT', '/auto-top-up', { body: turnedOn(methodId), headers: ANY })),
    )
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200))
    expect(answers.filter(({ body }) => body.is_top_up_due)).toHaveLength(1)
    await api.settle(3)
    expect(await api.charges(accountId)).toHaveLength(1)
    expect((await ask('GET', '/balance')).body.balance).toBe('23.000000')
    expect((await ask('GET', '/auto-top-up')).body).toMatchObject({
      charged_this_month: '20.000000',
      open_top_up: null,
    })
  })

  it.each<[what: string, body: (methodId: string) => object, status: number, type: string, errors?: object[]]>([
    ['no consent', () => ({ is_on: true, ...FIGURES, consent: null }), 422, 'consent-needed'],
    [
      'a consent for other figures',
      (id) => ({ ...turnedOn(id), consent: consentTo(id, { ...FIGURES, amount: '19.00' }) }),
      422,
      'consent-differs',
    ],
    [
      'a consent for another card',
      (id) => ({ ...turnedOn(id), consent: consentTo('another') }),
      422,
      'consent-differs',
    ],
    [
      'the consent of somebody else',
      (id) => ({ ...turnedOn(id), consent: { ...consentTo(id), person: 'bob' } }),
      422,
      'not-possible',
      [{ path: '/body/consent/person', code: 'somebody_else' }],
    ],
    [
      'figures out of bounds',
      (id) => turnedOn(id, { threshold: '0.001', amount: '4.99', monthly_cap: '4.00' }),
      422,
      'not-possible',
      [
        { path: '/body/threshold', code: 'more_than_2_decimals' },
        { path: '/body/amount', code: 'too_low', limit: '5.000000' },
        { path: '/body/monthly_cap', code: 'cap_below_amount', limit: '4.990000' },
      ],
    ],
    [
      'a threshold of zero and too high an amount',
      (id) => turnedOn(id, { threshold: '0', amount: '5000.01', monthly_cap: null }),
      422,
      'not-possible',
      [
        { path: '/body/threshold', code: 'too_low', limit: '0.010000' },
        { path: '/body/amount', code: 'too_high', limit: '5000.000000' },
      ],
    ],
    ['an unknown field', (id) => ({ ...turnedOn(id), balance: '1000.00' }), 400, 'invalid-request'],
  ])('is not saved with %s', async (_what, bodyFor, status, type, errors) => {
    const { ask, accountId } = await open()
    const methodId = await api.addCard(accountId, 'good')
    const refused = await ask('PUT', '/auto-top-up', { body: bodyFor(methodId), headers: ANY })
    expect(typeOf(refused)).toEqual({ status, type })
    if (errors !== undefined) {
      expect(refused.body.errors).toEqual(errors.map((error) => expect.objectContaining(error)))
    }
    expect((await ask('GET', '/auto-top-up')).body.settings).toBeNull()
    expect(await consentsOf(accountId)).toEqual([])
  })

  it('is saved by services and operators for a person whom they name and vouch for', async () => {
    const { ask, accountId, service } = await open()
    const methodId = await api.addCard(accountId, 'good')
    const unnamed = await ask('PUT', '/auto-top-up', { token: service, body: turnedOn(methodId), headers: ANY })
    expect(unnamed.body.errors).toMatchObject([{ path: '/body/consent/person', code: 'missing' }])
    const body = { ...turnedOn(methodId), consent: { ...consentTo(methodId), person: 'zoe' } }
    expect((await ask('PUT', '/auto-top-up', { token: service, body, headers: ANY })).status).toBe(200)
    const operator = await api.operator()
    expect((await ask('PUT', '/auto-top-up', { token: operator, body, headers: ANY })).status).toBe(200)
    expect(await consentsOf(accountId)).toMatchObject([
      { person: 'zoe', attested_by: 'api-key test service' },
      { person: 'zoe', attested_by: 'olga' },
    ])
  })

  it('is not changed without the permission, nor without having seen its current state', async () => {
    const { ask, methodId, member, url } = await openWithAutoTopUp()
    const body = turnedOn(methodId, { ...FIGURES, amount: '30.00' })
    const stranger = await api.person('other', 'admin')
    expect(typeOf(await ask('PUT', '/auto-top-up', { token: member, body, headers: ANY }))).toEqual({
      status: 403,
      type: 'forbidden',
    })
    expect(typeOf(await ask('PUT', '/auto-top-up', { token: stranger, body, headers: ANY }))).toEqual({
      status: 404,
      type: 'not-found',
    })
    expect(typeOf(await ask('PUT', '/auto-top-up', { body }))).toEqual({ status: 428, type: 'if-match-required' })
    expect((await api.ask('GET', `${url}/auto-top-up`)).status).toBe(401)
    expect((await ask('GET', '/auto-top-up')).body.settings.amount).toBe('20.000000')
  })

  it('is changed by the first of two concurrent admins; the second is refused, and learns who was faster and when', async () => {
    const { ask, methodId, accountId } = await openWithAutoTopUp()
    const bob = await api.person(accountId, 'admin', 'bob')
    const headers = { 'if-match': (await ask('GET', '/auto-top-up')).headers.get('etag')! }
    const change = (token: string | undefined, amount: string) => {
      const body = turnedOn(methodId, { ...FIGURES, amount })
      return ask('PUT', '/auto-top-up', { ...(token === undefined ? {} : { token }), body, headers })
    }
    const answers = await Promise.all([change(undefined, '30.00'), change(bob, '40.00')])
    const [first] = answers.filter(({ status }) => status === 200)
    const [second] = answers.filter(({ status }) => status === 412)
    expect(second!.body).toMatchObject({
      type: 'urn:tollgate:problem:changed-meanwhile',
      current: {
        etag: first!.headers.get('etag'),
        changed_by: first === answers[0] ? 'ann' : 'bob',
        changed_at: expect.any(String),
      },
    })
    expect((await ask('GET', '/auto-top-up')).body.settings).toEqual(first!.body.settings)
  })

  it('saved again under the same key returns the first answer, even if others changed it since; other content is refused', async () => {
    const { ask, methodId, accountId } = await openWithAutoTopUp()
    const headers = { 'if-match': (await ask('GET', '/auto-top-up')).headers.get('etag')!, ...key() }
    const body = turnedOn(methodId, { ...FIGURES, amount: '30.00' })
    const first = await ask('PUT', '/auto-top-up', { body, headers })
    const bob = await api.person(accountId, 'admin', 'bob')
    const later = { is_on: false, ...FIGURES, consent: null }
    expect((await ask('PUT', '/auto-top-up', { token: bob, body: later, headers: ANY })).status).toBe(200)
    const again = await ask('PUT', '/auto-top-up', { body, headers })
    expect(again.body).toEqual(first.body)
    expect(again.headers.get('etag')).toBe(first.headers.get('etag'))
    expect((await ask('GET', '/auto-top-up')).body.state).toBe('off')
    const other = await ask('PUT', '/auto-top-up', { body: turnedOn(methodId), headers })
    expect(typeOf(other)).toEqual({ status: 422, type: 'request-key-reused' })
  })

  it.each([
    ['its current figures', FIGURES],
    ['figures that are out of bounds by now', { threshold: '20000.00', amount: '0.001', monthly_cap: '0.50' }],
    ['invalid figures', { threshold: '-1', amount: '0', monthly_cap: '0' }],
  ])('is turned off with %s', async (_what, figures) => {
    const { ask } = await openWithAutoTopUp()
    const off = await ask('PUT', '/auto-top-up', { body: { is_on: false, ...figures, consent: null }, headers: ANY })
    expect(off).toMatchObject({ status: 200, body: { settings: { is_on: false } } })
    expect((await ask('GET', '/auto-top-up')).body).toMatchObject({ state: 'off', settings: { is_on: false } })
  })

  it('paused for a stolen card shows why to admins, the code to services, and neither to members; another card resumes it', async () => {
    const { ask, methodId, accountId, member, service } = await openWithAutoTopUp('stolen', 3_000_000n)
    await api.settle()
    const pauseFor = async (token: string) => (await ask('GET', '/auto-top-up', { token })).body.pause
    expect((await ask('GET', '/auto-top-up')).body).toMatchObject({
      state: 'paused',
      pause: { reason: 'card_stopped', why: 'hard', code: null, since: expect.any(String) },
      needs_another_method: true,
    })
    expect(await pauseFor(service)).toMatchObject({ reason: 'card_stopped', why: 'hard', code: 'stolen_card' })
    expect(await pauseFor(member)).toMatchObject({ reason: null, why: null, code: null })
    const same = await ask('PUT', '/auto-top-up', { body: turnedOn(methodId), headers: ANY })
    expect(typeOf(same)).toEqual({ status: 409, type: 'needs-another-method' })
    const other = await api.addCard(accountId, 'good')
    const resumed = await ask('PUT', '/auto-top-up', { body: turnedOn(other), headers: ANY })
    expect(resumed.body).toMatchObject({ is_resumed: true, is_top_up_due: true })
    await api.settle()
    expect(await api.charges(accountId)).toHaveLength(1)
  })

  it('is not turned on for a closed account', async () => {
    const { ask, accountId } = await open()
    const methodId = await api.addCard(accountId, 'good')
    await api.pool.query('update tollgate.accounts set closed_at = now() where account_id = $1', [accountId])
    const on = await ask('PUT', '/auto-top-up', { body: turnedOn(methodId), headers: ANY })
    expect(typeOf(on)).toEqual({ status: 409, type: 'account-closed' })
    const setup = await beginSetup({ ask }, { make_default: false, consent: null })
    expect(typeOf(setup)).toEqual({ status: 409, type: 'account-closed' })
    const topUp = await ask('POST', '/top-ups', { body: { amount: '10.00', method_id: methodId }, headers: key() })
    expect(typeOf(topUp)).toEqual({ status: 409, type: 'account-closed' })
  })
})

const RETURN_URL = `${DASHBOARD}/billing?tab=credit`

function beginSetup({ ask }: Pick<Opened, 'ask'>, body: object = {}, headers: Record<string, string> = key()) {
  return ask('POST', '/payment-method-setups', {
    body: { return_url: RETURN_URL, make_default: true, consent: null, ...body },
    headers,
  })
}

function consentToNewCard(figures = FIGURES) {
  const { method_id: _none, ...consent } = consentTo(null, figures)
  return consent
}

describe('a card', () => {
  it('entered on the provider’s page is saved when the customer returns, as the default, with its consent', async () => {
    const opened = await openWithAutoTopUp()
    const { ask, accountId } = opened
    const begun = await beginSetup(opened, { consent: consentToNewCard() })
    expect(begun).toMatchObject({ status: 201, body: { state: 'open', expires_at: expect.any(String) } })
    const { setup_id: setupId, url } = begun.body
    expect(begun.headers.get('location')).toBe(`${opened.url}/payment-method-setups/${setupId}`)
    expect(url.startsWith(`${api.url}/sandbox/cards/`)).toBe(true)

    const form = await fetch(url)
    expect(form.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(await form.text()).toContain('Sandbox: no real money moves')
    const sent = await submit(url, { number: '5555 5555 5555 4444', expiry: EXPIRY })
    expect(sent.status).toBe(303)
    const back = await fetch(sent.headers.get('location')!, { redirect: 'manual' })
    expect(back.headers.get('content-security-policy')).toContain("default-src 'none'")
    const page = await back.text()
    expect(page).toContain(`href="${RETURN_URL}"`)
    for (const secret of [accountId, '4444', 'mastercard']) expect(page).not.toContain(secret)

    const { body } = await ask('GET', `/payment-method-setups/${setupId}`)
    expect(body).toMatchObject({ state: 'saved', is_default: true, refusal: null })
    const methods = (await ask('GET', '/payment-methods')).body.items
    expect(methods).toMatchObject([
      { last4: '4242', is_default: false },
      { method_id: body.method_id, brand: 'mastercard', last4: '4444', expiry_month: 12, is_default: true },
    ])
    expect((await consentsOf(accountId)).at(-1)).toMatchObject({ person: 'ann', method_id: body.method_id })
  })

  it('is saved once, however many check its setup, concurrently or later', async () => {
    const opened = await openWithAutoTopUp()
    const { setup_id: setupId, url } = (await beginSetup(opened, { consent: consentToNewCard() })).body
    const before = await count('tollgate.consents where account_id = $1', opened.accountId)
    const sent = await Promise.all(Array.from({ length: 4 }, () => submit(url, { number: CARDS.good, expiry: EXPIRY })))
    const look = () => [
      fetch(sent[0]!.headers.get('location')!),
      opened.ask('GET', `/payment-method-setups/${setupId}`),
      sweepSetups(api, api.provider, createLog('silent')),
    ]
    await Promise.all(Array.from({ length: 6 }, look).flat())
    await Promise.all(look())
    expect((await opened.ask('GET', '/payment-methods')).body.items).toHaveLength(2)
    expect(await count('tollgate.consents where account_id = $1', opened.accountId)).toBe(before + 1)
  })

  it('that was removed is not saved a second time by a late check', async () => {
    const opened = await open()
    const { setup_id: setupId, url } = (await beginSetup(opened)).body
    await submit(url, { number: CARDS.good, expiry: EXPIRY })
    // By a process that has read it as open, and completes it after it has ended.
    const seen = (await readMethodSetup(api.pool, setupId))!
    const { method_id: methodId } = (await opened.ask('GET', `/payment-method-setups/${setupId}`)).body
    expect((await opened.ask('DELETE', `/payment-methods/${methodId}`)).status).toBe(200)
    expect(await checkSetup(api, api.provider, seen)).toMatchObject({ setup: { state: 'saved', methodId } })
    await fetch(`${api.url}/return/payment-method?setup=${setupId}`)
    expect((await opened.ask('GET', '/payment-methods')).body.items).toEqual([])
  })

  it('is saved by the sweep if the browser was closed', async () => {
    const opened = await open()
    const { setup_id: setupId, url } = (await beginSetup(opened)).body
    await submit(url, { number: CARDS.good, expiry: EXPIRY })
    expect(await sweepSetups(api, api.provider, createLog('silent'))).toBeGreaterThan(0)
    expect((await opened.ask('GET', '/payment-methods')).body.items).toMatchObject([
      { last4: '4242', is_default: true },
    ])
    expect((await opened.ask('GET', `/payment-method-setups/${setupId}`)).body.state).toBe('saved')
  })

  it('whose consent no longer matches the settings is saved, but not charged', async () => {
    const opened = await openWithAutoTopUp()
    const { ask, methodId } = opened
    const { setup_id: setupId, url } = (await beginSetup(opened, { consent: consentToNewCard() })).body
    const raised = turnedOn(methodId, { ...FIGURES, amount: '50.00' })
    expect((await ask('PUT', '/auto-top-up', { body: raised, headers: ANY })).status).toBe(200)
    await submit(url, { number: CARDS.good, expiry: EXPIRY })
    expect((await ask('GET', `/payment-method-setups/${setupId}`)).body).toMatchObject({
      state: 'saved',
      is_default: false,
      refusal: 'consent_differs',
    })
    expect((await ask('GET', '/payment-methods')).body.items).toMatchObject([
      { method_id: methodId, is_default: true },
      { is_default: false },
    ])
  })

  it('that will be charged needs a consent before it is entered', async () => {
    const opened = await openWithAutoTopUp()
    expect(typeOf(await beginSetup(opened))).toEqual({ status: 422, type: 'consent-needed' })
    const other = { consent: consentToNewCard({ ...FIGURES, amount: '19.00' }) }
    expect(typeOf(await beginSetup(opened, other))).toEqual({ status: 422, type: 'consent-differs' })
    expect(await count('tollgate.method_setups where account_id = $1', opened.accountId)).toBe(0)
  })

  it('that is not entered, or not in time, is not saved', async () => {
    const opened = await open()
    const first = (await beginSetup(opened)).body
    const canceled = await submit(`${first.url}/cancel`, {})
    expect(await (await fetch(canceled.headers.get('location')!)).text()).toContain(`href="${RETURN_URL}"`)
    expect((await opened.ask('GET', `/payment-method-setups/${first.setup_id}`)).body.state).toBe('canceled')
    const second = (await beginSetup(opened)).body
    await api.pass(2)
    expect((await submit(second.url, { number: CARDS.good, expiry: EXPIRY })).status).toBe(303)
    expect((await opened.ask('GET', `/payment-method-setups/${second.setup_id}`)).body.state).toBe('expired')
    expect((await opened.ask('GET', '/payment-methods')).body.items).toEqual([])
  })

  it('entered just before its account is closed is not saved, and is removed at the provider', async () => {
    const opened = await open()
    const { setup_id: setupId, url } = (await beginSetup(opened)).body
    await submit(url, { number: CARDS.good, expiry: EXPIRY })
    await api.pool.query('update tollgate.accounts set closed_at = now() where account_id = $1', [opened.accountId])
    expect((await opened.ask('GET', `/payment-method-setups/${setupId}`)).body).toMatchObject({
      state: 'canceled',
      method_id: null,
      refusal: 'account_closed',
    })
    expect((await opened.ask('GET', '/payment-methods')).body.items).toEqual([])
    const { rows } = await api.pool.query(
      'select provider_method_id from tollgate.payment_methods where account_id = $1',
      [opened.accountId],
    )
    expect((await api.provider.readMethod(rows[0].provider_method_id)).kind).toBe('method')
    await api.tend()
    expect(await api.provider.readMethod(rows[0].provider_method_id)).toEqual({ kind: 'gone' })
  })

  it('has one setup per request key, and each repetition gets the same answer', async () => {
    const opened = await open()
    const headers = key()
    const answers = await Promise.all(Array.from({ length: 10 }, () => beginSetup(opened, {}, headers)))
    expect(new Set(answers.map(({ status, body }) => JSON.stringify([status, body]))).size).toBe(1)
    await submit(answers[0]!.body.url, { number: CARDS.good, expiry: EXPIRY })
    await opened.ask('GET', `/payment-method-setups/${answers[0]!.body.setup_id}`)
    expect((await beginSetup(opened, {}, headers)).body).toEqual(answers[0]!.body)
    const other = await beginSetup(opened, { make_default: false }, headers)
    expect(typeOf(other)).toEqual({ status: 422, type: 'request-key-reused' })
    expect(await count('tollgate.method_setups where account_id = $1', opened.accountId)).toBe(1)
  })

  it('cannot be set up while the provider is down, and the same request succeeds later', async () => {
    const opened = await open()
    const headers = key()
    await api.provider.desk.orderFault({ fault: 'timeout_after', call: 'createSetup', timesLeft: 1, delayMs: null })
    const down = await beginSetup(opened, {}, headers)
    expect({ ...typeOf(down), retryable: down.body.retryable }).toEqual({
      status: 503,
      type: 'provider-unavailable',
      retryable: true,
    })
    expect((await beginSetup(opened, {}, headers)).status).toBe(201)
    expect(await count('tollgate.method_setups where account_id = $1', opened.accountId)).toBe(1)
  })

  it.each([
    ['https://evil.example/'],
    [`${DASHBOARD}.evil.example/`],
    ['https://user@dashboard.example/'],
    ['//dashboard.example/'],
    ['javascript:alert(1)'],
    ['http://dashboard.example/'],
  ])('never returns its customer to %s', async (returnUrl) => {
    const refused = await beginSetup(await open(), { return_url: returnUrl })
    expect(typeOf(refused)).toEqual({ status: 422, type: 'not-possible' })
    expect(refused.body.errors).toMatchObject([{ path: '/body/return_url', code: 'origin_not_allowed' }])
  })

  it('is not found by an invented id, or by one of another account', async () => {
    const opened = await open()
    const stranger = await openWithAutoTopUp()
    const { setup_id: setupId } = (await beginSetup(stranger, { make_default: false })).body
    for (const id of [setupId, randomUUID()]) {
      expect(typeOf(await opened.ask('GET', `/payment-method-setups/${id}`))).toEqual({
        status: 404,
        type: 'not-found',
      })
    }
    for (const id of [stranger.methodId, randomUUID()]) {
      const put = await opened.ask('PUT', `/payment-methods/${id}/default`, { body: { consent: null } })
      const removed = await opened.ask('DELETE', `/payment-methods/${id}`)
      expect([put, removed].map(typeOf)).toEqual(Array(2).fill({ status: 404, type: 'not-found' }))
    }
    expect((await stranger.ask('GET', '/payment-methods')).body.items).toMatchObject([{ is_default: true }])
  })

  it('shows only its expiry to a member, who may change nothing', async () => {
    const { ask, member, methodId } = await openWithAutoTopUp()
    const { items } = (await ask('GET', '/payment-methods', { token: member })).body
    expect(items).toMatchObject([{ brand: null, last4: null, expiry_year: 2040, is_default: true }])
    const asked = await Promise.all([
      ask('POST', '/payment-method-setups', {
        token: member,
        body: { return_url: RETURN_URL, make_default: false, consent: null },
        headers: key(),
      }),
      ask('GET', `/payment-method-setups/${randomUUID()}`, { token: member }),
      ask('PUT', `/payment-methods/${methodId}/default`, { token: member, body: { consent: null } }),
      ask('DELETE', `/payment-methods/${methodId}`, { token: member }),
    ])
    expect(asked.map(({ status }) => status)).toEqual([403, 403, 403, 403])
  })

  it('becomes the default only with a consent for it while automatic top-up is on', async () => {
    const opened = await openWithAutoTopUp()
    const { ask } = opened
    const { setup_id: setupId, url } = (await beginSetup(opened, { make_default: false })).body
    await submit(url, { number: CARDS.good, expiry: EXPIRY })
    const { method_id: other, is_default } = (await ask('GET', `/payment-method-setups/${setupId}`)).body
    expect(is_default).toBe(false)
    const choose = (consent: object | null) => ask('PUT', `/payment-methods/${other}/default`, { body: { consent } })
    expect(typeOf(await choose(null))).toEqual({ status: 422, type: 'consent-needed' })
    expect(typeOf(await choose(consentTo(opened.methodId)))).toEqual({ status: 422, type: 'consent-differs' })
    expect(await choose(consentTo(other))).toMatchObject({ status: 200, body: { is_default: true, is_resumed: false } })
    expect((await ask('GET', '/auto-top-up')).body.method.method_id).toBe(other)
  })

  it('that automatic top-up charges turns it off when removed, and says so; another card does not', async () => {
    const opened = await openWithAutoTopUp()
    const { ask, methodId } = opened
    const { setup_id: setupId, url } = (await beginSetup(opened, { make_default: false })).body
    await submit(url, { number: CARDS.good, expiry: EXPIRY })
    const { method_id: other } = (await ask('GET', `/payment-method-setups/${setupId}`)).body
    expect((await ask('DELETE', `/payment-methods/${other}`)).body).toEqual({
      method_id: other,
      auto_top_up_turned_off: false,
    })
    expect((await ask('DELETE', `/payment-methods/${methodId}`)).body).toEqual({
      method_id: methodId,
      auto_top_up_turned_off: true,
    })
    expect((await ask('GET', '/auto-top-up')).body).toMatchObject({ state: 'off', method: null })
    expect(typeOf(await ask('DELETE', `/payment-methods/${methodId}`))).toEqual({ status: 404, type: 'not-found' })
  })
})

describe('the pages of the sandbox', () => {
  it('are in the language of the person who used Billing last, the return page too, and else in that of the installation', async () => {
    const opened = await open()
    const { setup_id: setupId, url } = (await beginSetup(opened)).body
    expect(await (await fetch(url)).text()).toContain('<html lang="en">')
    for (const [locale, says] of [
      ['de-DE', 'Testkarte speichern'],
      ['en-GB', 'Save a test card'],
      ['de-AT', 'Testkarte speichern'],
    ] as const) {
      const person = { id: locale, name: 'Ann' }
      const link = await createPortalLink(api.pool, {
        accountId: opened.accountId,
        person,
        role: 'admin',
        locale,
        actor: 'test',
      })
      await openPortalSession(api.pool, link!.token, [])
      const form = await (await fetch(url)).text()
      expect(form).toContain(`<html lang="${locale.slice(0, 2)}">`)
      expect(form).toContain(`<h1>${says}</h1>`)
    }
    const back = await (await fetch(`${api.url}/return/payment-method?setup=${setupId}`)).text()
    expect(back).toContain('<h1>Sie werden zurückgeleitet</h1>')
    expect(url + back).not.toMatch(/locale|Ann/)
  })
})

describe('the card form of the sandbox', () => {
  it.each([
    ['4012888888881881', EXPIRY, 'not a test card'],
    ['4242424242424242', '13/40', 'month and a year'],
    ['4242424242424242', 'soon', 'month and a year'],
    ['4242424242424242', '01/20', 'expired'],
  ])('refuses %s %s, and repeats the number neither on the page nor in the log', async (number, expiry, says) => {
    const opened = await open()
    const { setup_id: setupId, url } = (await beginSetup(opened)).body
    const refused = await submit(url, { number, expiry })
    const page = await refused.text()
    expect(refused.status).toBe(422)
    expect(page).toMatch(new RegExp(`role="alert"[^>]*>[^<]*${says}`))
    expect(page).not.toContain(number)
    expect(logged.join('')).toContain('/sandbox/cards/:id')
    expect(logged.join('')).not.toContain(number)
    expect((await opened.ask('GET', `/payment-method-setups/${setupId}`)).body.state).toBe('open')
  })

  it('escapes what was entered', async () => {
    const { url } = (await beginSetup(await open())).body
    const page = await (await submit(url, { number: '1', expiry: '"><b>' })).text()
    expect(page).toContain('value="&quot;&gt;&lt;b&gt;"')
  })

  it('is not found at an unknown address', async () => {
    for (const path of ['cards/none', 'bank/none']) {
      expect((await fetch(`${api.url}/sandbox/${path}`)).status).toBe(404)
      expect((await submit(`${api.url}/sandbox/${path}`, { number: '1', expiry: EXPIRY })).status).toBe(404)
    }
  })
})

describe('a manual top-up', () => {
  it('requested twenty times at once under one key is one, with twenty equal answers', async () => {
    const opened = await openWithAutoTopUp()
    const headers = key()
    const send = (body: object) =>
      fetch(`${api.url}${opened.url}/top-ups`, {
        method: 'POST',
        headers: { authorization: `Bearer ${opened.admin}`, 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      })
    const body = { amount: '25.00', method_id: null }
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(body)))
    const texts = await Promise.all(answers.map((answer) => answer.text()))
    expect(new Set(texts).size).toBe(1)
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]))
    const topUp = JSON.parse(texts[0]!)
    expect(topUp).toMatchObject({ state: 'requested', amount: '25.000000', method_id: opened.methodId })
    expect(answers[7]!.headers.get('location')).toBe(`${opened.url}/top-ups/${topUp.top_up_id}`)
    await api.settle(3)
    expect(await (await send(body)).text()).toBe(texts[0])
    expect(await api.charges(opened.accountId)).toHaveLength(1)
    const other = await send({ ...body, amount: '26.00' })
    expect({ status: other.status, type: JSON.parse(await other.text()).type }).toEqual({
      status: 422,
      type: 'urn:tollgate:problem:request-key-reused',
    })
    expect((await opened.ask('GET', `/top-ups/${topUp.top_up_id}`)).body).toMatchObject({
      state: 'succeeded',
      trigger: 'manual',
      requested_by: 'ann',
      attempts: [{ number: 1, outcome: 'succeeded', last4: '4242', why: null }],
      movements: [{ kind: 'top_up', amount: '25.000000', balance_after: '75.000000' }],
    })
  })

  it.each<[what: string, body: object, status: number, type: string, error?: object]>([
    [
      'too little',
      { amount: '4.99' },
      422,
      'not-possible',
      { path: '/body/amount', code: 'too_low', limit: '5.000000' },
    ],
    ['too much', { amount: '5000.01' }, 422, 'not-possible', { path: '/body/amount', code: 'too_high' }],
    ['less than nothing', { amount: '-10.00' }, 422, 'not-possible', { path: '/body/amount', code: 'too_low' }],
    [
      'parts of a cent',
      { amount: '10.001' },
      422,
      'not-possible',
      { path: '/body/amount', code: 'more_than_2_decimals' },
    ],
    ['a number', { amount: 10 }, 400, 'invalid-request'],
    [
      'an unknown card',
      { amount: '10.00', method_id: 'none' },
      422,
      'not-possible',
      { path: '/body/method_id', code: 'unknown_method' },
    ],
    ['an unknown field', { amount: '10.00', tax: '1.00' }, 400, 'invalid-request'],
  ])('of %s is refused', async (_what, body, status, type, error) => {
    const { ask, accountId } = await openWithAutoTopUp()
    const refused = await ask('POST', '/top-ups', { body: { method_id: null, ...body }, headers: key() })
    expect(typeOf(refused)).toEqual({ status, type })
    if (error !== undefined) expect(refused.body.errors).toMatchObject([error])
    expect(await count('tollgate.top_ups where account_id = $1', accountId)).toBe(0)
  })

  it('needs a card, a request key, and the permission to pay', async () => {
    const { ask, member, accountId } = await open()
    const body = { amount: '10.00', method_id: null }
    expect(typeOf(await ask('POST', '/top-ups', { body, headers: key() }))).toEqual({
      status: 409,
      type: 'no-payment-method',
    })
    expect((await ask('POST', '/top-ups', { body })).status).toBe(400)
    const token = await api.key(['read', 'write'])
    expect((await ask('POST', '/top-ups', { token: member, body, headers: key() })).status).toBe(403)
    expect((await ask('POST', '/top-ups', { token, body, headers: key() })).status).toBe(403)
    expect(await count('tollgate.top_ups where account_id = $1', accountId)).toBe(0)
  })

  it('that is declined shows why to admins, the code to services, and neither these nor the card to members', async () => {
    const { ask, methodId, member, service } = await openWithAutoTopUp('noFunds')
    const { top_up_id: id } = (
      await ask('POST', '/top-ups', { body: { amount: '10.00', method_id: methodId }, headers: key() })
    ).body
    await api.settle()
    const shown = async (token?: string) =>
      (await ask('GET', `/top-ups/${id}`, token === undefined ? {} : { token })).body
    expect(await shown()).toMatchObject({
      state: 'failed',
      reason: null,
      why: 'funds',
      attempts: [{ outcome: 'declined', why: 'funds', code: null, brand: 'visa', last4: '9995' }],
      movements: [],
    })
    expect(JSON.stringify(await shown())).not.toContain('insufficient_funds')
    expect(await shown(service)).toMatchObject({
      reason: 'insufficient_funds',
      why: 'funds',
      attempts: [{ code: 'insufficient_funds', payment_id: expect.any(String) }],
    })
    expect(await shown(member)).toMatchObject({
      reason: null,
      why: null,
      requested_by: null,
      attempts: [{ why: null, code: null, brand: null, last4: null, payment_id: null }],
    })
  })

  it('is listed in pages, by trigger and state', async () => {
    const { ask, methodId } = await openWithAutoTopUp()
    const ids: string[] = []
    for (const amount of ['10.00', '11.00', '12.00', '13.00', '14.00']) {
      const { body } = await ask('POST', '/top-ups', { body: { amount, method_id: methodId }, headers: key() })
      ids.unshift(body.top_up_id)
      if (amount === '11.00') await api.settle()
    }
    const idsOf = async (query: string) => {
      const { body } = await ask('GET', `/top-ups?${query}`)
      return { ids: body.items.map((one: { top_up_id: string }) => one.top_up_id), next: body.next_cursor }
    }
    const pages: string[] = []
    let cursor = ''
    for (;;) {
      const page = await idsOf(`limit=2${cursor}`)
      pages.push(...page.ids)
      if (page.next === null) break
      cursor = `&cursor=${page.next}`
    }
    expect(pages).toEqual(ids)
    expect((await idsOf('open=true')).ids).toEqual(ids.slice(0, 3))
    expect((await idsOf('state=succeeded&state=failed')).ids).toEqual(ids.slice(3))
    expect((await idsOf('trigger=automatic')).ids).toEqual([])
    const forged = Buffer.from(JSON.stringify(['yesterday', 'x'])).toString('base64url')
    expect((await ask('GET', `/top-ups?cursor=${forged}`)).status).toBe(400)
  })

  it('is not found by an invented id, or by one of another account', async () => {
    const { ask } = await open()
    const stranger = await openWithAutoTopUp()
    const body = { amount: '10.00', method_id: null }
    const { top_up_id: theirs } = (await stranger.ask('POST', '/top-ups', { body, headers: key() })).body
    for (const id of [theirs, randomUUID()]) {
      const asked = await Promise.all([
        ask('GET', `/top-ups/${id}`),
        ask('POST', `/top-ups/${id}/approve`, { body: { return_url: RETURN_URL } }),
        ask('POST', `/top-ups/${id}/cancel`),
      ])
      expect(asked.map(typeOf)).toEqual(Array(3).fill({ status: 404, type: 'not-found' }))
    }
    expect((await stranger.ask('GET', `/top-ups/${theirs}`)).body.state).toBe('requested')
  })
})

/** A manual top-up that waits for its customer's approval. */
async function openUnapproved() {
  const opened = await openWithAutoTopUp('needsApproval')
  const body = { amount: '25.00', method_id: null }
  const { top_up_id: topUpId } = (await opened.ask('POST', '/top-ups', { body, headers: key() })).body
  await api.settle()
  const read = async () => (await opened.ask('GET', `/top-ups/${topUpId}`)).body
  expect(await read()).toMatchObject({ state: 'needs_action', action_until: expect.any(String) })
  const approve = (asked: Asked = {}) =>
    opened.ask('POST', `/top-ups/${topUpId}/approve`, { body: { return_url: RETURN_URL }, ...asked })
  return { ...opened, topUpId, read, approve }
}

describe('a payment that needs approval', () => {
  it('is credited by the time the customer returns from approving it at the bank', async () => {
    const { approve, read, ask, accountId, topUpId } = await openUnapproved()
    const [first, second] = await Promise.all([approve(), approve()])
    expect(first).toMatchObject({ status: 200 })
    expect(second.body).toEqual(first.body)
    const { url } = first.body
    const form = await (await fetch(url)).text()
    for (const text of ['Sandbox: no real money moves', 'not a bank', '€25.00']) expect(form).toContain(text)
    expect((await submit(url, { answer: 'perhaps' })).status).toBe(422)
    const answered = await submit(url, { answer: 'approve' })
    const back = await fetch(answered.headers.get('location')!)
    const page = await back.text()
    expect(page).toContain(`href="${RETURN_URL}"`)
    for (const secret of [accountId, '25.00', topUpId]) expect(page).not.toContain(secret)
    expect(await read()).toMatchObject({ state: 'succeeded', movements: [{ amount: '25.000000' }] })
    expect((await ask('GET', '/balance')).body.balance).toBe('75.000000')
    // The bank's page in another tab, and the return page once more.
    expect((await submit(url, { answer: 'decline' })).status).toBe(303)
    await fetch(answered.headers.get('location')!)
    await api.settle()
    expect((await ask('GET', '/balance')).body.balance).toBe('75.000000')
    expect(typeOf(await approve())).toEqual({ status: 409, type: 'conflict' })
  })

  it('fails if the customer declines it at the bank, and charges nothing', async () => {
    const { approve, read, ask } = await openUnapproved()
    const { url } = (await approve()).body
    const answered = await submit(url, { answer: 'decline' })
    await fetch(answered.headers.get('location')!)
    expect(await read()).toMatchObject({ state: 'failed', why: 'authentication', movements: [] })
    expect((await ask('GET', '/balance')).body.balance).toBe('50.000000')
  })

  it('is credited even if the customer never returns', async () => {
    const { approve, read } = await openUnapproved()
    await submit((await approve()).body.url, { answer: 'approve' })
    await api.pass(1)
    await api.settle()
    expect((await read()).state).toBe('succeeded')
  })

  it('has no page at the bank without the permission, for a foreign return URL, or while the provider is down', async () => {
    const { approve, member, read } = await openUnapproved()
    expect((await approve({ token: member })).status).toBe(403)
    expect(typeOf(await approve({ body: { return_url: 'https://evil.example' } }))).toEqual({
      status: 422,
      type: 'not-possible',
    })
    await api.provider.desk.orderFault({ fault: 'down', call: 'approve', timesLeft: 1, delayMs: null })
    expect(typeOf(await approve())).toEqual({ status: 503, type: 'provider-unavailable' })
    expect((await approve()).status).toBe(200)
    expect((await read()).state).toBe('needs_action')
  })
})

describe('canceling', () => {
  it('ends a waiting top-up at once, and one that needs approval at the provider; repeating it changes nothing', async () => {
    const { ask, topUpId, read, url, approve } = await openUnapproved()
    const { body: waiting } = await ask('POST', '/top-ups', {
      body: { amount: '10.00', method_id: null },
      headers: key(),
    })
    const canceled = await ask('POST', `/top-ups/${waiting.top_up_id}/cancel`)
    expect(canceled.body).toMatchObject({ state: 'canceled', reason: 'by_hand' })
    const bank = (await approve()).body.url
    for (let time = 0; time < 2; time++) {
      expect((await ask('POST', `/top-ups/${topUpId}/cancel`)).body).toMatchObject({
        state: 'needs_action',
        is_being_canceled: true,
      })
    }
    expect(typeOf(await approve())).toEqual({ status: 409, type: 'conflict' })
    await api.settle()
    expect(await read()).toMatchObject({ state: 'canceled', reason: 'by_hand', is_being_canceled: false })
    expect((await ask('POST', `/top-ups/${topUpId}/cancel`)).status).toBe(200)
    expect((await submit(bank, { answer: 'approve' })).status).toBe(303)
    await api.settle()
    expect((await api.ask('GET', `${url}/balance`, { token: await api.operator() })).body.balance).toBe('50.000000')
  })

  it('of an automatic top-up pauses automatic top-up, which requests no other until it is resumed', async () => {
    const { ask, methodId, accountId } = await openWithAutoTopUp('needsApproval', 3_000_000n)
    await api.settle()
    const shown = (await ask('GET', '/auto-top-up')).body
    expect(shown).toMatchObject({ state: 'needs_approval', open_top_up: { state: 'needs_action' } })
    await ask('POST', `/top-ups/${shown.open_top_up.top_up_id}/cancel`)
    expect((await ask('GET', '/auto-top-up')).body).toMatchObject({
      state: 'paused',
      pause: { reason: 'canceled', why: null },
    })
    await api.settle()
    await api.tend()
    await api.settle()
    expect((await ask('GET', '/top-ups')).body.items).toMatchObject([{ state: 'canceled', trigger: 'automatic' }])
    const resumed = await ask('PUT', '/auto-top-up', { body: turnedOn(methodId), headers: ANY })
    expect(resumed.body).toMatchObject({ is_resumed: true, is_top_up_due: true })
    expect(await count('tollgate.top_ups where account_id = $1', accountId)).toBe(2)
  })

  it('does not stop a top-up that is being charged or has ended', async () => {
    const { ask, member } = await openWithAutoTopUp()
    const { setup_id: setupId, url } = (await beginSetup({ ask }, { make_default: false })).body
    await submit(url, { number: 'AT321904300235473204', expiry: EXPIRY })
    const { method_id: debit } = (await ask('GET', `/payment-method-setups/${setupId}`)).body
    const ids: string[] = []
    for (const methodId of [debit, null]) {
      const body = { amount: '10.00', method_id: methodId }
      ids.push((await ask('POST', '/top-ups', { body, headers: key() })).body.top_up_id)
    }
    await api.settle()
    for (const [at, state] of ['processing', 'succeeded'].entries()) {
      expect(typeOf(await ask('POST', `/top-ups/${ids[at]}/cancel`))).toEqual({ status: 409, type: 'conflict' })
      expect((await ask('GET', `/top-ups/${ids[at]}`)).body.state).toBe(state)
    }
    expect((await ask('POST', `/top-ups/${ids[0]}/cancel`, { token: member })).status).toBe(403)
  })
})

describe('the return page', () => {
  it.each(['/return/payment', '/return/payment-method'])('%s leads nowhere for an invented id or URL', async (path) => {
    for (const query of [
      '',
      `?top_up=${randomUUID()}&setup=${randomUUID()}`,
      '?top_up=a&top_up=b&setup=a&setup=b',
      '?return_url=https://evil.example&url=https://evil.example',
      '?top_up=%00&setup=%00',
    ]) {
      const page = await fetch(`${api.url}${path}${query}`, { redirect: 'manual' })
      expect(page.status).toBe(404)
      expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'; .*frame-ancestors 'none'/)
      expect(await page.text()).not.toMatch(/href|refresh|evil/)
    }
  })

  it('leads to the URL that was stored, whatever the request says', async () => {
    const { setup_id: setupId } = (await beginSetup(await open())).body
    const page = await fetch(`${api.url}/return/payment-method?setup=${setupId}&return_url=https://evil.example`)
    const text = await page.text()
    expect(text).toContain(`content="0;url=${RETURN_URL}"`)
    expect(text).not.toContain('evil')
  })

  it('leads back even while the provider is down', async () => {
    const { setup_id: setupId } = (await beginSetup(await open())).body
    await api.provider.desk.orderFault({ fault: 'down', call: 'readSetup', timesLeft: 1, delayMs: null })
    const page = await fetch(`${api.url}/return/payment-method?setup=${setupId}`)
    expect(await page.text()).toContain(`href="${RETURN_URL}"`)
  })
})
