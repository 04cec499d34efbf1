/**
 * When corrections may expire: once all usage that had arrived by their deadline is recorded, on every partition, whoever
 * reads it. The topics and their consumer are real.
 */
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { correctionMetrics, createExpiry } from '../../src/ledger/corrections/expire-awaited-corrections.ts'
import { findUnrecorded, readArrivedUsage } from '../../src/ledger/epochs/arrived-usage.ts'
import { type KafkaAdmin, openAdmin } from '../../src/platform/kafka/admin.ts'
import { Registry } from '../../src/platform/metrics.ts'
import { USAGE_TOPICS } from '../../src/topics.ts'
import { type Serve, startServe } from '../../stack/serve.ts'
import { until } from '../../testkit/until.ts'
import { createInstallation, type TestInstallation } from '../support/installation.ts'
import { testClient } from '../support/topics.ts'

const MESSAGES = 'usage.messages.v1'
const CORRECTIONS = 'usage.corrections.v1'
const DAYS = 90

let installation: TestInstallation
let serve: Serve | null = null
let admin: KafkaAdmin
let accountId: string
const warnings: Record<string, unknown>[] = []

beforeAll(async () => {
  installation = await createInstallation()
  admin = await openAdmin(testClient())
  accountId = installation.accounts[0]!.accountId
})

afterAll(async () => {
  await admin?.close()
  await installation?.close()
})

beforeEach(() => {
  warnings.length = 0
})

afterEach(async () => {
  await stopRating()
})

async function rate(): Promise<void> {
  serve ??= await startServe({ ...installation.environment, TOLLGATE_ROLES: 'rater,relay' })
  await installation.untilDrained()
}

async function stopRating(): Promise<void> {
  await serve?.stop()
  serve = null
}

/** A correction that has waited for longer than allowed, and is recorded. */
async function wait(corrects: string): Promise<void> {
  const sent = { event_id: `c-${corrects}`, account_id: accountId, occurred_at: installation.startMicros, corrects }
  await installation.produce(CORRECTIONS, [
    { key: accountId, value: Buffer.from(installation.encode(CORRECTIONS, sent)) },
  ])
  await rate()
  await installation.pool.query(
    'update tollgate.awaited_corrections set recorded_at = recorded_at - make_interval(days => $2) where event_id = $1',
    [corrects, DAYS + 1],
  )
}

/** The event of a correction. `partition`: another than that of its account, as of a producer with other keys. */
async function sendEvent(eventId: string, partition?: number): Promise<void> {
  const sent = {
    ...{ event_id: eventId, account_id: accountId, occurred_at: installation.startMicros, user_id: null },
    ...{ interaction_id: null, channel: 'sms', direction: 'outbound', from: '+4312345678', to: '+4312345678' },
    fragments: 1,
  }
  const value = Buffer.from(installation.encode(MESSAGES, sent))
  await installation.produce(MESSAGES, [{ key: accountId, value, ...(partition !== undefined && { partition }) }])
}

function startExpiry(): () => Promise<void> {
  const { pool, config } = installation
  return createExpiry({
    writer: installation,
    days: DAYS,
    readArrived: () => readArrivedUsage(pool, admin, [...USAGE_TOPICS.keys()]),
    findUnrecorded: ({ ranges }) => findUnrecorded(pool, admin, config.kafka.consumerGroup, ranges),
    log: pino({ level: 'warn' }, { write: (line: string) => warnings.push(JSON.parse(line)) }),
    metrics: correctionMetrics(new Registry()),
  })
}

/** `waits`, `expired`, or null if its event has come. */
async function stateOf(eventId: string): Promise<string | null> {
  const { rows } = await installation.pool.query<{ state: string }>(
    `select case when expired_at is null then 'waits' else 'expired' end as state
       from tollgate.awaited_corrections where account_id = $1 and event_id = $2`,
    [accountId, eventId],
  )
  return rows[0]?.state ?? null
}

async function outcomeOf(eventId: string): Promise<string | undefined> {
  const { rows } = await installation.pool.query<{ outcome: string }>(
    'select outcome from tollgate.rated_usage where account_id = $1 and event_id = $2',
    [accountId, eventId],
  )
  return rows[0]?.outcome
}

it('a correction does not expire while its event is unread, and voids it then', async () => {
  await wait('unread')
  await stopRating()
  await sendEvent('unread')
  const run = startExpiry()
  for (let runs = 0; runs < 3; runs++) await run()
  expect(await stateOf('unread')).toBe('waits')
  expect(warnings).toMatchObject([{ topic: MESSAGES }, { topic: MESSAGES }])
  await rate()
  await run()
  expect(await stateOf('unread')).toBeNull()
  expect(await outcomeOf('unread')).toBe('voided')
})

it('does not expire while a partition is behind that does not belong to its account, because the event may be there', async () => {
  await wait('elsewhere')
  await stopRating()
  const run = startExpiry()
  for (let partition = 0; partition < 4; partition++) await sendEvent(`other-${partition}`, partition)
  await run()
  await run()
  expect(await stateOf('elsewhere')).toBe('waits')
  await rate()
  // Kafka gets the offsets a moment after the database.
  await until('it expires', async () => {
    await run()
    return (await stateOf('elsewhere')) === 'expired'
  })
})

it('expires although newer usage is unread: that came after its deadline', async () => {
  await wait('late')
  await stopRating()
  const run = startExpiry()
  await run()
  expect(await stateOf('late')).toBe('waits')
  await sendEvent('late')
  await run()
  expect(await stateOf('late')).toBe('expired')
  await rate()
  expect(await outcomeOf('late')).toBe('charged')
})

it('does not expire while Kafka has less recorded than the database, as after a topic was created again', async () => {
  await wait('created-again')
  const { pool } = installation
  const forgetful: KafkaAdmin = { ...admin, committedOffsets: async () => [] }
  const { ranges } = await readArrivedUsage(pool, admin, [CORRECTIONS])
  const { consumerGroup } = installation.config.kafka
  expect(await findUnrecorded(pool, forgetful, consumerGroup, ranges)).toMatchObject({ topic: CORRECTIONS })
  const empty = ranges.map((range) => ({ ...range, low: range.end }))
  expect(await findUnrecorded(pool, forgetful, consumerGroup, empty)).toBeNull()
})
