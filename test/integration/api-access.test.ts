/**
 * Every route of the OpenAPI document, called by everybody who may not: each refuses as documented, and the tables stay
 * unchanged. Routes that are added later are covered too.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PERMISSIONS, type Permission } from '../../src/api/access/permissions.ts'
import { listApiKeys, revokeApiKey } from '../../src/ledger/access/api-keys.ts'
import { openTestApi, type TestApi } from '../support/api.ts'
import { testAccount } from '../support/catalog.ts'
import { adjust, apply, postPayments } from '../support/ledger.ts'

interface Operation {
  readonly method: string
  readonly path: string
  readonly operationId: string
  /** Null: public. */
  readonly permission: Permission | null
  readonly isOfAccount: boolean
  /** Only for sessions of the billing page. */
  readonly isOfSession: boolean
  readonly statuses: readonly string[]
}

/** The part of the document that is used here. */
interface Documented {
  readonly operationId: string
  readonly description?: string
  readonly security?: unknown
  readonly responses: Record<string, unknown>
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const

let api: TestApi
let operations: Operation[]

beforeAll(async () => {
  api = await openTestApi()
  await apply(api, [testAccount({ accountId: 'acme' }), testAccount({ accountId: 'other' })])
  await adjust(api, 'acme', 25_000_000n)
  await postPayments(api, 'acme')
  operations = await readOperations()
})

afterAll(async () => {
  await api?.close()
})

async function readOperations(): Promise<Operation[]> {
  const { body } = await api.ask('GET', '/openapi.json')
  return Object.entries(body.paths as Record<string, Record<string, Documented>>).flatMap(([path, item]) =>
    METHODS.filter((method) => method in item).map((method): Operation => {
      const { operationId, description = '', security, responses } = item[method]!
      const permission = /^Permission: `(\w+)`\.$/m.exec(description)?.[1] ?? null
      if ((security === undefined) !== (permission === null)) throw new Error(`${operationId} is half public`)
      return {
        method: method.toUpperCase(),
        path,
        operationId,
        permission: PERMISSIONS.find((known) => known === permission) ?? null,
        isOfAccount: path.includes('{account_id}'),
        isOfSession: JSON.stringify(security) === '[{"session":[]}]',
        statuses: Object.keys(responses),
      }
    }),
  )
}

/** A path that exists, so that a refusal is about the caller and not the path. */
function pathOf({ path, isOfSession }: Operation, accountId = 'acme'): string {
  const query = isOfSession ? `?account_id=${accountId}` : ''
  return `${path.replace('{account_id}', accountId).replaceAll(/\{\w+\}/g, '1')}${query}`
}

const HEADERS = { 'if-match': '*', 'idempotency-key': 'refused' }

/** No credential, a token, or the cookie of a session. */
type Credential = string | undefined | { readonly session: string }

function ask(operation: Operation, credential: Credential, accountId?: string) {
  const { method } = operation
  const body = method === 'GET' || method === 'DELETE' ? undefined : {}
  const by = typeof credential === 'object' ? credential : { token: credential }
  return api.ask(method, pathOf(operation, accountId), { ...by, body, headers: HEADERS })
}

/** All rows of all tables, except when a key was last used. */
async function everything(): Promise<unknown> {
  const { rows: tables } = await api.pool.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'tollgate'
      order by tablename`,
  )
  const found: Record<string, unknown> = {}
  for (const { name } of tables) {
    const { rows } = await api.pool.query<{ row: Record<string, unknown> }>(
      `select to_jsonb(t) - 'last_used_at' as row from ${name} t order by 1`,
    )
    found[name] = rows.map(({ row }) => row)
  }
  return found
}

async function expectRefusal(
  who: string,
  chosen: readonly Operation[],
  credential: Credential,
  expected: { status: number; type: string },
  accountId?: string,
): Promise<void> {
  expect(chosen.length, `routes for ${who}`).toBeGreaterThan(0)
  const before = await everything()
  const answers = await Promise.all(
    chosen.map(async (operation) => {
      const { status, body } = await ask(operation, credential, accountId)
      const isDocumented = operation.statuses.includes(String(status))
      return { operation: operation.operationId, status, type: body.type, isDocumented, says: typeof body.detail }
    }),
  )
  expect(answers).toEqual(
    chosen.map(({ operationId }) => ({ operation: operationId, ...expected, isDocumented: true, says: 'string' })),
  )
  expect(await everything()).toEqual(before)
}

const UNAUTHENTICATED = { status: 401, type: 'urn:tollgate:problem:unauthenticated' }
const FORBIDDEN = { status: 403, type: 'urn:tollgate:problem:forbidden' }
const HIDDEN = { status: 404, type: 'urn:tollgate:problem:not-found' }

const closed = () => operations.filter(({ permission }) => permission !== null)
const ofAccount = () => closed().filter(({ isOfAccount }) => isOfAccount)
const ofInstallation = () => closed().filter(({ isOfAccount }) => !isOfAccount)
const changing = () => ofAccount().filter(({ permission }) => permission !== 'read')
const ofSession = () => closed().filter(({ isOfSession }) => isOfSession)

describe('every route', () => {
  it('is covered here, and has a unique name', () => {
    expect(closed().length).toBeGreaterThan(4)
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length)
  })

  it('H: refuses callers without a credential', async () => {
    await expectRefusal('nobody', closed(), undefined, UNAUTHENTICATED)
  })

  it('H: refuses an expired token', async () => {
    const token = await api.dashboard.sign({ sub: 'ann', account_id: 'acme', role: 'admin', exp: 1_000 })
    await expectRefusal('an expired token', closed(), token, UNAUTHENTICATED)
  })

  it('H: refuses a revoked key', async () => {
    const token = await api.key(PERMISSIONS)
    const [key] = await listApiKeys(api.pool, null, 1)
    await revokeApiKey(api.pool, key!.keyId, 'test')
    await expectRefusal('a revoked key', closed(), token, UNAUTHENTICATED)
  })

  it('H: refuses a session that has ended, whichever account it was of', async () => {
    const session = await api.session('acme', 'admin')
    await api.pool.query('update tollgate.portal_sessions set ended_at = now()')
    await expectRefusal('an ended session', closed(), { session }, UNAUTHENTICATED)
  })

  it('H: ignores a session if another credential is sent and not accepted', async () => {
    const session = await api.session('acme', 'admin')
    const answers = await Promise.all(
      closed().map(({ method, ...operation }) =>
        api.ask(method, pathOf({ method, ...operation }), { session, token: 'tgk_unknown', headers: HEADERS }),
      ),
    )
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 401))
  })

  it('H: refuses a key without its permission', async () => {
    for (const permission of PERMISSIONS) {
      const chosen = closed().filter((operation) => operation.permission === permission)
      if (chosen.length === 0) continue
      const token = await api.key(PERMISSIONS.filter((other) => other !== permission))
      await expectRefusal(`a key without ${permission}`, chosen, token, FORBIDDEN)
    }
  })
})

describe('every route of an account', () => {
  it('H: hides it from people of another one', async () => {
    for (const role of ['admin', 'member'] as const) {
      await expectRefusal(`a foreign ${role}`, ofAccount(), await api.person('other', role), HIDDEN)
      const session = await api.session('other', role)
      await expectRefusal(`a foreign session of a ${role}`, ofAccount(), { session }, HIDDEN)
    }
  })

  it('H: hides it from keys of other accounts', async () => {
    await expectRefusal('a foreign key', ofAccount(), await api.key(PERMISSIONS, ['other']), HIDDEN)
  })

  it('H: lets a member change nothing', async () => {
    await expectRefusal('a member', changing(), await api.person('acme', 'member'), FORBIDDEN)
    const session = await api.session('acme', 'member')
    await expectRefusal('a session of a member', changing(), { session }, FORBIDDEN)
  })

  it('H: changes nothing for another site’s page that uses a session', async () => {
    const session = await api.session('acme', 'admin')
    const unsafe = ofAccount().filter(({ method }) => method !== 'GET')
    expect(unsafe.length).toBeGreaterThan(4)
    const before = await everything()
    for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }]) {
      const answers = await Promise.all(
        unsafe.map((operation) =>
          api.ask(operation.method, pathOf(operation), { session, body: {}, headers: { ...HEADERS, ...headers } }),
        ),
      )
      expect(answers.map(({ status, body }) => [status, body.type])).toEqual(
        unsafe.map(() => [FORBIDDEN.status, FORBIDDEN.type]),
      )
    }
    expect(await everything()).toEqual(before)
  })

  it('tells callers who may see all accounts that there is no such account', async () => {
    const reading = ofAccount().filter(({ method }) => method === 'GET')
    await expectRefusal('an operator', reading, await api.operator(), HIDDEN, 'nobody')
  })
})

describe('every route of the installation', () => {
  it('H: refuses people of accounts', async () => {
    for (const role of ['admin', 'member'] as const) {
      await expectRefusal(`an ${role}`, ofInstallation(), await api.person('acme', role), FORBIDDEN)
      const chosen = ofInstallation().filter(({ isOfSession }) => !isOfSession)
      const session = await api.session('acme', role)
      await expectRefusal(`a session of an ${role}`, chosen, { session }, FORBIDDEN)
    }
  })
})

describe('every route of a session', () => {
  it('H: refuses any other credential, whatever its permissions', async () => {
    for (const token of [await api.operator(), await api.key(PERMISSIONS), await api.person('acme', 'admin')]) {
      await expectRefusal('who has no session', ofSession(), token, FORBIDDEN)
    }
  })

  it('H: refuses a session of another account', async () => {
    const session = await api.session('other', 'admin')
    await expectRefusal('a foreign session', ofSession(), { session }, UNAUTHENTICATED)
  })
})
