/**
 * A release with a bug that one event triggers: nothing is dead-lettered, one partition stops and reports it, the fixed release
 * continues.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Serve, startServe } from '../../stack/serve.ts'
import { until } from '../../testkit/until.ts'
import { CALLS_TOPIC, someCalls } from '../support/calls.ts'
import { createInstallation, type TestInstallation } from '../support/installation.ts'
import { modelBalances } from '../support/model.ts'
import { testKafka } from '../support/topics.ts'

const ITEMS = 6_000
const PLANT = join(import.meta.dirname, '../support/planted-bug.mjs')

let installation: TestInstallation
let serve: Serve

beforeAll(async () => {
  installation = await createInstallation()
})

afterAll(async () => {
  await serve?.stop()
  await installation?.close()
})

async function ratedOrDeadLettered(eventId: string): Promise<{ rated: number; dead: number }> {
  const { rows } = await installation.pool.query<{ rated: number; dead: number }>(
    `select (select count(*)::int from tollgate.rated_usage where event_id = $1) as rated,
            (select count(*)::int from tollgate.dead_letters where event_id = $1 or detail like 'cannot be recorded%') as dead`,
    [eventId],
  )
  return rows[0]!
}

/** By partition number of the calls topic: the ledger's position, and the end of the topic. */
async function progress(): Promise<Map<number, { done: number; end: number }>> {
  const admin = testKafka().admin()
  await admin.connect()
  const ends = await admin.fetchTopicOffsets(CALLS_TOPIC)
  await admin.disconnect()
  const { rows } = await installation.pool.query<{ partition: number; next_offset: bigint }>(
    'select partition, next_offset from tollgate.consumer_offsets where topic = $1',
    [CALLS_TOPIC],
  )
  const done = new Map(rows.map((row) => [row.partition, Number(row.next_offset)]))
  return new Map(ends.map(({ partition, high }) => [partition, { done: done.get(partition) ?? 0, end: Number(high) }]))
}

it('A, C, G: a bug that one event triggers stops its partition with an alert, and the fixed release rates the event', async () => {
  const { items, messages } = someCalls(installation, 23, ITEMS)
  const validItems = items.filter((item) => item.kind === 'event' && item.fault === null)
  const middle = validItems[Math.floor(validItems.length / 2)]!
  const victim = middle.kind === 'event' ? middle.event.event_id : ''
  serve = await startServe({ ...installation.environment, PLANTED_BUG: victim }, ['--import', PLANT])
  await installation.produce(CALLS_TOPIC, messages)

  const behind = async () => [...(await progress())].filter(([, { done, end }]) => done < end)
  await until('all partitions but one are drained', async () => (await behind()).length === 1)
  const [[partition] = [-1]] = await behind()
  // The others may be drained while this one still splits its batch to find the event.
  await until(
    `partition number ${partition} is stopped`,
    async () => (await serve.figures()).get(`tollgate_partition_stopped{partition="${partition}"}`) === 1,
  )
  const { done } = (await progress()).get(partition)!
  expect(await ratedOrDeadLettered(victim)).toEqual({ rated: 0, dead: 0 })
  const health = await fetch(`${serve.operatorsUrl}/healthz`)
  expect(health.status).toBe(200)
  expect(await health.json()).toMatchObject({
    status: 'degraded',
    problems: [
      {
        reason: `partition number ${partition} stopped`,
        detail: expect.stringContaining(`${CALLS_TOPIC}/${partition} at offset ${done} `),
      },
    ],
  })
  const fatalLines = readFileSync(serve.logFile, 'utf8')
    .split('\n')
    .filter((line) => line.includes('"level":"fatal"'))
    .map((line) => JSON.parse(line))
  expect(fatalLines).toMatchObject([{ fault: 'bug', topic: CALLS_TOPIC, partition, offset: String(done) }])

  // Other partitions continue in the meantime.
  const more = someCalls(installation, 24, 500)
  await installation.produce(CALLS_TOPIC, more.messages)
  await until('later messages are recorded on the other partitions', async () => (await behind()).length === 1)
  expect((await progress()).get(partition)).toMatchObject({ done })

  await serve.stop()
  serve = await startServe(installation.environment)
  await installation.untilDrained()
  expect(await ratedOrDeadLettered(victim)).toEqual({ rated: 1, dead: 0 })
  expect(await installation.balances()).toEqual(modelBalances(installation.accounts, [...items, ...more.items]))
})
