/**
 * Partitions are added to the outgoing topics while everything runs. Accounts continue in other partitions, and nothing is
 * lost: for a consumer that reads from the start, the last state of every account is the database's.
 */

import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Admin } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formatMoney } from '../../src/core/money.ts'
import { adjustCredit } from '../../src/ledger/accounts/adjust-credit.ts'
import { partitionHash } from '../../src/platform/kafka/partition-hash.ts'
import { TOPICS, USAGE_TOPICS } from '../../src/topics.ts'
import { type Serve, startServe } from '../../stack/serve.ts'
import { createTraffic } from '../../testkit/traffic.ts'
import { until } from '../../testkit/until.ts'
import { createInstallation, type TestInstallation } from '../support/installation.ts'
import { newestByAccount } from '../support/newest.ts'
import { testKafka } from '../support/topics.ts'
import { findFaults } from '../support/verified.ts'

const PARTITIONS = 4
const PARTITIONS_AFTERWARDS = 11
const ITEMS_PER_ROUND = 200
/** New partitions are noticed after ten seconds: a higher load until then would only have to be drained. */
const REST_AFTER_ROUND_MS = 200
const ROUNDS_AFTERWARDS = 5

const BALANCE = 'credit.balance-changed.v1'
const STATUS = 'credit.service-status.v1'
const MOVEMENTS = 'credit.movements.v1'
const TOPICS_OUT = TOPICS.map(({ topic }) => topic).filter((topic) => !USAGE_TOPICS.has(topic))
/** Those that every round writes to, for enough accounts that some move. */
const BUSY_TOPICS = [BALANCE, STATUS, MOVEMENTS, 'usage.rated.v1']

let installation: TestInstallation
let serve: Serve
let admin: Admin

beforeAll(async () => {
  installation = await createInstallation({ TOLLGATE_PARTITIONS: String(PARTITIONS) })
  serve = await startServe(installation.environment)
  admin = testKafka().admin()
  await admin.connect()
  await addPartitionsUnderLoad()
})

afterAll(async () => {
  await admin?.disconnect()
  await serve?.stop()
  await installation?.close()
})

async function addPartitionsUnderLoad(): Promise<void> {
  const { accounts, startMicros } = installation
  const traffic = createTraffic({ seed: 1, accounts, startMicros })
  let rounds = 0
  const isEnough = new AbortController()
  const loading = load()
  try {
    await until('every busy topic is written to', () => hasMessages(0, PARTITIONS))
    const topicPartitions = TOPICS_OUT.map((topic) => ({ topic, count: PARTITIONS_AFTERWARDS }))
    await admin.createPartitions({ topicPartitions })
    await until('the partitions that were added are used', () => hasMessages(PARTITIONS, PARTITIONS_AFTERWARDS))
    const roundsThen = rounds
    await until('more rounds are loaded', () => rounds >= roundsThen + ROUNDS_AFTERWARDS)
  } finally {
    isEnough.abort()
    await loading
  }
  await installation.untilDrained()

  async function load(): Promise<void> {
    for (; !isEnough.signal.aborted; rounds++) {
      const items = Array.from({ length: ITEMS_PER_ROUND }, () => traffic.next())
      for (const [topic, ofTopic] of Map.groupBy(items, (item) => item.topic)) {
        const messages = ofTopic.map((item) =>
          item.kind === 'junk'
            ? { key: item.accountKey, value: item.value }
            : { key: item.event.account_id, value: Buffer.from(installation.encode(topic, item.event)) },
        )
        await installation.produce(topic, messages)
      }
      await flipAll()
      await delay(REST_AFTER_ROUND_MS)
    }
  }
}

/** Takes every account across zero, so that each has a new status too. */
async function flipAll(): Promise<void> {
  const balances = await installation.balances()
  for (const [accountId, balanceMicros] of balances) {
    const amountMicros = balanceMicros > 0n ? -balanceMicros - 1_000_000n : 1_000_000n - balanceMicros
    await adjustCredit(installation, { accountId, amountMicros, actor: 'test', reason: 'flip' }, randomUUID())
  }
}

/** Whether each busy topic has messages in some partition of the range. */
async function hasMessages(from: number, to: number): Promise<boolean> {
  // A new partition has no leader yet.
  const ends = await Promise.all(BUSY_TOPICS.map((topic) => admin.fetchTopicOffsets(topic).catch(() => [])))
  return ends.every((ofTopic) =>
    ofTopic.some(({ partition, high }) => partition >= from && partition < to && high !== '0'),
  )
}

it('D, F: no announcement of any account is missing, in any partition', async () => {
  expect((await findFaults(installation)).faults).toEqual([])
})

it('a consumer that reads from the start gets every last balance', async () => {
  const { rows } = await installation.pool.query<{ account_id: string; balance_micros: bigint; version: number }>(
    'select account_id, balance_micros, balance_version::int as version from tollgate.accounts',
  )
  const newest = newestByAccount(await installation.readTopic(BALANCE))
  expect(rows.length).toBeGreaterThan(10)
  for (const { account_id, balance_micros, version } of rows) {
    expect(newest.get(account_id)).toMatchObject({ version, balance_after: formatMoney(balance_micros) })
  }
})

it('a consumer that reads from the start gets every last status', async () => {
  const { rows } = await installation.pool.query<{ account_id: string; status: string; version: number }>(
    'select account_id, status, status_version::int as version from tollgate.accounts',
  )
  const newest = newestByAccount(await installation.readTopic(STATUS))
  for (const { account_id, status, version } of rows) {
    expect(newest.get(account_id)).toMatchObject({ version, status })
  }
})

describe('after retention has deleted the added partitions, and only them,', () => {
  beforeAll(async () => {
    const partitions = Array.from({ length: PARTITIONS_AFTERWARDS - PARTITIONS }, (_, i) => PARTITIONS + i)
    const producer = testKafka().producer()
    await producer.connect()
    for (const topic of [BALANCE, MOVEMENTS]) {
      await admin.deleteTopicRecords({
        topic,
        partitions: partitions.map((partition) => ({ partition, offset: '-1' })),
      })
      // The rest of each is of an account that does not exist.
      const headers = { ce_epoch: '1', ce_sequence: '1' }
      const messages = partitions.map((partition) => ({ partition, key: 'nobody', value: 'new', headers }))
      await producer.send({ topic, messages })
    }
    await producer.disconnect()
  })

  it('the gap is not reported as a loss', async () => {
    expect((await findFaults(installation)).faults).toEqual([])
  })

  it('D: messages missing before their retention are a loss', async () => {
    const { pool } = installation
    // As if the last movement of every account had been recorded since.
    await pool.query(`
      begin;
      set local session_replication_role = replica;
      update tollgate.movements m set recorded_at = m.recorded_at + interval '2 hours'
        from tollgate.accounts a where a.account_id = m.account_id and a.last_sequence = m.sequence;
      commit`)
    const { faults } = await findFaults(installation)
    const found = faults.filter(({ check, detail }) => check === 'unpublished' && detail.startsWith(MOVEMENTS))
    expect(found.length).toBeGreaterThan(0)
    for (const { accountId } of found) {
      const partition = partitionHash(Buffer.from(accountId!)) % PARTITIONS_AFTERWARDS
      expect(partition).toBeGreaterThanOrEqual(PARTITIONS)
    }
  })
})
