/**
 * The promise of credit.service-status.v1: read from its start, it gives today's status of every account. 100,000 usage events
 * drive a hundred accounts below zero and back, ten times over; then the consumer of docs/CONSUMERS.md, in Python, must know
 * the same about every account as the database.
 */
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { ConfigResourceTypes, type Message } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseMoney } from '../../src/core/money.ts'
import type { Python } from '../../stack/python.ts'
import { type Serve, startServe } from '../../stack/serve.ts'
import { until } from '../../testkit/until.ts'
import { createInstallation, type TestInstallation } from '../support/installation.ts'
import { adjust, apply } from '../support/ledger.ts'
import { type StatusConsumer, startStatusConsumer, testPython } from '../support/python.ts'
import { testKafka } from '../support/topics.ts'

const PAGE = join(import.meta.dirname, '../../docs/CONSUMERS.md')
const STATUS = 'credit.service-status.v1'
const OTHER = 'usage.other.v1'
const CORRECTIONS = 'usage.corrections.v1'

const ACCOUNTS = Array.from({ length: 100 }, (_, i) => `crosses-zero-${i}`)
const ROUNDS = 10
const EVENTS_PER_ROUND = 10_000
const CROSSINGS = 2 * ROUNDS * ACCOUNTS.length

/** One number lookup. */
const PRICE_MICROS = parseMoney('0.004')!
/** The one event that a correction reverses in the next round. */
const LARGE_QUANTITY = 300
/** More than the small events of a round cost, and less than those and the large one. */
const CREDIT_QUANTITY = 150n

let installation: TestInstallation
let serve: Serve
let python: Python
let early: StatusConsumer
let late: StatusConsumer

beforeAll(async () => {
  python = await testPython()
  installation = await createInstallation()
  await openAccounts()
  const environment = { ...installation.environment, TOLLGATE_RECORD_TOPICS: 'none' }
  serve = await startServe(environment)

  for (let round = 0; round < ROUNDS; round++) {
    if (round % 2 === 0) await addCredit()
    else await correctLargeEvents(round - 1)
    await installation.produce(OTHER, usageOfRound(round))
    await installation.untilDrained()
    if (round === ROUNDS / 2) early = await startStatusConsumer(python, installation, PAGE)
  }
  late = await startStatusConsumer(python, installation, PAGE)
}, 240_000)

afterAll(async () => {
  await early?.stop()
  await late?.stop()
  await serve?.stop()
  await installation?.close()
})

async function openAccounts(): Promise<void> {
  const [sample] = installation.accounts
  const wanted = ACCOUNTS.map((accountId) => ({ ...sample!, accountId, contacts: [] }))
  expect(await apply(installation, wanted)).toMatchObject({
    applied: { created: { length: ACCOUNTS.length } },
  })
}

/** Brings every account to the same balance above zero. */
async function addCredit(): Promise<void> {
  const balances = await installation.balances()
  const withoutRecord = { ...installation, publishing: { ...installation.publishing, recordTopics: new Set<never>() } }
  for (const accountId of ACCOUNTS) {
    const amountMicros = CREDIT_QUANTITY * PRICE_MICROS - balances.get(accountId)!
    await adjust(withoutRecord, accountId, amountMicros, 'next round')
  }
}

async function correctLargeEvents(round: number): Promise<void> {
  await installation.produce(
    CORRECTIONS,
    ACCOUNTS.map((accountId) => message(CORRECTIONS, accountId, `${round}-back`, { corrects: `${round}-large` })),
  )
  await installation.untilDrained()
}

/** The same number of events for every account, in turns. With the corrections a round is `EVENTS_PER_ROUND` in all. */
function usageOfRound(round: number): Message[] {
  return Array.from({ length: EVENTS_PER_ROUND / ACCOUNTS.length }, (_, turn) => {
    if (turn > 0) return ACCOUNTS.map((id) => message(OTHER, id, `${round}-${turn}`, lookups(1)))
    return round % 2 === 0 ? ACCOUNTS.map((id) => message(OTHER, id, `${round}-large`, lookups(LARGE_QUANTITY))) : []
  }).flat()
}

function lookups(quantity: number): object {
  return { sku: 'number-lookup', quantity }
}

function message(topic: string, accountId: string, eventId: string, fields: object): Message {
  const record = {
    event_id: eventId,
    account_id: accountId,
    occurred_at: installation.startMicros,
    user_id: null,
    interaction_id: null,
    ...fields,
  }
  return { key: accountId, value: Buffer.from(installation.encode(topic, record)) }
}

/** Segments that close at the next message, and are cleaned at once. */
async function compactSoon(): Promise<void> {
  const admin = testKafka().admin()
  await admin.connect()
  const settings = { 'cleanup.policy': 'compact', 'segment.ms': '1', 'min.cleanable.dirty.ratio': '0.001' }
  const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }))
  const resources = [{ type: ConfigResourceTypes.TOPIC, name: STATUS, configEntries }]
  await admin.alterConfigs({ validateOnly: false, resources })
  await admin.disconnect()
}

async function versionsAnnounced(): Promise<number> {
  const { rows } = await installation.pool.query<{ announced: number }>(
    'select sum(status_version)::integer as announced from tollgate.accounts',
  )
  return rows[0]!.announced
}

/** The database's state of every account, in the form of the consumer's answer. */
async function statusInDatabase(): Promise<Record<string, unknown>> {
  const { rows } = await installation.pool.query<{ account_id: string; known: unknown }>(
    `select account_id, json_build_object(
              'epoch', (select epoch from tollgate.ledger_epoch),
              'version', status_version,
              'status', status,
              'blocked', case status when 'blocked' then array['outbound_calls', 'inbound_toll_free'] else '{}' end,
              'since', to_char(status_since at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"')) as known
       from tollgate.accounts`,
  )
  return Object.fromEntries(rows.map(({ account_id, known }) => [account_id, known]))
}

describe('after 100,000 events', () => {
  it('the hundred accounts have crossed zero twice per round', async () => {
    const { rows } = await installation.pool.query(
      `select sum(status_version - 1)::integer as crossings,
              (select count(*)::integer from tollgate.rated_usage where outcome in ('charged', 'reversed')) as events
         from tollgate.accounts where account_id = any($1::text[])`,
      [ACCOUNTS],
    )
    expect(rows).toEqual([{ crossings: CROSSINGS, events: ROUNDS * EVENTS_PER_ROUND }])
  })

  it('a consumer that starts now knows the status of every account that ever existed', async () => {
    expect(late.messagesRead).toBe(await versionsAnnounced())
    expect(await late.known()).toEqual(await statusInDatabase())
    expect(late.caughtUpAfterSeconds).toBeLessThan(10)
  })

  it('a consumer that started in the middle and kept following knows it too', async () => {
    await untilKnown(early, await statusInDatabase())
  })

  it('both receive the next changes', async () => {
    const before = await statusInDatabase()
    await compactSoon()
    await addCredit()
    const after = await statusInDatabase()
    expect(after).not.toEqual(before)
    for (const consumer of [early, late]) await untilKnown(consumer, after)
  })

  it('a consumer that starts during or after compaction knows it as well', async () => {
    const announced = await versionsAnnounced()
    await until('most versions are gone', async () => {
      const consumer = await startStatusConsumer(python, installation, PAGE)
      expect(await consumer.known()).toEqual(await statusInDatabase())
      await consumer.stop()
      return consumer.messagesRead < announced / 2
    })
  })
})

async function untilKnown(consumer: StatusConsumer, expected: Record<string, unknown>): Promise<void> {
  await until('it knows', async () => isDeepStrictEqual(await consumer.known(), expected))
}
