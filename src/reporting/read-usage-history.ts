/**
 * What the forecast of an account's usage is made from: usage of the last days, the first day of usage, and the
 * balance.
 */
import { parseDate } from '../core/instant.ts'
import type { Currency, Micros } from '../core/money.ts'
import { type Day, dayOf, MAX_AVERAGE_DAYS, type UsageHistory } from '../core/usage-forecast/average.ts'
import type { Pool } from '../platform/postgres.ts'
import { byKey } from './by-key.ts'
import { NOT_USAGE } from './roll-up.ts'
import { type AccountRow, type StillRollingUp, SUMS, stillRollingUp } from './up-to-date.ts'

export interface AccountUsage {
  readonly currency: Currency
  readonly epoch: number
  /** The newest movement that is included, in the balance too. */
  readonly throughSequence: bigint
  readonly balanceMicros: Micros
  /** The threshold of automatic top-up; null if there is none at present. */
  readonly autoTopUpBelowMicros: Micros | null
  readonly history: UsageHistory
  /** The newest day with usage that moved credit; null if there is none. */
  readonly lastUsageDay: Day | null
}

/** If the sums have a first day of usage, it is the first; what is not summed up yet is later. */
const READ_HISTORY = `
  with ${SUMS},
  today as materialized (select (clock_timestamp() at time zone 'UTC')::date as today),
  first_in_sums as materialized (
    select booked_on from tollgate.usage_by_day_and
     where account_id = $1 and what = 'kind' and id not in ${NOT_USAGE} and movements > 0
     order by booked_on
     limit 1
  ),
  last_in_sums as materialized (
    select booked_on from tollgate.usage_by_day_and
     where account_id = $1 and what = 'kind' and id not in ${NOT_USAGE} and movements > 0
     order by booked_on desc
     limit 1
  ),
  in_delta as materialized (
    select min(booked_on) as first_day, max(booked_on) as last_day
      from delta_and
     where what = 'kind' and id not in ${NOT_USAGE} and movements > 0
  ),
  days as (
    select booked_on, (-sum(amount_micros + reversed_micros))::bigint as used_micros
      from sums cross join today
     where what = 'kind' and id not in ${NOT_USAGE} and booked_on >= today - $2::integer
     group by booked_on
  )
  select a.currency, a.epoch, a.balance_micros, a.auto_top_up_below_micros, a.last_sequence, a.through_sequence, t.today::text,
         coalesce((select booked_on from first_in_sums), (select first_day from in_delta))::text as first_day,
         greatest((select booked_on from last_in_sums), (select last_day from in_delta))::text as last_day,
         d.booked_on::text, d.used_micros
    from account a
   cross join today t
    left join days d on true`

interface Row extends AccountRow {
  today: string
  first_day: string | null
  last_day: string | null
  booked_on: string | null
  used_micros: bigint | null
}

/** Reads the history; null if there is no such account. Takes no lock. */
export async function readUsageHistory(pool: Pool, accountId: string): Promise<AccountUsage | StillRollingUp | null> {
  const query = { name: 'read-usage-history', text: READ_HISTORY, values: [accountId, MAX_AVERAGE_DAYS] }
  const { rows } = await byKey(pool, (connection) => connection.query<Row>(query))
  const [account] = rows
  if (account === undefined) return null
  const behind = stillRollingUp(account)
  if (behind !== null) return behind
  const days = rows.filter(({ booked_on }) => booked_on !== null)
  return {
    currency: account.currency,
    epoch: account.epoch,
    throughSequence: account.last_sequence,
    balanceMicros: account.balance_micros,
    autoTopUpBelowMicros: account.auto_top_up_below_micros,
    history: {
      today: dayOfDate(account.today),
      firstUsageDay: account.first_day === null ? null : dayOfDate(account.first_day),
      usedMicrosByDay: new Map(days.map((row) => [dayOfDate(row.booked_on!), row.used_micros!])),
    },
    lastUsageDay: account.last_day === null ? null : dayOfDate(account.last_day),
  }
}

function dayOfDate(date: string): number {
  return dayOf(parseDate(date)!)
}
