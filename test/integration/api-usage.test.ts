/**
 * Usage, forecast and period sums: current at any state of the roll-up, and equal to counting the movements one by one.
 * Read by the typed client, so that a change of these routes breaks the types here.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openApiDocument } from '../../scripts/openapi-document.ts'
import { type ApiClient, createApiClient, type Schema } from '../../src/api/client/client.ts'
import { postCredit } from '../../src/core/changes/account-change.ts'
import { formatDate, formatInstant, MICROS_PER_DAY, parseDate, parseInstant } from '../../src/core/instant.ts'
import { formatMoney, type Micros, parseMoney } from '../../src/core/money.ts'
import { changeAccount } from '../../src/ledger/changes/change-account.ts'
import { readBalanceHistory } from '../../src/reporting/read-balance-history.ts'
import { rollUp } from '../../src/reporting/roll-up.ts'
import { createRandom } from '../../testkit/random.ts'
import { until } from '../../testkit/until.ts'
import { age } from '../support/age.ts'
import { openTestApi, type TestApi } from '../support/api.ts'
import { type Fields, testAccount } from '../support/catalog.ts'
import { adjust, apply, postPayments, recordUsage } from '../support/ledger.ts'
import { abroad, correctionOf, lookup, sms } from '../support/usage-events.ts'
import { withinOneDay } from '../support/within-one-day.ts'

let api: TestApi
let client: ApiClient

beforeAll(async () => {
  api = await openTestApi()
  client = createApiClient({ baseUrl: api.url, token: await api.key(['read']) })
})

afterAll(async () => {
  await api?.close()
})

async function readSummary(accountId: string, query: UsageQuery): Promise<Schema<'UsageSummary'>> {
  return answerOf(
    await client.GET('/v1/accounts/{account_id}/usage', { params: { path: { account_id: accountId }, query } }),
  )
}

async function readForecast(accountId: string): Promise<Schema<'UsageForecast'>> {
  const params = { path: { account_id: accountId } }
  return answerOf(await client.GET('/v1/accounts/{account_id}/usage-forecast', { params }))
}

async function readPeriod(accountId: string, from?: string, to?: string): Promise<Schema<'PeriodSummary'>> {
  const params = { path: { account_id: accountId }, query: { ...(from && { from }), ...(to && { to }) } }
  return answerOf(await client.GET('/v1/accounts/{account_id}/period-summary', { params }))
}

type HistoryQuery = { from?: string; to?: string; days?: number; step?: 'hour' | 'day' }

async function readHistory(accountId: string, query: HistoryQuery = {}): Promise<Schema<'BalanceHistory'>> {
  const params = { path: { account_id: accountId }, query }
  return answerOf(await client.GET('/v1/accounts/{account_id}/balance-history', { params }))
}

/** The same by SQL, one query per figure. */
async function expectedHistory(accountId: string, { points, days, from, to }: Schema<'BalanceHistory'>) {
  const balanceBefore = `
    (select balance_after_micros from tollgate.movements where account_id = $1 and recorded_at < at
      order by sequence desc limit 1)`
  const balances = await api.pool.query<{ balance: bigint }>(
    `select coalesce(${balanceBefore}, 0)::bigint as balance
       from unnest($2::timestamptz[]) with ordinality as point (at, place) order by place`,
    [accountId, points.map(({ at }) => at)],
  )
  const byDay = await api.pool.query(
    `select added, other, used, coalesce(${balanceBefore}, 0)::bigint as closing
       from unnest($2::date[]) with ordinality as day (date, place)
      cross join lateral (select (date + 1)::timestamp at time zone 'UTC' as at) as ending
      cross join lateral (
        select coalesce(sum(amount_micros) filter (where kind = 'top_up'), 0)::bigint as added,
               coalesce(sum(amount_micros) filter (where kind in ('adjustment', 'refund', 'dispute')), 0)::bigint as other,
               coalesce(-sum(amount_micros) filter (where kind in ('usage', 'reversal')), 0)::bigint as used
          from tollgate.movements
         where account_id = $1 and (recorded_at at time zone 'UTC')::date = date
      ) as moved
      order by place`,
    [accountId, days.map(({ date }) => date)],
  )
  const topUps = await api.pool.query(
    `select m.amount_micros, m.balance_before_micros, m.balance_after_micros, t.trigger
       from tollgate.movements m left join tollgate.top_ups t using (top_up_id)
      where m.account_id = $1 and kind = 'top_up' and (recorded_at at time zone 'UTC')::date >= $2::date
        and (recorded_at at time zone 'UTC')::date < $3::date
      order by sequence`,
    [accountId, from, to],
  )
  return {
    balances: balances.rows.map(({ balance }) => formatMoney(balance)),
    days: byDay.rows.map((row) => ({
      added: formatMoney(row.added),
      used: formatMoney(row.used),
      other: formatMoney(row.other),
      closing: formatMoney(row.closing),
    })),
    topUps: topUps.rows.map((row) => ({
      amount: formatMoney(row.amount_micros),
      balance_before: formatMoney(row.balance_before_micros),
      balance_after: formatMoney(row.balance_after_micros),
      trigger: row.trigger,
    })),
  }
}

async function expectHistory(accountId: string, history: Schema<'BalanceHistory'>): Promise<void> {
  const expected = await expectedHistory(accountId, history)
  const { points, days, top_ups: topUps } = history
  expect(points.map(({ balance }) => balance)).toEqual(expected.balances)
  expect(days.map(({ date: _, ...figures }) => figures)).toEqual(expected.days)
  expect(topUps.items.map(({ at: _, ...figures }) => figures)).toEqual(expected.topUps)
  expect(topUps.count).toBe(expected.topUps.length)
  expect(inMicros(topUps.added)).toBe(expected.topUps.reduce((sum, { amount }) => sum + inMicros(amount), 0n))
  expect([history.opening, history.closing]).toEqual([points[0]!.balance, points.at(-1)!.balance])
  let opening = history.opening
  for (const day of days) {
    expectToAddUp({ ...day, opening })
    opening = day.closing
  }
}

interface UsageQuery {
  readonly by?: Schema<'UsageSummary'>['by']
  readonly from?: string
  readonly to?: string
  readonly days?: number
  readonly limit?: number
}

function answerOf<Answer>({ data, error }: { data?: Answer; error?: Schema<'Problem'> }): Answer {
  if (data === undefined) throw new Error(`refused: ${error?.detail}`)
  return data
}

/** A movement, for counting in the test. */
interface Moved {
  readonly sequence: number
  readonly kind: string
  readonly micros: Micros
  readonly after: Micros
  readonly recordedAt: number
  readonly reverses: number | null
  readonly type: string
  readonly userId: string
  readonly destination: string
  readonly units: number
}

async function movementsOf(accountId: string): Promise<Moved[]> {
  const { rows } = await api.pool.query(
    `select m.sequence, m.kind, m.amount_micros, m.balance_after_micros, m.reverses_sequence,
            (extract(epoch from m.recorded_at) * 1000000)::bigint as recorded_at, coalesce(u.channel, u.type) as type,
            coalesce(u.user_id, '') as user_id, coalesce(u.destination, u.sku, '') as destination, u.units
       from tollgate.movements m
       left join tollgate.rated_usage u on u.account_id = m.account_id and u.event_id = m.event_id
      where m.account_id = $1 order by m.sequence`,
    [accountId],
  )
  return rows.map((row) => ({
    sequence: Number(row.sequence),
    kind: row.kind,
    micros: row.amount_micros,
    after: row.balance_after_micros,
    recordedAt: Number(row.recorded_at),
    reverses: row.reverses_sequence === null ? null : Number(row.reverses_sequence),
    type: row.type,
    userId: row.user_id,
    destination: row.destination,
    units: Number(row.units),
  }))
}

function expectedSummary(moved: readonly Moved[], by: Schema<'UsageSummary'>['by'], from: string, to: string) {
  const items = new Map<string, { used: Micros; reversed: Micros; movements: number; units: number }>()
  for (const each of moved) {
    const day = formatDate(each.recordedAt)
    if (each.kind !== 'usage' || day < from || day >= to) continue
    const id = { day, kind: each.type, user: each.userId, destination: each.destination }[by]
    const reversal = moved.find(({ kind, reverses }) => kind === 'reversal' && reverses === each.sequence)
    const item = items.get(id) ?? { used: 0n, reversed: 0n, movements: 0, units: 0 }
    items.set(id, {
      used: item.used - each.micros - (reversal?.micros ?? 0n),
      reversed: item.reversed + (reversal?.micros ?? 0n),
      movements: item.movements + 1,
      units: item.units + (reversal === undefined ? each.units : 0),
    })
  }
  return [...items]
    .sort(([a, { used: usedByA }], [b, { used: usedByB }]) =>
      by === 'day' || usedByA === usedByB ? (a < b ? -1 : 1) : usedByA > usedByB ? -1 : 1,
    )
    .map(([id, { used, reversed, movements, units }]) => ({
      id: id === '' ? null : id,
      name: by === 'user' && id === 'ann' ? 'Ann Example' : null,
      used: formatMoney(used),
      reversed: formatMoney(reversed),
      movements,
      units: by === 'kind' ? units : null,
    }))
}

function expectedPeriod(moved: readonly Moved[], from: number, to: number) {
  const before = moved.filter(({ recordedAt }) => recordedAt < from)
  const within = moved.filter(({ recordedAt }) => recordedAt >= from && recordedAt < to)
  const sum = (...kinds: string[]) =>
    within.filter(({ kind }) => kinds.includes(kind)).reduce((total, { micros }) => total + micros, 0n)
  return {
    opening: formatMoney(before.at(-1)?.after ?? 0n),
    added: formatMoney(sum('top_up')),
    used: formatMoney(-sum('usage', 'reversal')),
    other: formatMoney(sum('adjustment', 'refund', 'dispute')),
    closing: formatMoney([...before, ...within].at(-1)?.after ?? 0n),
    after_sequence: before.length,
    through_sequence: before.length + within.length,
  }
}

const inMicros = (money: string) => parseMoney(money)!

type Sums = Pick<Schema<'PeriodSummary'>, 'opening' | 'added' | 'used' | 'other' | 'closing'>

function expectToAddUp({ opening, added, used, other, closing }: Sums): void {
  expect(inMicros(opening) + inMicros(added) - inMicros(used) + inMicros(other)).toBe(inMicros(closing))
}

describe('after any history, at any state of the roll-up', () => {
  const ACCOUNT = 'history'
  let moved: Moved[]
  const random = createRandom(5)

  beforeAll(async () => {
    await apply(api, [testAccount({ accountId: ACCOUNT })])
    await api.pool.query(
      `insert into tollgate.display_names (account_id, user_id, name, updated_by) values ($1, 'ann', 'Ann Example', 'test')`,
      [ACCOUNT],
    )
    const taken: string[] = []
    for (let step = 0; step < 45; step++) {
      if (step === 20) await postPayments(api, ACCOUNT)
      else if (random.chance(0.3)) await adjust(api, ACCOUNT, BigInt(1 + random.whole(5_000_000)))
      const events: Fields[] = []
      for (let i = random.whole(12); i > 0; i--) {
        const eventId = `e-${step}-${i}`
        if (taken.length > 0 && random.chance(0.2)) {
          events.push(correctionOf(ACCOUNT, taken.splice(random.whole(taken.length), 1)[0]!))
        } else {
          const make = random.pick([abroad, sms, lookup])
          events.push(make(ACCOUNT, eventId, random.pick(['ann', 'bob'])))
          taken.push(eventId)
        }
      }
      if (events.length > 0) await recordUsage(api, ...events)
      // Half a day on average, and once in a while a whole week.
      if (step < 44) await age(api.pool, ACCOUNT, random.chance(0.05) ? 170 : random.whole(24))
    }
    moved = await movementsOf(ACCOUNT)
    expect(new Set(moved.map(({ kind }) => kind)).size).toBe(6)
    expect(moved.filter(({ kind }) => kind === 'reversal').length).toBeGreaterThan(10)
  })

  it('usage, forecast, periods and balances equal the sums of the movements', async () => {
    const nowMicros = Date.now() * 1000
    const oldest = moved[0]!.recordedAt
    const dateAt = (micros: number) => formatDate(Math.round(micros))
    const states = new Set<string>()
    for (let hasMore = true; hasMore; ) {
      for (const by of ['day', 'kind', 'user', 'destination'] as const) {
        const start = oldest + random.fraction() * (nowMicros - oldest)
        const from = dateAt(start)
        const to = dateAt(start + (1 + random.whole(40)) * MICROS_PER_DAY)
        const { items, other, total, through_sequence } = await readSummary(ACCOUNT, { by, from, to })
        const expected = expectedSummary(moved, by, from, to)
        expect(items).toEqual(expected)
        expect(other.count).toBe(0)
        expect(through_sequence).toBe(moved.length)
        expect(inMicros(total.used)).toBe(expected.reduce((sum, { used }) => sum + inMicros(used), 0n))
      }

      const forecast = await readForecast(ACCOUNT)
      const today = forecast.today
      const dayBefore = (days: number) => formatDate(parseDate(today)! - days * MICROS_PER_DAY)
      const used = expectedSummary(moved, 'day', dayBefore(forecast.days), today)
      const sum = used.reduce((total, each) => total + inMicros(each.used), 0n)
      expect(forecast.days).toBe(14)
      expect(Number(inMicros(forecast.average!))).toBe(Math.round(Number(sum) / 14))
      const [usedToday] = expectedSummary(moved, 'day', today, dayBefore(-1))
      expect(forecast.used_today).toBe(usedToday?.used ?? '0.000000')
      expect(forecast.balance).toBe(formatMoney(moved.at(-1)!.after))

      for (let i = 0; i < 6; i++) {
        const span = nowMicros - oldest
        const from = Math.floor(oldest - span / 10 + random.fraction() * span)
        // Some over midnights alone, some within a day, some reaching past now.
        const to = from + 1 + Math.floor(random.fraction() ** 3 * span)
        const [start, end] = random.chance(0.3) ? [from, to].map(midnight) : [from, to]
        if (start! >= end!) continue
        const summary = await readPeriod(ACCOUNT, formatInstant(start!), formatInstant(end!))
        expect(summary).toMatchObject(expectedPeriod(moved, start!, end!))
        expectToAddUp(summary)
      }

      for (const step of ['day', 'hour'] as const) {
        const start = oldest + (random.fraction() * 1.2 - 0.1) * (nowMicros - oldest)
        const from = dateAt(Math.min(start, nowMicros))
        const to = formatDate(parseDate(from)! + (1 + random.whole(step === 'day' ? 60 : 15)) * MICROS_PER_DAY)
        await expectHistory(ACCOUNT, await readHistory(ACCOUNT, { from, to, step }))
      }
      const { rows } = await api.pool.query(
        'select through_sequence from tollgate.usage_by_day_progress where account_id = $1',
        [ACCOUNT],
      )
      states.add(String(rows[0]?.through_sequence ?? 0n))
      hasMore = (await rollUp(api.pool, { maxMovements: 1 + random.whole(25) })).hasMore
      if (!hasMore) expect((await rollUp(api.pool)).hasMore).toBe(false)
    }
    expect(states.size).toBeGreaterThan(8)
  })

  it('as many items are returned as requested, and the rest is summed', async () => {
    const all = await readSummary(ACCOUNT, { by: 'destination', days: 366 })
    const { items, other, total } = await readSummary(ACCOUNT, { by: 'destination', days: 366, limit: 1 })
    expect(items).toEqual(all.items.slice(0, 1))
    expect(total).toEqual(all.total)
    expect(other.count).toBe(all.items.length - 1)
    expect(inMicros(items[0]!.used) + inMicros(other.used)).toBe(inMicros(total.used))
  })

  it('unlisted items are summed', async () => {
    const events = Array.from({ length: 230 }, (_, i) => abroad(ACCOUNT, `many-${i}`, `user-${i}`, 60 + 60 * (i % 7)))
    await recordUsage(api, ...events)
    const { items, other, total } = await readSummary(ACCOUNT, { by: 'user' })
    expect(items).toHaveLength(200)
    expect(other.count).toBeGreaterThan(30)
    const listed = items.reduce((sum, { used }) => sum + inMicros(used), 0n)
    expect(listed + inMicros(other.used)).toBe(inMicros(total.used))
    const least = items.reduce((min, { used }) => (inMicros(used) < min ? inMicros(used) : min), 10n ** 12n)
    expect(inMicros(other.used)).toBeLessThanOrEqual(least * BigInt(other.count))
    const movements = items.reduce((sum, each) => sum + each.movements, other.movements)
    expect(movements).toBe(total.movements)
  })
})

function midnight(micros: number): number {
  return Math.floor(micros / MICROS_PER_DAY) * MICROS_PER_DAY
}

describe('periods', () => {
  it('that adjoin have no gap or overlap while movements are recorded, and stay the same', async () => {
    await apply(api, [testAccount({ accountId: 'busy' })])
    await adjust(api, 'busy', 100_000_000n)
    let isDone = false
    const write = async (writer: number) => {
      for (let i = 0; !isDone; i++) {
        if (i % 5 === 0) await adjust(api, 'busy', BigInt(1 + i))
        else await recordUsage(api, abroad('busy', `w${writer}-${i}`, 'ann'), sms('busy', `s${writer}-${i}`))
        if (i % 7 === 0) await rollUp(api.pool, { maxMovements: 10 })
      }
    }
    const writers = [write(1), write(2)]
    const periods: Schema<'PeriodSummary'>[] = []
    try {
      let from = '2020-01-01T00:00:00Z'
      while (periods.length < 60 || periods.filter(({ used }) => used !== '0.000000').length < 20) {
        const period = await readPeriod('busy', from, '2999-01-01')
        periods.push(period)
        from = period.to
      }
    } finally {
      isDone = true
      await Promise.all(writers)
    }
    for (const [i, period] of periods.entries()) {
      expectToAddUp(period)
      expect(await readPeriod('busy', period.from, period.to)).toEqual(period)
      const next = periods[i + 1]
      if (next === undefined) continue
      expect([period.closing, period.through_sequence]).toEqual([next.opening, next.after_sequence])
    }
    const whole = await readPeriod('busy', periods[0]!.from, periods.at(-1)!.to)
    for (const figure of ['added', 'used', 'other'] as const) {
      const sum = periods.reduce((total, period) => total + inMicros(period[figure]), 0n)
      expect(inMicros(whole[figure])).toBe(sum)
    }
  }, 120_000)

  it('wait for a movement whose instant is set but which is not committed yet', async () => {
    await apply(api, [testAccount({ accountId: 'slow' })])
    await adjust(api, 'slow', 5_000_000n)
    const release = Promise.withResolvers<void>()
    const isLocked = Promise.withResolvers<number>()
    const origin = { kind: 'adjustment', actor: 'test', reason: 'slow' } as const
    const posting = changeAccount(api, 'slow', async ({ account, settings, clock }) => {
      isLocked.resolve(clock.nowMicros)
      await release.promise
      const entry = { amountMicros: 1_000_000n, origin, occurredAtMicros: clock.nowMicros }
      return { change: postCredit(account, settings, [entry], clock.nowMicros), answer: null }
    })
    const recordedAt = await isLocked.promise
    const reading = readPeriod('slow', '2020-01-01', formatInstant(recordedAt + 1))
    try {
      await until('the reader waits for the writer', async () => {
        const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
        return (await api.pool.query(waiting)).rowCount === 1
      })
    } finally {
      release.resolve()
    }
    await posting
    expect(await reading).toMatchObject({ closing: '6.000000', through_sequence: 2 })
  })

  it('end now if they reach past it, and wait for no writer once they are long over', async () => {
    const before = Date.now() * 1000
    const { to } = await readPeriod('slow', '2020-01-01', '2999-01-01')
    expect(Math.abs(parseInstant(to)! - before)).toBeLessThan(60_000_000)
    const locking = await api.pool.connect()
    try {
      await locking.query('begin')
      await locking.query(`select from tollgate.accounts where account_id = 'slow' for no key update`)
      expect(await readPeriod('slow', '2020-01-01', '2021-01-01')).toMatchObject({
        opening: '0.000000',
        closing: '0.000000',
        through_sequence: 0,
      })
    } finally {
      await locking.query('rollback')
      locking.release()
    }
  })
})

describe('a balance over time', () => {
  const dayFromToday = (days: number) => formatDate(Date.now() * 1000 + days * MICROS_PER_DAY)
  const balancesOf = ({ points }: Schema<'BalanceHistory'>) => points.map(({ balance }) => Number(balance))

  beforeAll(() => withinOneDay('UTC', 30_000))

  it('has one point per day up to now, including days without movements', async () => {
    await apply(api, [testAccount({ accountId: 'quiet' })])
    await adjust(api, 'quiet', 10_000_000n)
    await age(api.pool, 'quiet', 72)
    await recordUsage(api, abroad('quiet', 'q1', 'ann'))
    const history = await readHistory('quiet', { days: 7 })
    await expectHistory('quiet', history)
    expect([history.from, history.to]).toEqual([dayFromToday(-6), dayFromToday(1)])
    expect(balancesOf(history)).toEqual([0, 0, 0, 0, 10, 10, 10, 9.5])
    expect(history.days.map(({ other, used }) => [Number(other), Number(used)])).toEqual([
      ...[1, 2, 3].map(() => [0, 0]),
      [10, 0],
      ...[4, 5].map(() => [0, 0]),
      [0, 0.5],
    ])
    const asOf = Date.parse(history.points.at(-1)!.at)
    expect(Math.abs(asOf - Date.now())).toBeLessThan(60_000)
    for (const { at } of history.points.slice(0, -1)) expect(at).toMatch(/T00:00:00\.000000Z$/)
  })

  it('goes by the hour on request', async () => {
    const history = await readHistory('quiet', { days: 7, step: 'hour' })
    await expectHistory('quiet', history)
    expect(history.points.length).toBeGreaterThan(6 * 24)
    const times = history.points.map(({ at }) => Date.parse(at))
    expect(new Set(times.slice(1, -1).map((at, i) => at - times[i]!))).toEqual(new Set([3_600_000]))
  })

  it('ends with its period', async () => {
    const history = await readHistory('quiet', { from: dayFromToday(-3), to: dayFromToday(0) })
    await expectHistory('quiet', history)
    expect(balancesOf(history)).toEqual([0, 10, 10, 10])
    expect(history.points.at(-1)!.at).toBe(`${dayFromToday(0)}T00:00:00.000000Z`)
  })

  it('is zero before the first movement, and without one', async () => {
    const before = await readHistory('quiet', { from: dayFromToday(-9), to: dayFromToday(-7) })
    await expectHistory('quiet', before)
    expect(balancesOf(before)).toEqual([0, 0, 0])
    await apply(api, [testAccount({ accountId: 'empty' })])
    const empty = await readHistory('empty')
    await expectHistory('empty', empty)
    expect(empty).toMatchObject({ through_sequence: 0, top_ups: { count: 0, items: [] } })
    expect(empty.points).toHaveLength(31)
  })

  it('for today goes from the balance at midnight to the current one', async () => {
    const history = await readHistory('quiet', { days: 1 })
    await expectHistory('quiet', history)
    expect(balancesOf(history)).toEqual([10, 9.5])
  })

  describe('if midnight passes between asking and reading', () => {
    const midnightMicros = () => parseDate(dayFromToday(0))!
    const asked = async (toMicros: number) => {
      const fromMicros = midnightMicros() - MICROS_PER_DAY
      const nowMicros = midnightMicros() - 1
      const history = await readBalanceHistory(api.pool, 'quiet', { fromMicros, toMicros, step: 'day', nowMicros })
      if (history === null || 'behind' in history) throw new Error('there are no sums')
      return history
    }

    it('a period that goes on reaches to the current balance', async () => {
      const history = await asked(midnightMicros() + 2 * MICROS_PER_DAY)
      expect(history).toMatchObject({ closingMicros: 9_500_000n, throughSequence: 2n })
      expect(history.points.map(({ balanceMicros }) => balanceMicros)).toEqual([10_000_000n, 10_000_000n, 9_500_000n])
      expect(history.points.at(-1)!.atMicros).toBeGreaterThan(midnightMicros())
    })

    it('a period that ended at midnight includes no movement since', async () => {
      const history = await asked(midnightMicros())
      expect(history).toMatchObject({ closingMicros: 10_000_000n, throughSequence: 1n })
      expect(history.points.at(-1)!.atMicros).toBe(midnightMicros())
    })
  })

  it('marks top-ups with the balances around them, and which were automatic', async () => {
    await apply(api, [testAccount({ accountId: 'topped-up' })])
    await postPayments(api, 'topped-up')
    const { top_ups: topUps, closing } = await readHistory('topped-up', { days: 1 })
    expect(topUps).toMatchObject({
      count: 1,
      added: '50.000000',
      items: [{ amount: '50.000000', balance_before: '0.000000', balance_after: '50.000000', trigger: 'manual' }],
    })
    expect(closing).toBe('0.000000')
  })
})

describe('a forecast', () => {
  it('counts today before it is rolled up, and says why there is no forecast', async () => {
    await apply(api, [testAccount({ accountId: 'fresh' })])
    expect(await readForecast('fresh')).toMatchObject({
      days: 0,
      average: null,
      no_average_reason: 'not_enough_usage',
      days_left: null,
      no_days_left_reason: 'no_credit',
      used_today: '0.000000',
      usual_day: null,
      is_unusual: false,
      suggested_threshold: null,
      suggested_amounts: [],
      through_sequence: 0,
    })
    await adjust(api, 'fresh', 10_000_000n)
    await recordUsage(api, abroad('fresh', 'f1', 'ann'), abroad('fresh', 'f2', 'ann'))
    expect(await readForecast('fresh')).toMatchObject({
      balance: '9.000000',
      no_days_left_reason: 'not_enough_usage',
      used_today: '1.000000',
      through_sequence: 3,
    })
  })

  it('suggests amounts that cover the usage, and warns of an unusual day', async () => {
    await apply(api, [testAccount({ accountId: 'steady' })])
    await adjust(api, 'steady', 20_000_000n)
    await withinOneDay('UTC', 15_000)
    for (let day = 0; day < 5; day++) {
      await recordUsage(api, ...Array.from({ length: 4 }, (_, i) => abroad('steady', `d${day}-${i}`, 'ann')))
      await age(api.pool, 'steady', 24)
    }
    await recordUsage(api, ...Array.from({ length: 12 }, (_, i) => abroad('steady', `today-${i}`, 'ann')))
    const forecast = await readForecast('steady')
    expect(forecast).toMatchObject({
      days: 4,
      average: '2.000000',
      days_left: 2,
      no_days_left_reason: null,
      used_today: '6.000000',
      usual_day: '2.000000',
      is_unusual: true,
      owed: '0.000000',
      suggested_threshold: '30.000000',
      suggested_amounts: [
        { amount: '15.000000', days: 7 },
        { amount: '60.000000', days: 30 },
      ],
    })
    expect(forecast.days_to_top_up).toBeNull()
    await api.pool.query(`update tollgate.accounts set auto_top_up_below_micros = 1000000 where account_id = 'steady'`)
    expect(await readForecast('steady')).toMatchObject({ balance: '4.000000', days_left: 2, days_to_top_up: 1 })
    // Corrected, so it does not count.
    await recordUsage(api, correctionOf('steady', 'today-0'), correctionOf('steady', 'd4-0'))
    expect(await readForecast('steady')).toMatchObject({
      average: '1.875000',
      used_today: '5.500000',
      is_unusual: false,
      balance: '5.000000',
    })
  })
})

describe('the routes', () => {
  const PATHS = ['usage', 'usage-forecast', 'balance-history', 'period-summary']

  it.each(PATHS)('%s is open to everybody who may see the account', async (path) => {
    await apply(api, [testAccount({ accountId: 'acme' }), testAccount({ accountId: 'other' })])
    const statusFor = async (token: string | undefined, accountId = 'acme') =>
      (await api.ask('GET', `/v1/accounts/${accountId}/${path}`, { token })).status
    expect(await statusFor(await api.key(['read'], ['acme']))).toBe(200)
    expect(await statusFor(await api.person('acme', 'member'))).toBe(200)
    expect(await statusFor(await api.person('acme', 'admin'))).toBe(200)
    expect(await statusFor(await api.operator())).toBe(200)
    expect(await statusFor(await api.key(['write', 'pay']))).toBe(403)
    expect(await statusFor(undefined)).toBe(401)
    expect(await statusFor(await api.person('acme', 'admin'), 'other')).toBe(404)
    expect(await statusFor(await api.operator(), 'nobody')).toBe(404)
  })

  it.each([
    ['usage?by=weekday', 400, 'invalid-request', '/query/by'],
    ['usage?from=yesterday', 400, 'invalid-request', '/query/from'],
    ['usage?from=2026-02-01&to=2026-02-01', 422, 'not-possible', '/query/to'],
    ['usage?from=2026-01-01&to=2027-01-03', 422, 'not-possible', '/query/from'],
    ['usage?from=1969-12-31&to=1970-01-02', 422, 'not-possible', '/query/from'],
    ['usage?to=0000-01-01', 422, 'not-possible', '/query/to'],
    ['usage?days=367', 400, 'invalid-request', '/query/days'],
    ['usage?limit=201', 400, 'invalid-request', '/query/limit'],
    ['balance-history?step=minute', 400, 'invalid-request', '/query/step'],
    ['balance-history?from=2026-02-01&to=2026-02-01', 422, 'not-possible', '/query/to'],
    ['balance-history?from=2026-01-01&to=2026-01-17&step=hour', 422, 'not-possible', '/query/step'],
    ['balance-history?from=2999-01-02&to=2999-01-03', 422, 'not-possible', '/query/from'],
    ['period-summary?from=2026-01-01&to=soon', 400, 'invalid-request', '/query/to'],
    ['period-summary?to=0000-01-01', 422, 'not-possible', '/query/to'],
    ['period-summary?from=2026-01-02&to=2026-01-02', 422, 'not-possible', '/query/to'],
    ['period-summary?from=2999-01-02&to=2999-01-03', 422, 'not-possible', '/query/from'],
  ])('refuse %s', async (path, status, problem, place) => {
    const token = await api.operator()
    const { status: got, body } = await api.ask('GET', `/v1/accounts/acme/${path}`, { token })
    expect(got).toBe(status)
    expect(body.type).toBe(`urn:tollgate:problem:${problem}`)
    expect(body.errors.map(({ path: at }: { path: string }) => at)).toContain(place)
  })

  it('accept periods of any age, and default to this month', async () => {
    expect(await readPeriod('acme', undefined, '2026-02-01')).toMatchObject({ from: '2026-01-01T00:00:00.000000Z' })
    const { from, to } = await readPeriod('acme', undefined, '2999-01-01')
    expect((await readPeriod('acme')).from).toBe(from)
    expect(from).toBe(`${to.slice(0, 7)}-01T00:00:00.000000Z`)
    for (const [from, to] of [
      ['0000-01-01', '0000-01-02'],
      ['0001-01-01T00:00:00.000001Z', '9999-12-31'],
      ['1969-01-01', '1971-01-01'],
    ] as const) {
      expect(await readPeriod('acme', from, to)).toMatchObject({ opening: '0.000000', closing: '0.000000' })
    }
  })

  it('answer 503 while an account is summed up for the first time', async () => {
    await adjust(api, 'acme', 1_000_000n)
    const setProgress = (through: number) =>
      api.pool.query(
        `insert into tollgate.usage_by_day_progress (account_id, through_sequence) values ('acme', $1)
             on conflict (account_id) do update set through_sequence = excluded.through_sequence`,
        [through],
      )
    await setProgress(-60_000)
    for (const path of PATHS) {
      const token = await api.operator()
      const { status, body, headers } = await api.ask('GET', `/v1/accounts/acme/${path}`, { token })
      expect({ status, retryable: body.retryable, after: headers.get('retry-after') }).toEqual({
        status: 503,
        retryable: true,
        after: '5',
      })
    }
    await setProgress(0)
    expect((await readForecast('acme')).balance).toBe('1.000000')
  })

  it('are in the document from which the client is typed', async () => {
    expect(await openApiDocument()).toEqual((await api.ask('GET', '/openapi.json')).body)
  })
})
