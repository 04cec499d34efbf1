/** What holds for every route: who may call it, the form of refusals, and that nothing internal is revealed. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listApiKeys, revokeApiKey, rotateApiKey } from '../../src/ledger/access/api-keys.ts'
import { createPortalLink } from '../../src/ledger/access/portal-sessions.ts'
import { createLog } from '../../src/platform/log.ts'
import { openTestApi, type TestApi } from '../support/api.ts'
import { testAccount } from '../support/catalog.ts'
import { adjust, apply } from '../support/ledger.ts'

let api: TestApi

beforeAll(async () => {
  api = await openTestApi({ log: createLog('error') })
  await apply(api, [testAccount({ accountId: 'acme' }), testAccount({ accountId: 'other' })])
  await adjust(api, 'acme', 25_000_000n)
})

afterAll(async () => {
  await api?.close()
})

const BALANCE = '/v1/accounts/acme/balance'

describe('a credential', () => {
  it('of a service, a member, an admin or an operator shows the account', async () => {
    const tokens = [
      await api.key(['read']),
      await api.key(['read'], ['acme']),
      await api.person('acme', 'member'),
      await api.person('acme', 'admin'),
      await api.operator(),
    ]
    for (const token of tokens) {
      const { status, body } = await api.ask('GET', BALANCE, { token })
      expect({ status, body }).toMatchObject({ status: 200, body: { account_id: 'acme', balance: '25.000000' } })
    }
  })

  it.each([
    ['none', async () => undefined],
    ['something that is not a token', async () => 'nonsense'],
    ['an unknown key', async () => `tgk_${'0'.repeat(16)}_${'a'.repeat(43)}`],
    ['an expired token', () => api.dashboard.sign({ sub: 'ann', account_id: 'acme', role: 'admin', exp: 1_000 })],
    [
      'a token for another audience',
      () => api.dashboard.sign({ sub: 'ann', account_id: 'acme', role: 'admin', aud: 'x' }),
    ],
    ['a token without a role', () => api.dashboard.sign({ sub: 'ann', account_id: 'acme' })],
    [
      'an operator’s token from the dashboard',
      () => api.dashboard.sign({ sub: 'ann', account_id: 'acme', role: 'operator' }),
    ],
    [
      'an admin’s token from the operators’ issuer',
      () => api.operators.sign({ sub: 'olga', account_id: 'acme', role: 'admin' }),
    ],
    [
      'an unsigned token',
      async () => `${btoa('{"alg":"none"}')}.${btoa('{"sub":"a","iss":"https://dashboard.example"}')}.`,
    ],
  ])('is refused: %s', async (_what, make) => {
    const { status, headers, body } = await api.ask('GET', BALANCE, { token: await make() })
    expect(status).toBe(401)
    expect(headers.get('www-authenticate')).toBe('Bearer')
    expect(headers.get('content-type')).toContain('application/problem+json')
    expect(body).toMatchObject({ type: 'urn:tollgate:problem:unauthenticated', status: 401, retryable: false })
    expect(body.request_id).toBe(headers.get('x-request-id'))
  })

  it('is refused once revoked; after a rotation both secrets are valid for a while', async () => {
    const token = await api.key(['read'])
    const [key] = await listApiKeys(api.pool, null, 1)
    const statusOf = async (of: string) => (await api.ask('GET', BALANCE, { token: of })).status
    const rotate = async (overlapSeconds: number) => {
      const made = await rotateApiKey(api.pool, key!.keyId, { overlapSeconds, actor: 'test' })
      if ('refused' in made) throw new Error(made.refused)
      return made.token
    }
    const rotated = await rotate(3_600)
    expect([await statusOf(token), await statusOf(rotated)]).toEqual([200, 200])
    const again = await rotate(0)
    expect([await statusOf(token), await statusOf(rotated), await statusOf(again)]).toEqual([401, 401, 200])
    await revokeApiKey(api.pool, key!.keyId, 'test')
    expect(await statusOf(again)).toBe(401)
  })
})

describe('an account', () => {
  it('that does not exist gets the same answer as one of another customer', async () => {
    const token = await api.person('acme', 'admin')
    const foreign = await api.ask('GET', '/v1/accounts/other/balance', { token })
    const missing = await api.ask('GET', '/v1/accounts/nobody/balance', { token })
    expect([foreign.status, missing.status]).toEqual([404, 404])
    expect(foreign.body.detail.replace('other', '')).toBe(missing.body.detail.replace('nobody', ''))
  })

  it('is refused to a key without the permission', async () => {
    const { status, body } = await api.ask('GET', BALANCE, { token: await api.key(['pay']) })
    expect({ status, detail: body.detail }).toEqual({ status: 403, detail: 'this requires the permission read' })
  })
})

describe('a refusal', () => {
  it('names each invalid value', async () => {
    const { status, body } = await api.ask('GET', '/v1/accounts/acme/movements?limit=0&from=yesterday&cursor=?', {
      token: await api.operator(),
    })
    expect(status).toBe(400)
    expect(body.errors.map(({ path }: { path: string }) => path)).toEqual([
      '/query/cursor',
      '/query/limit',
      '/query/from',
    ])
  })

  it('is a problem document, even for a path that cannot be decoded', async () => {
    const { status, headers, body } = await api.ask('GET', '/v1/accounts/%ED%A0%80/balance', {
      token: await api.operator(),
    })
    expect({ status, type: body.type }).toEqual({ status: 400, type: 'urn:tollgate:problem:invalid-request' })
    expect(headers.get('content-type')).toContain('application/problem+json')
  })

  it('points at the whole body if that is invalid', async () => {
    const { body } = await api.ask('PUT', '/v1/accounts/acme/alert-levels', {
      token: await api.operator(),
      body: { low: null, custom: null, balance: '1.00' },
      headers: { 'if-match': '*' },
    })
    expect(body.errors).toMatchObject([{ path: '/body' }])
  })

  it('names the methods of a path', async () => {
    const { status, headers } = await api.ask('DELETE', BALANCE, { token: await api.operator() })
    expect({ status, allow: headers.get('allow') }).toEqual({ status: 405, allow: 'GET' })
  })
})

describe('the document', () => {
  it('is OpenAPI 3.1 and lists every route with its refusals', async () => {
    const { status, body } = await api.ask('GET', '/openapi.json')
    expect({ status, openapi: body.openapi }).toEqual({ status: 200, openapi: '3.1.0' })
    const { responses } = body.paths['/v1/accounts/{account_id}/balance'].get
    expect(Object.keys(responses)).toEqual(['200', '400', '401', '403', '404', '429', '500', '503'])
    expect((await api.ask('GET', '/docs/')).status).toBe(200)
  })
})

describe('a change', () => {
  const LEVELS = '/v1/accounts/acme/alert-levels'

  it.each([
    ['of the billing page is called as by their newest session', 'ann-0', ['Ann', 'Ann Arbor'], null, 'Ann Arbor'],
    ['whom the account names is called so', 'ann-1', ['Ann', 'Ann Arbor'], 'A. Arbor', 'A. Arbor'],
    ['who never opened it is called by their display name', 'ann-2', [], 'A. Arbor', 'A. Arbor'],
    ['of whom neither is known has no name', 'ann-3', [], null, null],
  ])('names somebody %s who was faster', async (_who, id, sessions, displayName, name) => {
    const [faster, slower] = [await api.person('other', 'admin', id), await api.person('other', 'admin', 'bob')]
    const levels = '/v1/accounts/other/alert-levels'
    for (const called of sessions) {
      const person = { id, name: called }
      await createPortalLink(api.pool, { accountId: 'other', person, role: 'admin', locale: 'en', actor: 'test' })
      // Of another account they may be called otherwise.
      const elsewhere = { id, name: 'Somebody else' }
      await createPortalLink(api.pool, {
        accountId: 'acme',
        person: elsewhere,
        role: 'admin',
        locale: 'en',
        actor: 'test',
      })
    }
    if (displayName !== null) {
      const body = { name: displayName }
      const named = await api.ask('PUT', `/v1/accounts/other/users/${id}/display-name`, { token: faster, body })
      expect(named.status).toBe(200)
    }
    const seen = (await api.ask('GET', levels, { token: slower })).headers.get('etag')!
    const save = (token: string, custom: string) =>
      api.ask('PUT', levels, { token, body: { low: null, custom }, headers: { 'if-match': seen } })
    expect((await save(faster, `${id.at(-1)}5.00`)).status).toBe(200)
    expect(await save(slower, '70.00')).toMatchObject({
      status: 412,
      body: { current: { changed_by: id, changed_by_name: name } },
    })
  })

  it('is refused if the current state was not seen, and names who was faster', async () => {
    const [ann, bob] = [await api.person('acme', 'admin', 'ann'), await api.person('acme', 'admin', 'bob')]
    const seen = (await api.ask('GET', LEVELS, { token: ann })).headers.get('etag')!
    const body = { low: '20.00', custom: null }
    const first = await api.ask('PUT', LEVELS, { token: ann, body, headers: { 'if-match': seen } })
    expect(first).toMatchObject({ status: 200, body: { low: '20.000000', own_low: '20.000000', custom: null } })
    const second = await api.ask('PUT', LEVELS, {
      token: bob,
      body: { low: '30.00', custom: null },
      headers: { 'if-match': seen },
    })
    expect(second).toMatchObject({
      status: 412,
      body: { current: { etag: first.headers.get('etag'), changed_by: 'ann', changed_at: expect.any(String) } },
    })
    expect((await api.ask('GET', LEVELS, { token: bob })).body.low).toBe('20.000000')
    const third = await api.ask('PUT', LEVELS, { token: bob, body, headers: { 'if-match': '*' } })
    expect({ status: third.status, etag: third.headers.get('etag') }).toEqual({
      status: 200,
      etag: first.headers.get('etag'),
    })
  })

  it('requires an ETag, and refuses unknown fields', async () => {
    const token = await api.operator()
    const body = { low: '20.00', custom: null }
    expect((await api.ask('PUT', LEVELS, { token, body })).status).toBe(428)
    const headers = { 'if-match': '*' }
    const more = { ...body, balance: '1000000.00' }
    expect((await api.ask('PUT', LEVELS, { token, body: more, headers })).status).toBe(400)
    for (const low of ['0.00', '0.0000001', 'ten', '', '1e3']) {
      expect((await api.ask('PUT', LEVELS, { token, body: { ...body, low }, headers })).status).toBe(400)
    }
  })
})
