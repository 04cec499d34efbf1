/** The relay on a real broker and database: order per account, nothing lost, one leader a shard. */
import { randomBytes } from 'node:crypto'
import type pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { SHARDS } from '../../src/outbox/messages.ts'
import { encodePack } from '../../src/outbox/pack.ts'
import { type Relay, startRelay } from '../../src/outbox/relay.ts'
import { createLog } from '../../src/platform/log.ts'
import { createMetrics } from '../../src/platform/metrics.ts'
import { createPool } from '../../src/platform/postgres.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { testKafka } from '../support/topics.ts'
import { until } from '../support/until.ts'

const log = createLog('silent')
const topic = `relay-${randomBytes(4).toString('hex')}`
const received: { key: string; number: number }[] = []
const consumer = testKafka().consumer({ groupId: `group-${topic}` })
let database: TestDatabase
let pool: pg.Pool

beforeAll(async () => {
  database = await createDatabase()
  pool = createPool(database.url, log)
  const admin = testKafka().admin()
  await admin.connect()
  await admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: 2 }] })
  await admin.disconnect()
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await consumer.run({
    eachMessage: async ({ message }) => {
      received.push({ key: String(message.key), number: message.value!.readUInt32BE() })
    },
  })
})

afterAll(async () => {
  await consumer.disconnect()
  await pool.end()
  await database.drop()
})

async function putPack(shard: number, key: string, numbers: number[], padding = 0): Promise<void> {
  const messages = numbers.map((number) => {
    const value = Buffer.alloc(4 + padding)
    value.writeUInt32BE(number)
    return { topic, key: Buffer.from(key), value, headers: {} }
  })
  await pool.query(
    `insert into tollgate.outbox_packs (pack_id, shard, lane, message_count, messages, recorded_at)
     values (nextval('tollgate.outbox_pack_id'), $1, 'now', $2, $3, clock_timestamp())`,
    [shard, messages.length, encodePack(messages)],
  )
}

const start = (instanceId: string): Relay =>
  startRelay({ kafka: testKafka(), pool, instanceId, log, metrics: createMetrics() })

const numbersOf = (key: string) => received.filter((one) => one.key === key).map(({ number }) => number)

async function isOutboxEmpty(): Promise<boolean> {
  return (await pool.query('select from tollgate.outbox_packs')).rowCount === 0
}

it('sends every shard in order, empties the outbox, and gives the leases back', async () => {
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

it('sends on with two relays at work while one of them stops', async () => {
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

it('sends a backlog larger than a broker takes at once', async () => {
  for (let i = 0; i < 30; i++) await putPack(1, 'backlog', [i], 100_000)
  const relay = start('one')
  await until('the outbox is empty', isOutboxEmpty, 20_000).finally(() => relay.stop())
  await until('all arrive', () => numbersOf('backlog').length === 30)
})
