/**
 * An account's balance over whole UTC days, what moved it on each, and its top-ups.
 *
 * Days are computed from the sums by day, backwards from the current balance. Hours are looked up in the chain. Unlike
 * the summary of a period this waits for no writer: a movement in flight at midnight appears in its day at the next
 * reading. Now is the clock of the statement that reads the sums, so nothing that it reads is of a later day, even if
 * midnight has passed since the question.
 */
import {
  formatDate,
  formatInstant,
  type InstantMicros,
  MICROS_PER_DAY,
  parseDate,
  startOfDay,
} from '../core/instant.ts'
import type { Currency, Micros } from '../core/money.ts'
import type { Pool } from '../platform/postgres.ts'
import { epochMicros } from '../platform/sql.ts'
import { byKey } from './by-key.ts'
import { listMovements, NO_FILTER } from './find-movements.ts'
import { NOT_USAGE } from './roll-up.ts'
import { type AccountRow, BEHIND, type StillRollingUp, stillRollingUp } from './up-to-date.ts'

/** The most top-ups that are listed; all are counted. Automatic ones number at most five a day. */
export const MAX_TOP_UPS = 500
const MICROS_PER_HOUR = MICROS_PER_DAY / 24

export interface BalanceHistory {
  readonly currency: Currency
  readonly epoch: number
  /** The last movement before the end of the period; 0 if there is none. */
  readonly throughSequence: bigint
  readonly openingMicros: Micros
  readonly closingMicros: Micros
  /** Today is included as far as it has passed; later days are not. */
  readonly days: readonly BalanceDay[]
  /** From the opening to the closing balance, one per step; the last is of now if the period reaches past now. */
  readonly points: readonly BalanceAt[]
  readonly topUps: {
    readonly count: number
    readonly addedMicros: Micros
    /** The newest ones, in order. */
    readonly listed: readonly PostedTopUp[]
  }
}

/** opening + added - used + other = closing, which is the next day's opening. */
export interface BalanceDay {
  readonly date: string
  readonly addedMicros: Micros
  /** Net of the reversals recorded on that day. */
  readonly usedMicros: Micros
  readonly otherMicros: Micros
  readonly closingMicros: Micros
}

export interface BalanceAt {
  readonly atMicros: InstantMicros
  readonly balanceMicros: Micros
}

export interface PostedTopUp {
  readonly recordedAt: string
  readonly amountMicros: Micros
  readonly balanceBeforeMicros: Micros
  readonly balanceAfterMicros: Micros
  /** Null if only its movement is known. */
  readonly trigger: 'automatic' | 'manual' | null
}

export interface WantedHistory {
  /** Midnights in UTC, half-open; the first is not after now. */
  readonly fromMicros: InstantMicros
  readonly toMicros: InstantMicros
  readonly step: 'hour' | 'day'
  /** The database's clock when the period was chosen. */
  readonly nowMicros: InstantMicros
}

/** For each day from `$2` on, the sums of what was recorded on it. */
const READ_DAYS = `
  with ${BEHIND},
  sums as (
    select booked_on, id as kind, movements, amount_micros
      from tollgate.usage_by_day_and
     where account_id = $1 and what = 'kind' and booked_on >= $2::date
     union all
    select booked_on, id, movements, amount_micros from delta_and where what = 'kind' and booked_on >= $2::date
  ),
  days as (
    select booked_on, sum(amount_micros)::bigint as moved_micros, sum(movements)::bigint as movements,
           coalesce(sum(movements) filter (where kind = 'top_up'), 0)::bigint as top_ups,
           coalesce(sum(amount_micros) filter (where kind = 'top_up'), 0)::bigint as added_micros,
           coalesce(sum(amount_micros) filter (where kind in ${NOT_USAGE} and kind not in ('top_up', 'reversal')), 0)::bigint
             as other_micros
      from sums
     group by booked_on
  ),
  clock as materialized (select ${epochMicros('clock_timestamp()')} as now_micros)
  select c.now_micros, a.currency, a.epoch, a.balance_micros, a.last_sequence, a.through_sequence,
         d.booked_on::text, d.moved_micros, d.movements, d.top_ups, d.added_micros, d.other_micros
    from account a
   cross join clock c
    left join days d on true
   order by d.booked_on`

interface DayRow extends AccountRow {
  now_micros: bigint
  /** Null if nothing was recorded from that day on. */
  booked_on: string | null
  moved_micros: bigint
  movements: bigint
  top_ups: bigint
  added_micros: bigint
  other_micros: bigint
}

/**
 * The balance before each of the instants `$2`, in order, by binary search among the movements of their day: those
 * after `$4` up to `$5`, all in one partition.
 */
const READ_BALANCES = `
  with recursive search (place, at, midnight, low, high) as (
    select place, at, midnight, low, high
      from unnest($2::timestamptz[], $3::timestamptz[], $4::bigint[], $5::bigint[]) with ordinality
             as bound (at, midnight, low, high, place)
     union all
    select place, at, midnight, case when m.recorded_at < at then middle else low end,
           case when m.recorded_at < at then high else middle - 1 end
      from search
     cross join lateral (select (low + high + 1) / 2 as middle) as halved
      left join lateral (
        select recorded_at from tollgate.movements
         where account_id = $1 and sequence = middle and recorded_at >= midnight
           and recorded_at < midnight + interval '24 hours'
         limit 1
      ) as m on true
     where low < high
  )
  select coalesce(m.balance_after_micros, 0)::bigint as balance_micros
    from search s
    left join lateral (
      select balance_after_micros from tollgate.movements where account_id = $1 and sequence = s.low limit 1
    ) as m on true
   where s.low = s.high
   order by s.place`

const READ_TRIGGERS = `
  select top_up_id, trigger from tollgate.top_ups where top_up_id = any($1::text[])`

/** Reads the history; null if there is no such account. Takes no lock. */
export async function readBalanceHistory(
  pool: Pool,
  accountId: string,
  wanted: WantedHistory,
): Promise<BalanceHistory | StillRollingUp | null> {
  const { fromMicros } = wanted
  const rows = await readDays(pool, accountId, formatDate(fromMicros))
  const [account] = rows
  if (account === undefined) return null
  const behind = stillRollingUp(account)
  if (behind !== null) return behind
  // Not before the first day of the period, should the clock have been set back.
  const nowMicros = Math.max(wanted.nowMicros, Number(account.now_micros))
  const toMicros = Math.min(wanted.toMicros, startOfDay(nowMicros) + MICROS_PER_DAY)
  const { openingMicros, days, sequences, topUps } = addUp(rows, fromMicros, toMicros)
  const closingMicros = days.at(-1)!.closingMicros
  return {
    currency: account.currency,
    epoch: account.epoch,
    throughSequence: sequences.at(-1)!,
    openingMicros,
    closingMicros,
    days,
    points: [
      { atMicros: fromMicros, balanceMicros: openingMicros },
      ...(wanted.step === 'day'
        ? days.slice(0, -1).map(({ date, closingMicros: balanceMicros }) => ({ atMicros: endOf(date), balanceMicros }))
        : await readHours(pool, accountId, sequences, fromMicros, Math.min(toMicros, nowMicros))),
      { atMicros: Math.min(toMicros, nowMicros), balanceMicros: closingMicros },
    ],
    topUps: { ...topUps, listed: await readTopUps(pool, accountId, topUps.count, sequences.at(-1)!) },
  }
}

function readDays(pool: Pool, accountId: string, fromDate: string): Promise<DayRow[]> {
  const query = { name: 'read-balance-days', text: READ_DAYS, values: [accountId, fromDate] }
  return byKey(pool, async (connection) => (await connection.query<DayRow>(query)).rows)
}

/** Every day of the period, including days without movements. */
function addUp(rows: readonly DayRow[], fromMicros: InstantMicros, toMicros: InstantMicros) {
  const byDate = new Map(rows.flatMap((row) => (row.booked_on === null ? [] : [[row.booked_on, row] as const])))
  const [account] = rows
  let closingMicros = account!.balance_micros
  let sequence = account!.last_sequence
  for (const { moved_micros, movements } of byDate.values()) {
    closingMicros -= moved_micros
    sequence -= movements
  }
  const openingMicros = closingMicros
  const days: BalanceDay[] = []
  /** The last movement before the period, and the last one in or before each day. */
  const sequences = [sequence]
  const topUps = { count: 0, addedMicros: 0n }
  for (let at = fromMicros; at < toMicros; at += MICROS_PER_DAY) {
    const date = formatDate(at)
    const {
      moved_micros = 0n,
      movements = 0n,
      added_micros: addedMicros = 0n,
      other_micros: otherMicros = 0n,
      top_ups = 0n,
    } = byDate.get(date) ?? {}
    closingMicros += moved_micros
    sequence += movements
    sequences.push(sequence)
    topUps.count += Number(top_ups)
    topUps.addedMicros += addedMicros
    days.push({ date, addedMicros, usedMicros: addedMicros + otherMicros - moved_micros, otherMicros, closingMicros })
  }
  return { openingMicros, days, sequences, topUps }
}

/** The balance at each whole hour in between, without the two ends. */
async function readHours(
  pool: Pool,
  accountId: string,
  sequences: readonly bigint[],
  fromMicros: InstantMicros,
  endMicros: InstantMicros,
): Promise<BalanceAt[]> {
  const count = Math.max(0, Math.ceil((endMicros - fromMicros) / MICROS_PER_HOUR) - 1)
  const hours = Array.from({ length: count }, (_, i) => {
    const atMicros = fromMicros + (i + 1) * MICROS_PER_HOUR
    const day = Math.floor((atMicros - fromMicros) / MICROS_PER_DAY)
    return { atMicros, midnightMicros: startOfDay(atMicros), low: sequences[day]!, high: sequences[day + 1]! }
  })
  const values = [
    accountId,
    hours.map(({ atMicros }) => formatInstant(atMicros)),
    hours.map(({ midnightMicros }) => formatInstant(midnightMicros)),
    hours.map(({ low }) => low),
    hours.map(({ high }) => high),
  ]
  const query = { name: 'read-balances', text: READ_BALANCES, values }
  const { rows } = await byKey(pool, (connection) => connection.query<{ balance_micros: bigint }>(query))
  return rows.map(({ balance_micros: balanceMicros }, i) => ({ atMicros: hours[i]!.atMicros, balanceMicros }))
}

/** The newest `count` top-ups up to `throughSequence`. */
async function readTopUps(
  pool: Pool,
  accountId: string,
  count: number,
  throughSequence: bigint,
): Promise<PostedTopUp[]> {
  if (count === 0) return []
  // The period has `count` of them, so counting back from its end gives exactly those.
  const page = { before: throughSequence + 1n, limit: Math.min(count, MAX_TOP_UPS) }
  const { movements: found } = await listMovements(pool, accountId, { ...NO_FILTER, kinds: ['top_up'] }, page)
  const ids = found.map(({ topUpId }) => topUpId)
  const query = { name: 'read-top-up-triggers', text: READ_TRIGGERS, values: [ids] }
  const { rows } = await byKey(pool, (connection) =>
    connection.query<{ top_up_id: string; trigger: 'automatic' | 'manual' }>(query),
  )
  const triggers = new Map(rows.map(({ top_up_id, trigger }) => [top_up_id, trigger]))
  return found
    .map(({ recordedAt, amountMicros, balanceBeforeMicros, balanceAfterMicros, topUpId }) => {
      const trigger = triggers.get(topUpId ?? '') ?? null
      return { recordedAt, amountMicros, balanceBeforeMicros, balanceAfterMicros, trigger }
    })
    .reverse()
}

function endOf(date: string): InstantMicros {
  return parseDate(date)! + MICROS_PER_DAY
}
