/**
 * The API in operation: several processes that share their limits and survive failures of Redis or Postgres; and what
 * answers and log must not reveal.
 */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Permission } from '../../src/api/access/permissions.ts'
import { createApiKey } from '../../src/ledger/access/api-keys.ts'
import { Fault } from '../../src/platform/faults.ts'
import { createLog } from '../../src/platform/log.ts'
import { type Serve, startServe } from '../../stack/serve.ts'
import { type Stack, startStack } from '../../stack/stack.ts'
import { until, within } from '../../testkit/until.ts'
import { openTestApi, type TestApi } from '../support/api.ts'
import { testAccount } from '../support/catalog.ts'
import { createInstallation, type TestInstallation } from '../support/installation.ts'
import { apply } from '../support/ledger.ts'
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'
import { openTestIssuer, type TestIssuer } from '../support/tokens.ts'

const PER_MINUTE = 30
/** A Redis that is late, as on a busy machine, has a process count a request for itself. */
const MAX_UNSHARED = 8
const MINUTE_MS = 60_000
const NOBODY = '127.0.0.1:1'

interface Answered {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

async function ask(url: string, path: string, token?: string, init: RequestInit = {}): Promise<Answered> {
  const authorization: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const headers = { ...authorization, ...(init.headers as Record<string, string> | undefined) }
  const response = await fetch(`${url}${path}`, { ...init, headers })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

const problem = ({ text }: Answered): string => JSON.parse(text).type.replace('urn:tollgate:problem:', '')

describe('API processes', () => {
  let installation: TestInstallation
  let redis: Stack
  let postgres: TcpProxy
  let operators: TestIssuer
  let served: Serve[] = []

  beforeAll(async () => {
    ;[installation, redis, operators] = await Promise.all([
      createInstallation(),
      startStack({ only: ['redis'] }),
      openTestIssuer('operators'),
    ])
    postgres = await startTcpProxy(installation.environment.TOLLGATE_DATABASE_URL!)
    const environment = {
      ...installation.environment,
      TOLLGATE_ROLES: 'api',
      TOLLGATE_DATABASE_URL: postgres.url,
      TOLLGATE_REDIS_URL: redis.redisUrl,
      // Not needed by the API alone.
      TOLLGATE_KAFKA_BROKERS: NOBODY,
      TOLLGATE_API_REQUESTS_PER_MINUTE: String(PER_MINUTE),
      TOLLGATE_OPERATOR_JWT: `${operators.issuer} ${operators.audience} ${operators.jwksUrl}`,
    }
    served = await Promise.all([startServe(environment), startServe(environment)])
    // The first request of a process loads what counts into Redis; what is counted below is counted there.
    await Promise.all(urls().map(async (url) => ask(url, '/v1/api-keys?limit=1', await key())))
  })

  afterAll(async () => {
    await Promise.all(served.map((one) => one.stop()))
    await postgres?.close()
    await operators?.close()
    await redis?.stop()
    await installation?.close()
  })

  async function key(scopes: readonly Permission[] = ['api_keys']): Promise<string> {
    const wanted = { name: 'a service', scopes, accountIds: null, actor: 'test' }
    return (await createApiKey(installation.pool, wanted)).token
  }
  const urls = () => served.map(({ apiUrl }) => apiUrl)

  /**
   * One request of each process at a time: whenever Redis is late, a process counts for itself what it is waiting for. Windows
   * begin with a caller's first request and last a minute, so all are of one window.
   */
  async function askMany(count: number, token: string): Promise<Answered[]> {
    const answers: Answered[] = []
    while (answers.length < count) {
      answers.push(...(await Promise.all(urls().map((url) => ask(url, '/v1/api-keys?limit=1', token)))))
    }
    return answers
  }
  const acceptedCount = (answers: readonly Answered[]) => answers.filter(({ status }) => status === 200).length

  it('start without a broker, which only a replay needs', async () => {
    const answer = await ask(urls()[0]!, '/v1/dead-letters/summary', await key(['dead_letters']))
    expect([answer.status, answer.text]).toEqual([200, '{"items":[]}'])
  })

  it('share the limit of a caller, and say when to continue', async () => {
    const token = await key()
    const answers = await askMany(PER_MINUTE + 20, token)
    expect(acceptedCount(answers)).toBeGreaterThanOrEqual(PER_MINUTE)
    expect(acceptedCount(answers)).toBeLessThanOrEqual(PER_MINUTE + MAX_UNSHARED)
    const refused = answers.filter(({ status }) => status !== 200)
    for (const answer of refused) {
      expect([answer.status, problem(answer)]).toEqual([429, 'too-many-requests'])
      expect(answer.headers.get('content-type')).toContain('application/problem+json')
      const seconds = Number(answer.headers.get('retry-after'))
      expect(seconds).toBeGreaterThan(0)
      expect(seconds * 1_000).toBeLessThanOrEqual(MINUTE_MS)
      expect(JSON.parse(answer.text)).toMatchObject({ retryable: true, request_id: answer.headers.get('x-request-id') })
    }
    // Another caller has a separate window.
    expect(acceptedCount(await askMany(4, await key()))).toBe(4)
  })

  it('continue without Redis with separate limits, and share them again once it is back', async () => {
    await redis.components.redis.kill()
    try {
      const answers = await askMany(2 * (PER_MINUTE + 20), await key())
      expect(acceptedCount(answers)).toBe(2 * PER_MINUTE)
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 429]))
    } finally {
      await redis.components.redis.start()
    }
    await until(
      'they limit together again',
      async () => acceptedCount(await askMany(PER_MINUTE + 20, await key())) <= PER_MINUTE + MAX_UNSHARED,
    )
  })

  it('answer 503 while Postgres is away, and recover without a restart', async () => {
    const [url] = urls()
    const token = await operators.sign({ sub: 'olga', role: 'operator' })
    const byKey = await key()
    postgres.takeDown()
    try {
      for (const answer of [await ask(url!, '/v1/catalogs', token), await ask(url!, '/v1/api-keys', byKey)]) {
        expect([answer.status, problem(answer), answer.headers.get('retry-after')]).toEqual([503, 'unavailable', '1'])
        expect(answer.text).not.toMatch(/ECONN|127\.0\.0\.1|postgres|Connection/i)
        expect(JSON.parse(answer.text).retryable).toBe(true)
      }
      expect((await fetch(`${served[0]!.operatorsUrl}/healthz`)).status).toBe(200)
    } finally {
      postgres.comeBack()
    }
    await until('it answers again', async () => (await ask(url!, '/v1/catalogs', token)).status === 200)
    expect((await ask(url!, '/v1/api-keys', byKey)).status).toBe(200)
  })

  it('log one line per request: the route pattern, the caller by kind or key id, and nothing that was sent', async () => {
    const [first] = served
    const requestId = `check-${randomUUID()}`
    const operator = await operators.sign({ sub: 'olga@operators.example', role: 'operator' })
    const token = await key(['api_keys'])
    const headers = { 'x-request-id': requestId, 'content-type': 'application/json' }
    const search = '/v1/dead-letters?account_id=%2B4915112345678'
    await ask(first!.apiUrl, search, operator, { headers })
    await ask(first!.apiUrl, '/v1/accounts/%2B4915112345678/adjustments', token, {
      method: 'POST',
      headers,
      body: '{"amount":"1.00","reason":"for ann@acme.example"}',
    })
    await ask(first!.apiUrl, '/nowhere/%2B4915112345678?q=ann@acme.example', undefined, { headers })
    const linesOf = () =>
      readFileSync(first!.logFile, 'utf8')
        .split('\n')
        .filter((line) => line.includes(requestId))
        .map((line) => JSON.parse(line))
    await until('all is logged', () => linesOf().length === 3)
    const [, keyId] = token.split('_')
    const line = { level: 'info', time: expect.any(String), request_id: requestId, msg: 'answered' }
    expect(linesOf()).toEqual([
      {
        ...line,
        method: 'GET',
        route: '/v1/dead-letters',
        status: 200,
        duration_ms: expect.any(Number),
        caller: 'operator',
      },
      {
        ...line,
        method: 'POST',
        route: '/v1/accounts/:account_id/adjustments',
        status: 403,
        duration_ms: expect.any(Number),
        caller: `key ${keyId}`,
      },
      { ...line, method: 'GET', route: 'none', status: 404, duration_ms: expect.any(Number), caller: 'nobody' },
    ])
    for (const { logFile } of served) {
      const text = readFileSync(logFile, 'utf8')
      expect(text).not.toMatch(/4915112345678|@acme|@operators|account_id=|goodwill/)
      for (const secret of [operator, token, token.split('_').at(-1)!]) expect(text).not.toContain(secret)
    }
  })

  it('measure by route pattern and status', async () => {
    const figures = await served[0]!.figures()
    const counted = [...figures.keys()].filter((name) => name.startsWith('tollgate_api_request_seconds_count'))
    expect(counted).toContain('tollgate_api_request_seconds_count{method="GET",route="/v1/api-keys",status="200"}')
    expect(counted).toContain('tollgate_api_request_seconds_count{method="GET",route="/v1/api-keys",status="429"}')
    expect(counted).toContain('tollgate_api_request_seconds_count{method="GET",route="none",status="404"}')
    expect(counted.join('\n')).not.toMatch(/4915112345678|nowhere/)
  })
})

describe('a request', () => {
  let api: TestApi
  const lines: string[] = []

  beforeAll(async () => {
    api = await openTestApi({ log: createLog('info', { write: (line) => void lines.push(line) }) })
    await apply(api, [testAccount({ accountId: 'acme' })])
  })

  afterAll(async () => {
    await api?.close()
  })

  async function send(body: string | Uint8Array<ArrayBuffer>, contentType = 'application/json'): Promise<Answered> {
    return await ask(api.url, '/v1/accounts/acme/adjustments', await api.operator(), {
      method: 'POST',
      headers: { 'content-type': contentType, 'idempotency-key': randomUUID() },
      body,
    })
  }
  const GOOD = '{"amount":"1.00","reason":"goodwill"}'

  it.each([
    ['of another content type', GOOD, 'text/plain', 415, 'unsupported-media-type'],
    ['that is XML', '<a/>', 'application/xml', 415, 'unsupported-media-type'],
    ['that is a form', 'amount=1.00&reason=x', 'application/x-www-form-urlencoded', 415, 'unsupported-media-type'],
    ['that is not JSON', '{"amount":', 'application/json', 400, 'invalid-request'],
    ['that is empty', '', 'application/json', 400, 'invalid-request'],
    ['that is null', 'null', 'application/json', 400, 'invalid-request'],
    ['that is a list', '[]', 'application/json', 400, 'invalid-request'],
    [
      'with __proto__',
      '{"amount":"1.00","reason":"x","__proto__":{"a":1}}',
      'application/json',
      400,
      'invalid-request',
    ],
    ['with constructor.prototype', '{"constructor":{"prototype":{}}}', 'application/json', 400, 'invalid-request'],
    ['with a NUL', '{"amount":"1.00","reason":"a\\u0000b"}', 'application/json', 400, 'invalid-request'],
    ['with half a character', '{"amount":"1.00","reason":"\\ud800"}', 'application/json', 400, 'invalid-request'],
    ['that is deeply nested', '['.repeat(60_000) + ']'.repeat(60_000), 'application/json', 400, 'invalid-request'],
    [
      'with a deeply nested value',
      `{"amount":${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}}`,
      'application/json',
      400,
      'invalid-request',
    ],
    ['that is too large', `{"amount":"1.00","reason":"${'x'.repeat(200_000)}"}`, 'application/json', 413, 'too-large'],
    [
      'with an amount that cannot be stored',
      '{"amount":"9999999999999.00","reason":"x"}',
      'application/json',
      400,
      'invalid-request',
    ],
  ])('%s is answered correctly', async (_, body, contentType, status, type) => {
    const answer = await send(body, contentType)
    expect([answer.status, problem(answer)]).toEqual([status, type])
    expect(answer.headers.get('content-type')).toContain('application/problem+json')
  })

  it('with the largest amounts is stored and shown, until their sum cannot be stored', async () => {
    const amount = (text: string) => send(`{"amount":"${text}","reason":"x"}`)
    expect((await amount('9000000000000.00')).status).toBe(201)
    const more = await amount('999999999999.00')
    expect([more.status, problem(more)]).toEqual([400, 'invalid-request'])
    const shown = await ask(api.url, '/v1/accounts/acme/balance', await api.operator())
    expect([shown.status, JSON.parse(shown.text).balance]).toEqual([200, '9000000000000.000000'])
    expect((await amount('-9000000000000.00')).status).toBe(201)
  })

  it('with invalid UTF-8 stores nothing unreadable', async () => {
    const bytes = Buffer.concat([
      Buffer.from('{"amount":"1.00","reason":"'),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('"}'),
    ])
    expect([201, 400]).toContain((await send(new Uint8Array(bytes))).status)
  })

  it.each([
    ['with an id longer than any', `/v1/accounts/${'a'.repeat(5_000)}/balance`, 404, 'not-found'],
    ['of many parts', `/v1/${'a/'.repeat(3_000)}`, 404, 'not-found'],
    ['that is not percent-encoded', '/v1/accounts/%zz/balance', 400, 'invalid-request'],
    ['that is half a character', '/v1/accounts/%ff/balance', 400, 'invalid-request'],
    ['with a NUL', '/v1/accounts/%00/balance', 400, 'invalid-request'],
    ['that climbs', '/v1/accounts/..%2f..%2fetc/balance', 404, 'not-found'],
    ['of the docs that climbs', '/docs/static/..%2f..%2fpackage.json', 404, 'not-found'],
  ])('for a path %s is answered correctly', async (_, path, status, type) => {
    const answer = await ask(api.url, path, await api.operator())
    expect([answer.status, problem(answer)]).toEqual([status, type])
    expect(answer.headers.get('x-request-id')).toBe(JSON.parse(answer.text).request_id)
  })

  it('that is not HTTP, or has endless headers, is answered with a problem document too', async () => {
    const { port } = new URL(api.url)
    const raw = (text: string) =>
      new Promise<string>((resolve, reject) => {
        let answer = ''
        const socket = connect(Number(port), '127.0.0.1', () => socket.write(text))
        socket.on('data', (bytes) => {
          answer += bytes
        })
        socket.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ECONNRESET' ? undefined : reject(error)))
        socket.on('close', () => resolve(answer))
      })
    const nonsense = await raw('nonsense\r\n\r\n')
    expect(nonsense).toMatch(/^HTTP\/1\.1 400 [\s\S]*application\/problem\+json/)
    const endless = await raw(`GET /openapi.json HTTP/1.1\r\nhost: x\r\nx-long: ${'x'.repeat(20_000)}\r\n\r\n`)
    expect(endless).toMatch(/^HTTP\/1\.1 431 [\s\S]*application\/problem\+json/)
  })

  it('keeps its own id if that can be quoted', async () => {
    const idOf = async (given: string) =>
      (await ask(api.url, '/v1/nothing', undefined, { headers: { 'x-request-id': given } })).headers.get('x-request-id')
    expect(await idOf('abc-123')).toBe('abc-123')
    expect(await idOf('a b"c')).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('that meets a bug reveals nothing internal; the log has it under the request’s id', async () => {
    await api.pool.query('alter table tollgate.catalog_versions rename column comment to remark')
    const { query } = api.pool
    try {
      const bySql = await ask(api.url, '/v1/catalogs', await api.operator())
      api.pool.query = (() => {
        throw new TypeError('a secret of select * from tollgate.accounts')
      }) as never
      const byType = await ask(api.url, '/v1/catalogs', await api.operator())
      for (const answer of [bySql, byType]) {
        expect([answer.status, problem(answer)]).toEqual([500, 'internal'])
        expect(answer.text).not.toMatch(/select|tollgate\.|secret|column|remark|comment|\.ts|at /)
        const { request_id, retryable } = JSON.parse(answer.text)
        expect(retryable).toBe(false)
        const logged = lines.map((line) => JSON.parse(line)).find((one) => one.request_id === request_id && one.err)
        expect(logged).toMatchObject({
          level: 'error',
          route: '/v1/catalogs',
          err: { stack: expect.stringContaining('at ') },
        })
      }
    } finally {
      api.pool.query = query
      await api.pool.query('alter table tollgate.catalog_versions rename column remark to comment')
    }
    expect((await ask(api.url, '/v1/catalogs', await api.operator())).status).toBe(200)
  })

  it('whose change is committed does not say that nothing was changed, if the database then goes away', async () => {
    const token = await api.operator()
    const { query } = api.pool
    // Changes are made on a connection of their own; what was changed is read from the pool afterwards.
    api.pool.query = (() => Promise.reject(new Fault('database_unavailable', 'gone'))) as never
    const answer = await ask(api.url, '/v1/accounts/acme/alert-levels', token, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', 'if-match': '*' },
      body: '{"low":"7.00","custom":null}',
    }).finally(() => {
      api.pool.query = query
    })
    expect([answer.status, problem(answer)]).toEqual([503, 'unavailable'])
    const levels = await ask(api.url, '/v1/accounts/acme/alert-levels', token)
    expect(JSON.parse(levels.text).low).toBe('7.000000')
    expect(JSON.parse(answer.text).detail).not.toMatch(/nothing was changed/)
  })

  it('of a customer who returns from the bank is refused with a page', async () => {
    const { query } = api.pool
    api.pool.query = (() => Promise.reject(new Fault('database_unavailable', 'gone'))) as never
    const answer = await ask(api.url, '/return/payment?top_up=a').finally(() => {
      api.pool.query = query
    })
    expect([answer.status, answer.headers.get('content-type')]).toEqual([503, 'text/html; charset=utf-8'])
    expect(answer.text).toContain('Try again in a moment.')
  })

  it('on a connection that is kept alive is carried out while the process stops', async () => {
    const stopping = await openTestApi()
    await apply(stopping, [testAccount({ accountId: 'acme' })])
    const lock = await stopping.pool.connect()
    await lock.query('begin')
    await lock.query(`select from tollgate.accounts where account_id = 'acme' for update`)
    const body = '{"amount":"1.00","reason":"x"}'
    const socket = connect(Number(new URL(stopping.url).port), '127.0.0.1')
    let received = ''
    socket.on('data', (bytes) => {
      received += bytes
    })
    const token = await stopping.operator()
    const common = `host: x\r\nauthorization: Bearer ${token}\r\n`
    socket.write(
      `POST /v1/accounts/acme/adjustments HTTP/1.1\r\n${common}content-type: application/json\r\nidempotency-key: a\r\n` +
        `content-length: ${body.length}\r\n\r\n${body}`,
    )
    await until('the adjustment waits for the lock', async () => {
      const { rows } = await stopping.pool.query(
        `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      )
      return rows.length > 0
    })
    const stopped = stopping.close()
    socket.write(`GET /v1/accounts/acme/balance HTTP/1.1\r\n${common}\r\n`)
    await lock.query('rollback')
    lock.release()
    await within('the stop', stopped, 10_000)
    await until('all is received', () => socket.closed)
    expect(received.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 201', 'HTTP/1.1 200'])
    expect(received).toMatch(/connection: close/i)
  })

  it('for unknown paths is limited by address, as is guessing keys', async () => {
    // Counts by itself: in the Redis that tests share, others come from this address too.
    const limited = await openTestApi({ anonymousRequestsPerMinute: 30, redisUrl: `redis://${NOBODY}` })
    try {
      const unknown = `tgk_${'0'.repeat(16)}_${'a'.repeat(43)}`
      const statuses = await Promise.all(
        Array.from({ length: 60 }, async (_, i) =>
          i % 2 === 0
            ? (await ask(limited.url, `/v1/nothing-${i}`)).status
            : (await ask(limited.url, '/v1/api-keys', unknown)).status,
        ),
      )
      expect(new Set(statuses)).toEqual(new Set([401, 404, 429]))
      expect(statuses.filter((status) => status !== 429)).toHaveLength(30)
      // Authenticated callers are not affected.
      expect((await ask(limited.url, '/v1/api-keys', await limited.operator())).status).toBe(200)
    } finally {
      await limited.close()
    }
  })
})
