/**
 * Measures pages, searches and summaries of an account with many movements among many more, and the cost of the roll-up that
 * makes them fast. The movements are inserted by plain SQL, in order of time as by a rater: a tenth belongs to one account, the
 * rest to accounts with ten thousand each.
 */
import { performance } from 'node:perf_hooks'
import { MICROS_PER_DAY } from '../src/core/instant.ts'
import { createLog } from '../src/platform/log.ts'
import { migrate } from '../src/platform/migrate.ts'
import { createPool, type Pool } from '../src/platform/postgres.ts'
import {
  listMovements,
  type MovementFilter,
  NO_FILTER,
  type PageWanted,
  searchMovements,
} from '../src/reporting/find-movements.ts'
import { readBalanceHistory } from '../src/reporting/read-balance-history.ts'
import { readUsageSummary, USAGE_BY, type UsagePeriod } from '../src/reporting/read-usage.ts'
import { readUsageHistory } from '../src/reporting/read-usage-history.ts'
import { rollUp } from '../src/reporting/roll-up.ts'
import { startStack } from '../stack/stack.ts'
import { makeMonths } from '../testkit/movements.ts'
import { type Figure, percentile } from './figures.ts'

export const SEARCHED_ACCOUNT = 'searched'
const OTHER_ACCOUNT_MOVEMENTS = 10_000
const DAYS = 180
const ROWS_PER_INSERT = 500_000
const CONCURRENT_ROLL_UPS = 2
const PAGE = 50
/** The API's default. */
const SHOWN_ITEMS = 50
const WARM_UP_RUNS = 3
const RUNS = 40

export interface SearchOptions {
  /** The total; a tenth belongs to the searched account. */
  readonly movements: number
  readonly say: (what: string) => void
}

export async function benchSearch({ movements, say }: SearchOptions): Promise<Figure[]> {
  const stack = await startStack({ only: ['postgres'] })
  try {
    await migrate(stack.postgresUrl)
    const pool = createPool(stack.postgresUrl, createLog('warn'), 4)
    try {
      await makeMovements(pool, movements, say)
      return [await measureRollUp(pool, movements, say), ...(await storedBytes(pool)), ...(await measureSearches(pool))]
    } finally {
      await pool.end()
    }
  } finally {
    await stack.stop()
  }
}

/**
 * Movements are numbered from 1 in order of time; every tenth belongs to the searched account. Of 1,000 movements of an account,
 * 1 is a top-up, 2 are reversals, 7 other usage, 90 messages and the rest calls, by 400 users to 300 destinations. Once in
 * 100,000 there is an MMS of a unique user to a unique destination, and a unique SKU.
 */
const NUMBERED = `
  select account_id, n, at, n % 1000 as r, n % 100000 as rare, account_id || '-' || n as event_id
    from (
      select case when i % 10 = 0 then '${SEARCHED_ACCOUNT}' else 'other-' || (i - i / 10 - 1) % $3 end as account_id,
             case when i % 10 = 0 then i / 10 else (i - i / 10 - 1) / $3 + 1 end as n,
             $4::timestamptz + i * make_interval(days => ${DAYS}) / $5 as at
        from generate_series($1::bigint, $2::bigint) as i
       -- Sizes alone need them in both.
       where $3::bigint > 0 and $5::double precision > 0
    ) as numbered`

const INSERT_MOVEMENTS = `
  insert into tollgate.movements (account_id, sequence, recorded_at, occurred_at, kind, amount_micros,
    balance_before_micros, balance_after_micros, currency, event_id, actor, reason, top_up_id, reverses_sequence)
  select account_id, n, at, at, kind, amount, 1000000000000 - n * 1000, 1000000000000 - n * 1000 + amount, 'EUR',
         case when kind in ('usage', 'reversal') then event_id end, null, null,
         case when kind = 'top_up' then event_id end, case when kind = 'reversal' then n - 1 end
    from (${NUMBERED}) as n
   cross join lateral (
     select case when r = 0 then 'top_up' when r in (500, 900) then 'reversal' else 'usage' end as kind,
            case when r = 0 then 50000000 when r in (500, 900) then 12000 else -12000 end as amount
   ) as of`

const INSERT_RATED_USAGE = `
  insert into tollgate.rated_usage (account_id, event_id, recorded_at, occurred_at, type, interaction_id, user_id, direction,
    leg, from_number, to_number, from_country, to_country, to_type, quantity, outcome, reason, units, covered_minutes,
    amount_micros, currency, deck, prefix, destination, catalog_version, settings_version, channel, sku, corrects,
    movement_sequence)
  select account_id, event_id, at, at, type, case when n % 2 = 0 then event_id else account_id || '-interaction-' || n end,
         case when type = 'correction' then null when rare = 77777 then 'rare-user' else 'user-' || n * 7919 % 400 end,
         case when type = 'call' then 'outbound' end, case when type = 'call' then 'direct' end, '+4930123456', '+43123456',
         'DE', 'AT', 'fixed', 60, case type when 'correction' then 'reversed' else 'charged' end, 'outside_package',
         60, 0, case type when 'correction' then -12000 else 12000 end, 'EUR', 'outbound.csv', '+43',
         case when type in ('correction', 'other') then null when rare = 77777 then 'Zanzibar'
              else 'Country ' || n * 31 % 300 end,
         1, 1, case when type <> 'message' then null when rare = 77777 then 'mms' else 'sms' end,
         case when type <> 'other' then null when rare = 3 then 'rare-sku' else 'recording-gb' end,
         case when type = 'correction' then account_id || '-' || n - 1 end, n
    from (${NUMBERED}) as n
   cross join lateral (
     select case when r in (500, 900) then 'correction' when r between 1 and 7 then 'other'
                 when r between 8 and 97 or rare = 77777 then 'message' else 'call' end as type
   ) as of
   where r <> 0`

const INSERT_ACCOUNTS = `
  insert into tollgate.accounts (account_id, currency, settings_version, balance_micros, last_sequence, status, is_low)
  select account_id, 'EUR', 1, 1000000, max(sequence), 'active', false from tollgate.movements group by account_id`

/** Inserts movements of the last months up to now. */
export async function makeMovements(pool: Pool, movements: number, say: (what: string) => void): Promise<void> {
  const others = Math.max(1, Math.round((movements * 0.9) / OTHER_ACCOUNT_MOVEMENTS))
  const began = new Date(Date.now() - DAYS * 86_400_000)
  await makeMonths(pool, began, Math.floor(DAYS / 28) + 1)
  for (let at = 0; at < movements; at += ROWS_PER_INSERT) {
    const values = [at + 1, Math.min(movements, at + ROWS_PER_INSERT), others, began.toISOString(), movements]
    await Promise.all([pool.query(INSERT_MOVEMENTS, values), pool.query(INSERT_RATED_USAGE, values)])
    say(`${values[1]} movements`)
  }
  await pool.query(INSERT_ACCOUNTS)
  await pool.query('vacuum analyze')
}

/** Rolls everything up; the figure is in seconds per 100,000 movements. */
export async function measureRollUp(pool: Pool, movements: number, say: (what: string) => void): Promise<Figure> {
  const startedAt = performance.now()
  let done = 0
  const one = async () => {
    for (;;) {
      const { movements: rolledUp, hasMore } = await rollUp(pool)
      done += rolledUp
      if (Math.floor((done - rolledUp) / ROWS_PER_INSERT) < Math.floor(done / ROWS_PER_INSERT)) say(`${done} rolled up`)
      if (rolledUp === 0 && !hasMore) return
    }
  }
  await Promise.all(Array.from({ length: CONCURRENT_ROLL_UPS }, one))
  const seconds = (performance.now() - startedAt) / 1000
  if (done !== movements) throw new Error(`${done} of ${movements} movements were rolled up`)
  await pool.query('vacuum analyze')
  return {
    scenario: 'search',
    name: 'roll-up of 100,000 movements',
    unit: 's',
    runs: [(seconds / movements) * 100_000],
  }
}

const STORED = [
  'movements',
  'rated_usage',
  'usage_by_day',
  'usage_by_day_and',
  'usage_by_month_and',
  'movement_index',
  'movement_interactions',
]

async function storedBytes(pool: Pool): Promise<Figure[]> {
  const { rows } = await pool.query<{ name: string; bytes: number }>(
    `select name, sum(pg_total_relation_size(c.oid))::float8 as bytes
       from unnest($1::text[]) as name
       join pg_class c on c.relnamespace = 'tollgate'::regnamespace and c.relkind = 'r'
        and (c.relname = name or c.oid in (select relid from pg_partition_tree(('tollgate.' || name)::regclass)))
      group by name order by name`,
    [STORED],
  )
  return rows.map(({ name, bytes }) => ({ scenario: 'stored', name, unit: 'MB', runs: [bytes / 1e6] }))
}

/** Whole days up to and including today. */
function lastDays(days: number): UsagePeriod {
  const dayOf = (fromNow: number) => new Date(Date.now() + fromNow * 86_400_000).toISOString().slice(0, 10)
  return { fromDate: dayOf(1 - days), toDate: dayOf(1) }
}

/** Measures pages, searches and summaries of the searched account. */
export async function measureSearches(pool: Pool): Promise<Figure[]> {
  const { rows } = await pool.query<{ last: bigint; day: string; month: string; until: string }>(
    `select last_sequence as last, (now() - interval '40 days')::text as day, (now() - interval '90 days')::text as month,
            (now() - interval '39 days')::text as until
       from tollgate.accounts where account_id = $1`,
    [SEARCHED_ACCOUNT],
  )
  const { last, day, month, until } = rows[0]!
  const figures: Figure[] = []
  const measure: Measure = async (name, work) => {
    const times: number[] = []
    for (let run = -WARM_UP_RUNS; run < RUNS; run++) {
      const startedAt = performance.now()
      await work(run + WARM_UP_RUNS)
      if (run >= 0) times.push(performance.now() - startedAt)
    }
    figures.push({ scenario: 'search', name, unit: 'ms', runs: times })
    figures.push({ scenario: 'search', name: `${name}, 95 %`, unit: 'ms', runs: [percentile(times, 0.95)] })
  }
  const page = (name: string, filter: Partial<MovementFilter>, before: (run: number) => bigint | null = () => null) =>
    measure(`page: ${name}`, (run) =>
      listMovements(pool, SEARCHED_ACCOUNT, { ...NO_FILTER, ...filter }, at(before(run))),
    )
  const search = (name: string, filter: (run: number) => Partial<MovementFilter>) =>
    measure(`page and count: ${name}`, (run) =>
      searchMovements(pool, SEARCHED_ACCOUNT, { ...NO_FILTER, ...filter(run) }, at(null)),
    )
  const middle = (run: number) => last / 2n - BigInt(run * 1000)

  await page('newest', {})
  await page('middle', {}, middle)
  await page('kind call', { kinds: ['call'] })
  await page('kind call, middle', { kinds: ['call'] }, middle)
  await page('kind mms (1 of 100,000)', { kinds: ['mms'] })
  await page('kind dispute (none)', { kinds: ['dispute'] })
  await page('user', { userId: 'user-17' }, middle)
  await page('user, last page', { userId: 'user-17' }, () => 40_000n)
  await page('a day', { from: day, to: until })
  await page('in', { direction: 'in' })
  await search('all', () => ({}))
  await search('kind call', () => ({ kinds: ['call'] }))
  await search('kind top_up', () => ({ kinds: ['top_up'] }))
  await search('kind mms (1 of 100,000)', () => ({ kinds: ['mms'] }))
  await search('kind dispute (none)', () => ({ kinds: ['dispute'] }))
  await search('user', (run) => ({ userId: `user-${run}` }))
  await search('user (1 of 100,000)', () => ({ userId: 'rare-user' }))
  await search('a day', () => ({ from: day, to: until }))
  await search('half of the time', () => ({ from: month }))
  await search('in', () => ({ direction: 'in' }))
  await search('user and kind sms, a month', (run) => ({
    userId: `user-${run}`,
    kinds: ['sms'],
    from: month,
    to: day,
  }))
  await search('user and kind that never meet', (run) => ({ userId: `user-${run}`, kinds: ['mms'] }))
  await search('interaction that is its event', (run) => ({
    search: `${SEARCHED_ACCOUNT}-${(last / 3n / 2n) * 2n + BigInt(run * 2)}`,
  }))
  await search('interaction of its own', (run) => ({
    search: `${SEARCHED_ACCOUNT}-interaction-${(last / 3n / 2n) * 2n + BigInt(run * 2 + 1)}`,
  }))
  await search('SKU', () => ({ search: 'recording-gb' }))
  await search('SKU (1 of 100,000)', () => ({ search: 'rare-sku' }))
  await search('destinations that begin so (all)', () => ({ search: 'coun' }))
  await search('destinations that begin so (11 of 300)', (run) => ({ search: `Country ${1 + (run % 2)}1` }))
  await search('destination (1 of 100,000)', () => ({ search: 'zanz' }))
  await search('nothing begins so', () => ({ search: 'nowhere' }))
  await measureSummaries(pool, measure)
  return figures
}

type Measure = (name: string, work: (run: number) => Promise<unknown>) => Promise<void>

async function measureSummaries(pool: Pool, measure: Measure): Promise<void> {
  for (const by of USAGE_BY) {
    for (const days of [7, 30, 90]) {
      await measure(`usage: by ${by}, ${days} days`, () =>
        readUsageSummary(pool, SEARCHED_ACCOUNT, by, lastDays(days), SHOWN_ITEMS),
      )
    }
  }
  await measure('days left: what they are made from', () => readUsageHistory(pool, SEARCHED_ACCOUNT))
  const nowMicros = Date.now() * 1_000
  const toMicros = Math.ceil(nowMicros / MICROS_PER_DAY) * MICROS_PER_DAY
  for (const [days, step] of [
    [7, 'hour'],
    [30, 'day'],
    [90, 'day'],
  ] as const) {
    const period = { fromMicros: toMicros - days * MICROS_PER_DAY, toMicros, step, nowMicros }
    await measure(`balance over ${days} days by the ${step}`, () => readBalanceHistory(pool, SEARCHED_ACCOUNT, period))
  }
}

/** One movement more than a page shows whether there is another page. */
function at(before: bigint | null): PageWanted {
  return { before, limit: PAGE + 1 }
}
