/** Corrections that wait for their event: given up after a while, listed, and watched. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readUsage } from '../../src/core/usage/read.ts'
import { applyAccounts } from '../../src/ledger/apply-accounts.ts'
import { expireAwaitedCorrections, tendAwaitedCorrections } from '../../src/ledger/expire-awaited-corrections.ts'
import { countAwaitedCorrections } from '../../src/ledger/list-awaited-corrections.ts'
import { publishCatalog } from '../../src/ledger/publish-catalog.ts'
import { createLedger, type Ledger } from '../../src/ledger/record-batch.ts'
import { createLog } from '../../src/platform/log.ts'
import { createMetrics } from '../../src/platform/metrics.ts'
import { createPool, type Pool } from '../../src/platform/postgres.ts'
import {
  CATALOG_FILES,
  correctionFields,
  type Fields,
  testAccount,
  testCatalog,
  usageFields,
} from '../support/catalog.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'

const ROOT = join(import.meta.dirname, '../..')
const DAYS = 90

let database: TestDatabase
let pool: Pool
let ledger: Ledger
const encode = (_topic: string, record: unknown) =>
  Buffer.from(JSON.stringify(record, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value)))

beforeAll(async () => {
  database = await createDatabase()
  pool = createPool(database.url, createLog('warn'), 4)
  ledger = createLedger({ pool, encode, consumerGroup: 'test' })
  await publishCatalog(pool, {
    catalog: testCatalog(),
    files: new Map(Object.entries(CATALOG_FILES).map(([name, text]) => [name, Buffer.from(text)])),
    contentHash: 'test',
    author: 'test',
    comment: '',
    inForceFrom: '2020-01-01T00:00:00Z',
  })
})

afterAll(async () => {
  await pool?.end()
  await database?.drop()
})

/** 0.07 EUR each. */
const sms = (accountId: string, eventId: string): Fields =>
  usageFields({
    type: 'message',
    channel: 'sms',
    direction: 'outbound',
    to: '+43123456',
    fragments: 1,
    event_id: eventId,
    account_id: accountId,
  })
const correction = (accountId: string, eventId: string, corrects: string): Fields =>
  correctionFields(eventId, corrects, { account_id: accountId })

async function openAccounts(...accountIds: string[]): Promise<void> {
  const applied = await applyAccounts(
    pool,
    encode,
    accountIds.map((accountId) => testAccount({ accountId })),
  )
  expect(applied).toHaveProperty('applied')
}

let nextOffset = 0n

async function record(...events: readonly Fields[]): Promise<Record<string, number>> {
  const usage = events.map((fields) => {
    const read = readUsage(fields)
    if ('refusal' in read) throw new Error(read.refusal.detail)
    const source = { topic: 'test', partition: 0, offset: nextOffset++, key: null, value: null, headers: [] }
    return { event: read.event, source }
  })
  const { countByOutcome } = await ledger.recordBatch({ usage, unreadable: [], offsets: [] })
  return Object.fromEntries(countByOutcome)
}

/** As if those of an account that wait had been recorded so many days earlier. */
async function backdate(accountId: string, days: number): Promise<void> {
  await pool.query(
    `update tollgate.awaited_corrections set recorded_at = recorded_at - make_interval(days => $2::integer)
      where account_id = $1 and expired_at is null`,
    [accountId, days],
  )
}

async function awaited(accountId: string): Promise<string[]> {
  const { rows } = await pool.query(
    `select correction_id || ' for ' || event_id || case when expired_at is null then '' else ', expired' end as text
       from tollgate.awaited_corrections where account_id = $1 order by event_id`,
    [accountId],
  )
  return rows.map(({ text }) => text)
}

async function decided(accountId: string): Promise<string[]> {
  const { rows } = await pool.query(
    `select event_id || ': ' || outcome || ' / ' || reason as text
       from tollgate.rated_usage where account_id = $1 order by recorded_at, event_id`,
    [accountId],
  )
  return rows.map(({ text }) => text)
}

describe('a correction that waits', () => {
  it('is given up once it has waited longer than it may, and no sooner', async () => {
    await openAccounts('patient', 'late')
    await record(correction('patient', 'c1', 'e1'), correction('late', 'c1', 'e1'))
    await backdate('patient', DAYS - 1)
    await backdate('late', DAYS + 1)
    const named: unknown[] = []
    expect(await expireAwaitedCorrections(pool, DAYS, (expired) => named.push(...expired))).toBe(1)
    expect(named).toEqual([{ accountId: 'late', eventId: 'e1', correctionId: 'c1' }])
    expect(await expireAwaitedCorrections(pool, DAYS)).toBe(0)
    expect(await awaited('patient')).toEqual(['c1 for e1'])
    expect(await awaited('late')).toEqual(['c1 for e1, expired'])
  })

  it('voids its event as long as it waits, and once given up no longer does', async () => {
    await openAccounts('in-time', 'too-late')
    await record(correction('in-time', 'c1', 'e1'), correction('too-late', 'c1', 'e1'))
    await backdate('too-late', DAYS + 1)
    await expireAwaitedCorrections(pool, DAYS)
    expect(await record(sms('in-time', 'e1'), sms('too-late', 'e1'))).toEqual({ voided: 1, charged: 1 })
    expect(await awaited('in-time')).toEqual([])
    expect(await awaited('too-late')).toEqual(['c1 for e1, expired'])
    // The same correction sent again is known; a new one takes the event back, now that it is there.
    expect(await record(correction('too-late', 'c1', 'e1'))).toEqual({ duplicate: 1 })
    expect(await record(correction('too-late', 'c2', 'e1'))).toEqual({ reversed: 1 })
    expect(await decided('too-late')).toEqual([
      'c1: pending / awaiting_event',
      'e1: charged / message',
      'c2: reversed / correction',
    ])
  })

  it('gives its place to a new correction of the same event once given up, and not before', async () => {
    await openAccounts('renewed')
    await record(correction('renewed', 'c1', 'e1'))
    expect(await record(correction('renewed', 'c2', 'e1'))).toEqual({ rejected: 1 })
    await backdate('renewed', DAYS + 1)
    await expireAwaitedCorrections(pool, DAYS)
    expect(await record(correction('renewed', 'c3', 'e1'))).toEqual({ pending: 1 })
    expect(await awaited('renewed')).toEqual(['c3 for e1'])
    expect(await expireAwaitedCorrections(pool, DAYS)).toBe(0)
    expect(await record(sms('renewed', 'e1'))).toEqual({ voided: 1 })
    expect(await awaited('renewed')).toEqual([])
  })

  it('is given up once, whatever the size of a page and however many do it at the same time', async () => {
    const accountIds = Array.from({ length: 7 }, (_, i) => `paged-${i}`)
    await openAccounts(...accountIds)
    for (const accountId of accountIds) {
      await record(...['e1', 'e2', 'e3'].map((eventId) => correction(accountId, `c-${eventId}`, eventId)))
      await backdate(accountId, DAYS + 1)
    }
    const counts = await Promise.all([2, 3, 21].map((page) => expireAwaitedCorrections(pool, DAYS, () => {}, page)))
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(21)
  })

  it('either voids its event or is given up, never both and never neither, when both happen at once', async () => {
    const accountIds = Array.from({ length: 30 }, (_, i) => `race-${i}`)
    await openAccounts(...accountIds)
    await record(...accountIds.map((accountId) => correction(accountId, 'c1', 'e1')))
    for (const accountId of accountIds) await backdate(accountId, DAYS + 1)
    const arrivals = accountIds.toReversed().map((accountId) => sms(accountId, 'e1'))
    const givenUp: string[] = []
    await Promise.all([
      ...Array.from({ length: 6 }, (_, i) => record(...arrivals.slice(i * 5, i * 5 + 5))),
      expireAwaitedCorrections(pool, DAYS, (expired) => givenUp.push(...expired.map(({ accountId }) => accountId)), 4),
    ])
    const voided: string[] = []
    for (const accountId of accountIds) {
      if ((await decided(accountId)).includes('e1: voided / corrected')) voided.push(accountId)
      expect(await awaited(accountId)).toEqual(voided.includes(accountId) ? [] : ['c1 for e1, expired'])
    }
    expect([...voided, ...givenUp].toSorted()).toEqual(accountIds.toSorted())
  })

  it('is watched: how many wait, for how long the oldest has, and each that is given up in the log', async () => {
    await pool.query('delete from tollgate.awaited_corrections')
    expect(await countAwaitedCorrections(pool)).toEqual({ waiting: 0, oldestAgeSeconds: 0 })
    await openAccounts('watched')
    await record(correction('watched', 'c1', 'e1'))
    await backdate('watched', DAYS + 1)
    await record(correction('watched', 'c2', 'e2'), correction('watched', 'c3', 'e3'))
    await pool.query(
      `update tollgate.awaited_corrections set recorded_at = recorded_at - interval '1 hour' where event_id = 'e2'`,
    )
    const lines: Record<string, unknown>[] = []
    const log = pino({ level: 'info' }, { write: (line: string) => lines.push(JSON.parse(line)) })
    const metrics = createMetrics()
    await tendAwaitedCorrections(pool, DAYS, log, metrics)
    await tendAwaitedCorrections(pool, DAYS, log, metrics)
    expect(lines).toMatchObject([{ account_id: 'watched', event_id: 'e1', correction_id: 'c1', reason: 'too_late' }])
    const value = async (name: string) => (await metrics.registry.getSingleMetric(name)!.get()).values[0]!.value
    expect(await value('tollgate_awaited_corrections')).toBe(2)
    expect(await value('tollgate_awaited_corrections_expired_total')).toBe(1)
    const oldestSeconds = await value('tollgate_awaited_corrections_oldest_seconds')
    expect(oldestSeconds).toBeGreaterThanOrEqual(3600)
    expect(oldestSeconds).toBeLessThan(3700)
  })
})

describe('tollgate corrections list', () => {
  it('shows what waits, oldest first, or what was given up', async () => {
    await pool.query('delete from tollgate.awaited_corrections')
    await openAccounts('listed-1', 'listed-2')
    await record(correction('listed-1', 'c1', 'e1'))
    await backdate('listed-1', DAYS + 1)
    await expireAwaitedCorrections(pool, DAYS)
    await record(correction('listed-1', 'c2', 'e2'), correction('listed-2', 'c3', 'e3'))
    await backdate('listed-2', 3)

    const { exitCode, stdout, stderr } = await tollgate('corrections', 'list')
    expect(exitCode).toBe(0)
    const [headings, ...rows] = stdout.trimEnd().split('\n')
    expect(headings).toBe('account\tawaited event\tcorrection\tsince\texpired at')
    expect(rows.map((row) => row.split('\t').toSpliced(3, 1).join(' '))).toEqual([
      'listed-2 e3 c3 -',
      'listed-1 e2 c2 -',
    ])
    expect(stderr).toBe('2 corrections waiting\n')

    const ids = async (...args: string[]) => {
      const listed = await tollgate('corrections', 'list', '--json', ...args)
      return listed.stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line).correction_id]))
    }
    expect(await ids()).toEqual(['c3', 'c2'])
    expect(await ids('--account', 'listed-1')).toEqual(['c2'])
    expect(await ids('--older-than', '2d')).toEqual(['c3'])
    expect(await ids('--older-than', '4d')).toEqual([])
    expect(await ids('--expired')).toEqual(['c1'])
    const [expired] = (await tollgate('corrections', 'list', '--expired', '--json')).stdout.split('\n')
    expect(JSON.parse(expired!)).toEqual({
      account_id: 'listed-1',
      awaited_event_id: 'e1',
      correction_id: 'c1',
      recorded_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      expired_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    })
  })

  it('refuses a span that is none', async () => {
    expect(await tollgate('corrections', 'list', '--older-than', 'long')).toMatchObject({ exitCode: 2, stdout: '' })
  })
})

function tollgate(...args: string[]): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const options = { cwd: ROOT, env: { ...process.env, TOLLGATE_DATABASE_URL: database.url } }
    execFile(process.execPath, ['bin/tollgate.mjs', ...args], options, (error, stdout, stderr) =>
      resolve({ exitCode: error === null ? 0 : Number(error.code), stdout, stderr }),
    )
  })
}
