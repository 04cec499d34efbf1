/** Routes for operators and services: keys, adjustments, catalogs and dead letters. */
import { randomUUID } from 'node:crypto'
import type { Admin, KafkaMessage } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Permission } from '../../src/api/access/permissions.ts'
import { formatMoney } from '../../src/core/money.ts'
import { beginReplay, replayDeadLetters } from '../../src/dead-letters/replay.ts'
import { inTransaction } from '../../src/platform/postgres.ts'
import { listMovements, NO_FILTER } from '../../src/reporting/find-movements.ts'
import { until } from '../../testkit/until.ts'
import { type Answer, openTestApi, type TestApi } from '../support/api.ts'
import { CATALOG_FILES, testAccount } from '../support/catalog.ts'
import { componentEnvironment } from '../support/components.ts'
import { apply } from '../support/ledger.ts'
import { createTopic, testKafka } from '../support/topics.ts'

let api: TestApi
let admin: Admin

beforeAll(async () => {
  const { TOLLGATE_KAFKA_BROKERS } = await componentEnvironment(['kafka'])
  api = await openTestApi({ kafkaBrokers: TOLLGATE_KAFKA_BROKERS!.split(',') })
  await apply(api, [testAccount({ accountId: 'acme' }), testAccount({ accountId: 'other' })])
  admin = testKafka().admin()
  await admin.connect()
})

afterAll(async () => {
  await admin?.disconnect()
  await api?.close()
})

const type = ({ body }: Answer): string => String(body.type).replace('urn:tollgate:problem:', '')
const once = (key: string = randomUUID()) => ({ 'idempotency-key': key })
async function count(table: string): Promise<number> {
  const { rows } = await api.pool.query<{ count: bigint }>(`select count(*) as count from tollgate.${table}`)
  return Number(rows[0]!.count)
}

describe('the refused', () => {
  const REFUSED: readonly (readonly [what: string, method: string, path: string, permission: Permission])[] = [
    ['list keys', 'GET', '/v1/api-keys', 'api_keys'],
    ['read a key', 'GET', '/v1/api-keys/0123456789abcdef', 'api_keys'],
    ['make a key', 'POST', '/v1/api-keys', 'api_keys'],
    ['rotate a key', 'POST', '/v1/api-keys/0123456789abcdef/rotate', 'api_keys'],
    ['revoke a key', 'POST', '/v1/api-keys/0123456789abcdef/revoke', 'api_keys'],
    ['adjust credit', 'POST', '/v1/accounts/acme/adjustments', 'adjust'],
    ['list catalogs', 'GET', '/v1/catalogs', 'catalogs'],
    ['read a catalog', 'GET', '/v1/catalogs/1', 'catalogs'],
    ['check a catalog', 'POST', '/v1/catalog-checks', 'catalogs'],
    ['publish a catalog', 'POST', '/v1/catalogs', 'catalogs'],
    ['roll back', 'POST', '/v1/catalogs/1/roll-back', 'catalogs'],
    ['list dead letters', 'GET', '/v1/dead-letters', 'dead_letters'],
    ['sum up dead letters', 'GET', '/v1/dead-letters/summary', 'dead_letters'],
    ['replay dead letters', 'POST', '/v1/dead-letters/replay', 'dead_letters'],
  ]

  it.each(REFUSED)('%s: nobody, a member, an admin, and a key with every other scope', async (_, method, path, of) => {
    const all: Permission[] = ['read', 'write', 'pay', 'accounts', 'adjust', 'catalogs', 'dead_letters', 'api_keys']
    const others = all.filter((permission) => permission !== of)
    const statusOf = async (token?: string) => (await api.ask(method, path, { token })).status
    const known = [await api.person('acme', 'member'), await api.person('acme', 'admin'), await api.key(others)]
    const statuses = await Promise.all([undefined, ...known].map(statusOf))
    expect(statuses).toEqual([401, 403, 403, 403])
    // A key of some accounts is accepted on their routes, and nowhere else.
    const ofAcme = await statusOf(await api.key([of], ['acme']))
    if (of === 'adjust') expect(ofAcme).toBe(400)
    else expect(ofAcme).toBe(403)
  })
})

describe('API keys', () => {
  const WANTED = { name: 'billing page', scopes: ['read', 'pay'], account_ids: ['acme'] }

  async function make(body: object = WANTED, token?: string): Promise<Answer> {
    return await api.ask('POST', '/v1/api-keys', { token: token ?? (await api.operator()), body })
  }
  const balance = async (token: string, accountId = 'acme') =>
    (await api.ask('GET', `/v1/accounts/${accountId}/balance`, { token })).status

  it('are made with a token that is shown once, and accepted where they have the permission', async () => {
    const made = await make()
    expect(made.status).toBe(201)
    const { token, ...key } = made.body
    expect(key).toEqual({
      ...WANTED,
      key_id: expect.stringMatching(/^[0-9a-f]{16}$/),
      created_at: expect.any(String),
      created_by: 'olga',
      last_used_at: null,
      rotated_at: null,
      rotated_by: null,
      earlier_secret_expires_at: null,
      revoked_at: null,
      revoked_by: null,
    })
    expect([await balance(token), await balance(token, 'other')]).toEqual([200, 404])
    const operator = await api.operator()
    const read = await api.ask('GET', `/v1/api-keys/${key.key_id}`, { token: operator })
    expect(read.body).toEqual({ ...key, last_used_at: expect.any(String) })
    const { rows } = await api.pool.query('select * from tollgate.api_key_secrets where key_id = $1', [key.key_id])
    expect(JSON.stringify(rows)).not.toContain(token.split('_').at(-1))
  })

  it('are listed newest first, page by page, each once', async () => {
    for (const name of ['a', 'b', 'c']) await make({ ...WANTED, name })
    const token = await api.operator()
    const seen: string[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const path: string = `/v1/api-keys?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`
      const { status, body } = await api.ask('GET', path, { token })
      expect(status).toBe(200)
      seen.push(...body.items.map(({ key_id }: { key_id: string }) => key_id))
      cursor = body.next_cursor
    }
    expect(seen.length).toBe(await count('api_keys'))
    expect(new Set(seen).size).toBe(seen.length)
    const { body } = await api.ask('GET', '/v1/api-keys?limit=3', { token })
    expect(body.items.map(({ name }: { name: string }) => name)).toEqual(['c', 'b', 'a'])
  })

  it('have two secrets while they are rotated, and one again after the overlap', async () => {
    const { body: made } = await make()
    const token = await api.operator()
    const rotate = (overlap_seconds: number) =>
      api.ask('POST', `/v1/api-keys/${made.key_id}/rotate`, { token, body: { overlap_seconds } })
    const rotated = await rotate(3_600)
    expect(rotated).toMatchObject({
      status: 200,
      body: { key_id: made.key_id, rotated_by: 'olga', earlier_secret_expires_at: expect.any(String) },
    })
    expect([await balance(made.token), await balance(rotated.body.token)]).toEqual([200, 200])
    const again = await rotate(1_800)
    // The first secret ends at the next rotation, however long it would have been valid.
    expect([await balance(made.token), await balance(rotated.body.token)]).toEqual([401, 200])
    const leftMs = Date.parse(again.body.earlier_secret_expires_at) - Date.now()
    expect(leftMs).toBeGreaterThan(1_700_000)
    expect(leftMs).toBeLessThanOrEqual(1_800_000)
    // As if the overlap were over.
    await api.pool.query(
      `update tollgate.api_key_secrets set expires_at = expires_at - interval '30 min' where key_id = $1`,
      [made.key_id],
    )
    expect([await balance(rotated.body.token), await balance(again.body.token)]).toEqual([401, 200])
    const { body: key } = await api.ask('GET', `/v1/api-keys/${made.key_id}`, { token })
    expect(key.earlier_secret_expires_at).toBeNull()
  })

  it('keep one lasting secret after concurrent rotations', async () => {
    const { body: made } = await make()
    const token = await api.operator()
    const rotations = await Promise.all(
      Array.from({ length: 6 }, () =>
        api.ask('POST', `/v1/api-keys/${made.key_id}/rotate`, { token, body: { overlap_seconds: 3_600 } }),
      ),
    )
    expect(rotations.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200])
    const statuses = await Promise.all(rotations.map(({ body }) => balance(body.token)))
    expect(statuses.toSorted()).toEqual([200, 200, 401, 401, 401, 401])
    const { rows } = await api.pool.query(
      `select expires_at is null as is_lasting from tollgate.api_key_secrets where key_id = $1 order by 1`,
      [made.key_id],
    )
    expect(rows).toEqual([{ is_lasting: false }, { is_lasting: true }])
  })

  it('stay revoked: repeating is allowed, rotation is not, and the first revoker is recorded', async () => {
    const { body: made } = await make()
    const [olga, service] = [await api.operator(), await api.key(['api_keys', 'read', 'pay'])]
    const revoke = (token: string) => api.ask('POST', `/v1/api-keys/${made.key_id}/revoke`, { token })
    expect(await revoke(olga)).toMatchObject({ status: 200, body: { revoked_by: 'olga' } })
    expect(await balance(made.token)).toBe(401)
    const { body: revoked } = await api.ask('GET', `/v1/api-keys/${made.key_id}`, { token: olga })
    expect(revoked).toMatchObject({ revoked_by: 'olga', revoked_at: expect.any(String) })
    expect((await revoke(service)).status).toBe(200)
    const { body: again } = await api.ask('GET', `/v1/api-keys/${made.key_id}`, { token: olga })
    expect(again).toEqual(revoked)
    const rotated = await api.ask('POST', `/v1/api-keys/${made.key_id}/rotate`, {
      token: olga,
      body: { overlap_seconds: 0 },
    })
    expect([rotated.status, type(rotated)]).toEqual([409, 'conflict'])
  })

  it('are not accepted, whichever of revocation and rotation comes first', async () => {
    for (let round = 0; round < 10; round++) {
      const { body: made } = await make()
      const token = await api.operator()
      const path = `/v1/api-keys/${made.key_id}`
      const [rotated] = await Promise.all([
        api.ask('POST', `${path}/rotate`, { token, body: { overlap_seconds: 60 } }),
        api.ask('POST', `${path}/revoke`, { token }),
      ])
      expect([200, 409]).toContain(rotated.status)
      expect(await balance(made.token)).toBe(401)
      if (rotated.status === 200) expect(await balance(rotated.body.token)).toBe(401)
    }
  })

  it('are not found under an unknown id', async () => {
    const token = await api.operator()
    const path = '/v1/api-keys/0123456789abcdef'
    const answers = [
      await api.ask('GET', path, { token }),
      await api.ask('POST', `${path}/revoke`, { token }),
      await api.ask('POST', `${path}/rotate`, { token, body: { overlap_seconds: 0 } }),
    ]
    expect(answers.map((answer) => [answer.status, type(answer)])).toEqual(Array(3).fill([404, 'not-found']))
  })

  describe('by another key', () => {
    it('get no scope that the key does not have itself', async () => {
      const keys = await count('api_keys')
      const token = await api.key(['api_keys', 'read'])
      const answer = await make({ name: 'more', scopes: ['read', 'adjust'], account_ids: null }, token)
      expect([answer.status, type(answer), answer.body.detail]).toEqual([
        403,
        'forbidden',
        'you cannot grant what your own key does not have: adjust',
      ])
      expect(await count('api_keys')).toBe(keys + 1)
      const fewer = await make({ name: 'fewer', scopes: ['read'], account_ids: ['acme'] }, token)
      expect(fewer).toMatchObject({ status: 201, body: { created_by: 'api-key test service' } })
    })

    it('are not rotated if they have more permissions: the caller would get the new token', async () => {
      const { body: strong } = await make({ name: 'strong', scopes: ['read', 'adjust'], account_ids: null })
      const token = await api.key(['api_keys', 'read'])
      const rotate = (id: string) =>
        api.ask('POST', `/v1/api-keys/${id}/rotate`, { token, body: { overlap_seconds: 0 } })
      const answer = await rotate(strong.key_id)
      expect([answer.status, type(answer)]).toEqual([403, 'forbidden'])
      expect(await balance(strong.token)).toBe(200)
      const { body: weak } = await make({ name: 'weak', scopes: ['read'], account_ids: ['acme'] })
      expect((await rotate(weak.key_id)).status).toBe(200)
    })
  })

  it.each([
    ['no scope', { ...WANTED, scopes: [] }, 400, 'invalid-request'],
    ['an unknown scope', { ...WANTED, scopes: ['root'] }, 400, 'invalid-request'],
    ['an empty list of accounts, which does not mean all', { ...WANTED, account_ids: [] }, 400, 'invalid-request'],
    ['a name of control characters', { ...WANTED, name: 'a\u0000b' }, 400, 'invalid-request'],
    ['an unknown field', { ...WANTED, created_by: 'root' }, 400, 'invalid-request'],
    ['a scope that is for all accounts only', { ...WANTED, scopes: ['catalogs'] }, 422, 'not-possible'],
  ])('are refused with %s', async (_, body, status, problem) => {
    const keys = await count('api_keys')
    const answer = await make(body)
    expect([answer.status, type(answer)]).toEqual([status, problem])
    expect(await count('api_keys')).toBe(keys)
  })

  it('are rotated within bounds', async () => {
    const { body: made } = await make()
    const token = await api.operator()
    for (const overlap_seconds of [-1, 1.5, 30 * 86_400 + 1, '60']) {
      const path = `/v1/api-keys/${made.key_id}/rotate`
      expect((await api.ask('POST', path, { token, body: { overlap_seconds } })).status).toBe(400)
    }
    expect(await balance(made.token)).toBe(200)
  })
})

describe('an adjustment', () => {
  const PATH = '/v1/accounts/acme/adjustments'
  const movements = async () =>
    (await listMovements(api.pool, 'acme', NO_FILTER, { before: null, limit: 100 })).movements

  it('is posted once, and every repeat returns the figures of that movement', async () => {
    const token = await api.key(['adjust'], ['acme'])
    const asked = { token, body: { amount: '25.5', reason: 'goodwill' }, headers: once() }
    const before = await movements()
    const first = await api.ask('POST', PATH, asked)
    const [movement, ...earlier] = await movements()
    expect(earlier).toEqual(before)
    expect(first).toMatchObject({ status: 201 })
    expect(first.body).toEqual({
      account_id: 'acme',
      sequence: Number(movement!.sequence),
      amount: '25.500000',
      balance_before: formatMoney(movement!.balanceBeforeMicros),
      balance_after: formatMoney(movement!.balanceAfterMicros),
      currency: 'EUR',
      recorded_at: movement!.recordedAt,
      actor: 'api-key test service',
      reason: 'goodwill',
    })
    const further = { token, body: { amount: '-1.00', reason: 'other' }, headers: once() }
    expect((await api.ask('POST', PATH, further)).body).toMatchObject({ amount: '-1.000000' })
    const repeats = await Promise.all([api.ask('POST', PATH, asked), api.ask('POST', PATH, asked)])
    for (const { status, body } of repeats) expect({ status, body }).toEqual({ status: 201, body: first.body })
    expect((await movements()).length).toBe(before.length + 2)
  })

  it.each([
    ['0', { amount: '0.00', reason: 'x' }, once(), 400, 'invalid-request'],
    ['a number', { amount: 5, reason: 'x' }, once(), 400, 'invalid-request'],
    ['seven digits after the point', { amount: '0.0000001', reason: 'x' }, once(), 400, 'invalid-request'],
    ['no reason', { amount: '5.00' }, once(), 400, 'invalid-request'],
    ['a blank reason', { amount: '5.00', reason: ' ' }, once(), 400, 'invalid-request'],
    ['an unknown field', { amount: '5.00', reason: 'x', actor: 'boss' }, once(), 400, 'invalid-request'],
    ['no Idempotency-Key', { amount: '5.00', reason: 'x' }, {}, 400, 'invalid-request'],
  ])('is refused with %s, and moves nothing', async (_, body, headers, status, problem) => {
    const before = await movements()
    const answer = await api.ask('POST', PATH, { token: await api.operator(), body, headers })
    expect([answer.status, type(answer)]).toEqual([status, problem])
    expect(await movements()).toEqual(before)
  })

  it('is refused under the key of another one, and for unknown and foreign accounts', async () => {
    const token = await api.key(['adjust'], ['acme', 'nobody'])
    const headers = once()
    const body = { amount: '5.00', reason: 'x' }
    expect((await api.ask('POST', PATH, { token, body, headers })).status).toBe(201)
    const before = await movements()
    const reused = await api.ask('POST', PATH, { token, body: { ...body, amount: '6.00' }, headers })
    expect([reused.status, type(reused)]).toEqual([422, 'request-key-reused'])
    expect(await movements()).toEqual(before)
    for (const accountId of ['nobody', 'other']) {
      const answer = await api.ask('POST', `/v1/accounts/${accountId}/adjustments`, { token, body, headers })
      expect([answer.status, type(answer)]).toEqual([404, 'not-found'])
    }
  })
})

describe('a catalog', () => {
  const FILES = { ...CATALOG_FILES }
  const FAULTY = {
    ...FILES,
    'outbound.csv': FILES['outbound.csv']!.replace('+43,Austria,0.02', '+43,Austria,cheap').replace('+1,', 'one,'),
  }
  const WANTED = { files: FILES, comment: 'as before', in_force_from: null }

  const ask = async (path: string, body: unknown, headers: Record<string, string> = {}, token?: string) =>
    await api.ask('POST', path, { token: token ?? (await api.key(['catalogs'])), body, headers })

  it('is checked, and nothing is stored', async () => {
    const versions = await count('catalog_versions')
    const good = await ask('/v1/catalog-checks', { files: FILES })
    expect(good).toMatchObject({ status: 200, body: { content_hash: expect.stringMatching(/^[0-9a-f]{64}$/) } })
    expect(good.body.warnings.length).toBe(good.body.warning_count)
    const bad = await ask('/v1/catalog-checks', { files: FAULTY })
    expect([bad.status, type(bad), bad.body.fault_count]).toEqual([422, 'not-possible', 2])
    expect(bad.body.faults).toEqual([
      { file: 'outbound.csv', line: 3, reason: expect.stringContaining('cheap') },
      { file: 'outbound.csv', line: expect.any(Number), reason: expect.stringContaining('one') },
    ])
    expect(await count('catalog_versions')).toBe(versions)
  })

  it('with many faults reports their number and the first 200', async () => {
    const rows = Array.from({ length: 500 }, (_, i) => `+4${i},Somewhere,dear,,1,1,,`).join('\n')
    const files = { ...FILES, 'outbound.csv': `${FILES['outbound.csv']!.split('\n')[0]}\n${rows}\n` }
    const { status, body } = await ask('/v1/catalog-checks', { files })
    expect([status, body.fault_count, body.faults.length]).toEqual([422, 500, 200])
    expect(body.faults[199]).toMatchObject({ file: 'outbound.csv', line: 201 })
  })

  it('is published once under its Idempotency-Key, with its author, and takes force', async () => {
    const headers = once()
    const token = await api.operator()
    const versions = await count('catalog_versions')
    const first = await ask('/v1/catalogs', WANTED, headers, token)
    expect(first).toMatchObject({ status: 201, body: { version: expect.any(Number) } })
    const repeats = await Promise.all([1, 2, 3].map(() => ask('/v1/catalogs', WANTED, headers, token)))
    for (const { status, body } of repeats) expect({ status, body }).toEqual({ status: 201, body: first.body })
    expect(await count('catalog_versions')).toBe(versions + 1)
    const { version } = first.body
    const { body: list } = await api.ask('GET', '/v1/catalogs?limit=1', { token })
    expect(list.items).toEqual([
      {
        version,
        status: 'in_force',
        in_force_from: first.body.in_force_from,
        published_at: first.body.published_at,
        author: 'olga',
        comment: 'as before',
        content_hash: expect.any(String),
      },
    ])
    const { body: second } = await api.ask('GET', `/v1/catalogs?limit=1&cursor=${list.next_cursor}`, { token })
    expect(second.items).toMatchObject([{ version: version - 1, status: 'past' }])
    const read = await api.ask('GET', `/v1/catalogs/${version}`, { token })
    expect(read.body).toEqual({ ...list.items[0], files: FILES })
    const reused = await ask('/v1/catalogs', { ...WANTED, comment: 'another' }, headers, token)
    expect([reused.status, type(reused)]).toEqual([422, 'request-key-reused'])
    expect(await count('catalog_versions')).toBe(versions + 1)
  })

  it('that takes force later is shown as to come', async () => {
    const { body } = await ask('/v1/catalogs', { ...WANTED, in_force_from: '2100-01-01' }, once())
    expect(body.in_force_from).toBe('2100-01-01T00:00:00.000000Z')
    const { body: listed } = await api.ask('GET', `/v1/catalogs/${body.version}`, { token: await api.operator() })
    expect(listed.status).toBe('to_come')
  })

  it('is refused if accounts would lose what they use; the same request succeeds once they would not', async () => {
    const versions = await count('catalog_versions')
    const yaml = FILES['catalog.yaml']!.replace('id: standard-eur', 'id: other-eur')
    const wanted = { ...WANTED, files: { ...FILES, 'catalog.yaml': yaml } }
    const answer = await ask('/v1/catalogs', wanted, once())
    expect([answer.status, type(answer)]).toEqual([422, 'not-possible'])
    expect(answer.body.errors).toEqual([
      { path: '/body/files', code: 'in_use', detail: 'tariff standard-eur is in use, but missing from this catalog' },
    ])
    const faulty = await ask('/v1/catalogs', { ...WANTED, files: FAULTY }, once())
    expect([faulty.status, faulty.body.fault_count]).toEqual([422, 2])
    expect(await count('catalog_versions')).toBe(versions)
  })

  it('of an earlier version is published again as a new one, once', async () => {
    const headers = once()
    const token = await api.operator()
    const versions = await count('catalog_versions')
    const first = await ask('/v1/catalogs/1/roll-back', {}, headers, token)
    const again = await ask('/v1/catalogs/1/roll-back', {}, headers, token)
    expect([first.status, again.status, again.body]).toEqual([201, 201, first.body])
    expect(await count('catalog_versions')).toBe(versions + 1)
    const { body } = await api.ask('GET', `/v1/catalogs/${first.body.version}`, { token })
    expect(body).toMatchObject({ author: 'olga', comment: 'rollback to version 1', files: FILES, status: 'in_force' })
    const reused = await ask('/v1/catalogs/2/roll-back', {}, headers, token)
    expect([reused.status, type(reused)]).toEqual([422, 'request-key-reused'])
    const missing = await ask('/v1/catalogs/999999/roll-back', {}, once(), token)
    expect([missing.status, type(missing)]).toEqual([404, 'not-found'])
    expect((await api.ask('GET', '/v1/catalogs/999999', { token })).status).toBe(404)
    expect(await count('catalog_versions')).toBe(versions + 1)
  })

  it.each([
    ['../catalog.yaml'],
    ['/etc/passwd'],
    ['decks/outbound.csv'],
    ['..'],
    ['.hidden'],
    ['C:\\x'],
    ['a\u0000b'],
    ['x'.repeat(101)],
  ])('accepts no file named %j', async (name) => {
    const versions = await count('catalog_versions')
    const answer = await ask('/v1/catalogs', { ...WANTED, files: { ...FILES, [name]: 'x' } }, once())
    expect([answer.status, type(answer)]).toEqual([400, 'invalid-request'])
    expect(await count('catalog_versions')).toBe(versions)
  })

  it('may have some megabytes; no other route accepts such a body', async () => {
    const header = FILES['outbound.csv']!.split('\n')[0]!
    const rows = Array.from({ length: 100_000 }, (_, i) => `+4${String(i).padStart(6, '0')},Far away,0.01,,1,1,,`)
    const files = { ...FILES, 'outbound.csv': `${header}\n${rows.join('\n')}\n` }
    const { status, body } = await ask('/v1/catalog-checks', { files })
    expect({ status, hash: typeof body.content_hash }).toEqual({ status: 200, hash: 'string' })
    const body200kB = { name: 'x'.repeat(200_000), scopes: ['read'], account_ids: null }
    const big = await ask('/v1/api-keys', body200kB, {}, await api.operator())
    expect([big.status, type(big)]).toEqual([413, 'too-large'])
  })

  it('of an earlier version is refused if accounts would lose what they use, and the version is pointed at', async () => {
    const own = await openTestApi()
    try {
      const token = await own.operator()
      const yaml = `${FILES['catalog.yaml']}  - id: later-usd\n    currency: USD\n`
      const body = { ...WANTED, files: { ...FILES, 'catalog.yaml': yaml } }
      expect((await own.ask('POST', '/v1/catalogs', { token, body, headers: once() })).status).toBe(201)
      await apply(own, [testAccount({ accountId: 'later', tariff: 'later-usd', currency: 'USD' })])
      const answer = await own.ask('POST', '/v1/catalogs/1/roll-back', { token, body: {}, headers: once() })
      expect([answer.status, type(answer)]).toEqual([422, 'not-possible'])
      expect(answer.body.errors).toEqual([
        { path: '/path/version', code: 'in_use', detail: 'tariff later-usd is in use, but missing from this catalog' },
      ])
    } finally {
      await own.close()
    }
  })
})

describe('dead letters', () => {
  const topic = `replay-${randomUUID()}`
  let offset = 0

  beforeAll(async () => {
    await createTopic(topic, 2)
  })

  interface Letter {
    readonly reason?: string
    readonly accountId?: string | null
    readonly value?: string | null
    readonly onTopic?: string
    readonly isKept?: boolean
  }

  /** As the rater stores them, one second apart. */
  async function note(...letters: Letter[]): Promise<void> {
    for (const { reason = 'no_rate', accountId = 'acme', value = 'bytes', onTopic = topic, isKept = true } of letters) {
      offset++
      await api.pool.query(
        `insert into tollgate.dead_letters (topic, partition, "offset", value_hash, reason, detail, account_id, event_id,
           recorded_at, key, original, headers)
         values ($1, 0, $2, substring(sha256($3::bytea) from 1 for 16), $4, 'a detail', $5, $6,
           timestamptz '2026-03-01 00:00:00Z' + make_interval(secs => $10::integer), $7, $8, $9::json)`,
        [
          onTopic,
          offset,
          Buffer.from(value ?? ''),
          reason,
          accountId,
          `event-${offset}`,
          Buffer.from('acme'),
          isKept ? Buffer.from(`${value}-${offset}`) : null,
          JSON.stringify([{ name: 'trace', value: Buffer.from('t').toString('base64') }]),
          offset,
        ],
      )
    }
  }

  const list = async (query: string) => {
    const { status, body } = await api.ask('GET', `/v1/dead-letters?${query}`, {
      token: await api.key(['dead_letters']),
    })
    expect(status).toBe(200)
    return body
  }
  const replay = async (body: object, headers = once(), token?: string) =>
    await api.ask('POST', '/v1/dead-letters/replay', { token: token ?? (await api.operator()), body, headers })

  async function onTopic(name = topic): Promise<number> {
    return (await admin.fetchTopicOffsets(name)).reduce((sum, { high }) => sum + Number(high), 0)
  }

  it('are listed newest first, page by page, by filter, without their bytes', async () => {
    await note({ accountId: 'list' }, { accountId: 'list', reason: 'invalid_number' }, { accountId: 'list' })
    const first = await list('account_id=list&limit=2')
    const second = await list(`account_id=list&limit=2&cursor=${first.next_cursor}`)
    expect(second.next_cursor).toBeNull()
    const offsets = [...first.items, ...second.items].map((letter: { offset: number }) => letter.offset)
    expect(offsets).toEqual([offset, offset - 1, offset - 2])
    expect(first.items[1]).toEqual({
      topic,
      partition: 0,
      offset: offset - 1,
      recorded_at: expect.any(String),
      reason: 'invalid_number',
      detail: 'a detail',
      account_id: 'list',
      event_id: `event-${offset - 1}`,
      size_bytes: expect.any(Number),
      value_kept: true,
      replays: 0,
      replayed_at: null,
    })
    const sizes = async (query: string) => (await list(`account_id=list&${query}`)).items.length
    expect(await sizes('reason=no_rate')).toBe(2)
    expect(await sizes('topic=usage.calls.v1')).toBe(0)
    expect(await sizes(`since=${first.items[1].recorded_at}`)).toBe(2)
    expect([await sizes('replayed=true'), await sizes('replayed=false')]).toEqual([0, 3])
    const { body } = await api.ask('GET', '/v1/dead-letters/summary?account_id=list', { token: await api.operator() })
    expect(body.items).toEqual([
      { reason: 'no_rate', count: 2, value_kept_count: 2, newest_recorded_at: first.items[0].recorded_at },
      { reason: 'invalid_number', count: 1, value_kept_count: 1, newest_recorded_at: first.items[1].recorded_at },
    ])
  })

  it('are replayed unchanged, once per Idempotency-Key', async () => {
    await note({ accountId: 'replay' }, { accountId: 'replay', reason: 'content_differs' }, { accountId: 'replay' })
    const before = await onTopic()
    const headers = once()
    const body = { account_id: 'replay' }
    const first = await replay(body, headers)
    expect(first).toMatchObject({ status: 200 })
    expect(first.body).toEqual({
      replayed: 2,
      left: 0,
      next_cursor: null,
      failed_count: 0,
      failed: [],
      conflicts_left_out: 1,
    })
    expect(await onTopic()).toBe(before + 2)
    await note({ accountId: 'replay' })
    const repeat = await replay(body, headers)
    expect([repeat.status, repeat.body]).toEqual([200, first.body])
    expect(await onTopic()).toBe(before + 2)
    expect((await list('account_id=replay&replayed=true')).items).toMatchObject([
      { replays: 1, replayed_at: expect.any(String) },
      { replays: 1 },
    ])
    const reused = await replay({ account_id: 'other' }, headers)
    expect([reused.status, type(reused)]).toEqual([422, 'request-key-reused'])

    const [message] = (await read()).slice(-1)
    expect(String(message!.headers!['tollgate-replayed-from'])).toMatch(new RegExp(`^${topic}/0/\\d+$`))
    expect([String(message!.key), String(message!.headers!.trace)]).toEqual(['acme', 't'])
    expect((await replay({ account_id: 'replay' })).body).toMatchObject({ replayed: 1, conflicts_left_out: 1 })
    expect((await replay({ account_id: 'replay', reason: 'content_differs' })).body).toMatchObject({ replayed: 1 })
    expect((await replay({ account_id: 'replay' })).body).toMatchObject({ replayed: 0, conflicts_left_out: 0 })
    expect((await replay({ account_id: 'replay', again: true })).body).toMatchObject({ replayed: 3 })
  })

  it('are replayed in limited numbers per request; the answer says how many are left and where to continue', async () => {
    await note(...Array.from({ length: 7 }, (_, i) => ({ accountId: 'bounded', isKept: i !== 0 })))
    const before = await onTopic()
    const all: Answer[] = []
    for (let cursor: string | null = null; ; ) {
      const answer = await replay({ account_id: 'bounded', again: true, max_letters: 3, cursor })
      expect(answer.status).toBe(200)
      all.push(answer)
      // Those that fail again are stored meanwhile, and not replayed by this request.
      if (all.length === 1) await note({ accountId: 'bounded' })
      cursor = answer.body.next_cursor
      if (cursor === null) break
    }
    const figures = all.map(({ body: { replayed, left, failed_count } }) => [replayed, left, failed_count])
    expect(figures).toEqual([
      [3, 3, 1],
      [3, 0, 0],
    ])
    expect(all[0]!.body.failed).toEqual([
      { topic, partition: 0, offset: expect.any(Number), reason: 'its value was not kept' },
    ])
    expect(await onTopic()).toBe(before + 6)
  })

  it('that are cleared while they are replayed are not sent without their value, and are listed', async () => {
    const further = `further-${randomUUID()}`
    await note({ accountId: 'cleared' }, { accountId: 'cleared', onTopic: further })
    const sent: string[] = []
    const sender = {
      async send(messages: readonly { readonly value: Buffer | null }[]) {
        sent.push(...messages.map(({ value }) => String(value)))
        // As the job does that clears phone numbers.
        await api.pool.query(
          `update tollgate.dead_letters set original = null, key = null, headers = '[]' where topic = $1`,
          [further],
        )
      },
      close: async () => {},
    }
    const progress = beginReplay()
    const filter = {
      reason: null,
      accountId: 'cleared',
      topic: null,
      since: null,
      upTo: 'infinity',
      isReplayed: false,
      exceptReason: null,
    }
    await replayDeadLetters(api.pool, sender, filter, progress, { maxLetters: 10, isTimeUp: () => false })
    expect(sent).toEqual([`bytes-${offset - 1}`])
    expect(progress).toMatchObject({
      replayed: 1,
      failed: [{ topic: further, partition: 0, reason: 'its value was not kept' }],
      isDone: true,
    })
    expect((await list('account_id=cleared&replayed=true')).items).toMatchObject([{ topic }])
  })

  it('are not replayed without a filter', async () => {
    const before = await onTopic()
    const answer = await replay({})
    expect([answer.status, type(answer)]).toEqual([422, 'not-possible'])
    expect((await replay({ all: true, max_letters: 10_001 })).status).toBe(400)
    expect((await replay({ all: true, bytes: 'x' })).status).toBe(400)
    expect((await replay({ all: true, cursor: 'bm9uc2Vuc2U' })).status).toBe(422)
    expect(await onTopic()).toBe(before)
  })

  it('are not replayed while another replay is running, and the answer says so', async () => {
    await note({ accountId: 'busy' })
    const headers = once()
    await inTransaction(api.pool, async (connection) => {
      await connection.query('select pg_advisory_xact_lock($1::bigint)', [0x7265706c6179n])
      const answer = await replay({ account_id: 'busy' }, headers)
      expect([answer.status, type(answer), answer.headers.get('retry-after')]).toEqual([503, 'unavailable', '5'])
    })
    expect((await replay({ account_id: 'busy' }, headers)).body).toMatchObject({ replayed: 1 })
  })

  it('of a missing topic are not replayed: the answer says so, and the same request succeeds later', async () => {
    const gone = `gone-${randomUUID()}`
    await note({ accountId: 'gone', onTopic: gone })
    const headers = once()
    const answer = await replay({ account_id: 'gone' }, headers)
    expect([answer.status, type(answer)]).toEqual([503, 'unavailable'])
    expect((await list('account_id=gone&replayed=true')).items).toEqual([])
    await createTopic(gone, 1)
    expect((await replay({ account_id: 'gone' }, headers)).body).toMatchObject({ replayed: 1, left: 0 })
    expect(await onTopic(gone)).toBe(1)
  })

  async function read(): Promise<KafkaMessage[]> {
    const end = await onTopic()
    const messages: KafkaMessage[] = []
    const consumer = testKafka().consumer({ groupId: `read-${randomUUID()}`, maxWaitTimeInMs: 100 })
    await consumer.connect()
    try {
      await consumer.subscribe({ topics: [topic], fromBeginning: true })
      await consumer.run({ eachMessage: async ({ message }) => void messages.push(message) })
      await until('the topic is read', () => messages.length >= end)
    } finally {
      await consumer.disconnect()
    }
    return messages
  }
})
