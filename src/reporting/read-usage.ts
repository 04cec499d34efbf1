/**
 * What used an account's credit over whole UTC days, by day, kind, user or destination. Usage belongs to the day on
 * which it was recorded, less what corrections have reversed of it since: a day shows what it cost in the end.
 */
import type { Currency, Micros } from '../core/money.ts'
import type { Pool } from '../platform/postgres.ts'
import { byKey } from './by-key.ts'
import { NOT_USAGE } from './roll-up.ts'
import { type AccountRow, BEHIND, type StillRollingUp, stillRollingUp } from './up-to-date.ts'

export const USAGE_BY = ['day', 'kind', 'user', 'destination'] as const
export type UsageBy = (typeof USAGE_BY)[number]

export interface UsedBy {
  /** The date, kind, user or destination; empty for usage without a user or destination. */
  readonly id: string
  /** The user's display name. */
  readonly name: string | null
  readonly used: Used
}

export interface Used {
  /** Usage less reversals; above zero if credit was used. */
  readonly usedMicros: Micros
  /** How much of the original usage was reversed. */
  readonly reversedMicros: Micros
  /** Movements of usage, including those that were reversed. */
  readonly movements: bigint
  /** Net of reversals. Seconds, fragments or items: across kinds the sum adds different things. */
  readonly units: bigint
}

export interface UsageSummary {
  readonly currency: Currency
  readonly epoch: number
  /** The newest movement included. */
  readonly throughSequence: bigint
  /** By day in order, otherwise the most used first. */
  readonly items: readonly UsedBy[]
  /** What is not among the items, and how many items that would be. */
  readonly other: { readonly count: number; readonly used: Used }
  readonly total: Used
}

export interface UsagePeriod {
  /** Dates in UTC, half-open. */
  readonly fromDate: string
  readonly toDate: string
}

/**
 * By day, the kinds are added up. Otherwise whole months of the period, from $6 to $7, come from the sums by month.
 * Every row contains the account, so that an account without usage still returns a row.
 */
const READ_USAGE = `
  with ${BEHIND},
  wanted as (select case when $2 = 'day' then 'kind' else $2 end as what),
  sums as (
    select booked_on, id, movements, units, amount_micros, reversed_units, reversed_micros
      from tollgate.usage_by_day_and
     where account_id = $1 and what = (table wanted) and booked_on >= $3::date and booked_on < $6::date
     union all
    select begins_on, id, movements, units, amount_micros, reversed_units, reversed_micros
      from tollgate.usage_by_month_and
     where account_id = $1 and what = (table wanted) and begins_on >= $6::date and begins_on < $7::date
     union all
    select booked_on, id, movements, units, amount_micros, reversed_units, reversed_micros
      from tollgate.usage_by_day_and
     where account_id = $1 and what = (table wanted) and booked_on >= $7::date and booked_on < $4::date
     union all
    select booked_on, id, movements, units, amount_micros, reversed_units, reversed_micros
      from delta_and
     where what = (table wanted) and booked_on >= $3::date and booked_on < $4::date
  ),
  used as (
    select case when $2 = 'day' then booked_on::text else id end as id, sum(movements)::bigint as movements,
           sum(units - reversed_units)::bigint as units, (-sum(amount_micros + reversed_micros))::bigint as used_micros,
           sum(reversed_micros)::bigint as reversed_micros
      from sums
     where (table wanted) <> 'kind' or id not in ${NOT_USAGE}
     group by 1
  ),
  ranked as (
    select *, row_number() over (order by case when $2 = 'day' then id end, used_micros desc, id) as place from used
  ),
  shown as (
    select case when place <= $5 then place end as place, case when place <= $5 then id end as id, count(*)::int as count,
           sum(movements)::bigint as movements, sum(units)::bigint as units, sum(used_micros)::bigint as used_micros,
           sum(reversed_micros)::bigint as reversed_micros
      from ranked
     group by 1, 2
  )
  select a.currency, a.epoch, a.balance_micros, a.last_sequence, a.through_sequence,
         s.place, s.id, n.name, s.count, s.movements, s.units, s.used_micros, s.reversed_micros
    from account a
    left join shown s on true
    left join tollgate.display_names n on $2 = 'user' and n.account_id = a.account_id and n.user_id = s.id
   order by s.place nulls last`

interface Row extends AccountRow {
  place: bigint | null
  id: string | null
  name: string | null
  /** Null if nothing was used. */
  count: number | null
  movements: bigint
  units: bigint
  used_micros: bigint
  reversed_micros: bigint
}

/** Reads at most `limit` items, and the sum of the others; null if there is no such account. */
export async function readUsageSummary(
  pool: Pool,
  accountId: string,
  by: UsageBy,
  { fromDate, toDate }: UsagePeriod,
  limit: number,
): Promise<UsageSummary | StillRollingUp | null> {
  const [wholeFrom, wholeTo] = by === 'day' ? [fromDate, fromDate] : wholeMonths(fromDate, toDate)
  const values = [accountId, by, fromDate, toDate, limit, wholeFrom, wholeTo]
  const query = { name: 'read-usage', text: READ_USAGE, values }
  const { rows } = await byKey(pool, (connection) => connection.query<Row>(query))
  const [account] = rows
  if (account === undefined) return null
  const behind = stillRollingUp(account)
  if (behind !== null) return behind
  const found = rows.filter(({ count }) => count !== null)
  const others = found.find(({ place }) => place === null)
  return {
    currency: account.currency,
    epoch: account.epoch,
    throughSequence: account.last_sequence,
    items: found
      .filter(({ place }) => place !== null)
      .map((row) => ({ id: row.id!, name: row.name, used: usedOf(row) })),
    other: { count: others?.count ?? 0, used: others === undefined ? NOTHING : usedOf(others) },
    total: found.map(usedOf).reduce(add, NOTHING),
  }
}

/** The whole months between two dates, half-open; an empty range at the start if there are none. */
function wholeMonths(fromDate: string, toDate: string): readonly [string, string] {
  const first = fromDate.endsWith('-01') ? fromDate : firstOfNextMonth(fromDate)
  const end = `${toDate.slice(0, 8)}01`
  return first < end ? [first, end] : [fromDate, fromDate]
}

function firstOfNextMonth(date: string): string {
  const [year, month] = date.split('-').map(Number) as [number, number]
  return month === 12
    ? `${String(year + 1).padStart(4, '0')}-01-01`
    : `${date.slice(0, 5)}${String(month + 1).padStart(2, '0')}-01`
}

const NOTHING: Used = { usedMicros: 0n, reversedMicros: 0n, movements: 0n, units: 0n }

function usedOf({ used_micros, reversed_micros, movements, units }: Row): Used {
  return { usedMicros: used_micros, reversedMicros: reversed_micros, movements, units }
}

function add(a: Used, b: Used): Used {
  return {
    usedMicros: a.usedMicros + b.usedMicros,
    reversedMicros: a.reversedMicros + b.reversedMicros,
    movements: a.movements + b.movements,
    units: a.units + b.units,
  }
}
