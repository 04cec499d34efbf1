/** The role `jobs`: what its jobs do, how it stops, and what it leaves in its database sessions. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { deleteOldPortalSessions } from '../../src/ledger/access/portal-sessions.ts'
import { deleteOldRequestKeys } from '../../src/ledger/changes/request-keys.ts'
import { clearOldLetters, clearOldNumbers } from '../../src/ledger/upkeep/clear-numbers.ts'
import { parseConfig } from '../../src/platform/config.ts'
import { createLog } from '../../src/platform/log.ts'
import { Registry } from '../../src/platform/metrics.ts'
import { createPool } from '../../src/platform/postgres.ts'
import { deletePartsOfExpired } from '../../src/reporting/exports/delete-parts.ts'
import { readExport } from '../../src/reporting/exports/export-rows.ts'
import { oldestInPreparation, prepareNextPart } from '../../src/reporting/exports/prepare-export.ts'
import { requestExport } from '../../src/reporting/exports/request-export.ts'
import { findRollUpDifferences, oldestNotRolledUp, rollUp } from '../../src/reporting/roll-up.ts'
import { jobsRole, rollUpJob } from '../../src/roles/jobs.ts'
import { createOutboxBell } from '../../src/roles/role.ts'
import { until } from '../../testkit/until.ts'
import { testAccount } from '../support/catalog.ts'
import { expectedRows, rowsOf } from '../support/exports.ts'
import { adjust, apply, openTestLedger, type TestLedger } from '../support/ledger.ts'

const SECTIONS = ['database', 'jobs', 'log', 'brand', 'provider', 'mail'] as const

let ledger: TestLedger

beforeAll(async () => {
  ledger = await openTestLedger()
  await apply(
    ledger,
    Array.from({ length: 30 }, (_, i) => testAccount({ accountId: `account-${i}` })),
  )
})

afterAll(async () => {
  await ledger?.close()
})

async function move(movements: number): Promise<void> {
  for (let i = 0; i < movements; i++) await adjust(ledger, `account-${i % 30}`, 1_000_000n)
}

async function countUnsummed(): Promise<number> {
  const { rows } = await ledger.pool.query<{ count: number }>(
    `select coalesce(sum(last_sequence - coalesce(through_sequence, 0)), 0)::integer as count
       from tollgate.accounts left join tollgate.usage_by_day_progress using (account_id)`,
  )
  return rows[0]!.count
}

it('rolls up, makes exports, deletes request keys and portal sessions, clears numbers, with Postgres alone, with metrics by job', async () => {
  await move(40)
  await ledger.pool.query(
    `update tollgate.request_keys set recorded_at = now() - interval '31 days' where account_id = 'account-1'`,
  )
  await ledger.pool.query(
    `insert into tollgate.dead_letters (topic, partition, "offset", value_hash, reason, detail, recorded_at, original)
     values ('usage.calls.v1', 0, 1, 'hash', 'no_rate', 'none', now() - interval '181 days', 'value')`,
  )
  await ledger.pool.query(
    `insert into tollgate.portal_sessions
            (link_hash, account_id, person_id, person_name, role, locale, created_at, created_by, link_expires_at)
     values ('hash', 'account-1', 'ann', 'Ann', 'admin', 'en', now() - interval '31 days', 'test', now() - interval '31 days')`,
  )
  const asked = await requestExport(
    ledger,
    {
      accountId: 'account-1',
      fromMicros: 0,
      toMicros: Number.MAX_SAFE_INTEGER,
      actor: 'test',
      asker: null,
      timeZone: 'UTC',
    },
    'of-role',
  )
  if ('refused' in asked) throw new Error(asked.refused)
  const { exportId } = asked.answer.export
  const registry = new Registry()
  const config = parseConfig({ TOLLGATE_DATABASE_URL: ledger.database.url }, SECTIONS)
  const role = await jobsRole.start(config as never, {
    log: createLog('silent'),
    registry,
    outboxBell: createOutboxBell(),
    signal: new AbortController().signal,
    onFatal: () => {},
  })
  try {
    await until('all is summed up', async () => (await countUnsummed()) === 0)
    await until('each job has ended', async () => {
      const { values } = await registry.getSingleMetric('tollgate_job_last_success_timestamp_seconds')!.get()
      return values.length === 10
    })
    const exported = async () => (await readExport(ledger.pool, 'account-1', exportId))!
    await until('the export is ready', async () => (await exported()).state === 'ready')
    expect(await rowsOf(ledger.pool, await exported())).toEqual(await expectedRows(ledger.pool, 'account-1', 0, 2))
    const count = async (what: string) =>
      (await ledger.pool.query<{ count: number }>(`select count(*)::integer as count from ${what}`)).rows[0]!.count
    expect(await count(`tollgate.request_keys where recorded_at < now() - interval '30 days'`)).toBe(0)
    expect(await count('tollgate.dead_letters where original is not null')).toBe(0)
    expect(await count('tollgate.portal_sessions')).toBe(0)
    const { values } = await registry.getSingleMetric('tollgate_job_oldest_work_seconds')!.get()
    expect(values.map(({ labels }) => labels.job).toSorted()).toEqual([
      'expired exports',
      'exports',
      'old mail',
      'old webhooks',
      'phone numbers',
      'portal sessions',
      'request keys',
      'usage by day',
    ])
  } finally {
    await role[Symbol.asyncDispose]()
  }
})

it('stopped during a share finishes it, and starts no other', async () => {
  await move(30)
  const before = await countUnsummed()
  expect(before).toBe(30)
  const config = parseConfig({ TOLLGATE_DATABASE_URL: ledger.database.url }, SECTIONS)
  // Blocks the share at its last statement.
  const holding = await ledger.pool.connect()
  try {
    await holding.query('begin; lock table tollgate.usage_by_day in share mode')
    const role = await jobsRole.start(config as never, {
      log: createLog('silent'),
      registry: new Registry(),
      outboxBell: createOutboxBell(),
      signal: new AbortController().signal,
      onFatal: () => {},
    })
    await until('a share waits', async () => {
      const { rows } = await ledger.pool.query(
        `select 1 from pg_locks where relation = 'tollgate.usage_by_day'::regclass and not granted`,
      )
      return rows.length === 1
    })
    const stopped = role[Symbol.asyncDispose]()
    await holding.query('commit')
    await stopped
  } finally {
    holding.release()
  }
  const after = await countUnsummed()
  // Its share was of twenty accounts.
  expect(after).toBe(before - 20)
})

it('rests nine times as long as a share took while there is more work, and otherwise for its interval', async () => {
  await move(30)
  const job = rollUpJob(ledger.pool)
  const signal = new AbortController().signal
  const beganAt = performance.now()
  const first = await job.run(signal)
  const tookMs = performance.now() - beganAt
  expect(first!.restMs).toBeGreaterThan(tookMs * 9 * 0.5)
  expect(first!.restMs).toBeLessThan(tookMs * 9 + 1)
  expect(first!.oldestWorkSeconds).toBeGreaterThan(0)
  let last = first
  while (last!.restMs !== undefined) last = await job.run(signal)
  expect(last).toEqual({ oldestWorkSeconds: null })
  expect(await countUnsummed()).toBe(0)
})

it('processes the accounts in rounds, a few at a time, and returns to those that are far behind', async () => {
  for (let i = 0; i < 5; i++) await move(30)
  const share = { maxAccounts: 4, lookedAtAccounts: 7, maxMovements: 2 }
  const rounds: string[][] = [[]]
  for (let after = ''; rounds.length <= 4; ) {
    const { nextAfter } = await rollUp(ledger.pool, { ...share, after })
    expect(nextAfter === '' || nextAfter > after).toBe(true)
    if (nextAfter === '') rounds.push([])
    else rounds.at(-1)!.push(nextAfter)
    after = nextAfter
  }
  // Of 30 accounts that are behind, 4 per share; of 30 that are not, 7.
  expect(rounds.map((shares) => shares.length)).toEqual([7, 7, 7, 4, 0])
  expect(await countUnsummed()).toBe(0)
})

it('needs no session state across transactions, which a pooler would lose', async () => {
  const pool = createPool(ledger.database.url, createLog('silent'), 1)
  try {
    await move(5)
    while ((await rollUp(pool)).hasMore);
    await oldestNotRolledUp(pool)
    await findRollUpDifferences(pool, ['account-0'])
    await deleteOldRequestKeys(pool)
    await deleteOldPortalSessions(pool)
    await clearOldNumbers(pool, 0)
    await clearOldLetters(pool, 0)
    await requestExport(
      ledger,
      {
        accountId: 'account-0',
        fromMicros: 0,
        toMicros: Number.MAX_SAFE_INTEGER,
        actor: 'test',
        asker: null,
        timeZone: 'UTC',
      },
      'of-jobs',
    )
    const { export: made } = await prepareNextPart(pool, { whenExportEnds: async () => {} })
    expect(made?.state).toBe('ready')
    await oldestInPreparation(pool)
    await deletePartsOfExpired(pool)
    // On the single connection that did all this.
    const { rows } = await pool.query(
      `select (select count(*)::integer from pg_prepared_statements) as statements,
              (select count(*)::integer from pg_locks where pid = pg_backend_pid() and locktype = 'advisory') as locks,
              (select count(*)::integer from pg_class where relpersistence = 't' and relnamespace = pg_my_temp_schema()) as tables,
              (select count(*)::integer from pg_listening_channels()) as channels,
              (select json_agg(name) from pg_settings where source = 'session') as settings`,
    )
    expect(rows).toEqual([{ statements: 0, locks: 0, tables: 0, channels: 0, settings: null }])
  } finally {
    await pool.end()
  }
})
