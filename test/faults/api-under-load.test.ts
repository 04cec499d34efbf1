/**
 * The API while usage is rated: each balance that it returns is the ledger's at that epoch and version, and so is each
 * movement. While the database is down it says so, and it recovers without a restart.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createApiKey } from '../../src/ledger/access/api-keys.ts'
import { type Serve, startServe } from '../../stack/serve.ts'
import { until } from '../../testkit/until.ts'
import { CALLS_TOPIC, someCalls } from '../support/calls.ts'
import { createInstallation, type TestInstallation } from '../support/installation.ts'
import { type OutageProxy, startOutageProxy } from '../support/outage-proxy.ts'

const ITEMS = 12_000
const OUTAGE_MS = 5_000

interface Balance {
  readonly account_id: string
  readonly epoch: number
  readonly version: number
  readonly balance: string
  readonly last_sequence: number
}

let installation: TestInstallation
let proxy: OutageProxy
let rater: Serve
let api: Serve
let token: string

beforeAll(async () => {
  installation = await createInstallation()
  proxy = await startOutageProxy(installation.config.database.url)
  rater = await startServe({ ...installation.environment, TOLLGATE_ROLES: 'rater,relay', TOLLGATE_BATCH_EVENTS: '200' })
  api = await startServe({
    ...installation.environment,
    TOLLGATE_ROLES: 'api',
    TOLLGATE_DATABASE_URL: proxy.url,
    TOLLGATE_SANDBOX_DATABASE_URL: `${installation.config.database.url}_sandbox`,
    TOLLGATE_API_REQUESTS_PER_MINUTE: '1000000',
  })
  const made = await createApiKey(installation.pool, {
    name: 'reader',
    scopes: ['read'],
    accountIds: null,
    actor: 'test',
  })
  token = made.token
})

afterAll(async () => {
  await Promise.all([rater?.stop(), api?.stop()])
  await proxy?.close()
  await installation?.close()
})

async function get<Body>(path: string): Promise<{ status: number; headers: Headers; body: Body }> {
  const response = await fetch(`${api.apiUrl}${path}`, { headers: { authorization: `Bearer ${token}` } })
  return { status: response.status, headers: response.headers, body: (await response.json()) as Body }
}

const idOf = (accountId: string) => encodeURIComponent(accountId)

it('every balance in an answer is the one announced under its epoch and version, and movements add up to it', async () => {
  const { messages } = someCalls(installation, 31, ITEMS)
  const accountIds = installation.accounts.map(({ accountId }) => accountId)
  let isDone = false
  const answered: Balance[] = []
  const asking = (async () => {
    while (!isDone) {
      for (const accountId of accountIds) {
        const { status, body } = await get<Balance>(`/v1/accounts/${idOf(accountId)}/balance`)
        expect(status).toBe(200)
        answered.push(body)
      }
    }
  })()
  await installation.produce(CALLS_TOPIC, messages)
  await installation.untilDrained()
  isDone = true
  await asking

  const announced = new Map(
    (await installation.readTopic('credit.balance-changed.v1')).map((event) => [
      `${event.account_id} ${event.epoch} ${event.version}`,
      { balance: event.balance_after, last_sequence: event.last_sequence },
    ]),
  )
  const versions = new Set<string>()
  for (const { account_id, epoch, version, balance, last_sequence } of answered) {
    // Before its first change, nothing is announced about an account.
    if (version === 0) continue
    versions.add(`${account_id} ${version}`)
    const event = announced.get(`${account_id} ${epoch} ${version}`)
    expect({ account_id, version, balance, last_sequence: BigInt(last_sequence) }).toEqual({
      account_id,
      version,
      balance: event?.balance,
      last_sequence: BigInt(event?.last_sequence as bigint),
    })
  }
  // Or no usage was rated during the requests.
  expect(versions.size).toBeGreaterThan(accountIds.length * 2)

  for (const accountId of accountIds) {
    const listed: { sequence: number; amount: string; balance_after: string }[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: { items: typeof listed; next_cursor: string | null } = (
        await get<{ items: typeof listed; next_cursor: string | null }>(
          `/v1/accounts/${idOf(accountId)}/movements?limit=200${cursor && `&cursor=${cursor}`}`,
        )
      ).body
      listed.push(...page.items)
      cursor = page.next_cursor
    }
    const { rows } = await installation.pool.query(
      `select sequence::int, to_char(amount_micros * 0.000001, 'FM999999999990.000000') as amount,
              to_char(balance_after_micros * 0.000001, 'FM999999999990.000000') as balance_after
         from tollgate.movements where account_id = $1 order by sequence desc`,
      [accountId],
    )
    expect(listed.map(({ sequence, amount, balance_after }) => ({ sequence, amount, balance_after }))).toEqual(rows)
  }
})

it('while the database is down it answers at once with a retry time, and then recovers without a restart', async () => {
  const path = `/v1/accounts/${idOf(installation.accounts[0]!.accountId)}/balance`
  const before = await get<Balance>(path)
  expect(before.status).toBe(200)

  await proxy.takeDown()
  const backAt = performance.now() + OUTAGE_MS
  while (performance.now() < backAt) {
    const { status, headers, body } = await get<{ type: string; retryable: boolean; detail: string }>(path)
    expect({ status, type: body.type, retryable: body.retryable }).toEqual({
      status: 503,
      type: 'urn:tollgate:problem:unavailable',
      retryable: true,
    })
    expect(headers.get('retry-after')).toBe('1')
    await delay(200)
  }
  await proxy.comeBack()
  await until('the API answers again', async () => (await get(path)).status === 200, 10_000)
  expect((await get<Balance>(path)).body).toEqual(before.body)
  expect(api.ended.aborted).toBe(false)
})
