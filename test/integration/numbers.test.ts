/**
 * Phone numbers are cleared after their retention: those and nothing else, wherever their rows are stored, by any number of
 * processes; and the books are verified and explained without them.
 */
import pg from 'pg'
import { beforeEach, describe, expect, it } from 'vitest'
import { clearOldLetters, clearOldNumbers } from '../../src/ledger/upkeep/clear-numbers.ts'
import { Registry } from '../../src/platform/metrics.ts'
import { phoneNumbersJob } from '../../src/roles/jobs.ts'
import { startServe } from '../../stack/serve.ts'
import { createTraffic } from '../../testkit/traffic.ts'
import { openTestApi } from '../support/api.ts'
import { callFields, testAccount } from '../support/catalog.ts'
import { createInstallation } from '../support/installation.ts'
import { adjust, apply, openTestLedger, recordUsage, type TestLedger } from '../support/ledger.ts'
import { startResidentTollgate } from '../support/resident-tollgate.ts'
import { findFaults } from '../support/verified.ts'

const DAY_MS = 86_400_000
/** So that it ends in the middle of a month, on any day of the test. */
const KEPT_DAYS = 180 + new Date(Date.now() - 180 * DAY_MS).getUTCDate() - 15
/** So that its rows fill some hundred blocks. */
const ROWS_PER_MONTH = 3_000

describe('rated usage', () => {
  let ledger: TestLedger
  const daysAgo = (days: number) => new Date(Date.now() - days * DAY_MS)
  const monthOf = (instant: Date, later = 0) =>
    new Date(Date.UTC(instant.getUTCFullYear(), instant.getUTCMonth() + later, 1))
  const nameOf = (instant: Date) => `rated_usage_${instant.toISOString().slice(0, 7).replace('-', '_')}`
  const due = monthOf(daysAgo(KEPT_DAYS), -1)
  const partlyDue = monthOf(daysAgo(KEPT_DAYS))

  beforeEach(async () => {
    ledger = await openTestLedger()
    await apply(ledger, [testAccount()])
    await recordUsage(ledger, callFields({ event_id: 'call' }))
    for (const month of [due, partlyDue]) {
      await ledger.pool.query(
        `create table tollgate.${nameOf(month)} partition of tollgate.rated_usage
           for values from ('${month.toISOString()}') to ('${monthOf(month, 1).toISOString()}')`,
      )
    }
    return () => ledger.close()
  })

  /** Copies of the call, recorded at even intervals in a half-open range. */
  async function fill(from: Date, to: Date, name: string, rows = ROWS_PER_MONTH): Promise<void> {
    await ledger.pool.query(
      `insert into tollgate.rated_usage
       select (jsonb_populate_record(r, jsonb_build_object('event_id', $3 || i,
                'recorded_at', $1::timestamptz + i * (($2::timestamptz - $1::timestamptz) / $4::integer)))).*
         from tollgate.rated_usage r
        cross join generate_series(0, $4::integer - 1) as i
        where r.event_id = 'call'`,
      [from, to, name, rows],
    )
  }

  /** Which events still have numbers, by the prefix of their names, and whether those are exactly the recent ones. */
  async function left(): Promise<Record<string, number>> {
    const { rows } = await ledger.pool.query<{ name: string; count: number }>(
      `select substring(event_id from '^[a-z-]+') as name, count(*)::integer as count from tollgate.rated_usage
        where to_number is not null or from_number is not null group by 1`,
    )
    return Object.fromEntries(rows.map(({ name, count }) => [name, count]))
  }

  async function youngerThan(days: number): Promise<number> {
    const { rows } = await ledger.pool.query<{ count: number }>(
      `select count(*)::integer as count from tollgate.rated_usage
        where recorded_at >= now() - make_interval(days => $1) and event_id <> 'call'`,
      [days],
    )
    return rows[0]!.count
  }

  async function clearAll(keptDays = KEPT_DAYS, blocksPerPage = 8): Promise<{ count: number; pages: number }> {
    let count = 0
    for (let pages = 1; ; pages++) {
      const page = await clearOldNumbers(ledger.pool, keptDays, { blocksPerPage })
      count += page.count
      if (!page.hasMore) return { count, pages }
    }
  }

  it('is cleared of its numbers after the retention, to the row, oldest first', async () => {
    await fill(due, monthOf(due, 1), 'due-')
    await fill(partlyDue, monthOf(partlyDue, 1), 'in-part-')
    const first = await clearOldNumbers(ledger.pool, KEPT_DAYS, { blocksPerPage: 8 })
    expect(first.hasMore).toBe(true)
    expect(first.overdueSeconds! * 1000).toBeCloseTo(daysAgo(KEPT_DAYS).getTime() - due.getTime(), -5)
    expect(await left()).toEqual({ call: 1, 'due-': ROWS_PER_MONTH - first.count, 'in-part-': ROWS_PER_MONTH })
    await clearAll()
    const young = await youngerThan(KEPT_DAYS)
    expect(young).toBeGreaterThan(0)
    expect(await left()).toEqual({ call: 1, 'in-part-': young })
    const { rows } = await ledger.pool.query(
      `select count(*)::integer as count from tollgate.rated_usage where (from_number is null) <> (to_number is null)`,
    )
    expect(rows).toEqual([{ count: 0 }])
    expect(await clearAll()).toEqual({ count: 0, pages: 1 })
    // Five days later.
    expect((await clearAll(KEPT_DAYS - 5)).count).toBe(young - (await youngerThan(KEPT_DAYS - 5)))
    expect(await left()).toEqual({ call: 1, 'in-part-': await youngerThan(KEPT_DAYS - 5) })
  })

  it('of a finished month is not read again: its lock is not requested', async () => {
    await fill(due, monthOf(due, 1), 'due-')
    await clearAll()
    const other = new pg.Client({ connectionString: ledger.database.url })
    await other.connect()
    await other.query(`begin; lock table tollgate.${nameOf(due)} in access exclusive mode`)
    try {
      expect(await clearAll()).toEqual({ count: 0, pages: 1 })
    } finally {
      await other.end()
    }
  })

  it('that is stored out of order is cleared once its whole month is due', async () => {
    await fill(daysAgo(KEPT_DAYS - 1), new Date(daysAgo(KEPT_DAYS - 1).getTime() + 1_000), 'young-')
    await fill(monthOf(daysAgo(KEPT_DAYS - 1)), daysAgo(KEPT_DAYS), 'behind-')
    await clearAll()
    expect(await left()).toMatchObject({ 'young-': ROWS_PER_MONTH })
    await clearAll(KEPT_DAYS - 62)
    expect(await left()).toEqual({ call: 1 })
  })

  it('that was written to free space behind the scan is cleared once its whole month is due', async () => {
    await fill(partlyDue, daysAgo(KEPT_DAYS), 'due-')
    await clearAll()
    await ledger.pool.query(`vacuum tollgate.${nameOf(partlyDue)}`)
    await fill(partlyDue, daysAgo(KEPT_DAYS), 'late-')
    await clearAll()
    expect((await left())['late-']).toBeGreaterThan(0)
    await clearAll(KEPT_DAYS - 62)
    expect(await left()).toEqual({ call: 1 })
  })

  it('is scanned from the start if its table was rewritten meanwhile', async () => {
    await fill(due, monthOf(due, 1), 'due-')
    await clearOldNumbers(ledger.pool, KEPT_DAYS, { blocksPerPage: 40 })
    // What is cleared last is at the front of the new table.
    await ledger.pool.query(`create index by_time on tollgate.${nameOf(due)} (recorded_at desc)`)
    await ledger.pool.query(`cluster tollgate.${nameOf(due)} using by_time`)
    await clearAll()
    expect(await left()).toEqual({ call: 1 })
  })

  it('of months without a partition is cleared too', async () => {
    const other = monthOf(due, -24)
    await fill(other, monthOf(other, 1), 'unprepared-')
    await fill(monthOf(partlyDue, 1), monthOf(partlyDue, 2), 'young-unprepared-')
    expect((await clearAll()).count).toBe(ROWS_PER_MONTH)
    expect(await left()).toEqual({ call: 1, 'young-unprepared-': ROWS_PER_MONTH })
    expect(await clearAll()).toEqual({ count: 0, pages: 1 })
    // The next day.
    await ledger.pool.query(`update tollgate.number_clearing set done_at = done_at - interval '1 day'`)
    await fill(other, monthOf(other, 1), 'unprepared-later-')
    expect((await clearAll()).count).toBe(ROWS_PER_MONTH)
  })

  it('is cleared once, by any number of processes', async () => {
    await fill(due, monthOf(due, 1), 'due-')
    await fill(partlyDue, daysAgo(KEPT_DAYS), 'in-part-')
    const counts = await Promise.all(Array.from({ length: 4 }, () => clearAll(KEPT_DAYS, 2)))
    expect(counts.reduce((sum, { count }) => sum + count, 0)).toBe(2 * ROWS_PER_MONTH)
    expect(await left()).toEqual({ call: 1 })
  })

  it('and dead letters are cleared by one job, which reports how much it cleared and the age of its oldest work', async () => {
    await fill(due, monthOf(due, 1), 'due-')
    const letter = (offset: number, days: number) =>
      ledger.pool.query(
        `insert into tollgate.dead_letters (topic, partition, "offset", value_hash, reason, detail, recorded_at, key, original, headers)
         values ('usage.calls.v1', 0, $1, 'hash', 'no_rate', 'none', now() - make_interval(days => $2), 'key', 'value',
                 '[{"name":"a","value":"YQ=="}]')`,
        [offset, days],
      )
    for (const [offset, days] of [KEPT_DAYS + 1, 400, KEPT_DAYS - 1].entries()) await letter(offset, days)
    const registry = new Registry()
    const job = phoneNumbersJob(ledger.pool, registry, KEPT_DAYS)
    const reports = []
    do reports.push(await job.run(new AbortController().signal))
    while (reports.at(-1)!.restMs !== undefined)
    expect(reports.length).toBeGreaterThan(2)
    expect(reports[0]!.oldestWorkSeconds! * 1000).toBeCloseTo(daysAgo(KEPT_DAYS).getTime() - due.getTime(), -5)
    expect(reports.at(-1)).toEqual({ oldestWorkSeconds: null })
    const { values } = await registry.getSingleMetric('tollgate_numbers_cleared_total')!.get()
    expect(values.map(({ labels, value }) => [labels.of, value])).toEqual([
      ['rated_usage', ROWS_PER_MONTH],
      ['dead_letter', 2],
    ])
    const { rows } = await ledger.pool.query(
      `select "offset"::integer, original, key, headers, reason from tollgate.dead_letters order by 1`,
    )
    const gone = { original: null, key: null, headers: [], reason: 'no_rate' }
    expect(rows).toEqual([
      { offset: 0, ...gone },
      { offset: 1, ...gone },
      {
        offset: 2,
        original: Buffer.from('value'),
        key: Buffer.from('key'),
        headers: [{ name: 'a', value: 'YQ==' }],
        reason: 'no_rate',
      },
    ])
  })
})

it('old letters are cleared in pages of limited size', async () => {
  const ledger = await openTestLedger()
  try {
    await ledger.pool.query(
      `insert into tollgate.dead_letters (topic, partition, "offset", value_hash, reason, detail, recorded_at, original)
       select 'usage.calls.v1', 0, i, 'hash', 'no_rate', 'none', now() - interval '400 days', 'value' from generate_series(1, 5) as i`,
    )
    const page = () => clearOldLetters(ledger.pool, KEPT_DAYS, { lettersPerPage: 3 })
    expect([await page(), await page(), await page()]).toMatchObject([
      { count: 3, hasMore: true },
      { count: 2, hasMore: false },
      { count: 0, hasMore: false, overdueSeconds: null },
    ])
  } finally {
    await ledger.close()
  }
})

describe('after all numbers are cleared', () => {
  it('the books of an installation are verified, and each charge is explained', async () => {
    const installation = await createInstallation()
    const serve = await startServe(installation.environment)
    const resident = startResidentTollgate()
    try {
      const { accounts, startMicros, encode, pool } = installation
      const traffic = createTraffic({ seed: 3, accounts, startMicros })
      const items = Array.from({ length: 3_000 }, () => traffic.next())
      for (const [topic, ofTopic] of Map.groupBy(items, (item) => item.topic)) {
        const messages = ofTopic.map((item) =>
          item.kind === 'junk'
            ? { key: item.accountKey, value: item.value }
            : { key: item.event.account_id, value: Buffer.from(encode(topic, item.event)) },
        )
        await installation.produce(topic, messages)
      }
      await installation.untilDrained()
      const numbers = async () =>
        (
          await pool.query<{ usage: number; letters: number }>(
            `select (select count(*)::integer from tollgate.rated_usage where coalesce(from_number, to_number) is not null) as usage,
                    (select count(*)::integer from tollgate.dead_letters where original is not null) as letters`,
          )
        ).rows[0]!
      const before = await numbers()
      expect(before.usage).toBeGreaterThan(1_000)
      expect(before.letters).toBeGreaterThan(0)
      while ((await clearOldNumbers(pool, 0)).hasMore);
      while ((await clearOldLetters(pool, 0)).hasMore);
      expect(await numbers()).toEqual({ usage: 0, letters: 0 })
      expect((await findFaults(installation)).faults).toEqual([])
      const { rows } = await pool.query<{ account_id: string; event_id: string }>(
        `select distinct on (type, outcome) account_id, event_id from tollgate.rated_usage`,
      )
      expect(rows.length).toBeGreaterThan(5)
      const explained = await Promise.all(
        rows.map(({ account_id, event_id }) => resident.run(installation.environment, 'explain', account_id, event_id)),
      )
      expect(explained.map(({ exitCode }) => exitCode)).toEqual(rows.map(() => 0))
      expect(explained.some(({ stdout }) => stdout.includes('The phone numbers were cleared'))).toBe(true)
    } finally {
      await resident.close()
      await serve.stop()
      await installation.close()
    }
  }, 180_000)

  it('the API shows no numbers', async () => {
    const api = await openTestApi()
    try {
      await apply(api, [testAccount()])
      await adjust(api, 'acme', 50_000_000n)
      await recordUsage(api, callFields({ event_id: 'call', to: '+12125550100', duration_seconds: 61 }))
      const shown = async (role: 'admin' | 'member') => {
        const { body } = await api.ask('GET', '/v1/accounts/acme/movements', { token: await api.person('acme', role) })
        return [body.items[0].usage.destination, body.items[0].usage.number]
      }
      expect(await shown('admin')).toEqual(['United States', '+12125550100'])
      await clearOldNumbers(api.pool, 0)
      expect([await shown('admin'), await shown('member')]).toEqual([
        ['United States', null],
        ['United States', null],
      ])
    } finally {
      await api.close()
    }
  })
})
