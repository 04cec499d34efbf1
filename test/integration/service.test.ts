/** The main job, end to end on the real components: usage on Kafka becomes a debit, which is announced. */
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formatMoney } from '../../src/core/money.ts'
import { type Serve, startServe } from '../../stack/serve.ts'
import { until } from '../../testkit/until.ts'
import { createInstallation, type TestInstallation } from '../support/installation.ts'
import { testKafka } from '../support/topics.ts'

let installation: TestInstallation
let serve: Serve

beforeAll(async () => {
  installation = await createInstallation()
  serve = await startServe(installation.environment)
})

afterAll(async () => {
  await serve?.stop()
  await installation?.close()
})

const TOPIC = 'usage.calls.v1'
/** Inside the package of `harbor-dental`. */
const COVERED = { from: '+12125550100', to: '+12125550101' }
/** Decoded by copying them one by one, they would block the rater for longer than its session lasts. */
const MANY_HEADERS = {
  constructor: 'a name like any other',
  ...Object.fromEntries(Array.from({ length: 16_000 }, (_, i) => [`h${i}`, ''])),
}
const LONG_ID = randomBytes(20_000).toString('hex')

/** `canal-bikes` opens with 3.00 EUR; calls to a satellite network are outside every package. */
function call(fields: Record<string, unknown>) {
  const record = {
    event_id: 'e-1',
    account_id: 'canal-bikes',
    occurred_at: installation.startMicros,
    user_id: 'u-1',
    interaction_id: null,
    direction: 'outbound',
    leg: null,
    from: '+31201234567',
    to: '+31201234568',
    duration_seconds: 60,
    ...fields,
  }
  return { key: record.account_id, value: Buffer.from(installation.encode(TOPIC, record)) }
}

async function ratedUsage(eventId: string) {
  const { rows } = await installation.pool.query('select * from tollgate.rated_usage where event_id = $1', [eventId])
  return rows
}

describe('usage on Kafka', () => {
  it('becomes a debit, a balance change, and a block when the credit is used up', async () => {
    const opening = (await installation.balances()).get('canal-bikes')!
    await installation.produce(TOPIC, [call({ event_id: 'far-away', to: '+881612345678', duration_seconds: 600 })])
    await installation.untilDrained()

    const [rated] = await ratedUsage('far-away')
    expect(rated).toMatchObject({ outcome: 'charged', catalog_version: 1, settings_version: 1 })
    const balance = (await installation.balances()).get('canal-bikes')!
    expect(balance).toBe(opening - rated.amount_micros)
    expect(balance).toBeLessThan(0n)

    const changes = await installation.readTopic('credit.balance-changed.v1')
    const own = changes.filter((change) => change.account_id === 'canal-bikes')
    expect(own.map(({ version, cause }) => [version, cause])).toEqual([
      [1, 'adjustment'],
      [2, 'usage'],
    ])
    expect(own[1]).toMatchObject({
      balance_before: formatMoney(opening),
      balance_after: formatMoney(balance),
      currency: 'EUR',
      first_sequence: 2,
      last_sequence: 2,
      epoch: 1,
    })
    const statuses = await installation.readTopic('credit.service-status.v1')
    expect(statuses.filter((status) => status.account_id === 'canal-bikes')).toMatchObject([
      { version: 1, status: 'blocked' },
      { version: 2, status: 'active', blocked: [] },
      { version: 3, status: 'blocked', blocked: ['outbound_calls', 'inbound_toll_free'] },
    ])
  })

  it('that cannot be rated becomes a dead letter with its reason and bytes, and the rest of its batch is recorded', async () => {
    const bad = {
      tombstone: null,
      empty: Buffer.alloc(0),
      short: Buffer.from([0, 0, 0]),
      'not Avro': Buffer.from('{"event_id":"x"}'),
      'unknown schema id': Buffer.from([0, 0x7f, 0xff, 0xff, 0xff, 2, 4]),
      'schema id of 32 bits': Buffer.from([0, 0xff, 0xff, 0xff, 0xff, 2, 4]),
      'cut short': call({ event_id: 'cut' }).value.subarray(0, 12),
    }
    const unratable = [
      { reason: 'unknown_account', message: call({ event_id: 'nobody', account_id: 'nobody-here' }) },
      { reason: 'invalid_number', message: call({ event_id: 'no-number', to: 'call me' }) },
      { reason: 'invalid_event', message: call({ event_id: 'too-long', duration_seconds: 86_401 }) },
      { reason: 'invalid_event', message: call({ event_id: 'ahead', occurred_at: (Date.now() + 90_000_000) * 1000 }) },
      { reason: 'no_rate', message: call({ event_id: 'ancient', occurred_at: 0, to: '+881612345678' }) },
      {
        reason: 'invalid_event',
        // A fair-use counter is found by its user's id, and no index takes one of this length.
        message: call({ event_id: 'endless-user', account_id: 'harbor-dental', ...COVERED, user_id: LONG_ID }),
      },
    ]
    const key = 'harbor-dental'
    await installation.produce(TOPIC, [
      {
        ...call({ event_id: 'before-the-bad', account_id: key }),
        key,
        headers: MANY_HEADERS,
      },
      ...Object.values(bad).map((value) => ({ key, value })),
      ...unratable.map(({ message }) => ({ ...message, key })),
      { ...call({ event_id: 'after-the-bad', account_id: key }), key },
    ])
    await installation.untilDrained()

    expect(await ratedUsage('before-the-bad')).toHaveLength(1)
    expect(await ratedUsage('after-the-bad')).toHaveLength(1)
    const letters = await installation.readTopic('usage.dead-letter.v1')
    letters.sort((a, b) => Number(a.offset) - Number(b.offset))
    expect(letters.map(({ reason, value }) => ({ reason, value }))).toEqual([
      ...Object.values(bad).map((value) => ({ reason: 'invalid_event', value })),
      ...unratable.map(({ reason, message }) => ({ reason, value: message.value })),
    ])
    expect(letters.every((letter) => letter.detail !== '' && letter.topic === TOPIC)).toBe(true)
  })

  it('delivered again, twice over or from the very beginning, changes no balance', async () => {
    const calls = Array.from({ length: 500 }, (_, i) =>
      call({ event_id: `again-${i}`, account_id: 'nordlicht-logistik', to: '+5511333344', duration_seconds: i }),
    )
    await installation.produce(TOPIC, [...calls, ...calls.slice(0, 200)])
    await installation.produce(TOPIC, calls)
    await installation.untilDrained()
    const before = await installation.balances()
    const movements = await count('movements')
    expect(await ratedUsage('again-499')).toHaveLength(1)

    await serve.stop()
    const { consumerGroup } = installation.config.kafka
    const admin = testKafka().admin()
    await admin.connect()
    await admin.resetOffsets({ groupId: consumerGroup, topic: TOPIC, earliest: true })
    await admin.disconnect()
    const deadLetters = await count('dead_letters')
    await installation.pool.query('delete from tollgate.consumer_offsets')
    serve = await startServe(installation.environment)
    await installation.untilDrained()

    // Counted a moment after they are recorded.
    await until('the duplicates are counted', async () => {
      return ((await serve.figures()).get('tollgate_events_total{outcome="duplicate"}') ?? 0) >= 1200
    })
    expect(await installation.balances()).toEqual(before)
    expect(await count('movements')).toBe(movements)
    expect(await count('dead_letters')).toBe(deadLetters)
  })
})

async function count(table: string): Promise<bigint> {
  const { rows } = await installation.pool.query<{ count: bigint }>(`select count(*) as count from tollgate.${table}`)
  return rows[0]!.count
}
