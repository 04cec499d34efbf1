/** The guarantees of the database for all clients: concurrent migrations, append-only tables, and the monthly partitions. */
import { randomBytes } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ensureMonthPartitions, LOCK_TIMEOUT_MS } from '../../src/ledger/upkeep/month-partitions.ts'
import { createLog } from '../../src/platform/log.ts'
import { migrate } from '../../src/platform/migrate.ts'
import { createPool, type Pool } from '../../src/platform/postgres.ts'
import { type Stack, startStack } from '../../stack/stack.ts'
import { until } from '../../testkit/until.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'

const SCRIPTS = join(import.meta.dirname, '../../schemas/database')
const AT_ONCE = 20
const RESTRICT_VIOLATION = '23001'
const LONG_AGO = '2020-01-01Z'
/** What a busy machine may add to the lock timeout; less than the statement timeout would. */
const SLACK_MS = 900

const log = createLog('warn')

describe('migrations', () => {
  const scripts = globSync('*.do.*.sql', { cwd: SCRIPTS })
  const versions = scripts.map((script) => Number(script.split('.')[0])).sort((a, b) => a - b)
  // A separate server: a role belongs to the whole server, and on the shared one it already exists.
  let stack: Stack

  beforeEach(async () => {
    stack = await startStack({ only: ['postgres'] })
  })

  afterEach(async () => {
    await stack?.stop()
  })

  it('twenty at once on one empty database all succeed, and each script runs once', async () => {
    await Promise.all(Array.from({ length: AT_ONCE }, () => migrate(stack.postgresUrl)))
    expect(await appliedVersions(stack.postgresUrl)).toEqual(versions)
  })

  it('twenty at once on as many databases of one server all succeed', async () => {
    const urls = await createEmptyDatabases(stack.postgresUrl, AT_ONCE)
    await Promise.all(urls.map((url) => migrate(url)))
    for (const url of urls) expect(await appliedVersions(url)).toEqual(versions)
  })
})

describe('the migration to unique attempt numbers', () => {
  let database: TestDatabase
  let pool: Pool

  beforeAll(async () => {
    database = await createDatabase()
    pool = createPool(database.url, log, 1)
  })

  afterAll(async () => {
    await pool?.end()
    await database?.drop()
  })

  it('numbers anew only the attempts of a top-up that has two of one number', async () => {
    await pool.query(`
      alter table tollgate.top_up_attempts drop constraint top_up_attempts_number_in_top_up;
      create index top_up_attempts_by_top_up on tollgate.top_up_attempts (top_up_id);
      insert into tollgate.accounts (account_id, currency, settings_version, status) values ('acme', 'EUR', 1, 'blocked');
      insert into tollgate.top_ups (top_up_id, account_id, trigger, amount_micros, currency, state, requested_at,
        next_try_at, updated_at, attempts)
      select id, 'acme', 'manual', 1, 'EUR', 'failed', now(), now(), now(), attempts
        from (values ('shared', 2), ('gap', 3)) as t (id, attempts);
      insert into tollgate.top_up_attempts (attempt_id, top_up_id, account_id, trigger, number, amount_micros, provider,
        payment_id, prepared_at)
      select id, top_up_id, 'acme', 'manual', number, 1, 'sandbox', id, now() + number * interval '1 s' + later
        from (values ('third', 'shared', 2, interval '1 s'), ('second', 'shared', 2, interval '0 s'),
                     ('first', 'shared', 1, interval '0 s'), ('only', 'gap', 3, interval '0 s'))
          as t (id, top_up_id, number, later)`)
    await pool.query(readFileSync(join(SCRIPTS, '016.do.attempt-numbers.sql'), 'utf8'))
    const numbers = 'select attempt_id, number from tollgate.top_up_attempts order by top_up_id, number'
    expect((await pool.query<{ attempt_id: string; number: number }>(numbers)).rows).toEqual([
      { attempt_id: 'only', number: 3 },
      { attempt_id: 'first', number: 1 },
      { attempt_id: 'second', number: 2 },
      { attempt_id: 'third', number: 3 },
    ])
    const counts = 'select top_up_id, attempts from tollgate.top_ups order by 1'
    expect((await pool.query<{ top_up_id: string; attempts: number }>(counts)).rows).toEqual([
      { top_up_id: 'gap', attempts: 3 },
      { top_up_id: 'shared', attempts: 3 },
    ])
  })
})

describe('append-only tables', () => {
  let database: TestDatabase
  let pool: Pool
  let month: string

  beforeAll(async () => {
    database = await createDatabase()
    pool = createPool(database.url, log, 2)
    await ensureMonthPartitions(pool)
    month = (await months(pool))[0]!.replace('-', '_')
    for (const [sequence, recordedAt] of [LONG_AGO, 'now'].entries()) {
      await addMovement(pool, recordedAt, sequence + 1)
      await addRatedUsage(pool, recordedAt, `e${sequence}`)
    }
    await pool.query(`
      insert into tollgate.accounts (account_id, currency, settings_version, status) values ('acme', 'EUR', 1, 'blocked')`)
    await pool.query(`
      insert into tollgate.account_settings (account_id, version, tariff, packages, billing_cycle_anchor,
        conversation_intelligence, voice_agent, contacts)
      values ('acme', 1, 'standard', '[]', '2026-01-01', 'credit', 'credit', '[]')`)
    await pool.query(`
      insert into tollgate.catalog_versions (content_hash, files, author, comment, in_force_from)
      values ('hash', '{}', 'test', '', '2026-01-01Z')`)
  })

  afterAll(async () => {
    await pool?.end()
    await database?.drop()
  })

  const nameOf = (table: string) => `tollgate.${table.replace('MONTH', month)}`

  it.each([
    ['movements', 'amount_micros = amount_micros + 1'],
    ['movements', 'reason = null'],
    ['movements_default', 'balance_after_micros = 0'],
    ['movements_MONTH', 'balance_after_micros = 0'],
    ['rated_usage', 'amount_micros = 0'],
    ['rated_usage', `recorded_at = '2021-01-01Z'`],
    ['rated_usage', `to_number = '+490000000'`],
    ['rated_usage', 'to_number = null, to_country = null'],
    ['rated_usage_default', `from_number = '+490000000'`],
    ['rated_usage_MONTH', 'amount_micros = 0'],
    ['account_settings', `tariff = 'cheap'`],
    ['catalog_versions', `files = '{"a": "b"}'`],
  ])('UPDATE of %s set %s is refused to its owner', async (table, change) => {
    await expectRefused(`update ${nameOf(table)} set ${change}`, nameOf(table))
  })

  it.each([
    'movements',
    'movements_default',
    'movements_MONTH',
    'rated_usage',
    'rated_usage_default',
    'rated_usage_MONTH',
    'account_settings',
    'catalog_versions',
  ])('DELETE and TRUNCATE of %s are refused to its owner', async (table) => {
    await expectRefused(`delete from ${nameOf(table)}`, nameOf(table))
    await expectRefused(`truncate ${nameOf(table)}`, nameOf(table))
  })

  it('TRUNCATE of accounts does not cascade to settings', async () => {
    await expectRefused('truncate tollgate.accounts cascade', 'tollgate.account_settings')
  })

  it('neither an upsert nor a merge bypasses the protection', async () => {
    await expectRefused(
      `insert into tollgate.account_settings select * from tollgate.account_settings
           on conflict (account_id, version) do update set tariff = 'cheap'`,
      'tollgate.account_settings',
    )
    await expectRefused(
      `merge into tollgate.movements m using tollgate.accounts a on a.account_id = m.account_id when matched then delete`,
      'tollgate.movements',
    )
  })

  it.each([
    ['rated_usage', 'from_number = null'],
    ['rated_usage_default', 'to_number = null'],
    ['rated_usage_MONTH', 'from_number = null, to_number = null'],
  ])('the numbers of %s may be cleared: %s', async (table, change) => {
    const connection = await pool.connect()
    try {
      await connection.query('begin')
      const { rowCount } = await connection.query(`update ${nameOf(table)} set ${change}`)
      expect(rowCount).toBeGreaterThan(0)
      // Cleared numbers stay cleared.
      await expect(
        connection.query(`update ${nameOf(table)} set from_number = '+491', to_number = '+492'`),
      ).rejects.toMatchObject({ code: RESTRICT_VIOLATION })
    } finally {
      await connection.query('rollback')
      connection.release()
    }
  })

  /** Refused to the owner, and the table has not changed. */
  async function expectRefused(statement: string, table: string): Promise<void> {
    const { rows } = await pool.query(
      'select pg_get_userbyid(relowner) = current_user as is_owner from pg_class where oid = $1::regclass',
      [table],
    )
    expect(rows).toEqual([{ is_owner: true }])
    const before = (await pool.query(`select * from ${table}`)).rows
    expect(before).not.toEqual([])
    await expect(pool.query(statement)).rejects.toMatchObject({ code: RESTRICT_VIOLATION })
    expect((await pool.query(`select * from ${table}`)).rows).toEqual(before)
  }
})

describe('the monthly partitions', () => {
  const TABLES = ['movements', 'rated_usage'] as const
  let database: TestDatabase
  let pool: Pool
  /** Holds uncommitted rows. */
  let holder: pg.Client

  beforeEach(async () => {
    database = await createDatabase()
    holder = new pg.Client({ connectionString: database.url })
    await holder.connect()
    // Far from UTC, which defines months.
    const url = new URL(database.url)
    url.searchParams.set('options', '-c TimeZone=Pacific/Auckland')
    pool = createPool(url.href, log, 12)
  })

  afterEach(async () => {
    await holder?.end()
    await pool?.end()
    await database?.drop()
  })

  it('are those of this month and the next three, by the clock of the database, in UTC', async () => {
    const expected = allOf(await months(pool))
    expect(await ensureMonthPartitions(pool)).toEqual({ made: expected, leftToDefault: [], postponed: [] })
    expect(await partitionNames()).toEqual(expected.map(partitionName))
  })

  it('are created once, however often and concurrently they are requested', async () => {
    const expected = allOf(await months(pool))
    const ensured = await Promise.all(Array.from({ length: 10 }, () => ensureMonthPartitions(pool)))
    expect(ensured.flatMap(({ made }) => made).sort(byName)).toEqual(expected)
    expect(ensured.flatMap(({ leftToDefault, postponed }) => [...leftToDefault, ...postponed])).toEqual([])
    expect(await ensureMonthPartitions(pool)).toEqual({ made: [], leftToDefault: [], postponed: [] })
    expect(await partitionNames()).toEqual(expected.map(partitionName))
  })

  it('equal those that PARTITION OF creates, with their own trigger against TRUNCATE', async () => {
    await ensureMonthPartitions(pool)
    const [month] = await months(pool)
    for (const table of TABLES) {
      await pool.query(`
        create table tollgate.${table}_1999_12 partition of tollgate.${table}
          for values from ('1999-12-01Z') to ('2000-01-01Z')`)
      await pool.query(`
        create trigger never_truncated before truncate on tollgate.${table}_1999_12
          for each statement execute function tollgate.refuse_change()`)
      const made = await describeTable(partitionName({ table, month: month! }))
      expect(made).toEqual(await describeTable(`${table}_1999_12`))
      expect(made).toMatchObject({ triggers: expect.stringContaining('never_truncated') })
    }
  })

  it('take the rows of their month to the microsecond, the default partition all others', async () => {
    await ensureMonthPartitions(pool)
    const { rows } = await pool.query<{ month: string; first: string; last: string; before: string; after: string }>(`
      select to_char(first_day, 'YYYY-MM') as month,
             (first_day at time zone 'UTC')::text as first,
             ((first_day + interval '1 month') at time zone 'UTC' - interval '1 microsecond')::text as last
        from generate_series(date_trunc('month', now() at time zone 'UTC'), now() at time zone 'UTC' + interval '3 months',
               interval '1 month') as first_day`)
    for (const { month, first, last } of rows) {
      for (const instant of [first, last]) {
        expect(await addMovement(pool, instant)).toBe(partitionName({ table: 'movements', month }))
        expect(await addRatedUsage(pool, instant)).toBe(partitionName({ table: 'rated_usage', month }))
      }
    }
    for (const instant of [LONG_AGO, '2999-01-01Z']) {
      expect(await addMovement(pool, instant)).toBe('movements_default')
      expect(await addRatedUsage(pool, instant)).toBe('rated_usage_default')
    }
    expect(rows).toHaveLength(4)
  })

  it('leave a month to the default partition if it already has rows of that month, and create the others', async () => {
    const all = await months(pool)
    expect(await addMovement(pool, `${all[1]}-15Z`)).toBe('movements_default')
    const left = { table: 'movements', month: all[1]! }
    const made = allOf(all).filter((partition) => partitionName(partition) !== partitionName(left))
    expect(await ensureMonthPartitions(pool)).toEqual({ made, leftToDefault: [left], postponed: [] })
    expect(await ensureMonthPartitions(pool)).toEqual({ made: [], leftToDefault: [left], postponed: [] })
    expect(await addMovement(pool, `${all[1]}-16Z`)).toBe('movements_default')
    expect(await addMovement(pool, `${all[2]}-15Z`)).toBe(partitionName({ table: 'movements', month: all[2]! }))
  })

  it('block no other client for a month that is left to the default partition', async () => {
    const left = { table: 'movements', month: (await months(pool))[0]! }
    await addMovement(pool, `${left.month}-15Z`)
    await ensureMonthPartitions(pool)
    await holder.query('begin')
    expect(await addMovement(holder, `${left.month}-16Z`)).toBe('movements_default')
    expect(await ensureMonthPartitions(pool)).toEqual({ made: [], leftToDefault: [left], postponed: [] })
  })

  it('leave a month to the default partition if one of its rows is committed during the attach', async () => {
    const all = await months(pool)
    await holder.query('begin')
    await addMovement(holder, `${all[0]}-15Z`)
    const ensuring = ensureMonthPartitions(pool)
    await until('the lock of the default partition is awaited', isDefaultLockAwaited)
    await holder.query('commit')
    const left = { table: 'movements', month: all[0]! }
    const made = allOf(all).filter((partition) => partitionName(partition) !== partitionName(left))
    expect(await ensuring).toEqual({ made, leftToDefault: [left], postponed: [] })
  })

  it('give way to uncommitted rows of the default partition, and are created once those are committed', async () => {
    await holder.query('begin')
    await addMovement(holder, LONG_AGO)

    const startedAt = performance.now()
    const ensuring = ensureMonthPartitions(pool)
    await until('the lock of the default partition is awaited', isDefaultLockAwaited)
    const insertedAt = performance.now()
    expect(await addMovement(pool, LONG_AGO, 2)).toBe('movements_default')
    const insertMs = performance.now() - insertedAt
    const { made, postponed } = await ensuring
    const ensureMs = performance.now() - startedAt

    const expected = allOf(await months(pool))
    expect(postponed).toEqual(expected.filter(({ table }) => table === 'movements'))
    expect(made).toEqual(expected.filter(({ table }) => table === 'rated_usage'))
    expect(insertMs).toBeLessThan(LOCK_TIMEOUT_MS + SLACK_MS)
    // It waits only once, not for each month.
    expect(ensureMs).toBeLessThan(2 * LOCK_TIMEOUT_MS)

    await holder.query('commit')
    expect(await ensureMonthPartitions(pool)).toEqual({ made: postponed, leftToDefault: [], postponed: [] })
  })

  it('do not wait for uncommitted rows of another month', async () => {
    await ensureMonthPartitions(pool)
    const all = await months(pool)
    const last = { table: 'movements', month: all[3]! } as const
    await pool.query(`drop table tollgate.${partitionName(last)}`)
    await holder.query('begin')
    expect(await addMovement(holder, `${all[0]}-15Z`)).toBe(partitionName({ table: 'movements', month: all[0]! }))
    expect(await ensureMonthPartitions(pool)).toEqual({ made: [last], leftToDefault: [], postponed: [] })
    await holder.query('commit')
  })

  it('are not created if a table has that name, which is reported as an error', async () => {
    const [month] = await months(pool)
    await pool.query(`create table tollgate.${partitionName({ table: 'movements', month: month! })} (a integer)`)
    await expect(ensureMonthPartitions(pool)).rejects.toMatchObject({ code: '42P07' })
  })

  function allOf(months: readonly string[]) {
    return TABLES.flatMap((table) => months.map((month) => ({ table, month })))
  }

  function byName(a: { table: string; month: string }, b: { table: string; month: string }): number {
    return partitionName(a) < partitionName(b) ? -1 : 1
  }

  async function partitionNames(): Promise<string[]> {
    const { rows } = await pool.query<{ name: string }>(`
      select c.relname as name
        from pg_inherits i join pg_class c on c.oid = i.inhrelid
       where i.inhparent in ('tollgate.movements'::regclass, 'tollgate.rated_usage'::regclass)
         and c.relname not like '%default'
       order by 1`)
    return rows.map(({ name }) => name)
  }

  async function isDefaultLockAwaited(): Promise<boolean> {
    const { rowCount } = await pool.query(`
      select from pg_locks where relation = 'tollgate.movements_default'::regclass and not granted`)
    return rowCount! > 0
  }

  /** The catalog entries of a table except its name, its oids and its bounds. */
  async function describeTable(name: string): Promise<unknown> {
    const { rows } = await pool.query(
      `select (select jsonb_agg(to_jsonb(a) - 'attrelid' order by attnum) from pg_attribute a
                where attrelid = c.oid and attnum > 0) as columns,
              (select jsonb_agg(jsonb_build_array(contype, convalidated, conislocal, coninhcount, pg_get_constraintdef(oid),
                        conparentid, case contype when 'c' then conname end) order by contype, pg_get_constraintdef(oid))
                 from pg_constraint where conrelid = c.oid) as constraints,
              (select jsonb_agg(jsonb_build_array(i.relname, i.reloptions, pg_get_indexdef(i.oid),
                        (select inhparent from pg_inherits where inhrelid = i.oid)) order by i.relname)
                 from pg_index x join pg_class i on i.oid = x.indexrelid where x.indrelid = c.oid)::text as indexes,
              (select jsonb_agg(jsonb_build_array(tgname, tgtype, tgenabled, tgparentid, tgfoid) order by tgname)
                 from pg_trigger where tgrelid = c.oid)::text as triggers,
              (select count(*) from pg_description where objoid = c.oid) as comments,
              to_jsonb(c) - '{oid,relname,reltype,relfilenode,reltoastrelid,relfrozenxid,relminmxid,relpartbound}'::text[]
                as class
         from pg_class c where c.oid = $1::regclass`,
      [`tollgate.${name}`],
    )
    return JSON.parse(
      JSON.stringify(rows[0], (_key, value) => (typeof value === 'bigint' ? String(value) : value)).replaceAll(
        name,
        'T',
      ),
    )
  }
})

/** This month and the next three in UTC by the database's clock, such as 2026-11. */
async function months(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ month: string }>(`
    select to_char(date_trunc('month', now() at time zone 'UTC') + make_interval(months => ahead), 'YYYY-MM') as month
      from generate_series(0, 3) as ahead`)
  return rows.map(({ month }) => month)
}

function partitionName({ table, month }: { table: string; month: string }): string {
  return `${table}_${month.replace('-', '_')}`
}

/** Adds a movement, and returns its partition. */
async function addMovement(database: Pool | pg.Client, recordedAt: string, sequence = 1): Promise<string> {
  const { rows } = await database.query<{ partition: string }>(
    `insert into tollgate.movements (account_id, sequence, recorded_at, occurred_at, kind, amount_micros,
       balance_before_micros, balance_after_micros, currency, actor, reason)
     values ('acme', $1::bigint, $2::timestamptz, now(), 'adjustment', 5, 0, 5, 'EUR', 'test', 'test')
     returning (select relname from pg_class where oid = movements.tableoid) as partition`,
    [sequence, recordedAt],
  )
  return rows[0]!.partition
}

/** The same for rated usage. */
async function addRatedUsage(database: Pool, recordedAt: string, eventId = 'e'): Promise<string> {
  const { rows } = await database.query<{ partition: string }>(
    `insert into tollgate.rated_usage (account_id, event_id, recorded_at, occurred_at, type, interaction_id, from_number,
       to_number, to_country, quantity, outcome, reason, units, covered_minutes, amount_micros, currency, settings_version)
     values ('acme', $1::text, $2::timestamptz, now(), 'call', 'e', '+4930123', '+5511456', 'BR', 60, 'charged',
       'outside_package_countries', 60, 0, 1000, 'EUR', 1)
     returning (select relname from pg_class where oid = rated_usage.tableoid) as partition`,
    [eventId, recordedAt],
  )
  return rows[0]!.partition
}

async function createEmptyDatabases(server: string, count: number): Promise<string[]> {
  const client = new pg.Client({ connectionString: server })
  await client.connect()
  try {
    const urls: string[] = []
    for (let i = 0; i < count; i++) {
      const name = `test_${randomBytes(6).toString('hex')}`
      await client.query(`create database ${name}`)
      urls.push(new URL(`/${name}`, server).href)
    }
    return urls
  } finally {
    await client.end()
  }
}

/** The scripts that have run, each as often as it is recorded. */
async function appliedVersions(url: string): Promise<number[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<{ version: number }>(
      'select version::integer from public.tollgate_migrations where version > 0 order by version',
    )
    return rows.map(({ version }) => version)
  } finally {
    await client.end()
  }
}
