/** From a link to a session of the billing page and to its end, with browsers, mail scanners and other sites. */
import { Writable } from 'node:stream'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { cookieNameOf } from '../../src/api/access/cookies.ts'
import {
  createPortalLink,
  deleteOldPortalSessions,
  openPortalSession,
  SESSIONS_KEPT_DAYS,
} from '../../src/ledger/access/portal-sessions.ts'
import { type Answer, openTestApi, TEST_PORTAL, type TestApi } from '../support/api.ts'
import { testAccount } from '../support/catalog.ts'
import { adjust, apply } from '../support/ledger.ts'

const PUBLIC_URL = 'https://billing.example'
const EMBEDDER = 'https://dashboard.example'
const ANN = { id: 'ann-7', name: 'Ann <Arbor>' }

let api: TestApi
/** A second API on the same ledger, whose page may be framed. */
let embedded: TestApi
let logged = ''

const log = pino(
  { level: 'trace' },
  new Writable({
    write(chunk, _encoding, done) {
      logged += chunk
      done()
    },
  }),
)

beforeAll(async () => {
  api = await openTestApi({ publicUrl: PUBLIC_URL, log })
  embedded = await openTestApi({
    publicUrl: PUBLIC_URL,
    portal: { ...TEST_PORTAL, embeddingOrigins: [EMBEDDER, 'https://other.example:8443'] },
  })
  const contacts = [
    { id: 'ann-7', email: 'ann@acme.example', locale: 'de-AT', role: 'admin' as const },
    { id: 'zoe', email: 'zoe@acme.example', locale: 'de-a', role: 'billing' as const },
  ]
  for (const one of [api, embedded]) {
    await apply(one, [testAccount({ accountId: 'acme', contacts }), testAccount({ accountId: 'other; a/b' })])
    await adjust(one, 'acme', 25_006_000n)
  }
})

afterAll(async () => {
  await embedded?.close()
  await api?.close()
})

/** Requests a link as a dashboard does. */
async function link(wanted: object = {}, to = api): Promise<Answer> {
  const body = { account_id: 'acme', person: ANN, role: 'admin', ...wanted }
  return await to.ask('POST', '/v1/portal-sessions', { token: await to.key(['portal_sessions']), body })
}

async function linkToken(wanted: object = {}, to = api): Promise<string> {
  const { status, body } = await link(wanted, to)
  expect(status).toBe(201)
  return new URL(body.url).searchParams.get('token')!
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

function spend(token: string, { cookie = '', to = api } = {}): Promise<Answer> {
  return to.ask('POST', '/portal/open', { body: `token=${token}`, headers: { ...FORM, cookie } })
}

/** The headers that the browser sends from then on. */
async function open(wanted: object = {}, options: { cookie?: string; to?: TestApi } = {}): Promise<string> {
  const answer = await spend(await linkToken(wanted, options.to), options)
  expect(answer.status).toBe(303)
  return answer.headers.getSetCookie()[0]!.split(';')[0]!
}

const SESSION_OF_ACME = '/v1/portal-session?account_id=acme'

function whose(session: string, accountId = 'acme'): Promise<Answer> {
  return api.ask('GET', `/v1/portal-session?account_id=${encodeURIComponent(accountId)}`, { session })
}

async function rows(): Promise<Record<string, unknown>[]> {
  const { rows } = await api.pool.query<{ row: Record<string, unknown> }>(
    'select to_jsonb(s) as row from tollgate.portal_sessions s order by created_at, link_hash',
  )
  return rows.map(({ row }) => row)
}

/** Moves the newest session's instants back, as if that much time had passed. */
async function plant(column: 'link_expires_at' | 'last_used_at' | 'opened_at', ago: string): Promise<void> {
  const { rowCount } = await api.pool.query(
    `update tollgate.portal_sessions set ${column} = now() - $1::interval
      where created_at = (select max(created_at) from tollgate.portal_sessions)`,
    [ago],
  )
  expect(rowCount).toBe(1)
}

const textOf = ({ body }: Answer): string => String(body).replaceAll(/\s+/g, ' ')

describe('a link', () => {
  it('is made by a key with the permission or by an operator, and is stored as a hash', async () => {
    const { status, body } = await link()
    expect({ status, body }).toEqual({
      status: 201,
      body: {
        url: expect.stringMatching(/^https:\/\/billing\.example\/portal\/open\?token=[\w-]{22}$/),
        expires_at: expect.any(String),
        account_id: 'acme',
        person_id: 'ann-7',
        role: 'admin',
        locale: 'de-AT',
      },
    })
    const { rows: now } = await api.pool.query<{ seconds: number }>(
      'select extract(epoch from $1::timestamptz - now())::float8 as seconds',
      [body.expires_at],
    )
    expect(now[0]!.seconds).toBeGreaterThan(240)
    expect(now[0]!.seconds).toBeLessThanOrEqual(300)
    const token = new URL(body.url).searchParams.get('token')!
    expect(JSON.stringify(await rows())).not.toContain(token)
    expect((await rows()).at(-1)).toMatchObject({ created_by: 'api-key test service', session_hash: null })

    const byOperator = await api.ask('POST', '/v1/portal-sessions', {
      token: await api.operator(),
      body: { account_id: 'acme', person: ANN, role: 'member' },
    })
    expect(byOperator.status).toBe(201)
    expect((await rows()).at(-1)).toMatchObject({ created_by: 'olga', role: 'member' })
  })

  it.each([
    ['a key of another account', async () => ({ token: await api.key(['portal_sessions'], ['other; a/b']) }), 404],
    ['a key without the permission', async () => ({ token: await api.key(['read', 'write', 'pay', 'accounts']) }), 403],
    ['a person, who could act as another', async () => ({ token: await api.person('acme', 'admin') }), 403],
    ['a session', async () => ({ session: await open() }), 403],
  ])('is refused to %s', async (_who, by, status) => {
    const credential = await by()
    const before = (await rows()).length
    const body = { account_id: 'acme', person: ANN, role: 'admin' }
    expect((await api.ask('POST', '/v1/portal-sessions', { ...credential, body })).status).toBe(status)
    expect((await rows()).length).toBe(before)
  })

  it.each([
    ['an unknown account', { account_id: 'nobody' }, 404],
    ['no person', { person: undefined }, 400],
    ['a blank name', { person: { id: 'a', name: ' ' } }, 400],
    ['an unknown role', { role: 'operator' }, 400],
    ['an invalid locale', { locale: 'de-a' }, 400],
    ['an e-mail address, which is an unknown field', { person: { ...ANN, email: 'ann@acme.example' } }, 400],
  ])('is refused for %s', async (_what, wanted, status) => {
    expect((await link(wanted)).status).toBe(status)
  })

  it.each([
    ['of the link', { locale: 'fr-CH' }, 'fr-CH'],
    ['of the contact, if the link has none', {}, 'de-AT'],
    ['of the installation, if the person is no contact', { person: { id: 'somebody', name: 'Some Body' } }, 'en-US'],
    ['of the installation, if the contact’s is unknown', { person: { id: 'zoe', name: 'Zoe' } }, 'en-US'],
  ])('opens the page in the language %s', async (_whose, wanted, locale) => {
    const session = await open(wanted)
    expect((await whose(session)).body.locale).toBe(locale)
  })

  it('is not spent by looking at it, and is in no address afterwards', async () => {
    const token = await linkToken()
    const path = `/portal/open?token=${token}`
    for (const method of ['HEAD', 'GET', 'GET']) {
      const { status, headers } = await api.ask(method, path)
      expect({ status, setCookie: headers.getSetCookie() }).toEqual({ status: 200, setCookie: [] })
    }
    const page = await api.ask('GET', path)
    expect(page.headers.get('referrer-policy')).toBe('no-referrer')
    expect(page.headers.get('cache-control')).toBe('no-store')
    expect(page.body).toContain('<form method="post" action="/portal/open" id="open">')
    expect(page.body).toContain(`<input type="hidden" name="token" value="${token}">`)
    expect(page.body).toMatch(/<button type="submit">/)
    expect(page.body).toContain("history.replaceState(null, '', location.pathname)")
    expect((await rows()).at(-1)).toMatchObject({ opened_at: null })

    const opened = await spend(token)
    expect(opened).toMatchObject({ status: 303, body: '' })
    expect(opened.headers.get('location')).toBe('/billing/acme')
    const session = opened.headers.getSetCookie()[0]!.split(';')[0]!
    const billing = await api.ask('GET', '/billing/acme', { session })
    for (const answer of [opened, billing]) {
      expect(JSON.stringify([...answer.headers]) + answer.body).not.toContain(token)
    }
  })

  it('opens the dialog that the dashboard names, and no other', async () => {
    const { body } = await link({ open: 'export' })
    const { pathname, search, searchParams } = new URL(body.url)
    const token = searchParams.get('token')!
    expect(search).toBe(`?token=${token}&open=export`)
    const page = await api.ask('GET', pathname + search)
    expect(page.body).toContain('<input type="hidden" name="open" value="export">')
    const spendTo = async (form: string) =>
      (await api.ask('POST', '/portal/open', { body: form, headers: FORM })).headers.get('location')
    expect(await spendTo(`token=${token}&open=export`)).toBe('/billing/acme?open=export')
    expect(await spendTo(`token=${await linkToken()}&open=//evil.example`)).toBe('/billing/acme')
    expect((await api.ask('GET', `${pathname}?token=${token}&open=%22%3E`)).body).not.toContain('name="open"')
    expect((await link({ open: 'elsewhere' })).status).toBe(400)
  })

  it('is spent once, however many try at once', async () => {
    const token = await linkToken()
    const answers = await Promise.all(Array.from({ length: 20 }, () => spend(token)))
    expect(answers.map(({ status }) => status).toSorted()).toEqual([303, ...Array.from({ length: 19 }, () => 410)])
    expect(answers.flatMap(({ headers }) => headers.getSetCookie()).length).toBe(1)
    const again = await spend(token)
    expect(again.status).toBe(410)
  })

  it.each([
    ['spent', async (token: string) => void (await spend(token))],
    ['expired', () => plant('link_expires_at', '0 seconds')],
    ['ended by the dashboard', async () => void (await end('ann-7'))],
  ])('that is %s is refused in words, without a cookie', async (_what, make) => {
    const token = await linkToken({ account_id: 'acme' })
    await make(token)
    await expectLinkRefused(await spend(token))
  })

  it.each([
    ['forged', 'A'.repeat(22)],
    ['no token', 'x'],
    ['empty', ''],
  ])('that is %s is refused in the same words', async (_what, token) => {
    await expectLinkRefused(await spend(token))
  })

  it('of another installation is refused, and is not spent there', async () => {
    const token = await linkToken({}, embedded)
    await expectLinkRefused(await spend(token))
    expect((await spend(token, { to: embedded })).status).toBe(303)
  })

  it('without a token, or with two, is no link', async () => {
    for (const path of ['/portal/open', '/portal/open?token=x', `/portal/open?token=${'A'.repeat(22)}&token=b`]) {
      await expectLinkRefused(await api.ask('GET', path))
    }
  })

  async function expectLinkRefused(answer: Answer): Promise<void> {
    const { status, headers } = answer
    expect({ status, setCookie: headers.getSetCookie() }).toEqual({ status: 410, setCookie: [] })
    expect(textOf(answer)).toContain('<h1>This link has expired.</h1>')
    expect(textOf(answer)).toContain('<a href="https://dashboard.example/home" target="_top">Back to Harbor Cloud</a>')
  }
})

async function end(personId: string, accountId = 'acme'): Promise<Answer> {
  const token = await api.key(['portal_sessions'])
  return await api.ask('POST', '/v1/portal-sessions/end', {
    token,
    body: { account_id: accountId, person_id: personId },
  })
}

describe('a session', () => {
  it('shows whose it is, until when, and the name of the page', async () => {
    const session = await open({ role: 'member' })
    const { status, body } = await whose(session)
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        account_id: 'acme',
        person: ANN,
        role: 'member',
        locale: 'de-AT',
        opened_at: expect.any(String),
        expires_at: expect.any(String),
        ends_at: expect.any(String),
        product: 'Harbor Cloud',
        seller: 'Harbor Telecom GmbH',
        dashboard_url: 'https://dashboard.example/home',
        brand_color: '#1f5fd6',
        is_sandbox: true,
      },
    })
    const minutesAfter = (instant: string) => (Date.parse(instant) - Date.parse(body.opened_at)) / 60_000
    expect([minutesAfter(body.expires_at), minutesAfter(body.ends_at)]).toEqual([30, 720])
  })

  it('has the permissions of its role, in its own account only', async () => {
    const [admin, member] = [await open(), await open({ role: 'member' })]
    const topUp = { amount: '25.00', method_id: null }
    const ask = (session: string, method: string, path: string, body?: object) =>
      api.ask(method, path, { session, body, headers: { 'idempotency-key': 'a' } }).then(({ status }) => status)
    expect(await ask(admin, 'GET', '/v1/accounts/acme/balance')).toBe(200)
    expect(await ask(member, 'GET', '/v1/accounts/acme/balance')).toBe(200)
    expect(await ask(admin, 'GET', `/v1/accounts/${encodeURIComponent('other; a/b')}/balance`)).toBe(404)
    // There is no card to charge.
    expect(await ask(admin, 'POST', '/v1/accounts/acme/top-ups', topUp)).toBe(409)
    expect(await ask(member, 'POST', '/v1/accounts/acme/top-ups', topUp)).toBe(403)
    expect(await ask(admin, 'GET', '/v1/api-keys')).toBe(403)
    expect(await ask(admin, 'POST', '/v1/accounts', {})).toBe(403)
  })

  it('consents for its own person only', async () => {
    const session = await open()
    const consent = {
      text: 'I allow it.',
      text_version: '1',
      locale: 'en',
      threshold: '10.00',
      amount: '25.00',
      monthly_cap: null,
    }
    const setUp = (key: string, more: object) =>
      api.ask('POST', '/v1/accounts/acme/payment-method-setups', {
        session,
        body: { return_url: PUBLIC_URL, make_default: true, consent: { ...consent, ...more } },
        headers: { 'idempotency-key': key },
      })
    expect(await setUp('for another', { person: 'ben' })).toMatchObject({
      status: 422,
      body: { errors: [{ path: '/body/consent/person', code: 'somebody_else' }] },
    })
    expect((await setUp('for myself', {})).status).toBe(201)
    const { rows: stored } = await api.pool.query(
      `select consent ->> 'person' as person, consent ->> 'attestedBy' as attested_by, actor from tollgate.method_setups`,
    )
    expect(stored).toEqual([{ person: 'ann-7', attested_by: null, actor: 'ann-7' }])
  })

  it('ends after 30 minutes without a request; a request extends it, stored once a minute', async () => {
    const session = await open()
    await plant('last_used_at', '29 minutes')
    const before = (await rows()).at(-1)!.last_used_at
    const { status, body } = await whose(session)
    expect(status).toBe(200)
    const noted = (await rows()).at(-1)!.last_used_at as string
    expect(noted).not.toBe(before)
    expect(Date.parse(body.expires_at) - Date.parse(noted)).toBe(30 * 60_000)

    await plant('last_used_at', '10 seconds')
    const recent = (await rows()).at(-1)!.last_used_at
    await whose(session)
    expect((await rows()).at(-1)!.last_used_at).toBe(recent)

    await plant('last_used_at', '30 minutes')
    await expectOver(session)
    expect((await whose(session)).status).toBe(401)
  })

  it('ends after 12 hours, however it is used', async () => {
    const session = await open()
    await plant('opened_at', '11 hours 59 minutes')
    const { body } = await whose(session)
    expect(body.expires_at).toBe(body.ends_at)
    await plant('opened_at', '12 hours')
    await expectOver(session)
  })

  it('is not extended by refused requests', async () => {
    const session = await open({ role: 'member' })
    await plant('last_used_at', '10 minutes')
    const before = (await rows()).at(-1)!.last_used_at
    const asked = { session, body: {}, headers: { 'idempotency-key': 'a' } }
    expect((await api.ask('POST', '/v1/accounts/acme/top-ups', asked)).status).toBe(403)
    expect((await rows()).at(-1)!.last_used_at).toBe(before)
  })

  it.each([
    [
      'the button',
      (session: string) => api.ask('POST', '/portal/sign-out', { session, body: 'account_id=acme', headers: FORM }),
      303,
    ],
    ['the API', (session: string) => api.ask('DELETE', SESSION_OF_ACME, { session }), 204],
  ])('ends by %s in all tabs, and its cookie is removed', async (_by, signOut, status) => {
    const session = await open()
    const answer = await signOut(session)
    expect(answer.status).toBe(status)
    expect(answer.headers.getSetCookie()).toEqual([
      `${cookieNameOf('acme', PUBLIC_URL)}=; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=0`,
    ])
    await expectOver(session)
    const after = answer.headers.get('location')
    if (after !== null) expect(textOf(await api.ask('GET', after))).toContain('You have signed out.')
  })

  it('and unopened links end on request of the dashboard, those of others do not', async () => {
    const [ann, ben] = [await open(), await open({ person: { id: 'ben', name: 'Ben' } })]
    const token = await linkToken()
    await end('ann-7')
    const notOpened = await linkToken()
    const again = await open()
    const { status, body } = await end('ann-7')
    expect({ status, body }).toEqual({ status: 200, body: { ended: 2 } })
    expect((await end('ann-7')).body).toEqual({ ended: 0 })
    for (const session of [ann, again]) await expectOver(session)
    for (const spentLater of [token, notOpened]) expect((await spend(spentLater)).status).toBe(410)
    expect((await whose(ben)).body.person.id).toBe('ben')
    expect((await end('ann-7', 'nobody')).status).toBe(404)
  })

  it('of two accounts are open in two tabs of one browser, each for its own', async () => {
    const first = await open()
    const second = await open({ account_id: 'other; a/b', person: { id: 'ann-8', name: 'Ann' } }, { cookie: first })
    const session = `theme=dark; ${first}; ${second}`
    expect((await whose(session)).body.person.id).toBe('ann-7')
    expect((await whose(session, 'other; a/b')).body.person.id).toBe('ann-8')
    const other = encodeURIComponent('other; a/b')
    expect((await api.ask('GET', `/v1/accounts/${other}/balance`, { session })).body.account_id).toBe('other; a/b')
    expect((await api.ask('GET', '/v1/accounts/acme/balance', { session })).body.account_id).toBe('acme')
    expect((await api.ask('GET', '/v1/accounts/nobody/balance', { session })).status).toBe(404)
    expect(textOf(await api.ask('GET', `/billing/${other}`, { session }))).toContain('other; a/b')

    await api.ask('DELETE', SESSION_OF_ACME, { session })
    // The tab whose session has ended gets 401, not 404.
    expect((await api.ask('GET', '/v1/accounts/acme/balance', { session })).status).toBe(401)
    expect((await whose(second)).status).toBe(401)
    expect((await whose(session, 'other; a/b')).status).toBe(200)
  })

  it('replaces the previous one in its browser, and cookies of ended ones are removed', async () => {
    const first = await open()
    const gone = await open({ account_id: 'other; a/b' })
    await plant('last_used_at', '31 minutes')
    const answer = await spend(await linkToken(), { cookie: `${first}; ${gone}` })
    const [own, ...dropped] = answer.headers.getSetCookie()
    expect(own!.split('=')[0]).toBe(first.split('=')[0])
    expect(dropped).toEqual([`${gone.split('=')[0]}=; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=0`])
    await expectOver(first)
    expect((await whose(own!.split(';')[0]!)).status).toBe(200)
  })

  async function expectOver(session: string): Promise<void> {
    const balance = await api.ask('GET', '/v1/accounts/acme/balance', { session })
    expect(balance).toMatchObject({ status: 401, body: { type: 'urn:tollgate:problem:unauthenticated' } })
    expect(balance.body.detail).toContain('the session has ended')
    const page = await api.ask('GET', '/billing/acme', { session })
    expect(page.status).toBe(401)
    expect(textOf(page)).toContain('<h1>Your session has ended.</h1> <p>Open Billing again from Harbor Cloud.</p>')
  }
})

describe('the cookie', () => {
  it.each([
    ['its own pages alone', () => api, 'SameSite=Lax'],
    ['frames of those who embed it', () => embedded, 'SameSite=None; Partitioned'],
  ])('is for %s', async (_whom, where, sameSite) => {
    const to = where()
    const answer = await spend(await linkToken({}, to), { to })
    const name = cookieNameOf('acme', PUBLIC_URL)
    expect(name).toMatch(/^__Host-billing-[\w-]{22}$/)
    expect(answer.headers.getSetCookie()).toEqual([
      expect.stringMatching(new RegExp(`^${name}=[\\w-]{43}; Path=/; HttpOnly; Secure; ${sameSite}$`)),
    ])
  })

  it('opens no page if browsers would not keep it: without TLS, except on localhost', async () => {
    const [local, remote] = [await openTestApi(), await openTestApi({ publicUrl: 'http://billing.example' })]
    try {
      for (const one of [local, remote]) await apply(one, [testAccount({ accountId: 'acme' })])
      const answer = await spend(await linkToken({}, local), { to: local })
      expect(answer.headers.getSetCookie()[0]).toMatch(/^billing-[\w-]{22}=[\w-]{43}; .*Secure; SameSite=Lax$/)
      const cookie = answer.headers.getSetCookie()[0]!.split(';')[0]!
      expect((await local.ask('GET', SESSION_OF_ACME, { session: cookie })).status).toBe(200)
      const refused = await link({}, remote)
      expect(refused).toMatchObject({ status: 409, body: { detail: expect.stringContaining('TOLLGATE_API_URL') } })
    } finally {
      await Promise.all([local.close(), remote.close()])
    }
  })

  it('is not used if there is no billing page', async () => {
    const bare = await openTestApi({ portal: null, publicUrl: PUBLIC_URL })
    try {
      await apply(bare, [testAccount({ accountId: 'acme' })])
      const refused = await link({}, bare)
      expect(refused).toMatchObject({ status: 409, body: { detail: expect.stringContaining('TOLLGATE_PRODUCT') } })
      expect((await bare.ask('GET', '/portal/open?token=a')).status).toBe(404)
    } finally {
      await bare.close()
    }
  })

  it('is no credential beside another one, nor without the prefix in its name', async () => {
    const session = await open()
    for (const authorization of ['Bearer tgk_unknown', 'Basic YTpi', '']) {
      const answer = await api.ask('GET', '/v1/accounts/acme/balance', { session, headers: { authorization } })
      expect(answer.status).toBe(401)
    }
    // Another host of the domain, or an attacker on a connection without TLS, could set it.
    const planted = session.replace('__Host-', '')
    expect((await api.ask('GET', '/v1/accounts/acme/balance', { session: planted })).status).toBe(401)
  })
})

describe('another site', () => {
  const lowerAlert = (headers: Record<string, string>, one = api, body: unknown = { low: '5.00', custom: null }) =>
    open({}, { to: one }).then((cookie) =>
      one.ask('PUT', '/v1/accounts/acme/alert-levels', {
        body,
        headers: { cookie, 'if-match': '*', ...headers },
      }),
    )

  it.each([
    ['our own page', { origin: PUBLIC_URL, 'sec-fetch-site': 'same-origin' }, 200],
    ['our own page, by a browser that sends no Sec-Fetch-Site', { origin: PUBLIC_URL }, 200],
    ['another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }, 403],
    ['another site, by a browser that sends no Sec-Fetch-Site', { origin: 'https://evil.example' }, 403],
    ['a frame without an origin', { origin: 'null' }, 403],
    ['another host of the same site', { origin: 'https://www.billing.example', 'sec-fetch-site': 'same-site' }, 403],
    ['the same host without TLS', { origin: 'http://billing.example' }, 403],
    ['a caller without either header', {}, 403],
    ['a caller without a site', { origin: PUBLIC_URL, 'sec-fetch-site': 'none' }, 403],
    ['a form', { ...FORM, origin: 'https://evil.example' }, 403],
    ['a form without either header', FORM, 403],
    ['a form of our own page, which the API does not accept', { ...FORM, origin: PUBLIC_URL }, 415],
    ['a text that is not JSON', { 'content-type': 'text/plain', origin: PUBLIC_URL }, 415],
  ])('uses the session: %s', async (_who, headers, status) => {
    for (const one of [api, embedded])
      expect((await lowerAlert(headers as Record<string, string>, one)).status).toBe(status)
  })

  it('that frames the page cannot use its session either', async () => {
    const headers = { origin: EMBEDDER, 'sec-fetch-site': 'cross-site' }
    expect((await lowerAlert(headers, embedded)).status).toBe(403)
  })

  it('cannot sign anybody out', async () => {
    const session = await open()
    for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }]) {
      const answer = await api.ask('POST', '/portal/sign-out', {
        body: 'account_id=acme',
        headers: { ...FORM, cookie: session, ...headers },
      })
      expect(answer).toMatchObject({ status: 403 })
      expect(textOf(answer)).toContain('You are still signed in.')
    }
    expect((await whose(session)).status).toBe(200)
  })
})

describe('every page', () => {
  let pages: Record<string, (to: TestApi) => Promise<Answer>>
  beforeEach(() => {
    const cookieOf = (to: TestApi) => open({}, { to })
    pages = {
      link: async (to) => to.ask('GET', `/portal/open?token=${await linkToken({}, to)}`),
      'expired link': (to) => to.ask('GET', '/portal/open'),
      'refused link': (to) => spend('A'.repeat(22), { to }),
      billing: async (to) => to.ask('GET', '/billing/acme', { session: await cookieOf(to) }),
      'no session': (to) => to.ask('GET', '/billing/acme'),
      'signed out': (to) => to.ask('GET', '/portal/signed-out'),
      'not signed out': (to) => to.ask('POST', '/portal/sign-out', { body: '', headers: FORM }),
    }
  })

  it('has a policy that allows only its own content, and may not be framed', async () => {
    for (const [name, load] of Object.entries(pages)) {
      const { headers, body } = await load(api)
      expect(headers.get('content-type'), name).toBe('text/html; charset=utf-8')
      const policy = headers.get('content-security-policy')!
      const hasForm = /<form/.test(body)
      const hasScript = /<script/.test(body)
      const hash = "'sha256-[A-Za-z0-9+/]{43}='"
      const script = hasScript ? ` script-src ${hash};` : ''
      const expected = `^default-src 'none'; style-src ${hash};${script} form-action ${hasForm ? "'self'" : "'none'"}; base-uri 'none'; frame-ancestors 'none'$`
      expect(policy, name).toMatch(new RegExp(expected))
      expect(headers.get('x-frame-options'), name).toBe('DENY')
      expect(headers.get('cache-control'), name).toBe('no-store')
      expect(headers.get('x-content-type-options'), name).toBe('nosniff')
      // Nothing that would need more than a hash in the policy.
      expect(body, name).not.toMatch(/ style=| on\w+=|javascript:|<img|<link|src=/)
      expect(body, name).toMatch(/<html lang="(en|de)">/)
      expect(body.match(/<h1>/g), name).toHaveLength(1)
      expect(body, name).not.toMatch(/tollgate/i)
    }
  })

  it('names the origins that may frame it, and no others', async () => {
    for (const [name, load] of Object.entries(pages)) {
      const { headers } = await load(embedded)
      const policy = headers.get('content-security-policy')
      expect(policy, name).toMatch(/; frame-ancestors https:\/\/dashboard\.example https:\/\/other\.example:8443$/)
      expect(headers.get('x-frame-options'), name).toBeNull()
    }
  })

  it('of an account shows balance, status and person, and escapes names', async () => {
    const session = await open()
    const page = textOf(await api.ask('GET', '/billing/acme', { session }))
    // Rounded down to the cent.
    expect(page).toMatch(/<p class="balance">€.25,00<\/p>/)
    expect(page).toContain('Es sind keine Anrufe gesperrt')
    expect(page).toContain('Angemeldet als Ann &lt;Arbor&gt;, Admin, acme')
    expect(page).toContain('<html lang="de">')
    const id = 'other; a/b'
    const asAdmin = await open({ account_id: id, locale: 'en-GB' })
    const unused = textOf(await api.ask('GET', `/billing/${encodeURIComponent(id)}`, { session: asAdmin }))
    expect(unused).toContain('<h2>Warning: Add credit to start calling.</h2>')
    const other = await open({ account_id: id, role: 'member', locale: 'en-GB' })
    const blocked = textOf(await api.ask('GET', `/billing/${encodeURIComponent(id)}`, { session: other }))
    expect(blocked).toContain('<p class="balance">€0.00</p>')
    expect(blocked).toMatch(/Calls are blocked since \d+ \w+ \d{4}, \d\d:\d\d UTC/)
    expect(blocked).not.toContain('Add credit')
    expect(blocked).toContain('Member')
  })

  it('answers too many requests in words, counted by person', async () => {
    // Counts by itself: a request whose answer from Redis is late would be counted apart from the others.
    const limited = await openTestApi({ publicUrl: PUBLIC_URL, requestsPerMinute: 3, redisUrl: 'redis://127.0.0.1:1' })
    try {
      await apply(limited, [testAccount({ accountId: 'acme' })])
      const session = await limited.session('acme', 'admin', 'ann')
      const token = await limited.person('acme', 'admin', 'ann')
      expect((await limited.ask('GET', '/v1/accounts/acme/balance', { token })).status).toBe(200)
      expect((await limited.ask('GET', '/v1/accounts/acme/balance', { session })).status).toBe(200)
      expect((await limited.ask('GET', '/billing/acme', { session })).status).toBe(200)
      const refused = await limited.ask('GET', '/billing/acme', { session })
      expect(refused.status).toBe(429)
      expect(refused.headers.get('retry-after')).toMatch(/^\d+$/)
      expect(textOf(refused)).toMatch(/<h1>Too many requests\.<\/h1> <p>Try again in \d+ seconds?\.<\/p>/)
      // Somebody else of the account is another.
      const other = await limited.session('acme', 'admin', 'ben')
      expect((await limited.ask('GET', '/billing/acme', { session: other })).status).toBe(200)
    } finally {
      await limited.close()
    }
  })
})

describe('stored data', () => {
  it('has no token, secret, name or person in the log', async () => {
    const token = await linkToken()
    await api.ask('GET', `/portal/open?token=${token}`)
    const opened = await spend(token)
    const session = opened.headers.getSetCookie()[0]!.split(';')[0]!
    await whose(session)
    await api.ask('GET', '/billing/acme', { session })
    await spend(token)
    expect(logged).toContain('/portal/open')
    expect(logged).toContain('"caller":"person"')
    for (const secret of [token, session.split('=')[1]!, 'Arbor', 'ann-7']) expect(logged).not.toContain(secret)
  })

  it('is deleted when it is old, page by page, and nothing younger', async () => {
    const person = { id: 'old', name: 'Old' }
    const wanted = { accountId: 'acme', person, role: 'admin', locale: 'en', actor: 'test' } as const
    for (let i = 0; i < 5; i++) {
      const made = await createPortalLink(api.pool, wanted)
      if (i > 2) await openPortalSession(api.pool, made!.token, [])
    }
    await api.pool.query(
      `update tollgate.portal_sessions set created_at = now() - make_interval(days => $1, secs => 60) where person_id = 'old'`,
      [SESSIONS_KEPT_DAYS],
    )
    const young = (await rows()).filter(({ person_id }) => person_id !== 'old')
    expect(await deleteOldPortalSessions(api.pool, 3)).toMatchObject({ count: 3, hasMore: true })
    const last = await deleteOldPortalSessions(api.pool, 3)
    expect(last).toMatchObject({ count: 2, hasMore: false })
    expect(last.overdueSeconds).toBeGreaterThanOrEqual(60)
    expect(await rows()).toEqual(young)
  })
})
