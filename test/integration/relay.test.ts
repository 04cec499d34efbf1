/** The relay on a real broker and database: order per account, nothing lost, one leader per shard. */
import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Kafka } from 'kafkajs'
import type pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { claimLeases, newHolder, releaseLeases, renewLeases } from '../../src/outbox/leases.ts'
import { LANES, outboxKey, SHARDS } from '../../src/outbox/messages.ts'
import { encodePack } from '../../src/outbox/pack.ts'
import { deletePacks, PacksNotOurs, readPacks } from '../../src/outbox/packs.ts'
import { type Relay, startRelay } from '../../src/outbox/relay.ts'
import { createKafka, type KafkaClient } from '../../src/platform/kafka/client.ts'
import { type Broker, clusterOf } from '../../src/platform/kafka/cluster.ts'
import { asClient } from '../../src/platform/kafka/kafkajs.ts'
import { createLog } from '../../src/platform/log.ts'
import { createPool } from '../../src/platform/postgres.ts'
import { until } from '../../testkit/until.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { createTopic, testClient, testKafka } from '../support/topics.ts'

const log = createLog('silent')
const topic = `relay-${randomBytes(4).toString('hex')}`
const received: { key: string; number: number; headers: Record<string, string> }[] = []
const consumer = testKafka().consumer({ groupId: `group-${topic}` })
let database: TestDatabase
let pool: pg.Pool

beforeAll(async () => {
  database = await createDatabase()
  pool = createPool(database.url, log)
  await createTopic(topic, 2)
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await consumer.run({
    eachMessage: async ({ message }) => {
      const headers = Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)])
      received.push({
        key: String(message.key),
        number: message.value!.readUInt32BE(),
        headers: Object.fromEntries(headers),
      })
    },
  })
})

afterAll(async () => {
  await consumer.disconnect()
  await pool.end()
  await database.drop()
})

const SHARED = { shared: Buffer.from('by all') }

async function putPack(shard: number, key: string, numbers: number[], padding = 0, lane = 'now'): Promise<void> {
  const messages = numbers.map((number) => {
    const value = Buffer.alloc(4 + padding)
    value.writeUInt32BE(number)
    return {
      topic,
      key: outboxKey(Buffer.from(key)),
      value,
      sharedHeaders: SHARED,
      headers: { number: Buffer.from(String(number)) },
    }
  })
  await pool.query(
    `insert into tollgate.outbox_packs (pack_id, shard, lane, message_count, messages, recorded_at)
     values (nextval('tollgate.outbox_pack_id'), $1, $4, $2, $3, clock_timestamp())`,
    [shard, messages.length, encodePack(messages), lane],
  )
}

const start = (instanceId: string, parts: { kafka?: KafkaClient; pool?: pg.Pool; leadForMs?: number } = {}): Relay =>
  startRelay({
    ...{ kafka: testClient(), pool, instanceId, log, lanes: LANES, ...parts },
    report: { published() {}, waiting() {}, interrupted() {} },
  })

const numbersOf = (key: string) => received.filter((one) => one.key === key).map(({ number }) => number)

async function isOutboxEmpty(): Promise<boolean> {
  return (await pool.query('select from tollgate.outbox_packs')).rowCount === 0
}

it('sends every shard in order, empties the outbox, and releases the leases', async () => {
  for (let i = 0; i < 40; i++) await putPack(i % SHARDS, `a${i % SHARDS}`, [i, i + 1000])
  const relay = start('one')
  await until('the outbox is empty', isOutboxEmpty)
  await until('all arrive', () => received.length >= 80)
  for (let shard = 0; shard < SHARDS; shard++) {
    const expected = Array.from({ length: 10 }, (_, i) => [i * SHARDS + shard, i * SHARDS + shard + 1000]).flat()
    expect(numbersOf(`a${shard}`)).toEqual(expected)
  }
  await relay.stop()
  expect((await pool.query('select from tollgate.relay_leases')).rowCount).toBe(0)
})

it('continues with two relays while one of them stops', async () => {
  const [first, second] = [start('first'), start('second')]
  for (let i = 0; i < 50; i++) {
    await putPack(0, 'handed-over', [i])
    if (i === 25) await first.stop()
  }
  await until('the outbox is empty', isOutboxEmpty)
  await until('all arrive', () => numbersOf('handed-over').includes(49))
  await second.stop()
  const firstSeen = [...new Set(numbersOf('handed-over'))]
  expect(firstSeen).toEqual(Array.from({ length: 50 }, (_, i) => i))
})

it('sends a backlog larger than a broker accepts at once', async () => {
  for (let i = 0; i < 30; i++) await putPack(1, 'backlog', [i], 100_000)
  const relay = start('one')
  await until('the outbox is empty', isOutboxEmpty).finally(() => relay.stop())
  await until('all arrive', () => numbersOf('backlog').length === 30)
})

it('sends shared headers with each of their messages', async () => {
  await putPack(2, 'headers', [7, 8])
  const relay = start('one')
  await until('both arrive', () => numbersOf('headers').length === 2).finally(() => relay.stop())
  expect(received.filter(({ key }) => key === 'headers').map(({ headers }) => headers)).toEqual([
    { shared: 'by all', number: '7' },
    { shared: 'by all', number: '8' },
  ])
})

it('does not let a backlog of the lane that may trail delay the other', async () => {
  for (let i = 0; i < 60; i++) await putPack(3, 'trails', [i], 200_000, 'record')
  await putPack(3, 'awaited', [1])
  const relay = start('one')
  await until('the awaited one arrives', () => numbersOf('awaited').length === 1)
  expect(numbersOf('trails').length).toBeLessThan(60)
  await until('the outbox is empty', isOutboxEmpty).finally(() => relay.stop())
  await until('all arrive', () => numbersOf('trails').length === 60)
})

it('D: a leader delayed past its lease appends nothing once its successor has published', async () => {
  const delayed = Promise.withResolvers<void>()
  const resume = Promise.withResolvers<void>()
  await putPack(0, 'status', [1])
  // All of it is delayed, including the renewal of its leases.
  const first = start('paused', {
    kafka: beforeEachSend(async () => {
      delayed.resolve()
      await resume.promise
    }),
    pool: afterwards(delayed.promise, resume.promise),
  })
  // It leads, has read the pack, and is about to send it.
  await delayed.promise
  await putPack(0, 'status', [2])
  const second = start('successor')
  await until('the successor has sent both', () => numbersOf('status').length === 2)
  await until('the outbox is empty', isOutboxEmpty)
  resume.resolve()
  await first.stop()
  await putPack(0, 'status', [3])
  await until('later messages arrive', () => numbersOf('status').includes(3))
  await second.stop()
  expect(numbersOf('status')).toEqual([1, 2, 3])
})

it('D: only the holder of the lease deletes a pack: another leader still has to send it', async () => {
  await putPack(3, 'not-ours', [1])
  const [pack] = await readPacks(pool, 'now', [3], [], { packsPerShard: 1, bytes: 1 })
  const holder = newHolder('holder')
  expect(await claimLeases(pool, 'now', [3], holder)).toEqual([3])
  await expect(deletePacks(pool, 'now', newHolder('other'), [pack!], [3])).rejects.toThrow(PacksNotOurs)
  expect(await isOutboxEmpty()).toBe(false)
  await deletePacks(pool, 'now', holder, [pack!], [])
  expect(await isOutboxEmpty()).toBe(true)
  await releaseLeases(pool, 'now', [3], 'holder')
})

it('D: nor under a lease that was lost in between, even if the same process leads again', async () => {
  await putPack(3, 'led-in-between', [1])
  const [pack] = await readPacks(pool, 'now', [3], [], { packsPerShard: 1, bytes: 1 })
  const [paused, between] = [newHolder('paused'), newHolder('between')]
  const runOut = () => pool.query("update tollgate.relay_leases set expires_at = clock_timestamp() - interval '1 s'")
  expect(await claimLeases(pool, 'now', [3], paused)).toEqual([3])
  expect(await renewLeases(pool, 'now', [3], paused)).toEqual([3])
  await runOut()
  expect(await claimLeases(pool, 'now', [3], between)).toEqual([3])
  await runOut()
  expect(await renewLeases(pool, 'now', [3], paused)).toEqual([])
  const again = newHolder('paused')
  expect(await claimLeases(pool, 'now', [3], again)).toEqual([3])
  await expect(deletePacks(pool, 'now', paused, [pack!], [])).rejects.toThrow(PacksNotOurs)
  await deletePacks(pool, 'now', again, [pack!], [])
  await releaseLeases(pool, 'now', [3], 'paused')
})

it('does not renew an expired lease, and acquires it again at once', async () => {
  const [first, second, other] = [newHolder('one'), newHolder('one'), newHolder('other')]
  expect(await claimLeases(pool, 'now', [0, 2], first)).toEqual([0, 2])
  expect(await claimLeases(pool, 'now', [0, 1, 2], other)).toEqual([1])
  expect(await claimLeases(pool, 'now', [0, 1, 2], second)).toEqual([0, 2])
  expect(await renewLeases(pool, 'now', [0, 2], first)).toEqual([])
  await pool.query("update tollgate.relay_leases set expires_at = clock_timestamp() - interval '1 s' where shard = 0")
  expect(await renewLeases(pool, 'now', [0, 2], second)).toEqual([2])
  for (const instanceId of ['one', 'other']) await releaseLeases(pool, 'now', [0, 1, 2], instanceId)
})

it('leads a shard that it gained during a long turn as soon as the turn ends', async () => {
  const goOn = Promise.withResolvers<void>()
  const asked: string[] = []
  const claimsOf = (holder: string) => asked.filter((by) => by === holder).length
  const holderOf = async (shard: number) => {
    const { rows } = await pool.query<{ holder: string }>(
      "select holder from tollgate.relay_leases where lane = 'now' and shard = $1",
      [shard],
    )
    return rows[0]!.holder
  }
  expect(await claimLeases(pool, 'now', [3], newHolder('gone'))).toEqual([3])
  const relay = startRelay({
    ...{ kafka: testClient(), pool: recorded(asked, goOn.promise), instanceId: 'gaining', log, lanes: ['now'] },
    report: { published() {}, waiting() {}, interrupted() {} },
  })
  await until('it reads', () => asked.includes('reads'))
  const first = await holderOf(0)
  await pool.query('update tollgate.relay_leases set expires_at = clock_timestamp() where shard = 3')
  await until('it gains the shard', async () => (await holderOf(3)) === first)
  await putPack(3, 'gained', [1])
  const claimed = claimsOf(first)
  await until('it asks once more', () => claimsOf(first) > claimed + 1)
  const duringTurn = claimsOf(first)
  goOn.resolve()
  await until('the pack arrives', () => numbersOf('gained').length === 1).finally(() => relay.stop())
  expect(claimsOf(first)).toBe(duringTurn)
})

it('releases its leases if it cannot publish, and a healthy relay takes over', async () => {
  const unable = start('unable', { kafka: createKafka({ brokers: ['127.0.0.1:1'] }, log) })
  await until(
    'the relay that cannot publish leads',
    async () => (await pool.query('select from tollgate.relay_leases')).rowCount! > 0,
  )
  await putPack(2, 'taken-over', [1, 2])
  const healthy = start('healthy')
  await until('the outbox is empty', isOutboxEmpty)
  const { rows } = await pool.query(
    `select distinct split_part(holder, ' ', 1) as holder from tollgate.relay_leases where lane = 'now'`,
  )
  expect(rows).toEqual([{ holder: 'healthy' }])
  await Promise.all([unable.stop(), healthy.stop()])
  await until('both arrive', () => numbersOf('taken-over').length === 2)
})

it('releases its leases when it stops, even if it cannot publish', async () => {
  const unable = start('unable', { kafka: createKafka({ brokers: ['127.0.0.1:1'] }, log) })
  const leases = async () => (await pool.query('select from tollgate.relay_leases')).rowCount!
  await until('it leads', async () => (await leases()) > 0)
  await unable.stop()
  expect(await leases()).toBe(0)
})

it('starts again under a new fence after leading for long enough, and loses and doubles nothing', async () => {
  const relay = start('one', { leadForMs: 300 })
  for (let i = 0; i < 30; i++) {
    await putPack(1, 'led-anew', [i])
    await delay(50)
  }
  await until('the outbox is empty', isOutboxEmpty).finally(() => relay.stop())
  await until('all arrive', () => numbersOf('led-anew').length >= 30)
  expect(numbersOf('led-anew')).toEqual(Array.from({ length: 30 }, (_, i) => i))
})

/** The real pool; while delayed, it executes nothing. */
function afterwards(delayed: Promise<void>, resume: Promise<void>): pg.Pool {
  let held: Promise<void> = Promise.resolve()
  void delayed.then(() => {
    held = resume
  })
  const query = async (...args: Parameters<pg.Pool['query']>) => {
    await held
    return pool.query(...args)
  }
  return { query } as unknown as pg.Pool
}

/** The real pool, where reading packs waits. Notes who claims leases, and that packs are to be read. */
function recorded(asked: string[], goOn: Promise<void>): pg.Pool {
  const query = async (config: pg.QueryConfig) => {
    if (config.name === 'claim-leases') asked.push(String(config.values![2]))
    if (config.name === 'read-packs') {
      asked.push('reads')
      await goOn
    }
    return pool.query(config)
  }
  return { query } as unknown as pg.Pool
}

/** The real client, whose connections wait before each produce request: after the lease was checked. */
function beforeEachSend(wait: () => Promise<void>): KafkaClient {
  const kafka = testKafka()
  const create: Kafka['producer'] = kafka.producer.bind(kafka)
  kafka.producer = (options) => {
    const producer = create(options)
    const cluster = clusterOf(producer)
    const findBroker = cluster.findBroker.bind(cluster)
    cluster.findBroker = async (node) => {
      const broker = await findBroker(node)
      const { connectionPool } = broker
      const send: typeof connectionPool.send = async (request) => {
        if (request.request.apiName === 'Produce') await wait()
        return connectionPool.send(request)
      }
      return Object.create(broker, { connectionPool: { value: { send } } }) as Broker
    }
    return producer
  }
  return asClient(kafka)
}
