/**
 * Sums of movements by day, built after the fact from the ledger: share by share, in the order of each account's
 * movements. For each account it is known up to which movement the sums go, and up to there they always equal a full
 * recomputation (`DELTA` does both), whatever came late, was corrected, or died in between. Readers who need current
 * sums add what is behind, also by `DELTA` (up-to-date.ts).
 *
 * A correction counts in two ways: as a movement on the day it was recorded (kind `reversal`), so that days add up to
 * balances; and as `reversed` on the day of the usage that it corrects, so that a day's usage is what it cost in the
 * end.
 */
import { consequenceOf } from '../platform/faults.ts'
import { type Connection, inTransaction, type Pool } from '../platform/postgres.ts'
import { byKey } from './by-key.ts'
import { idKey, indexMovements, type RolledUpRange } from './index-movements.ts'

/** Bounds of one transaction: movements per account, and accounts. Some hundred milliseconds of work. */
const MAX_MOVEMENTS_OF_ACCOUNT = 1_000
const MAX_ACCOUNTS = 20
/** Accounts that one share checks for being behind; most of them may be idle. Some ten milliseconds. */
const LOOKED_AT_ACCOUNTS = 5_000

/** Kinds that are not usage; all others are types and channels of usage. */
export const NOT_USAGE = `('reversal', 'top_up', 'adjustment', 'refund', 'dispute')`

/**
 * The sums of the movements in `range (account_id, after_sequence, up_to_sequence)`. A movement's usage is in the same
 * partition, under the same instant. If it is missing, which `verify` reports, the movement counts as `other`, so that
 * one account does not block all; its reversal then takes back `other`.
 */
export const DELTA = `
  moved as (
    select m.account_id, m.kind as movement_kind, m.amount_micros, m.reverses_sequence,
           (m.recorded_at at time zone 'UTC')::date as booked_on, u.type, u.channel,
           coalesce(${idKey('u.user_id')}, '') as user_id,
           coalesce(${idKey('coalesce(u.destination, u.sku)')}, '') as destination, coalesce(u.units, 0) as units
      from range r
      join tollgate.movements m
        on m.account_id = r.account_id and m.sequence > r.after_sequence and m.sequence <= r.up_to_sequence
      left join tollgate.rated_usage u
        on u.account_id = m.account_id and u.event_id = m.event_id and u.recorded_at = m.recorded_at
  ),
  reversed as (
    select c.account_id, c.booked_on, c.amount_micros, (o.recorded_at at time zone 'UTC')::date as original_booked_on,
           coalesce(u.channel, u.type, 'other') as kind, coalesce(${idKey('u.user_id')}, '') as user_id,
           coalesce(${idKey('coalesce(u.destination, u.sku)')}, '') as destination, coalesce(u.units, 0) as units
      from moved c
      join tollgate.movements o on o.account_id = c.account_id and o.sequence = c.reverses_sequence
      left join tollgate.rated_usage u
        on u.account_id = o.account_id and u.event_id = o.event_id and u.recorded_at = o.recorded_at
     where c.movement_kind = 'reversal'
  ),
  delta as (
    select account_id, booked_on, kind, user_id, destination, sum(movements)::bigint as movements, sum(units)::bigint as units,
           sum(amount_micros)::bigint as amount_micros, sum(reversed_units)::bigint as reversed_units,
           sum(reversed_micros)::bigint as reversed_micros
      from (
        select account_id, booked_on, case movement_kind when 'usage' then coalesce(channel, type, 'other') else movement_kind end as kind,
               user_id, destination, 1 as movements, units, amount_micros, 0 as reversed_units, 0 as reversed_micros
          from moved where movement_kind <> 'reversal'
         union all
        select account_id, booked_on, 'reversal', user_id, destination, 1, 0, amount_micros, 0, 0 from reversed
         union all
        select account_id, original_booked_on, kind, user_id, destination, 0, 0, 0, units, amount_micros from reversed
      ) as each
     group by account_id, booked_on, kind, user_id, destination
  )`

/** The rows of `usage_by_day_and`: users and destinations of usage. */
export const DELTA_AND = `
  delta_and as (
    select account_id, what, booked_on, id, sum(movements)::bigint as movements, sum(units)::bigint as units,
           sum(amount_micros)::bigint as amount_micros, sum(reversed_units)::bigint as reversed_units,
           sum(reversed_micros)::bigint as reversed_micros
      from delta
     cross join lateral (values ('kind', kind), ('user', user_id), ('destination', destination)) as by (what, id)
     where what = 'kind' or kind not in ${NOT_USAGE}
     group by account_id, what, booked_on, id
  )`

/** The same by month, for `usage_by_month_and`. */
const DELTA_BY_MONTH = `
  delta_by_month as (
    select account_id, what, date_trunc('month', booked_on)::date as begins_on, id, sum(movements)::bigint as movements,
           sum(units)::bigint as units, sum(amount_micros)::bigint as amount_micros,
           sum(reversed_units)::bigint as reversed_units, sum(reversed_micros)::bigint as reversed_micros
      from delta_and
     group by account_id, what, date_trunc('month', booked_on), id
  )`

const FIGURES = 'movements, units, amount_micros, reversed_units, reversed_micros'

const ADD = `
  set movements = t.movements + excluded.movements, units = t.units + excluded.units,
      amount_micros = t.amount_micros + excluded.amount_micros,
      reversed_units = t.reversed_units + excluded.reversed_units,
      reversed_micros = t.reversed_micros + excluded.reversed_micros`

/** Starts the progress of accounts that are new among those checked; returns the last account checked. */
const BEGIN_ACCOUNTS = `
  with looked_at as materialized (
    select account_id, last_sequence from tollgate.accounts where account_id > $1 order by account_id limit $2
  ),
  begun as (
    insert into tollgate.usage_by_day_progress (account_id, through_sequence)
    select account_id, 0 from looked_at
     where last_sequence > 0
       and not exists (select from tollgate.usage_by_day_progress p where p.account_id = looked_at.account_id)
        on conflict do nothing
  )
  select max(account_id) as last_account_id, count(*) = $2 as is_full from looked_at`

/** Skips accounts that another process is rolling up. */
const CLAIM = `
  select p.account_id, p.through_sequence as after_sequence, least(a.last_sequence, p.through_sequence + $4) as up_to_sequence,
         a.last_sequence > p.through_sequence + $4 as has_more
    from tollgate.usage_by_day_progress p
    join tollgate.accounts a using (account_id)
   where p.account_id > $1 and p.account_id <= $2 and a.last_sequence > p.through_sequence
   order by p.account_id
   limit $3
     for no key update of p skip locked`

const RANGE = `
  range as materialized (
    select * from unnest($1::text[], $2::bigint[], $3::bigint[]) as r (account_id, after_sequence, up_to_sequence)
  )`

const ROLL_UP = `
  with ${RANGE}, ${DELTA}, ${DELTA_AND}, ${DELTA_BY_MONTH},
  added as (
    insert into tollgate.usage_by_day as t (account_id, booked_on, kind, user_id, destination, ${FIGURES})
    select account_id, booked_on, kind, user_id, destination, ${FIGURES} from delta
        on conflict (account_id, booked_on, kind, user_id, destination) do update ${ADD}
  ),
  added_and as (
    insert into tollgate.usage_by_day_and as t (account_id, what, booked_on, id, ${FIGURES})
    select account_id, what, booked_on, id, ${FIGURES} from delta_and
        on conflict (account_id, what, booked_on, id) do update ${ADD}
  ),
  added_by_month as (
    insert into tollgate.usage_by_month_and as t (account_id, what, begins_on, id, ${FIGURES})
    select account_id, what, begins_on, id, ${FIGURES} from delta_by_month
        on conflict (account_id, what, begins_on, id) do update ${ADD}
  )
  update tollgate.usage_by_day_progress p
     set through_sequence = r.up_to_sequence, rolled_up_at = clock_timestamp()
    from range r
   where p.account_id = r.account_id`

interface LookedRow {
  last_account_id: string | null
  is_full: boolean
}

interface ClaimedRow extends RolledUpRange {
  has_more: boolean
}

/** An account that could not be summed up, and why: its rows are at odds, which only a person can mend. */
export interface FailedAccount {
  readonly accountId: string
  readonly error: unknown
}

export interface RolledUp {
  readonly movements: number
  /** Left out of the share, so that one account does not hold up all that come after it. */
  readonly failed: readonly FailedAccount[]
  /** An account has more movements than a share takes, as far as this transaction has seen. */
  readonly leavesBehind: boolean
  /** `leavesBehind`, or there are more accounts to check. */
  readonly hasMore: boolean
  /** Where the next share continues; empty once all accounts were checked, which starts over. */
  readonly nextAfter: string
}

export interface Share {
  /** Checks the accounts after this one. */
  readonly after?: string
  readonly maxAccounts?: number
  readonly maxMovements?: number
  readonly lookedAtAccounts?: number
}

const NOTHING_LEFT: RolledUp = { movements: 0, failed: [], leavesBehind: false, hasMore: false, nextAfter: '' }

/** Rolls up one share. Any number of processes may do so at once. Throws what concerns no single account. */
export function rollUp(
  pool: Pool,
  {
    after = '',
    maxAccounts = MAX_ACCOUNTS,
    maxMovements = MAX_MOVEMENTS_OF_ACCOUNT,
    lookedAtAccounts = LOOKED_AT_ACCOUNTS,
  }: Share = {},
): Promise<RolledUp> {
  return inTransaction(
    pool,
    async (connection) => {
      const looked = await connection.query<LookedRow>(BEGIN_ACCOUNTS, [after, lookedAtAccounts])
      const { last_account_id: upTo, is_full: isFull } = looked.rows[0]!
      if (upTo === null) return NOTHING_LEFT
      const { rows: claimed } = await connection.query<ClaimedRow>(CLAIM, [after, upTo, maxAccounts, maxMovements])
      const failed = await sumUpOrLeaveOut(connection, claimed)
      const summed = claimed.filter((row) => !failed.some(({ accountId }) => accountId === row.account_id))
      const nextAfter = claimed.length === maxAccounts ? claimed.at(-1)!.account_id : isFull ? upTo : ''
      const leavesBehind = summed.some((row) => row.has_more)
      return {
        movements: summed.reduce((sum, row) => sum + Number(row.up_to_sequence - row.after_sequence), 0),
        failed,
        leavesBehind,
        hasMore: leavesBehind || nextAfter !== '',
        nextAfter,
      }
    },
    // Rows are found one by one by key; without this the planner may scan whole months.
    { isByKey: true },
  )
}

/** Sums all of them up at once; if that fails for what the rows are, one by one, without those that fail again. */
async function sumUpOrLeaveOut(
  connection: Connection,
  claimed: readonly RolledUpRange[],
): Promise<readonly FailedAccount[]> {
  const [first] = claimed
  if (first === undefined) return []
  await connection.query('savepoint claimed')
  try {
    await sumUp(connection, claimed)
    return []
  } catch (error) {
    if (consequenceOf(error).fate === 'retry') throw error
    await connection.query('rollback to savepoint claimed')
    if (claimed.length === 1) return [{ accountId: first.account_id, error }]
    const failed: FailedAccount[] = []
    for (const one of claimed) failed.push(...(await sumUpOrLeaveOut(connection, [one])))
    return failed
  }
}

async function sumUp(connection: Connection, claimed: readonly RolledUpRange[]): Promise<void> {
  await connection.query(ROLL_UP, [
    claimed.map((row) => row.account_id),
    claimed.map((row) => row.after_sequence),
    claimed.map((row) => row.up_to_sequence),
  ])
  await indexMovements(connection, claimed)
}

const OLDEST = `
  select (extract(epoch from clock_timestamp() - min(m.recorded_at)))::float8 as seconds
    from (
      select a.account_id, coalesce(p.through_sequence, 0) as through_sequence
        from tollgate.accounts a
        left join tollgate.usage_by_day_progress p using (account_id)
       where a.last_sequence > coalesce(p.through_sequence, 0)
       limit 1000
    ) as behind
    join tollgate.movements m on m.account_id = behind.account_id and m.sequence = behind.through_sequence + 1`

/**
 * Age in seconds of the oldest movement not yet rolled up, among a thousand accounts that are behind; null if none is.
 */
export async function oldestNotRolledUp(pool: Pool): Promise<number | null> {
  const { rows } = await pool.query<{ seconds: number | null }>(OLDEST)
  return rows[0]!.seconds
}

/** Where the three kinds of sums differ from the movements of these accounts, for `verify`. */
const DIFFERENCES = `
  with range as materialized (
    select account_id, 0::bigint as after_sequence, through_sequence as up_to_sequence
      from tollgate.usage_by_day_progress where account_id = any($1::text[])
  ), ${DELTA}, ${DELTA_AND}, ${DELTA_BY_MONTH},
  stored as (select * from tollgate.usage_by_day where account_id = any($1::text[])),
  stored_and as (select * from tollgate.usage_by_day_and where account_id = any($1::text[])),
  stored_by_month as (select * from tollgate.usage_by_month_and where account_id = any($1::text[]))
  select account_id, booked_on::text, concat_ws(' ', kind, user_id, destination) as of
    from ((table stored except table delta) union all (table delta except table stored)) as differing
   union
  select account_id, booked_on::text, concat_ws(' ', what, id)
    from ((table stored_and except table delta_and) union all (table delta_and except table stored_and)) as differing
   union
  select account_id, to_char(begins_on, 'YYYY-MM'), concat_ws(' ', what, id)
    from (
      (table stored_by_month except table delta_by_month) union all (table delta_by_month except table stored_by_month)
    ) as differing
   order by 1, 2, 3`

export interface RollUpDifference {
  readonly accountId: string
  /** A date, or a month such as `2026-11`. */
  readonly bookedOn: string
  readonly of: string
}

/**
 * In place of the minute that other transactions have. An account is compared as a whole, some ten microseconds a
 * movement, and with several million of them no `verify` would ever get past it.
 */
const COMPARED_WITHIN_MS = 3_600_000

/** The differences. One statement reads sums and movements, so the result is consistent. */
export async function findRollUpDifferences(pool: Pool, accountIds: readonly string[]): Promise<RollUpDifference[]> {
  const compare = { text: DIFFERENCES, values: [accountIds], query_timeout: COMPARED_WITHIN_MS }
  const { rows } = await byKey(pool, async (connection) => {
    await connection.query(`set local statement_timeout = ${COMPARED_WITHIN_MS}`)
    return await connection.query<{ account_id: string; booked_on: string; of: string }>(compare)
  })
  return rows.map((row) => ({ accountId: row.account_id, bookedOn: row.booked_on, of: row.of }))
}
