/**
 * What analysts read: schema `reporting`, on books that the ledger has filled. What the program cannot write yet
 * (top-ups, refunds, disputes, bookings of another day) is inserted by SQL that continues the account's chain.
 */
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migrate } from '../../src/platform/migrate.ts'
import type { Pool } from '../../src/platform/postgres.ts'
import { rollUp } from '../../src/reporting/roll-up.ts'
import { until } from '../../testkit/until.ts'
import { callFields, correctionFields, testAccount, usageFields } from '../support/catalog.ts'
import { brokenChains } from '../support/chains.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { adjust, apply, openTestLedger, recordUsage, type TestLedger } from '../support/ledger.ts'

const ROOT = join(import.meta.dirname, '../..')
const MIGRATION = readFileSync(join(ROOT, 'schemas/database/004.do.reporting.sql'), 'utf8')
const PAGE = readFileSync(join(ROOT, 'docs/ANALYSTS.md'), 'utf8')
const ROLE = 'tollgate_reporting'

const VIEWS = [
  'accounts',
  'daily_totals',
  'dead_letters',
  'fair_use',
  'movements',
  'rated_usage',
  'top_ups',
  'usage_by_day',
  'usage_by_day_progress',
]

let testLedger: TestLedger
let database: TestDatabase
let pool: Pool

beforeAll(async () => {
  testLedger = await openTestLedger()
  ;({ database, pool } = testLedger)
  await fillBooks()
})

afterAll(async () => {
  await testLedger?.close()
})

describe('the views', () => {
  it('are these', async () => {
    const { rows } = await pool.query(
      `select table_name from information_schema.views where table_schema = 'reporting' order by 1`,
    )
    expect(rows.map(({ table_name }) => table_name)).toEqual(VIEWS)
  })

  it('are described, and so is every column', async () => {
    const { rows } = await pool.query(`
      select c.relname, a.attname
        from pg_catalog.pg_class c
        join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0
       where c.relnamespace = 'reporting'::regnamespace
         and (obj_description(c.oid, 'pg_class') is null or col_description(c.oid, a.attnum) is null)`)
    expect(rows).toEqual([])
  })

  it('have no column for a phone number or a payload', async () => {
    const { rows } = await pool.query(
      `select table_name, column_name from information_schema.columns
        where table_schema = 'reporting' and column_name ~ 'number|phone|contact|email|original|headers|value|content'`,
    )
    expect(rows).toEqual([])
  })

  it.each(VIEWS)('%s shows no phone number in any value', async (view) => {
    const { rows: numbers } = await pool.query<{ number: string }>(
      'select from_number as number from tollgate.rated_usage union select to_number from tollgate.rated_usage',
    )
    const known = ['+99912', ...numbers.flatMap(({ number }) => number ?? [])]
    expect(known.length).toBeGreaterThan(5)
    const { rows } = await pool.query<{ line: string }>(`select to_jsonb(v)::text as line from reporting.${view} v`)
    expect(rows).not.toHaveLength(0)
    expect(rows.filter(({ line }) => known.some((number) => line.includes(number)))).toEqual([])
  })
})

describe('reporting.daily_totals', () => {
  it('sums to the movements of each account, day and kind, row for row', async () => {
    const { rows } = await pool.query(`
      with moved as (
        select account_id, currency, booked_on, occurred_on, kind, count(*) as movements, sum(amount_micros) as amount_micros
          from reporting.movements group by 1, 2, 3, 4, 5
      ), totals as (
        select account_id, currency, booked_on, occurred_on, kind, sum(movements) as movements,
               sum(amount_micros) as amount_micros
          from reporting.daily_totals group by 1, 2, 3, 4, 5
      )
      select * from moved full join totals using (account_id, currency, booked_on, occurred_on, kind, movements, amount_micros)
       where moved is null or totals is null`)
    expect(rows).toEqual([])
  })

  it('sums to the balances', async () => {
    const { rows } = await pool.query(`
      select account_id, a.balance_micros::text as balance, sum(t.amount_micros)::text as total, sum(t.movements) as movements
        from reporting.accounts a join reporting.daily_totals t using (account_id)
       group by 1, 2`)
    expect(rows.map(({ account_id }) => account_id).toSorted()).toEqual(['acme', 'edge', 'midnight'])
    expect(rows.filter(({ balance, total }) => balance !== total)).toEqual([])
    expect(await brokenChains(pool)).toEqual([])
  })

  it('splits usage and reversals by type of usage, with units and amounts', async () => {
    const { rows } = await pool.query(`
      select concat_ws(' ', kind, usage_type, channel) as what, movements::int as movements, units::int as units, unit, amount
        from reporting.daily_totals where account_id = 'acme'
       order by 1, amount`)
    expect(rows.map(({ what, movements, units, unit, amount }) => [what, movements, units, unit, amount])).toEqual([
      ['adjustment', 1, null, null, '50.000000'],
      ['dispute', 1, null, null, '-5.000000'],
      ['refund', 1, null, null, '-2.500000'],
      ['reversal call', 1, -60, 'second', '0.006000'],
      ['reversal message sms', 1, -2, 'fragment', '0.140000'],
      ['top_up', 1, null, null, '20.000000'],
      ['usage call', 2, 126, 'second', '-0.012600'],
      ['usage conversation_intelligence', 1, 120, 'second', '-0.040000'],
      ['usage message mms', 1, 1, 'fragment', '-0.250000'],
      ['usage message sms', 1, 2, 'fragment', '-0.140000'],
      ['usage other', 1, 3, 'item', '-0.012000'],
      ['usage toll_free', 1, 60, 'second', '-0.040000'],
    ])
  })

  it('excludes usage that credit did not pay for', async () => {
    const { rows } = await pool.query(
      `select * from reporting.daily_totals where usage_type = 'voice_agent' or usage_type = 'correction'`,
    )
    expect(rows).toEqual([])
  })
})

describe('reporting.usage_by_day', () => {
  it('has all movements of an account once its progress says so, and sums to its balance', async () => {
    const { rows } = await pool.query(`
      select account_id, a.balance_micros - sum(d.amount_micros) as missing, p.last_sequence - p.through_sequence as to_come
        from reporting.accounts a
        join reporting.usage_by_day d using (account_id)
        join reporting.usage_by_day_progress p using (account_id)
       group by account_id, a.balance_micros, p.last_sequence, p.through_sequence
       order by 1`)
    expect(rows.map((row) => [row.account_id, Number(row.missing), Number(row.to_come)])).toEqual([
      ['acme', 0, 0],
      ['edge', 0, 0],
      ['midnight', 0, 0],
    ])
  })

  it('shows what usage cost in the end, by day booked, as daily_totals does for the same day', async () => {
    const { rows } = await pool.query(`
      select kind, -sum(amount + reversed) as cost, sum(units - reversed_units)::integer as units
        from reporting.usage_by_day where account_id = 'acme' and kind in ('call', 'sms')
       group by kind order by kind`)
    expect(rows).toEqual([
      { kind: 'call', cost: '0.006600', units: 66 },
      { kind: 'sms', cost: '0.000000', units: 0 },
    ])
    const { rows: differing } = await pool.query(`
      with by_day as (
        select account_id, booked_on, sum(amount_micros) as amount_micros, sum(movements) as movements
          from reporting.usage_by_day group by 1, 2
      ), totals as (
        select account_id, booked_on, sum(amount_micros) as amount_micros, sum(movements) as movements
          from reporting.daily_totals group by 1, 2
      )
      select * from by_day full join totals using (account_id, booked_on, amount_micros, movements)
       where by_day is null or totals is null`)
    expect(differing).toEqual([])
  })
})

describe('reporting.rated_usage', () => {
  it('names the movement of charged usage, which has the opposite amount and the same instants', async () => {
    const { rows } = await pool.query(`
      select u.account_id, u.event_id, m.sequence
        from reporting.rated_usage u
        full join (select * from reporting.movements where kind in ('usage', 'reversal')) m
          on m.account_id = u.account_id and m.sequence = u.movement_sequence
         and m.recorded_at = u.recorded_at and m.occurred_at = u.occurred_at
         and m.event_id = u.event_id and m.amount_micros = -u.amount_micros
       where (u.event_id is null or m.sequence is null)
         and (u.event_id is null or u.billed_to = 'credit' and u.amount_micros <> 0)`)
    expect(rows).toEqual([])
  })

  it.each([
    ['us-call', 'charged', 'outside_package_countries', 'credit', '0.006600', '66'],
    ['at-call', 'covered', 'in_package', null, '0.000000', '0'],
    ['no-answer', 'free', 'not_answered', null, '0.000000', '0'],
    ['agent', 'invoiced', 'billed_on_invoice', 'invoice', '0.500000', '120'],
    ['us-call-back', 'reversed', 'correction', 'credit', '-0.006000', '0'],
    ['agent-back', 'reversed', 'invoice_correction', 'invoice', '-0.500000', '0'],
    ['at-call-back', 'reversed', 'correction', 'credit', '0.000000', '0'],
    ['early-back', 'pending', 'awaiting_event', null, '0.000000', '0'],
  ])('says of %s: %s, %s, billed to %s, %s', async (eventId, outcome, reason, billedTo, amount, units) => {
    const { rows } = await pool.query(
      `select outcome, reason, billed_to, amount, units::text from reporting.rated_usage
        where account_id = 'acme' and event_id = $1`,
      [eventId],
    )
    expect(rows).toEqual([{ outcome, reason, billed_to: billedTo, amount, units }])
  })

  it('shows the destination of a call without its number', async () => {
    const { rows } = await pool.query(
      `select from_country, to_country, to_type, prefix, destination from reporting.rated_usage where event_id = 'us-call'`,
    )
    expect(rows).toEqual([
      { from_country: 'DE', to_country: 'US', to_type: 'fixed', prefix: '+1', destination: 'United States' },
    ])
  })
})

describe('reporting.accounts and reporting.fair_use', () => {
  it('show what is in force now', async () => {
    const { rows } = await pool.query(
      `select balance, status, tariff, package, billing_cycle_anchor, voice_agent from reporting.accounts
        where account_id = 'acme'`,
    )
    expect(rows).toEqual([
      {
        balance: '62.151400',
        status: 'active',
        tariff: 'standard-eur',
        package: 'eu-100',
        billing_cycle_anchor: '2026-01-15',
        voice_agent: 'invoice',
      },
    ])
  })

  it('show no package once the last one has ended', async () => {
    const { rows } = await pool.query(`select package from reporting.accounts where account_id = 'midnight'`)
    expect(rows).toEqual([{ package: null }])
  })

  it('count covered minutes less those that were corrected', async () => {
    const { rows } = await pool.query(
      `select account_id, user_id, minutes from reporting.fair_use where cycle_start = '2026-02-15'`,
    )
    expect(rows).toEqual([{ account_id: 'acme', user_id: 'ann', minutes: 2 }])
  })
})

describe('days', () => {
  it.each(['UTC', 'Pacific/Auckland', 'America/Los_Angeles'])('are those of UTC in a session in %s', async (zone) => {
    await withClient(database.url, async (client) => {
      await client.query(`set time zone '${zone}'`)
      const { rows } = await client.query(
        `select sequence::int, booked_on::text, occurred_on::text from reporting.movements
          where account_id = 'midnight' order by sequence`,
      )
      expect(rows).toEqual([
        { sequence: 1, booked_on: '2026-03-31', occurred_on: '2026-03-31' },
        { sequence: 2, booked_on: '2026-04-01', occurred_on: '2026-03-31' },
      ])
      const totals = await client.query(
        `select booked_month::text, booked_on::text, occurred_on::text, movements::int from reporting.daily_totals
          where account_id = 'midnight' order by booked_on`,
      )
      expect(totals.rows).toEqual([
        { booked_month: '2026-03-01', booked_on: '2026-03-31', occurred_on: '2026-03-31', movements: 1 },
        { booked_month: '2026-04-01', booked_on: '2026-04-01', occurred_on: '2026-03-31', movements: 1 },
      ])
    })
  })
})

describe('money', () => {
  it('is the same in units of the currency as in micros, to the last digit', async () => {
    const { rows } = await pool.query(
      `select amount, amount_micros, balance_before, balance_after from reporting.movements
        where account_id = 'edge' order by sequence`,
    )
    expect(rows).toEqual([
      { amount: '0.000001', amount_micros: 1n, balance_before: '0.000000', balance_after: '0.000001' },
      {
        amount: '9223372036854.775806',
        amount_micros: 2n ** 63n - 2n,
        balance_before: '0.000001',
        balance_after: '9223372036854.775807',
      },
      {
        amount: '-9223372036854.775800',
        amount_micros: -(2n ** 63n) + 8n,
        balance_before: '9223372036854.775807',
        balance_after: '0.000007',
      },
    ])
    const { rows: differing } = await pool.query(`
      select account_id from reporting.daily_totals where amount * 1000000 <> amount_micros
       union all select account_id from reporting.rated_usage where amount * 1000000 <> amount_micros
       union all select account_id from reporting.accounts where balance * 1000000 <> balance_micros`)
    expect(differing).toEqual([])
  })
})

describe(`role ${ROLE}`, () => {
  it.each(VIEWS)('reads %s', async (view) => {
    const { rows } = await asRole((client) => client.query(`select count(*)::int as count from reporting.${view}`))
    expect(rows[0].count).toBeGreaterThan(0)
  })

  it('cannot write, even if it makes its session writable', async () => {
    await asRole(async (client) => {
      await expect(client.query('create temporary table mine ()')).rejects.toMatchObject({ code: '25006' })
      await client.query('set default_transaction_read_only = off')
      for (const statement of [
        `insert into reporting.fair_use values ('acme', 'ann', '2026-01-15', '2026-01-15', 1)`,
        `update reporting.movements set kind = 'top_up'`,
        'delete from reporting.movements',
        'truncate tollgate.movements',
        'create table reporting.mine ()',
        'create table public.mine ()',
      ]) {
        await expect(client.query(statement), statement).rejects.toMatchObject({ code: '42501' })
      }
    })
  })

  it('cannot read schema tollgate', async () => {
    const { rows } = await pool.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_catalog.pg_tables where schemaname = 'tollgate'`,
    )
    expect(rows.length).toBeGreaterThan(10)
    await asRole(async (client) => {
      for (const { name } of rows) {
        await expect(client.query(`select from ${name}`), name).rejects.toMatchObject({ code: '42501' })
      }
    })
  })

  it('may read future views', async () => {
    await pool.query('create view reporting.to_come as select 1 as one')
    try {
      const { rows } = await asRole((client) => client.query('select one from reporting.to_come'))
      expect(rows).toEqual([{ one: 1 }])
    } finally {
      await pool.query('drop view reporting.to_come')
    }
  })

  it('has a statement timeout from the start', async () => {
    const { rows } = await asRole((client) =>
      client.query(`
        select current_setting('default_transaction_read_only') as read_only, current_setting('statement_timeout') as statement,
               current_setting('idle_in_transaction_session_timeout') as idle, current_setting('lock_timeout') as lock`),
    )
    expect(rows).toEqual([{ read_only: 'on', statement: '30s', idle: '30s', lock: '2s' }])
  })

  it('has its query cancelled after the timeout', async () => {
    await asRole(async (client) => {
      await client.query(`set statement_timeout = '50ms'`)
      await expect(client.query('select pg_sleep(60) from reporting.accounts')).rejects.toMatchObject({ code: '57014' })
    })
  })
})

describe('a filter', () => {
  let partitioned: TestDatabase

  beforeAll(async () => {
    partitioned = await createDatabase()
    await withClient(partitioned.url, async (client) => {
      for (const [month, next] of MONTHS) await client.query(aMonth(month, next))
      await client.query('analyze')
    })
  })
  afterAll(() => partitioned?.drop())

  it.each([
    ['movements', 'movements_2026_02'],
    ['rated_usage', 'rated_usage_2026_02'],
  ])('on recorded_at leaves %s one partition to plan', async (view, partition) => {
    const plan = await planOf(`
      select sum(amount) from reporting.${view}
       where recorded_at >= timestamptz '2026-02-01T00:00:00Z' and recorded_at < timestamptz '2026-03-01T00:00:00Z'`)
    expect(plan.planned).toEqual([partition])
  })

  it('on booked_month leaves daily_totals one partition of each table to read', async () => {
    const plan = await planOf(
      `select booked_on, sum(amount) from reporting.daily_totals where booked_month = '2026-02-01' group by 1`,
    )
    expect(plan.read).toEqual(['movements_2026_02', 'rated_usage_2026_02'])
  })

  it.each([
    ['movements', `recorded_at >= timestamptz '2026-02-01Z' and recorded_at < timestamptz '2026-03-01Z'`],
    ['daily_totals', `booked_month = '2026-02-01'`],
    ['daily_totals', `booked_month = '2026-02-01' and booked_on = '2026-02-03'`],
  ])('on account_id reaches the primary key through %s where %s', async (view, where) => {
    const plan = await planOf(`select sum(amount) from reporting.${view} where account_id = 'a-7' and ${where}`)
    expect(plan.indexes).toContain('movements_2026_02_pkey')
    expect(plan.wholeTables).toEqual([])
  })

  it('on account_id alone reads no table of movements or usage from end to end', async () => {
    const plan = await planOf(`select sum(amount) from reporting.daily_totals where account_id = 'a-7'`)
    expect(plan.indexes).toEqual(expect.arrayContaining(MONTHS.map(([month]) => `movements_${suffix(month)}_pkey`)))
    expect(plan.wholeTables.filter((table) => !table.endsWith('_default'))).toEqual([])
  })

  const MONTHS = [
    ['2026-01-01', '2026-02-01'],
    ['2026-02-01', '2026-03-01'],
    ['2026-03-01', '2026-04-01'],
  ] as const

  function suffix(month: string): string {
    return month.slice(0, 7).replace('-', '_')
  }

  /** Partitions of a month, with 100 movements of usage for each of 100 accounts. */
  function aMonth(month: string, next: string): string {
    const range = `for values from ('${month}T00:00:00Z') to ('${next}T00:00:00Z')`
    return `
      create table tollgate.movements_${suffix(month)} partition of tollgate.movements ${range};
      create table tollgate.rated_usage_${suffix(month)} partition of tollgate.rated_usage ${range};
      insert into tollgate.rated_usage (account_id, event_id, recorded_at, occurred_at, type, interaction_id, quantity, outcome,
        reason, units, covered_minutes, amount_micros, currency, settings_version, movement_sequence)
      select 'a-' || n % 100, '${month}-' || n, at, at, 'call', 'i', 60, 'charged', 'no_package', 60, 0, 1000, 'EUR', 1, n / 100 + 1
        from generate_series(0, 9999) as n, lateral (select timestamptz '${month}T00:00:00Z' + n * interval '4 minutes' as at) as t;
      insert into tollgate.movements (account_id, sequence, recorded_at, occurred_at, kind, amount_micros,
        balance_before_micros, balance_after_micros, currency, event_id)
      select account_id, movement_sequence, recorded_at, occurred_at, 'usage', -1000, 0, -1000, currency, event_id
        from tollgate.rated_usage where recorded_at >= '${month}T00:00:00Z' and recorded_at < '${next}T00:00:00Z';`
  }

  interface Plan {
    /** All tables in the plan. */
    readonly planned: string[]
    /** Tables that were actually read. */
    readonly read: string[]
    /** Tables that were scanned sequentially. */
    readonly wholeTables: string[]
    readonly indexes: string[]
  }

  async function planOf(query: string): Promise<Plan> {
    return withClient(asUser(partitioned.url, ROLE), async (client) => {
      const { rows } = await client.query(`explain (analyze, format json) ${query}`)
      const nodes = nodesOf(rows[0]['QUERY PLAN'][0].Plan)
      const read = nodes.filter((node) => node['Actual Loops'] > 0)
      return {
        planned: names(nodes, 'Relation Name'),
        read: names(read, 'Relation Name'),
        wholeTables: names(
          read.filter((node) => node['Node Type'] === 'Seq Scan'),
          'Relation Name',
        ),
        indexes: names(read, 'Index Name'),
      }
    })
  }
})

describe('docs/ANALYSTS.md', () => {
  const queries = blocks('sql')

  it('has its worked queries, and names every view', () => {
    expect(queries).toHaveLength(5)
    expect(VIEWS.filter((view) => !PAGE.includes(`\`reporting.${view}\``))).toEqual([])
  })

  it.each(queries.map((query, i) => [i + 1, query]))('query %i runs as the role and finds rows', async (_, query) => {
    const { rows } = await asRole((client) => client.query(String(query)))
    expect(rows).not.toHaveLength(0)
  })

  it('computes revenue less corrections', async () => {
    const { rows } = await asRole((client) => client.query(queries[0]!))
    const revenue = rows.map(({ usage_type, channel, to_country, revenue }) => [
      usage_type,
      channel,
      to_country,
      revenue,
    ])
    expect(revenue).toContainEqual(['call', null, 'US', '0.006600'])
    expect(revenue).toContainEqual(['message', 'sms', 'AT', '0.000000'])
  })
})

describe('the migration', () => {
  const script = (role: string) => MIGRATION.replaceAll(ROLE, role)

  it.each([
    ['the role does not exist', ''],
    ['an administrator created the role without settings', 'create role ROLE login'],
    [
      'an administrator created the role with another setting',
      `create role ROLE login; alter role ROLE set search_path = ''`,
    ],
  ])('runs in two databases of a cluster at once if %s', async (_, prepare) => {
    const role = aRole()
    const [one, other] = await Promise.all([createDatabase(), createDatabase()])
    try {
      await withClient(one.url, (client) => client.query(prepare.replaceAll('ROLE', role)))
      await withClient(one.url, (first) =>
        withClient(other.url, async (second) => {
          for (const client of [first, second]) await client.query('drop schema reporting cascade; begin')
          await first.query(script(role))
          const { rows } = await second.query('select pg_backend_pid() as pid')
          const waiting = second.query(script(role))
          await until('the second migration waits for the first', async () => {
            const activity = await pool.query('select wait_event_type from pg_stat_activity where pid = $1', [
              rows[0].pid,
            ])
            return activity.rows[0]?.wait_event_type === 'Lock'
          })
          await first.query('commit')
          await waiting
          await second.query('commit')
        }),
      )
      for (const { url } of [one, other]) {
        const settings = await withClient(asUser(url, role), async (client) => {
          await client.query('select from reporting.accounts')
          return client.query(`select current_setting('statement_timeout') as timeout`)
        })
        expect(settings.rows).toEqual([{ timeout: '30s' }])
      }
    } finally {
      await Promise.all([one.drop(), other.drop()])
      await onServer(`drop role if exists ${role}`)
    }
  })

  it('keeps settings that an administrator has chosen', async () => {
    const role = aRole()
    const own = await createDatabase()
    try {
      await withClient(own.url, async (client) => {
        await client.query(`create role ${role} login; alter role ${role} set statement_timeout = '5min'`)
        await client.query('drop schema reporting cascade')
        await client.query(script(role))
      })
      const { rows } = await withClient(asUser(own.url, role), (client) => client.query('show statement_timeout'))
      expect(rows).toEqual([{ statement_timeout: '5min' }])
    } finally {
      await own.drop()
      await onServer(`drop role ${role}`)
    }
  })

  it('works without the role if it may not create one, says so, and the document names the statements to run', async () => {
    const [role, owner, name] = [aRole(), aRole(), aRole()]
    await onServer(`create role ${owner} login`)
    await onServer(`create database ${name} owner ${owner}`)
    const url = new URL(database.url)
    url.pathname = `/${name}`
    try {
      await migrate(asUser(url.href, owner))
      const notices: string[] = []
      await withClient(asUser(url.href, owner), async (client) => {
        client.on('notice', ({ message, hint }) => notices.push(`${message} ${hint}`))
        await client.query('drop schema reporting cascade')
        notices.length = 0
        await client.query(script(role))
        await client.query('select from reporting.movements')
      })
      expect(notices).toEqual([
        expect.stringMatching(`^role ${role} cannot be created: permission denied .* docs/ANALYSTS.md says`),
      ])
      const [byHand, ...more] = blocks('postgresql')
      expect(more).toEqual([])
      await withClient(url.href, (client) => client.query(byHand!.replaceAll(ROLE, role)))
      const { rows } = await withClient(asUser(url.href, role), async (client) => {
        await client.query('select from reporting.movements')
        return client.query('show statement_timeout')
      })
      expect(rows).toEqual([{ statement_timeout: '30s' }])
    } finally {
      await onServer(`drop database ${name} with (force)`)
      await onServer(`drop role if exists ${role}`)
      await onServer(`drop role ${owner}`)
    }
  })

  function aRole(): string {
    return `test_role_${randomBytes(6).toString('hex')}`
  }

  async function onServer(statement: string): Promise<void> {
    await withClient(database.url, (client) => client.query(statement))
  }
})

async function fillBooks(): Promise<void> {
  const ended = [
    { id: 'eu-100', fromMicros: Date.UTC(2026, 0, 1) * 1000 },
    { id: 'none', fromMicros: Date.UTC(2026, 1, 1) * 1000 },
  ]
  await apply(testLedger, [
    testAccount(),
    testAccount({ accountId: 'midnight', packages: ended }),
    testAccount({ accountId: 'edge' }),
  ])
  await adjust(testLedger, 'acme', 50_000_000n, 'opening')

  const sms = { type: 'message', channel: 'sms', direction: 'outbound', from: '+4930123456', to: '+43123456' }
  await recordUsage(
    testLedger,
    ...[
      callFields({ event_id: 'us-call', to: '+12125550100', duration_seconds: 61 }),
      callFields({ event_id: 'us-wrong', to: '+12125550100', duration_seconds: 60 }),
      callFields({ event_id: 'at-call', duration_seconds: 61 }),
      callFields({ event_id: 'at-wrong', duration_seconds: 61 }),
      callFields({ event_id: 'today', occurred_at: new Date().toISOString() }),
      callFields({ event_id: 'no-answer', duration_seconds: 0 }),
      usageFields({ type: 'toll_free', event_id: 'free', from: '+12125550100', to: '+49800123', duration_seconds: 58 }),
      usageFields({ ...sms, event_id: 'sms', fragments: 2 }),
      usageFields({ ...sms, event_id: 'mms', channel: 'mms', to: '+49301234567', fragments: 1 }),
      usageFields({ type: 'conversation_intelligence', event_id: 'analysis', duration_seconds: 61 }),
      usageFields({ type: 'voice_agent', event_id: 'agent', agent_id: 'a', duration_seconds: 120 }),
      usageFields({ type: 'other', event_id: 'lookup', sku: 'number-lookup', quantity: 3 }),
    ],
  )
  // Corrected by a later batch, so that the two rows have different instants.
  await recordUsage(
    testLedger,
    ...[
      correctionFields('us-call-back', 'us-wrong'),
      correctionFields('at-call-back', 'at-wrong'),
      correctionFields('sms-back', 'sms'),
      correctionFields('agent-back', 'agent'),
      correctionFields('early-back', 'not-come-yet'),
      callFields({ event_id: 'no-price', to: '+99912' }),
    ],
  )

  await pool.query(
    `insert into tollgate.top_ups (top_up_id, account_id, trigger, amount_micros, currency, state, requested_at, next_try_at,
       updated_at)
     values ('top-up-1', 'acme', 'manual', 20000000, 'EUR', 'succeeded', now(), now(), now())`,
  )
  await post('acme', 'top_up', 20_000_000n)
  const { rows } = await pool.query(`select sequence from tollgate.movements where kind = 'top_up'`)
  await post('acme', 'refund', -2_500_000n, { reversesSequence: rows[0].sequence })
  await post('acme', 'dispute', -5_000_000n, { reversesSequence: rows[0].sequence })
  await post('midnight', 'adjustment', 1n, { recordedAt: '2026-03-31T23:59:59.999999Z' })
  const lateBooked = { recordedAt: '2026-04-01T00:00:00Z', occurredAt: '2026-03-31T12:00:00Z' }
  await post('midnight', 'adjustment', 1n, lateBooked)
  for (const amount of [1n, 2n ** 63n - 2n, -(2n ** 63n) + 8n]) await post('edge', 'adjustment', amount)
  while ((await rollUp(pool)).hasMore);
}

interface PostOptions {
  readonly reversesSequence?: bigint
  readonly recordedAt?: string
  readonly occurredAt?: string
}

/** Continues the account's chain by one movement; credit stays above zero. */
async function post(
  accountId: string,
  kind: 'top_up' | 'refund' | 'dispute' | 'adjustment',
  amountMicros: bigint,
  { reversesSequence, recordedAt, occurredAt = recordedAt }: PostOptions = {},
): Promise<void> {
  await pool.query(
    `with account as (
       update tollgate.accounts
          set balance_micros = balance_micros + $3::bigint, last_sequence = last_sequence + 1,
              balance_version = balance_version + 1, status = 'active'
        where account_id = $1::text
       returning account_id, currency, balance_micros, last_sequence
     )
     insert into tollgate.movements (account_id, sequence, recorded_at, occurred_at, kind, amount_micros,
       balance_before_micros, balance_after_micros, currency, top_up_id, reverses_sequence, actor, reason)
     select account_id, last_sequence, coalesce($4::timestamptz, now()), coalesce($5::timestamptz, now()), $2::text, $3::bigint,
            balance_micros - $3::bigint, balance_micros, currency, case when $2::text <> 'adjustment' then 'top-up-1' end,
            $6::bigint, case when $2::text = 'adjustment' then 'test' end, case when $2::text = 'adjustment' then 'test' end
       from account`,
    [accountId, kind, amountMicros, recordedAt ?? null, occurredAt ?? null, reversesSequence ?? null],
  )
}

/** The page's blocks of code in a language. */
function blocks(language: string): string[] {
  return [...PAGE.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(([, text]) => text!)
}

function asRole<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  return withClient(asUser(database.url, ROLE), work)
}

function asUser(url: string, user: string): string {
  const changed = new URL(url)
  changed.username = user
  changed.password = ''
  return changed.href
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

type PlanNode = Record<string, unknown> & { readonly 'Actual Loops': number; readonly Plans?: readonly PlanNode[] }

function nodesOf(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)]
}

function names(nodes: readonly PlanNode[], field: string): string[] {
  return [...new Set(nodes.flatMap((node) => (field in node ? [String(node[field])] : [])))].toSorted()
}
