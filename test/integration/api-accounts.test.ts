/** Accounts over HTTP: create, list, change and close; contacts, names, fair use, and explained movements. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MICROS_PER_DAY } from '../../src/core/instant.ts'
import { cycleStart, nextCycleStart } from '../../src/core/rating/fair-use.ts'
import { closeAccount } from '../../src/ledger/accounts/close-account.ts'
import { requestTopUp } from '../../src/ledger/top-ups/request-top-up.ts'
import { verifyAccounts } from '../../src/verify/accounts.ts'
import { createPace } from '../../src/verify/pace.ts'
import { openTestApi, type TestApi } from '../support/api.ts'
import { callFields, correctionFields, type Fields, testAccount, usageFields } from '../support/catalog.ts'
import { brokenChains } from '../support/chains.ts'
import { beginCharge, openWithAutoTopUp, record as recordPayment, SETTINGS } from '../support/charges.ts'
import { adjust, apply, recordUsage } from '../support/ledger.ts'
import { readPack } from '../support/packed.ts'

let api: TestApi

beforeAll(async () => {
  api = await openTestApi()
})

afterAll(async () => {
  const faults: unknown[] = []
  await verifyAccounts(api.pool, createPace(1_000_000), (fault) => faults.push(fault))
  const broken = await brokenChains(api.pool)
  await api.close()
  expect({ faults, broken }).toEqual({ faults: [], broken: [] })
})

const rowsOf = async (text: string, ...values: unknown[]) => (await api.pool.query(text, values)).rows
const settingsCount = async (accountId: string) =>
  (await rowsOf('select from tollgate.account_settings where account_id = $1', accountId)).length

/** What was announced about an account on a topic, oldest first. */
async function announced(topic: string, accountId: string): Promise<Record<string, unknown>[]> {
  const packs = await rowsOf(`select messages from tollgate.outbox_packs where lane = 'now' order by pack_id`)
  const messages = (await Promise.all(packs.map((pack) => readPack(pack.messages as Buffer)))).flat()
  return messages
    .filter((message) => message.topic === topic && String(message.key) === accountId)
    .map(({ value, headers }) => ({ ...JSON.parse(String(value)), ce_cause: String(headers.ce_cause) }))
}

const problem = (code: string) => `urn:tollgate:problem:${code}`

const NEW = { account_id: 'new', currency: 'EUR', tariff: 'standard-eur', billing_cycle_anchor: '2026-01-31' }

describe('creating an account', () => {
  it('returns all of it, its location, and the ETag of its plan; it is announced as blocked', async () => {
    const token = await api.key(['accounts', 'read'])
    const body = {
      ...NEW,
      account_id: 'acme/1',
      packages: [
        { id: 'none', from: '2027-01-01' },
        { id: 'eu-100', from: '2026-01-01T00:00:00+01:00' },
      ],
      fair_use_minutes_per_user: 7,
      voice_agent: 'invoice',
      contacts: [
        { id: 'ann', email: 'ann@acme.example', locale: 'de-DE', role: 'admin' },
        { id: 'bo', email: 'bo@acme.example', role: 'billing' },
      ],
    }
    const created = await api.ask('POST', '/v1/accounts', { token, body })
    expect(created).toMatchObject({
      status: 201,
      body: {
        account_id: 'acme/1',
        currency: 'EUR',
        tariff: 'standard-eur',
        packages: [
          { id: 'eu-100', name: 'Europe 100', from: '2025-12-31T23:00:00.000000Z' },
          { id: 'none', name: null, from: '2027-01-01T00:00:00.000000Z' },
        ],
        billing_cycle_anchor: '2026-01-31',
        fair_use_minutes_per_user: 7,
        conversation_intelligence: 'credit',
        voice_agent: 'invoice',
        contacts: [
          { id: 'ann', role: 'admin', email: 'ann@acme.example', locale: 'de-DE' },
          { id: 'bo', role: 'billing', email: 'bo@acme.example', locale: 'en-US' },
        ],
        created_at: expect.any(String),
        closed_at: null,
      },
    })
    const location = created.headers.get('location')!
    expect({ location, etag: created.headers.get('etag') }).toEqual({ location: '/v1/accounts/acme%2F1', etag: '"1"' })
    const read = await api.ask('GET', location, { token })
    expect({ status: read.status, etag: read.headers.get('etag'), body: read.body }).toEqual({
      status: 200,
      etag: '"1"',
      body: created.body,
    })
    expect(await announced('credit.service-status.v1', 'acme/1')).toMatchObject([
      { status: 'blocked', ce_cause: 'account_created' },
    ])
    expect(await rowsOf(`select actor from tollgate.account_settings where account_id = 'acme/1'`)).toEqual([
      { actor: 'api-key test service' },
    ])
  })

  it('is refused the second time, and leaves the account unchanged', async () => {
    const token = await api.operator()
    const first = { ...NEW, account_id: 'twice' }
    expect((await api.ask('POST', '/v1/accounts', { token, body: first })).status).toBe(201)
    const again = await api.ask('POST', '/v1/accounts', { token, body: { ...first, voice_agent: 'included' } })
    expect(again).toMatchObject({ status: 409, body: { type: problem('account-exists'), retryable: false } })
    const both = await Promise.all(
      [1, 2].map(() => api.ask('POST', '/v1/accounts', { token, body: { ...NEW, account_id: 'raced' } })),
    )
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409])
    expect(await settingsCount('twice')).toBe(1)
    expect((await api.ask('GET', '/v1/accounts/twice', { token })).body.voice_agent).toBe('credit')
  })

  it.each([
    ['an unknown tariff', { tariff: 'gold' }, [['/body/tariff', 'unknown_tariff']]],
    ['the currency of another tariff', { currency: 'USD' }, [['/body/currency', 'currency_differs']]],
    [
      'unknown packages, each with its position',
      {
        packages: [
          { id: 'moon', from: '2028-01-01' },
          { id: 'eu-100', from: '2026-01-01' },
          { id: 'mars', from: '2027-01-01' },
        ],
      },
      [
        ['/body/packages/2/id', 'unknown_package'],
        ['/body/packages/0/id', 'unknown_package'],
      ],
    ],
  ])('is refused for %s', async (_what, changed, errors) => {
    const token = await api.operator()
    const { status, body } = await api.ask('POST', '/v1/accounts', { token, body: { ...NEW, ...changed } })
    expect({ status, type: body.type }).toEqual({ status: 422, type: problem('not-possible') })
    expect(body.errors.map(({ path, code }: { path: string; code: string }) => [path, code])).toEqual(errors)
    expect((await api.ask('GET', '/v1/accounts/new', { token })).status).toBe(404)
  })

  const contact = { id: 'ann', email: 'ann@acme.example', role: 'admin' }
  it.each([
    ['an unknown field', { balance: '100.00' }, '/body'],
    ['a contact twice', { contacts: [contact, contact] }, '/body/contacts/1/id'],
    ['a contact without an e-mail address', { contacts: [{ ...contact, email: 'ann' }] }, '/body/contacts/0/email'],
    ['an invalid locale', { contacts: [{ ...contact, locale: 'german' }] }, '/body/contacts/0/locale'],
    ['an unknown role', { contacts: [{ ...contact, role: 'owner' }] }, '/body/contacts/0/role'],
    ['an invalid date', { billing_cycle_anchor: '2026-02-30' }, '/body/billing_cycle_anchor'],
    ['negative minutes', { fair_use_minutes_per_user: -1 }, '/body/fair_use_minutes_per_user'],
    ['an instant that cannot be stored', { packages: [{ id: 'eu-100', from: '0000-01-01' }] }, '/body/packages/0/from'],
    [
      'two packages from one instant',
      {
        packages: [
          { id: 'eu-100', from: '2026-01-01' },
          { id: 'none', from: '2026-01-01T01:00:00+01:00' },
        ],
      },
      '/body/packages/1/from',
    ],
  ])('is refused with %s', async (_what, changed, path) => {
    const token = await api.operator()
    const { status, body } = await api.ask('POST', '/v1/accounts', { token, body: { ...NEW, ...changed } })
    expect({ status, paths: [...new Set(body.errors.map((error: { path: string }) => error.path))] }).toEqual({
      // What the schema cannot express is refused later.
      status: /\/(from|1\/id)$/.test(path) ? 422 : 400,
      paths: [path],
    })
  })

  it('is for operators and keys of the whole installation', async () => {
    const tokens = [
      await api.person('acme/1', 'admin'),
      await api.key(['read', 'write', 'pay']),
      await api.key(['accounts'], ['new']),
    ]
    for (const token of tokens) {
      const { status, body } = await api.ask('POST', '/v1/accounts', { token, body: NEW })
      expect({ status, type: body.type }).toEqual({ status: 403, type: problem('forbidden') })
    }
  })
})

describe('the list of accounts', () => {
  beforeAll(async () => {
    const ids = ['list-a', 'list-b', 'list-c', 'list-d', 'list~']
    await apply(api, [
      ...ids.map((accountId) => testAccount({ accountId })),
      testAccount({ accountId: 'list-usd', currency: 'USD', tariff: 'bare-usd', packages: [] }),
    ])
    await adjust(api, 'list-b', 25_000_000n)
    await closeAccount(api, 'list-c', 'test')
  })

  const idsOf = async (query: string, token: string) => {
    const { status, body } = await api.ask('GET', `/v1/accounts?${query}`, { token })
    expect(status).toBe(200)
    return body.items.map((item: { account_id: string }) => item.account_id)
  }

  it.each([
    ['prefix=list-', ['list-a', 'list-b', 'list-c', 'list-d', 'list-usd']],
    ['prefix=list-&status=active', ['list-b']],
    ['prefix=list-&status=blocked&currency=EUR', ['list-a', 'list-c', 'list-d']],
    ['prefix=list-&currency=USD', ['list-usd']],
    ['prefix=list-&closed=true', ['list-c']],
    ['prefix=list-&closed=false&currency=EUR', ['list-a', 'list-b', 'list-d']],
    ['prefix=list~', ['list~']],
    ['prefix=lis_', []],
  ])('is narrowed by %s', async (query, ids) => {
    expect(await idsOf(query, await api.operator())).toEqual(ids)
  })

  it('comes in pages, each account once', async () => {
    const token = await api.operator()
    const seen: string[] = []
    for (let cursor = ''; ; ) {
      const { body } = await api.ask('GET', `/v1/accounts?prefix=list-&limit=2${cursor}`, { token })
      seen.push(...body.items.map((item: { account_id: string }) => item.account_id))
      if (body.next_cursor === null) break
      cursor = `&cursor=${body.next_cursor}`
    }
    expect(seen).toEqual(['list-a', 'list-b', 'list-c', 'list-d', 'list-usd'])
  })

  it('has balance and status of each', async () => {
    const { body } = await api.ask('GET', '/v1/accounts?prefix=list-b', { token: await api.operator() })
    expect(body.items).toEqual([
      {
        account_id: 'list-b',
        currency: 'EUR',
        balance: '25.000000',
        status: 'active',
        status_since: expect.any(String),
        created_at: expect.any(String),
        closed_at: null,
      },
    ])
  })

  it('shows a key of some accounts only those, and people none', async () => {
    expect(await idsOf('', await api.key(['accounts'], ['list-d', 'list-a', 'not-there']))).toEqual([
      'list-a',
      'list-d',
    ])
    expect(await idsOf('prefix=list-d', await api.key(['accounts'], ['list-a']))).toEqual([])
    for (const token of [await api.person('list-a', 'admin'), await api.key(['read'])]) {
      expect((await api.ask('GET', '/v1/accounts', { token })).status).toBe(403)
    }
    expect((await api.ask('GET', '/v1/accounts?cursor=Wzdd', { token: await api.operator() })).status).toBe(422)
  })
})

describe('a plan', () => {
  const URL = '/v1/accounts/planned'
  const patch = (token: string, body: unknown, ifMatch = '*') =>
    api.ask('PATCH', URL, { token, body, headers: { 'if-match': ifMatch } })

  beforeAll(async () => {
    await apply(api, [testAccount({ accountId: 'planned' })])
  })

  it('is changed in the given fields only; the change is recorded', async () => {
    const token = await api.operator()
    const before = await api.ask('GET', URL, { token })
    const changed = await patch(
      token,
      { fair_use_minutes_per_user: 5, conversation_intelligence: 'included' },
      before.headers.get('etag')!,
    )
    expect(changed).toMatchObject({
      status: 200,
      body: { ...before.body, fair_use_minutes_per_user: 5, conversation_intelligence: 'included' },
    })
    expect(changed.headers.get('etag')).toBe('"2"')
    const removed = await patch(token, { fair_use_minutes_per_user: null, conversation_intelligence: 'credit' })
    expect(removed).toMatchObject({ status: 200, body: before.body })
    const versions = `select actor from tollgate.account_settings where account_id = 'planned' and version > 1`
    expect(await rowsOf(versions)).toEqual([{ actor: 'olga' }, { actor: 'olga' }])
  })

  it('that stays the same writes nothing; other settings do not change its ETag', async () => {
    const token = await api.operator()
    const { headers } = await api.ask('GET', URL, { token })
    const etag = headers.get('etag')!
    const count = await settingsCount('planned')
    const same = await patch(token, { tariff: 'standard-eur' }, etag)
    expect({ status: same.status, etag: same.headers.get('etag') }).toEqual({ status: 200, etag })
    expect((await patch(token, {}, etag)).status).toBe(200)
    expect(await settingsCount('planned')).toBe(count)
    const contacts = { contacts: [{ id: 'ann', email: 'ann@acme.example', role: 'admin' }] }
    await api.ask('PUT', `${URL}/contacts`, { token, body: contacts, headers: { 'if-match': '*' } })
    expect(await settingsCount('planned')).toBe(count + 1)
    expect((await api.ask('GET', URL, { token })).headers.get('etag')).toBe(etag)
  })

  it('is not changed by callers who have not seen its current state, or send no ETag', async () => {
    const token = await api.operator()
    const seen = (await api.ask('GET', URL, { token })).headers.get('etag')!
    const first = await patch(token, { packages: [{ id: 'eu-open', from: '2026-01-01' }] }, seen)
    expect(first.body.packages).toEqual([{ id: 'eu-open', name: null, from: '2026-01-01T00:00:00.000000Z' }])
    const second = await patch(await api.key(['accounts']), { packages: [] }, seen)
    expect(second).toMatchObject({
      status: 412,
      body: { type: problem('changed-meanwhile'), current: { etag: first.headers.get('etag'), changed_by: 'olga' } },
    })
    expect((await api.ask('PATCH', URL, { token, body: { packages: [] } })).status).toBe(428)
    expect((await api.ask('GET', URL, { token })).body.packages).toEqual(first.body.packages)
  })

  it('may only use what is on offer in the currency of the account', async () => {
    const token = await api.operator()
    const count = await settingsCount('planned')
    for (const [body, status, path] of [
      [{ tariff: 'bare-usd' }, 422, '/body/tariff'],
      [{ tariff: 'gold' }, 422, '/body/tariff'],
      [{ packages: [{ id: 'mars', from: '2026-01-01' }] }, 422, '/body/packages/0/id'],
      [{ currency: 'USD' }, 400, '/body'],
    ] as const) {
      const refused = await patch(token, body)
      expect({ status: refused.status, path: refused.body.errors[0].path }).toEqual({ status, path })
    }
    expect(await settingsCount('planned')).toBe(count)
  })

  it('is changed by no customer, and by no key of other accounts', async () => {
    for (const [token, status] of [
      [await api.person('planned', 'admin'), 403],
      [await api.key(['read', 'write', 'pay']), 403],
      [await api.key(['accounts'], ['other']), 404],
    ] as const) {
      expect((await patch(token, { packages: [] })).status).toBe(status)
    }
    expect((await patch(await api.key(['accounts'], ['planned']), {})).status).toBe(200)
    const missing = await api.ask('PATCH', '/v1/accounts/nobody', {
      token: await api.operator(),
      body: {},
      headers: { 'if-match': '*' },
    })
    expect({ status: missing.status, type: missing.body.type }).toEqual({ status: 404, type: problem('not-found') })
  })
})

describe('contacts', () => {
  const URL = '/v1/accounts/mailed/contacts'
  const ANN = { id: 'ann', email: 'ann@acme.example', locale: 'de-DE', role: 'admin' }
  const put = (token: string, contacts: unknown, ifMatch = '*') =>
    api.ask('PUT', URL, { token, body: { contacts }, headers: { 'if-match': ifMatch } })

  beforeAll(async () => {
    await apply(api, [testAccount({ accountId: 'mailed' })])
  })

  it('are replaced as a whole, by callers who have seen them', async () => {
    const token = await api.person('mailed', 'admin')
    const before = await api.ask('GET', URL, { token })
    expect(before.body).toEqual({ account_id: 'mailed', contacts: [] })
    const seen = before.headers.get('etag')!
    const set = await put(token, [ANN], seen)
    expect(set).toMatchObject({ status: 200, body: { contacts: [ANN] } })
    const late = await put(token, [], seen)
    expect(late).toMatchObject({ status: 412, body: { current: { etag: set.headers.get('etag'), changed_by: 'ann' } } })
    expect((await api.ask('PUT', URL, { token, body: { contacts: [] } })).status).toBe(428)
    expect((await put(token, [ANN, ANN])).body.errors).toMatchObject([{ path: '/body/contacts/1/id' }])
    expect((await api.ask('GET', URL, { token })).body.contacts).toEqual([ANN])
    const count = await settingsCount('mailed')
    const same = await put(token, [ANN], set.headers.get('etag')!)
    expect({ status: same.status, count: await settingsCount('mailed') }).toEqual({ status: 200, count })
  })

  it('are seen by members without their addresses, and changed by none', async () => {
    const member = await api.person('mailed', 'member')
    const shown = [{ ...ANN, email: null }]
    expect((await api.ask('GET', URL, { token: member })).body.contacts).toEqual(shown)
    expect((await api.ask('GET', '/v1/accounts/mailed', { token: member })).body.contacts).toEqual(shown)
    expect((await put(member, [])).status).toBe(403)
    expect((await put(await api.person('planned', 'admin'), [])).status).toBe(404)
    expect((await put(await api.key(['read']), [])).status).toBe(403)
    expect((await api.ask('GET', URL, { token: member })).body.contacts).toEqual(shown)
  })
})

describe('display names', () => {
  const USERS = '/v1/accounts/named/users'
  const nameOf = (userId: string) => `${USERS}/${encodeURIComponent(userId)}/display-name`

  beforeAll(async () => {
    await apply(api, [testAccount({ accountId: 'named' })])
    await adjust(api, 'named', 25_000_000n)
  })

  it('are set, shown with usage, changed and erased', async () => {
    const token = await api.key(['read', 'write'], ['named'])
    const set = await api.ask('PUT', nameOf('u/1'), { token, body: { name: 'Ana Müller' } })
    expect(set).toMatchObject({ status: 200, body: { user_id: 'u/1', name: 'Ana Müller' } })
    const same = await api.ask('PUT', nameOf('u/1'), { token, body: { name: 'Ana Müller' } })
    expect(same.body).toEqual(set.body)
    await recordUsage(api, callFields({ event_id: 'n1', account_id: 'named', user_id: 'u/1', to: '+12125550100' }))
    const userName = async () =>
      (await api.ask('GET', '/v1/accounts/named/movements?kind=usage', { token })).body.items[0].usage.user_name
    expect(await userName()).toBe('Ana Müller')
    expect((await api.ask('PUT', nameOf('u/1'), { token, body: { name: 'Ana' } })).body.name).toBe('Ana')
    const erased = await api.ask('DELETE', nameOf('u/1'), { token })
    expect({ status: erased.status, body: erased.body }).toEqual({ status: 204, body: '' })
    expect((await api.ask('DELETE', nameOf('u/1'), { token })).status).toBe(204)
    expect(await userName()).toBeNull()
    expect((await api.ask('GET', USERS, { token })).body).toEqual({ items: [], next_cursor: null })
  })

  it('are listed by user, in pages', async () => {
    const token = await api.person('named', 'admin')
    for (const userId of ['u-3', 'u-1', 'u-2']) {
      await api.ask('PUT', nameOf(userId), { token, body: { name: `User ${userId}` } })
    }
    const first = await api.ask('GET', `${USERS}?limit=2`, { token })
    expect(first.body.items.map((user: { name: string }) => user.name)).toEqual(['User u-1', 'User u-2'])
    const second = await api.ask('GET', `${USERS}?limit=2&cursor=${first.body.next_cursor}`, { token })
    expect(second.body).toMatchObject({ items: [{ user_id: 'u-3' }], next_cursor: null })
  })

  it('are listed in pages however long the ids are', async () => {
    await apply(api, [testAccount({ accountId: 'long ids' })])
    const token = await api.operator()
    const users = '/v1/accounts/long%20ids/users'
    const userIds = ['a', 'b', 'c'].map((first) => first.padEnd(200, '\u{4e00}'))
    for (const userId of userIds) {
      const path = `${users}/${encodeURIComponent(userId)}/display-name`
      expect((await api.ask('PUT', path, { token, body: { name: 'Somebody' } })).status).toBe(200)
    }
    const listed: string[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { status, body } = await api.ask('GET', `${users}?limit=1${cursor && `&cursor=${cursor}`}`, { token })
      expect(status).toBe(200)
      listed.push(body.items[0].user_id)
      cursor = body.next_cursor
    }
    expect(listed).toEqual(userIds)
  })

  it('cannot be changed by members or for other accounts, and are never blank', async () => {
    const [admin, member] = [await api.person('named', 'admin'), await api.person('named', 'member')]
    expect((await api.ask('GET', USERS, { token: member })).status).toBe(200)
    for (const [token, status] of [
      [member, 403],
      [await api.person('mailed', 'admin'), 404],
    ] as const) {
      expect((await api.ask('PUT', nameOf('u-1'), { token, body: { name: 'Eve' } })).status).toBe(status)
      expect((await api.ask('DELETE', nameOf('u-1'), { token })).status).toBe(status)
    }
    for (const name of ['', '   ', 'two\nlines', 'x'.repeat(201)]) {
      const { status, body } = await api.ask('PUT', nameOf('u-1'), { token: admin, body: { name } })
      expect({ status, path: body.errors[0].path }).toEqual({ status: 400, path: '/body/name' })
    }
    const { body } = await api.ask('GET', `${USERS}?limit=1`, { token: admin })
    expect(body.items[0].name).toBe('User u-1')
    const token = await api.operator()
    const nobody = '/v1/accounts/nobody/users'
    expect((await api.ask('GET', nobody, { token })).status).toBe(404)
    expect((await api.ask('PUT', `${nobody}/u-1/display-name`, { token, body: { name: 'Eve' } })).status).toBe(404)
    expect((await api.ask('DELETE', `${nobody}/u-1/display-name`, { token })).status).toBe(404)
  })
})

describe('closing an account', () => {
  const close = (accountId: string, token: string) => api.ask('POST', `/v1/accounts/${accountId}/close`, { token })
  const topUpsOf = (accountId: string) =>
    rowsOf(
      `select trigger, state, reason from tollgate.top_ups where account_id = $1 order by requested_at, top_up_id`,
      accountId,
    )
  const byHand = (accountId: string) =>
    requestTopUp(api, { accountId, amountMicros: 20_000_000n, methodId: null, actor: 'ann' }, randomUUID())

  it('cancels pending top-ups, turns automatic top-up off, and refuses anything that would add credit', async () => {
    await apply(api, [testAccount({ accountId: 'closing' })])
    await adjust(api, 'closing', 15_000_000n)
    const methodId = await api.addCard('closing', 'needsApproval')
    await api.save('closing', {}, methodId)
    await api.tend()
    await recordUsage(
      api,
      usageFields({ type: 'other', sku: 'ported-number', quantity: 1, event_id: 'x1', account_id: 'closing' }),
    )
    await api.settle()
    expect(await topUpsOf('closing')).toEqual([{ trigger: 'automatic', state: 'needs_action', reason: null }])
    expect(await byHand('closing')).toHaveProperty('answer')

    const closed = await close('closing', await api.operator())
    expect(closed).toMatchObject({ status: 200, body: { account_id: 'closing', closed_at: expect.any(String) } })
    // The manual one was not prepared yet; the other ends once the provider has canceled it.
    expect(await topUpsOf('closing')).toEqual([
      { trigger: 'automatic', state: 'needs_action', reason: null },
      { trigger: 'manual', state: 'canceled', reason: 'account_closed' },
    ])
    await api.settle()
    expect(await topUpsOf('closing')).toEqual([
      { trigger: 'automatic', state: 'no_longer_needed', reason: 'account_closed' },
      { trigger: 'manual', state: 'canceled', reason: 'account_closed' },
    ])
    const payments = await api.provider.desk.listPayments('closing', { after: null, limit: 10 })
    expect(payments.map(({ state }) => state)).toEqual(['canceled'])
    const steps = await announced('credit.top-ups.v1', 'closing')
    expect(steps.map(({ kind, reason, ce_cause }) => [kind, reason, ce_cause]).slice(-2)).toEqual([
      ['canceled', 'account_closed', 'account_closed'],
      ['no_longer_needed', 'account_closed', 'top_up'],
    ])

    const newest = `select version, actor, auto_top_up_is_on from tollgate.account_settings where account_id = 'closing'
      order by version desc limit 1`
    const [settings] = await rowsOf(newest)
    expect(settings).toMatchObject({ actor: 'olga', auto_top_up_is_on: false })
    const customer = `select customer_id, is_mark_due from tollgate.payment_customers where account_id = 'closing'`
    expect(await rowsOf(customer)).toMatchObject([{ is_mark_due: true }])
    await api.tend()
    const [{ customer_id: customerId }] = (await rowsOf(customer)) as [{ customer_id: string }]
    expect(await api.provider.readMark(customerId)).toEqual({
      kind: 'mark',
      mark: { settingsVersion: settings.version },
    })
    expect(await byHand('closing')).toEqual({ refused: 'account_closed' })
    expect(await api.save('closing', {}, methodId)).toEqual({ refused: 'account_closed' })
    await expect(api.addCard('closing', 'good')).rejects.toThrow('account_closed')
  })

  it('still debits late usage, without a top-up; status follows the balance', async () => {
    await openWithAutoTopUp(api, 'late')
    const before = await announced('credit.service-status.v1', 'late')
    expect((await close('late', await api.operator())).status).toBe(200)
    expect(await announced('credit.service-status.v1', 'late')).toEqual(before)
    await recordUsage(
      api,
      usageFields({ type: 'other', sku: 'ported-number', quantity: 5, event_id: 'l1', account_id: 'late' }),
    )
    const { body } = await api.ask('GET', '/v1/accounts/late/balance', { token: await api.operator() })
    expect(body).toMatchObject({ balance: '-11.000000', status: 'blocked' })
    await api.tend()
    expect(await topUpsOf('late')).toEqual([])
  })

  it('lets a payment complete that the bank may have charged', async () => {
    await openWithAutoTopUp(api, 'charging', {}, 11_000_000n)
    await adjust(api, 'charging', -10_000_000n, 'used up')
    const topUp = await beginCharge(api, 'charging')
    expect((await close('charging', await api.operator())).status).toBe(200)
    expect(await topUpsOf('charging')).toEqual([{ trigger: 'automatic', state: 'charging', reason: null }])
    await recordPayment(api, topUp, { kind: 'processing' })
    await recordPayment(api, topUp, { kind: 'succeeded' })
    expect(await topUpsOf('charging')).toEqual([{ trigger: 'automatic', state: 'succeeded', reason: null }])
    const { body } = await api.ask('GET', '/v1/accounts/charging/balance', { token: await api.operator() })
    expect(body.balance).toBe('21.000000')
  })

  it('again returns the same answer, and changes nothing', async () => {
    await apply(api, [testAccount({ accountId: 'shut' })])
    const first = await close('shut', await api.key(['accounts'], ['shut']))
    const again = await close('shut', await api.operator())
    expect(again).toMatchObject({ status: 200, body: first.body })
    const row = `select closed_by, settings_version from tollgate.accounts where account_id = 'shut'`
    expect(await rowsOf(row)).toEqual([{ closed_by: 'api-key test service', settings_version: 1 }])
    const shown = await api.ask('GET', '/v1/accounts/shut', { token: await api.person('shut', 'member') })
    expect(shown.body.closed_at).toBe(first.body.closed_at)
  })

  it('is refused to customers, and for unknown accounts', async () => {
    await apply(api, [testAccount({ accountId: 'kept' })])
    expect((await close('kept', await api.person('kept', 'admin'))).status).toBe(403)
    expect((await close('kept', await api.key(['accounts'], ['shut']))).status).toBe(404)
    expect((await close('nobody', await api.operator())).status).toBe(404)
    expect((await api.ask('GET', '/v1/accounts/kept', { token: await api.operator() })).body.closed_at).toBeNull()
  })
})

describe('fair use', () => {
  const URL = '/v1/accounts/fair/fair-use'
  const nowMicros = Date.now() * 1000
  const anchor = '2026-01-15'
  const start = cycleStart(anchor, nowMicros)
  // An hour ago may belong to the previous cycle; now belongs to this one.
  const occurred_at = new Date(nowMicros / 1000).toISOString()
  const call = (userId: string, minutes: number, changed: Fields = {}) =>
    callFields({
      event_id: randomUUID(),
      account_id: 'fair',
      user_id: userId,
      duration_seconds: minutes * 60,
      occurred_at,
      ...changed,
    })

  beforeAll(async () => {
    await apply(api, [testAccount({ accountId: 'fair', billingCycleAnchor: anchor })])
    await adjust(api, 'fair', 50_000_000n)
    const earlier = new Date(nowMicros / 1000 - 40 * 86_400_000).toISOString()
    await recordUsage(
      api,
      call('ann', 30),
      call('ann', 12),
      call('bob', 130),
      call('cleo', 9, { occurred_at: earlier }),
    )
    await api.ask('PUT', '/v1/accounts/fair/users/ann/display-name', {
      token: await api.operator(),
      body: { name: 'Ann' },
    })
  })

  it('shows what each user has used and has left in this cycle, which ends where the next begins', async () => {
    const { status, body } = await api.ask('GET', URL, { token: await api.person('fair', 'member') })
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        items: [
          { user_id: 'ann', user_name: 'Ann', minutes_used: 42, minutes_left: 58 },
          { user_id: 'bob', user_name: null, minutes_used: 100, minutes_left: 0 },
        ],
        next_cursor: null,
        package: { id: 'eu-100', name: 'Europe 100' },
        limit_minutes: 100,
        is_own_limit: false,
        cycle_start: start,
        cycle_end: nextCycleStart(anchor, start),
      },
    })
    const days = (Date.parse(body.cycle_end) - Date.parse(body.cycle_start)) * 1000
    expect(days >= 28 * MICROS_PER_DAY && days <= 31 * MICROS_PER_DAY).toBe(true)
  })

  it('comes in pages', async () => {
    const token = await api.operator()
    const first = await api.ask('GET', `${URL}?limit=1`, { token })
    expect(first.body.items.map((item: { user_id: string }) => item.user_id)).toEqual(['ann'])
    const second = await api.ask('GET', `${URL}?limit=1&cursor=${first.body.next_cursor}`, { token })
    expect(second.body).toMatchObject({ items: [{ user_id: 'bob' }], next_cursor: null })
  })

  it('uses the limit of the account, and has none without a package', async () => {
    const token = await api.operator()
    const change = (body: unknown) =>
      api.ask('PATCH', '/v1/accounts/fair', { token, body, headers: { 'if-match': '*' } })
    await change({ fair_use_minutes_per_user: 50 })
    expect((await api.ask('GET', URL, { token })).body).toMatchObject({
      limit_minutes: 50,
      is_own_limit: true,
      items: [{ minutes_left: 8 }, { minutes_left: 0 }],
    })
    await change({ packages: [] })
    expect((await api.ask('GET', URL, { token })).body).toMatchObject({
      package: null,
      limit_minutes: null,
      is_own_limit: false,
      items: [{ minutes_used: 42, minutes_left: null }, { minutes_left: null }],
    })
    expect((await api.ask('GET', '/v1/accounts/nobody/fair-use', { token })).status).toBe(404)
    expect((await api.ask('GET', URL, { token: await api.person('kept', 'admin') })).status).toBe(404)
  })
})

describe('a movement', () => {
  const explain = async (accountId: string, sequence: number, token?: string) => {
    const path = `/v1/accounts/${accountId}/movements/${sequence}`
    return await api.ask('GET', path, { token: token ?? (await api.operator()) })
  }

  beforeAll(async () => {
    await apply(api, [testAccount({ accountId: 'why', fairUseMinutesPerUser: 2 })])
    await adjust(api, 'why', 50_000_000n)
    const of = { account_id: 'why' }
    await recordUsage(api, callFields({ ...of, event_id: 'w1', duration_seconds: 190 }))
    await recordUsage(
      api,
      usageFields({
        ...of,
        type: 'message',
        event_id: 'w2',
        channel: 'sms',
        direction: 'outbound',
        to: '+43123456',
        fragments: 3,
      }),
    )
    await recordUsage(api, correctionFields('w3', 'w1', { ...of, occurred_at: '2026-02-21T00:00:00Z' }))
  })

  it('of usage shows rule, minutes and price', async () => {
    const { status, body } = await explain('why', 2)
    expect(status).toBe(200)
    expect(body).toMatchObject({ sequence: 2, kind: 'usage', amount: '-0.040000', usage: { event_id: 'w1' } })
    expect(body.explanation).toEqual({
      charge: {
        outcome: 'charged',
        reason: 'fair_use_exceeded',
        tariff: 'standard-eur',
        catalog_version: 1,
        settings_version: 1,
        quantity: 190,
        units: 120,
        amount: '0.040000',
        deck: 'outbound.csv',
        prefix: '+43',
        destination: 'Austria',
        destination_country: 'AT',
        destination_type: 'fixed',
        caller_country: 'DE',
        package: {
          id: 'eu-100',
          name: 'Europe 100',
          region: 'EU',
          region_countries: ['AT', 'DE'],
          countries: ['AT', 'DE'],
        },
        fair_use: {
          limit_minutes: 2,
          is_own_limit: true,
          minutes_left: 2,
          covered_minutes: 2,
          cycle_start: '2026-02-15',
          cycle_end: '2026-03-15',
        },
        price: {
          per_minute: '0.020000',
          per_unit: null,
          connection_fee: '0.050000',
          is_connection_fee_charged: false,
          first_increment_seconds: 60,
          next_increment_seconds: 60,
          priced_seconds: 70,
          billed_seconds: 120,
          units: null,
          unrounded: '0.040000',
          is_unrounded_exact: true,
        },
        rounding: { scale: 4, mode: 'half_up' },
        is_reproduced: true,
      },
      corrects: null,
      corrected_by: { event_id: 'w3', sequence: 4, occurred_at: '2026-02-21T00:00:00.000000Z' },
      payment: null,
    })
  })

  it('of a message shows the price of a fragment', async () => {
    const { body } = await explain('why', 3)
    expect(body.explanation.charge).toMatchObject({
      reason: 'message',
      package: null,
      fair_use: null,
      amount: '0.210000',
      price: { per_minute: null, per_unit: '0.070000', units: 3, unrounded: '0.210000' },
    })
  })

  it('of a correction names the movement that it reverses', async () => {
    const { body } = await explain('why', 4)
    expect(body).toMatchObject({ kind: 'reversal', reverses_sequence: 2 })
    expect(body.explanation).toMatchObject({
      charge: { reason: 'correction', amount: '-0.040000', catalog_version: null, price: null, is_reproduced: true },
      corrects: { event_id: 'w1', sequence: 2, occurred_at: '2026-02-20T10:00:00.000000Z' },
      corrected_by: null,
      payment: null,
    })
  })

  it('of an adjustment has its actor and reason, and nothing to explain', async () => {
    const { body } = await explain('why', 1)
    expect(body).toMatchObject({
      kind: 'adjustment',
      actor: 'test',
      reason: 'opening credit',
      explanation: { charge: null, corrects: null, corrected_by: null, payment: null },
    })
  })

  it('of an automatic top-up shows the balance, the consent, and the card to those who may see it', async () => {
    await apply(api, [testAccount({ accountId: 'paid' })])
    await adjust(api, 'paid', 15_000_000n)
    const methodId = await api.addCard('paid', 'good')
    await api.save('paid', {}, methodId)
    await recordUsage(
      api,
      usageFields({ type: 'other', sku: 'ported-number', quantity: 1, event_id: 'p1', account_id: 'paid' }),
    )
    await api.settle()
    const { body } = await explain('paid', 3, await api.person('paid', 'admin'))
    expect(body).toMatchObject({ kind: 'top_up', amount: '20.000000', balance_before: '2.800000' })
    const { payment } = body.explanation
    const person = { person: 'ann', person_name: null, attested_by: null, recorded_at: expect.any(String) }
    expect(payment).toEqual({
      top_up_id: body.top_up_id,
      trigger: 'automatic',
      actor: null,
      actor_name: null,
      requested_at: expect.any(String),
      card: { brand: 'visa', last4: '4242' },
      statement_descriptor: 'HARBOR TELECOM',
      credited_at: body.recorded_at,
      credited: '20.000000',
      refunded: '0.000000',
      disputed: '0.000000',
      asked: {
        balance: '2.800000',
        threshold: '10.000000',
        set_at: expect.any(String),
        set_by: 'test',
        set_by_name: null,
        consent: person,
      },
    })
    expect(SETTINGS.thresholdMicros).toBe(10_000_000n)

    // Later settings do not change those that it was requested under.
    await api.save('paid', { thresholdMicros: 12_000_000n }, methodId)
    const [charge] = await api.charges('paid')
    await api.provider.desk.refund(charge!.paymentId, 5_000_000n)
    await api.tend()
    const refund = await explain('paid', 4, await api.person('paid', 'member'))
    expect(refund.body).toMatchObject({ kind: 'refund', amount: '-5.000000', reverses_sequence: 3 })
    expect(refund.body.explanation.payment).toMatchObject({
      card: null,
      statement_descriptor: null,
      credited_at: body.recorded_at,
      refunded: '5.000000',
      asked: { threshold: '10.000000', balance: '2.800000', set_by: null, set_by_name: null, consent: null },
    })
  })

  it('of a payment names people by display name, else by their link, and not at all to members', async () => {
    const namesFor = async (role: 'admin' | 'member') => {
      const { asked } = (await explain('paid', 3, await api.person('paid', role))).body.explanation.payment
      return [asked.set_by_name, asked.consent?.person_name ?? null]
    }
    await api.session('paid', 'admin', 'ann')
    expect(await namesFor('admin')).toEqual([null, 'Ann Arbor'])
    const token = await api.operator()
    for (const [id, name] of [
      ['test', 'Ada Tester'],
      ['ann', 'Ann Example'],
    ]) {
      await api.ask('PUT', `/v1/accounts/paid/users/${id}/display-name`, { token, body: { name } })
    }
    expect(await namesFor('admin')).toEqual(['Ada Tester', 'Ann Example'])
    expect(await namesFor('member')).toEqual([null, null])
  })

  it('is only found in its own account', async () => {
    for (const [sequence, status] of [
      [99, 404],
      [0, 400],
      [1.5, 400],
    ] as const) {
      expect((await explain('why', sequence)).status).toBe(status)
    }
    expect((await explain('nobody', 1)).status).toBe(404)
    expect((await explain('why', 1, await api.person('paid', 'admin'))).status).toBe(404)
    expect((await explain('why', 1, await api.key(['accounts']))).status).toBe(403)
  })
})

describe('without a catalog in force', () => {
  it('no account is created, and no plan is changed', async () => {
    const empty = await openTestApi()
    try {
      await apply(empty, [testAccount({ accountId: 'early' })])
      await empty.pool.query(`set session_replication_role = replica; delete from tollgate.catalog_versions;
        set session_replication_role = origin`)
      const token = await empty.operator()
      for (const [method, path, body] of [
        ['POST', '/v1/accounts', NEW],
        ['PATCH', '/v1/accounts/early', { voice_agent: 'credit' }],
      ] as const) {
        const refused = await empty.ask(method, path, { token, body, headers: { 'if-match': '*' } })
        expect(refused).toMatchObject({ status: 409, body: { type: problem('no-catalog-in-force'), retryable: true } })
      }
      const shown = await empty.ask('GET', '/v1/accounts/early', { token })
      expect(shown).toMatchObject({ status: 200, body: { packages: [{ id: 'eu-100', name: null }] } })
    } finally {
      await empty.close()
    }
  })
})
