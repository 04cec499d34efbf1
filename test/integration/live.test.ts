/**
 * An account's stream over HTTP. Nobody feeds the live view here, so changes are read from the database;
 * test/faults/streams.test.ts covers the view and its loss.
 */
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { LiveRefused } from '../../src/api/client/live.ts'
import { DEFAULT_BOUNDS } from '../../src/core/top-up/settings.ts'
import { listApiKeys, revokeApiKey } from '../../src/ledger/access/api-keys.ts'
import { setAlertLevels } from '../../src/ledger/accounts/set-alert-levels.ts'
import { requestTopUp } from '../../src/ledger/top-ups/request-top-up.ts'
import { channelsOf, shardOfAccount } from '../../src/view/keys.ts'
import { until, within } from '../../testkit/until.ts'
import { openTestApi, type TestApi, type TestApiOptions } from '../support/api.ts'
import { testAccount } from '../support/catalog.ts'
import { componentEnvironment } from '../support/components.ts'
import { adjust, apply } from '../support/ledger.ts'
import { type Follower, type FollowOptions, follow } from '../support/live.ts'

const POLL_MS = 100
const TIMES = { lookEveryMs: POLL_MS, credentialsEveryMs: 200, noticesEveryMs: 400, heartbeatMs: 300 }

let api: TestApi
let followers: Follower[] = []
let accountCount = 0

beforeAll(async () => {
  api = await openTestApi({ liveTimes: TIMES })
})

afterAll(async () => {
  await api?.close()
})

afterEach(async () => {
  await Promise.all(followers.map((follower) => follower.leave().catch(() => {})))
  followers = []
})

async function account(creditMicros = 25_000_000n): Promise<string> {
  accountCount++
  const accountId = `account ${accountCount}/a`
  await apply(api, [testAccount({ accountId })])
  await adjust(api, accountId, creditMicros)
  return accountId
}

async function open(accountId: string, more: Partial<FollowOptions> = {}, of: TestApi = api): Promise<Follower> {
  const credential = more.session === undefined ? { token: more.token ?? (await of.key(['read'])) } : {}
  const follower = follow({ url: of.url, accountId, ...credential, ...more })
  followers.push(follower)
  return follower
}

const pathOf = (accountId: string) => `/v1/accounts/${encodeURIComponent(accountId)}`

async function refusalOf(follower: Follower): Promise<{ status: number; detail: string }> {
  const error = await follower.ended().then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof LiveRefused)) throw new Error(`not refused: ${String(error)}`)
  return { status: error.status, detail: (error.problem as { detail: string }).detail }
}

describe('a stream', () => {
  it('begins with everything, as the routes return it', async () => {
    const accountId = await account()
    const token = await api.person(accountId, 'admin')
    const follower = await open(accountId, { token })
    await until(
      'everything is sent',
      () => follower.events.length === 4,
      10_000,
      () => follower.events,
    )
    const get = async (what: string) => (await api.ask('GET', `${pathOf(accountId)}/${what}`, { token })).body
    expect(follower.newest('balance')).toEqual(await get('balance'))
    expect(follower.newest('notices')).toEqual({ ...(await get('notices')), as_of: expect.any(String) })
    expect(follower.newest('settings')).toEqual({ account_id: accountId, epoch: 1, version: 1 })
    expect(follower.newest('top_ups')).toEqual({ account_id: accountId, epoch: 1, version: 0, items: [] })
    expect(follower.retries).toEqual([expect.any(Number)])
  })

  it('sends what changed, and nothing else', async () => {
    const accountId = await account()
    const follower = await open(accountId)
    await until('everything is sent', () => follower.events.length === 4)
    await adjust(api, accountId, -5_000_000n)
    await follower.until('balance', ({ balance }) => balance === '20.000000')
    expect(follower.newest('balance')).toMatchObject({ version: 2, last_sequence: 2, status: 'active', blocked: [] })
    await setAlertLevels(api, accountId, { lowMicros: 1_000_000n, customMicros: null, actor: 'test' }, null)
    await follower.until('settings', ({ version }) => version === 2)
    expect(follower.count('top_ups')).toBe(1)
    expect(follower.stepsBack).toEqual([])
  })

  it('continues after the client’s last event', async () => {
    const accountId = await account()
    const before = await open(accountId)
    await until('everything is sent', () => before.events.length === 4)
    await before.leave()
    await adjust(api, accountId, 1_000_000n)
    const after = await open(accountId, { lastEventId: before.lastEventId() })
    await after.until('balance', ({ version }) => version === 2)
    await adjust(api, accountId, 1_000_000n)
    await after.until('balance', ({ version }) => version === 3)
    expect(new Set(after.events.map(({ event }) => event))).toEqual(new Set(['balance']))
  })

  it('starts over if the last event id is unreadable', async () => {
    const accountId = await account()
    for (const lastEventId of ['17', 'b1', 'b1.x,n', 'z9.9', 'b99999999999.1']) {
      const follower = await open(accountId, { lastEventId })
      await until(
        'everything is sent',
        () => follower.events.length === 4,
        10_000,
        () => follower.events,
      )
    }
  })

  it('sends the top-up that changed, to each caller as they may see it', async () => {
    const accountId = await account()
    await api.addCard(accountId, 'noFunds')
    const [admin, member] = await Promise.all(
      (['admin', 'member'] as const).map(async (role) => open(accountId, { token: await api.person(accountId, role) })),
    )
    await Promise.all([admin, member].map((one) => one!.until('top_ups', ({ version }) => version === 0)))
    const wanted = { accountId, amountMicros: 10_000_000n, methodId: null, actor: 'ann' }
    await requestTopUp(api, wanted, 'key', DEFAULT_BOUNDS)
    await admin!.until('top_ups', ({ items }) => items[0]?.state === 'requested')
    await api.settle()
    for (const follower of [admin, member]) {
      await follower!.until('top_ups', ({ items }) => items[0]?.state === 'failed')
      expect(follower!.newest('top_ups')!.items).toHaveLength(1)
      expect(follower!.stepsBack).toEqual([])
    }
    const [shown] = admin!.newest('top_ups')!.items
    expect(shown).toMatchObject({ amount: '10.000000', why: 'funds', requested_by: 'ann', reason: null })
    expect(member!.newest('top_ups')!.items).toEqual([{ ...shown, why: null, requested_by: null }])
    const { body } = await api.ask('GET', `${pathOf(accountId)}/top-ups`, {
      token: await api.person(accountId, 'admin'),
    })
    expect(body.items).toEqual([shown])
  })

  it('sends the notices when the list changes, to each person without dismissed ones', async () => {
    const accountId = await account(8_000_000n)
    const [ann, ben] = await Promise.all(
      ['ann', 'ben'].map(async (subject) => {
        const token = await api.person(accountId, 'admin', subject)
        return { token, follower: await open(accountId, { token }) }
      }),
    )
    const keysOf = ({ items }: { items: { key: string }[] }) => items.map(({ key }) => key)
    for (const { follower } of [ann!, ben!]) await follower.until('notices', (sent) => keysOf(sent).includes('low'))
    const low = ann!.follower.newest('notices')!.items.find(({ key }) => key === 'low')!
    const body = { key: low.key, occurrence: low.occurrence }
    await api.ask('POST', `${pathOf(accountId)}/notices/dismissals`, { token: ann!.token, body })
    await adjust(api, accountId, -500_000n)
    await ann!.follower.until('notices', (sent) => !keysOf(sent).includes('low'))
    expect(keysOf(ben!.follower.newest('notices')!)).toContain('low')
    await adjust(api, accountId, -8_000_000n)
    for (const { follower } of [ann!, ben!]) {
      await follower.until('notices', (sent) => keysOf(sent).includes('exhausted'))
      await follower.until('balance', ({ status, blocked }) => status === 'blocked' && blocked.length === 2)
    }
    const sent = ann!.follower.events
      .filter(({ event }) => event === 'notices')
      .map((one) => one.data as { items: object })
    for (const [i, { items }] of sent.entries()) if (i > 0) expect(items).not.toEqual(sent[i - 1]!.items)
  })

  it('sends the balance at most four times a second, and finally the newest', async () => {
    const accountId = await account()
    const follower = await open(accountId)
    await follower.until('balance', ({ version }) => version === 1)
    const startedAt = performance.now()
    for (let i = 0; i < 60; i++) await adjust(api, accountId, 1_000n)
    await follower.until('balance', ({ version }) => version === 61)
    const seconds = (performance.now() - startedAt) / 1000
    expect(follower.count('balance')).toBeLessThanOrEqual(Math.floor(seconds * 4) + 3)
    expect(follower.stepsBack).toEqual([])
  })

  it('accepts parts from the view late and repeatedly, and reads what it leaves out from the database', async () => {
    const accountId = await account()
    const follower = await open(accountId)
    await follower.until('balance', ({ version }) => version === 1)
    const redis = new Redis((await componentEnvironment(['redis'])).TOLLGATE_REDIS_URL!)
    try {
      const { changes } = channelsOf(shardOfAccount(accountId), 0)
      await until('it listens', async () => ((await redis.pubsub('NUMSUB', changes)) as [string, number])[1] > 0)
      const say = (parts: string) => redis.publish(changes, `another\tb 1 9 9 EUR 9 0\n${accountId}\t${parts}`)
      for (const version of [5, 3, 5, 6, 4]) await say(`b 1 ${version} ${version}000000 EUR ${version} 0;z 1 1 unknown`)
      await follower.until('balance', ({ version }) => version === 6)
      expect(follower.newest('balance')).toMatchObject({ balance: '6.000000', last_sequence: 6 })
      // As a relay of an earlier version sends it.
      await say('b 2 1 77000000 EUR')
      await api.pool.query('update tollgate.ledger_epoch set epoch = 3')
      await follower.until('balance', ({ epoch }) => epoch === 3)
      expect(follower.newest('balance')).toMatchObject({ version: 1, balance: '25.000000' })
      expect(follower.events.some((one) => one.event === 'balance' && one.data.epoch === 2)).toBe(false)
      expect(follower.stepsBack).toEqual([])
    } finally {
      redis.disconnect()
      await api.pool.query('update tollgate.ledger_epoch set epoch = 1')
    }
  })

  it('of a restored database continues under the newer epoch, with lower versions', async () => {
    const accountId = await account()
    const follower = await open(accountId)
    await adjust(api, accountId, 1_000_000n)
    await follower.until('balance', ({ version }) => version === 2)
    const moveBack = (epoch: number, version: number) =>
      api.pool.query(
        `with e as (update tollgate.ledger_epoch set epoch = $2)
         update tollgate.accounts set balance_version = $3, balance_micros = 7000000 where account_id = $1`,
        [accountId, epoch, version],
      )
    await moveBack(1, 1)
    // Until the restore is known, it has the old parts.
    await new Promise((resolve) => setTimeout(resolve, 3 * POLL_MS))
    expect(follower.newest('balance')).toMatchObject({ epoch: 1, version: 2, balance: '26.000000' })
    await moveBack(7, 1)
    await follower.until('balance', ({ epoch, version }) => epoch === 7 && version === 1)
    expect(follower.newest('balance')).toMatchObject({ balance: '7.000000' })
    expect(follower.stepsBack).toEqual([])
    await api.pool.query('update tollgate.ledger_epoch set epoch = 1')
  })

  it('sends heartbeats while nothing happens', async () => {
    const accountId = await account()
    const leaving = new AbortController()
    const response = await fetch(`${api.url}${pathOf(accountId)}/live`, {
      headers: { authorization: `Bearer ${await api.key(['read'])}` },
      signal: leaving.signal,
    })
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
      'x-request-id': expect.any(String),
    })
    let text = ''
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
    while (!/: nothing new\n\n: nothing new\n\n$/.test(text)) {
      text += (await within('a heartbeat', reader.read(), 5_000)).value
    }
    expect(text).toMatch(/^retry: \d{4}\n\nevent: /)
    leaving.abort()
  })
})

describe('a stream ends', () => {
  it('when its token expires', async () => {
    const accountId = await account()
    // Time enough to be accepted on a busy machine.
    const exp = Math.floor(Date.now() / 1000) + 5
    const follower = await open(accountId, {
      token: await api.dashboard.sign({ sub: 'ann', account_id: accountId, role: 'member', exp }),
    })
    expect(await within('the end', follower.ended(), 20_000)).toBe('credential_ended')
    expect(Date.now()).toBeGreaterThanOrEqual(exp * 1000)
  })

  it('when its key is revoked; streams of other keys continue', async () => {
    const accountId = await account()
    const stays = await open(accountId)
    const follower = await open(accountId)
    await follower.until('balance', () => true)
    const [key] = await listApiKeys(api.pool, null, 1)
    await revokeApiKey(api.pool, key!.keyId, 'test')
    expect(await within('the end', follower.ended(), 10_000)).toBe('credential_ended')
    await adjust(api, accountId, 1_000_000n)
    await stays.until('balance', ({ version }) => version === 2)
  })

  it('when its session is signed out, which it has kept alive until then', async () => {
    const accountId = await account()
    const session = await api.session(accountId, 'admin')
    const follower = await open(accountId, { session })
    await follower.until('notices', () => true)
    await api.pool.query(
      `update tollgate.portal_sessions set last_used_at = now() - interval '29 minutes' where account_id = $1`,
      [accountId],
    )
    await until('the open page counts as use', async () => {
      const { rows } = await api.pool.query<{ is_used: boolean }>(
        `select last_used_at > now() - interval '1 minute' as is_used from tollgate.portal_sessions where account_id = $1`,
        [accountId],
      )
      return rows[0]!.is_used
    })
    const signedOut = await api.ask('DELETE', `/v1/portal-session?account_id=${encodeURIComponent(accountId)}`, {
      session,
    })
    expect(signedOut.status).toBe(204)
    expect(await within('the end', follower.ended(), 10_000)).toBe('credential_ended')
  })

  it('when the process stops, without delaying the stop', async () => {
    const stopped = await openTestApi({ liveTimes: TIMES })
    await apply(stopped, [testAccount({ accountId: 'acme' })])
    const streams = await Promise.all([1, 2, 3].map(() => open('acme', {}, stopped)))
    for (const follower of streams) await follower.until('balance', () => true)
    await within('the stop', stopped.close(), 10_000)
    expect(await Promise.all(streams.map((follower) => follower.ended()))).toEqual(['stopping', 'stopping', 'stopping'])
  })

  it('when the client disconnects, and is no longer counted', async () => {
    const accountId = await account()
    const count = async () => (await api.registry.getSingleMetric('tollgate_live_streams')!.get()).values[0]?.value
    const before = await count()
    const follower = await open(accountId)
    await follower.until('balance', () => true)
    expect(await count()).toBe((before ?? 0) + 1)
    await follower.leave()
    await until('it is no longer counted', async () => (await count()) === (before ?? 0))
  })
})

describe('a stream is refused', () => {
  it('for an account that is unknown, or not the caller’s', async () => {
    const accountId = await account()
    const ofNobody = await open('nobody')
    expect(await refusalOf(ofNobody)).toMatchObject({ status: 404 })
    const stranger = await open(accountId, { token: await api.person('other', 'admin') })
    expect(await refusalOf(stranger)).toMatchObject({ status: 404 })
    const headers = { authorization: `Bearer ${await api.key(['read'])}` }
    expect(await fetch(`${api.url}${pathOf(accountId)}/live`, { method: 'HEAD', headers })).toMatchObject({
      status: 405,
    })
  })

  const limited: [string, TestApiOptions, number, RegExp][] = [
    [
      'if the caller has the maximum number of streams',
      { streamsPerCaller: 2 },
      429,
      /you already have 2 open streams/,
    ],
    ['if the process has the maximum number of streams', { streams: 2 }, 503, /already has 2 open streams/],
  ]
  it.each(limited)('%s, until one ends', async (_name, options, status, detail) => {
    const few = await openTestApi({ ...options, liveTimes: TIMES })
    try {
      await apply(few, [testAccount({ accountId: 'acme' })])
      const token = await few.key(['read'])
      const streams = await Promise.all([1, 2].map(() => open('acme', { token }, few)))
      for (const follower of streams) await follower.until('balance', () => true)
      expect(await refusalOf(await open('acme', { token }, few))).toEqual({
        status,
        detail: expect.stringMatching(detail),
      })
      await streams[0]!.leave()
      await until('another one is accepted', async () => {
        const another = await open('acme', { token }, few)
        return await Promise.race([
          another.until('balance', () => true).then(() => true),
          another.ended().then(
            () => false,
            () => false,
          ),
        ])
      })
    } finally {
      await few.close()
    }
  })
})
