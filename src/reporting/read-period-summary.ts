/**
 * How an account's opening balance of a period becomes its closing one: opening + added - used + other = closing, by
 * the time movements were recorded. Adjoining periods fit together: the closing balance of one is the opening balance
 * of the next, and every movement is in exactly one.
 *
 * | figure | movements                                                                                       |
 * | ------ | ----------------------------------------------------------------------------------------------- |
 * | added  | top-ups                                                                                         |
 * | used   | usage, less the reversals recorded in the period, of whatever usage                             |
 * | other  | adjustments; refunds and disputes of either sign, so that one that failed or was won comes to 0 |
 *
 * A period that reaches past now ends now. A movement's instant is read under the account's lock, and others see the
 * movement only after the lock is released. So if the period's end has just passed, the lock is taken for a moment: a
 * writer with an earlier instant has then committed, and later writers have later instants.
 */
import { formatInstant, type InstantMicros, MICROS_PER_DAY, MICROS_PER_SECOND } from '../core/instant.ts'
import type { Currency, Micros } from '../core/money.ts'
import { type Connection, inTransaction, type Pool } from '../platform/postgres.ts'
import { byKey } from './by-key.ts'
import { searchFor } from './search-chain.ts'
import { ACCOUNT, type AccountRow, MAX_MOVEMENTS_BEHIND, type StillRollingUp, stillRollingUp } from './up-to-date.ts'

export interface PeriodSummary {
  readonly currency: Currency
  readonly epoch: number
  /** Half-open; `toMicros` is now if the period reaches past now. */
  readonly fromMicros: InstantMicros
  readonly toMicros: InstantMicros
  /** The last movement before the period, and the last one in or before it; 0 if there is none. */
  readonly afterSequence: bigint
  readonly throughSequence: bigint
  readonly openingMicros: Micros
  readonly addedMicros: Micros
  /** Above zero if credit was used; below if more was reversed than used. */
  readonly usedMicros: Micros
  readonly otherMicros: Micros
  readonly closingMicros: Micros
}

/** No writer holds an account longer: each of its statements may take a minute. */
const MAX_WRITE_MICROS = 3_600 * MICROS_PER_SECOND

/** Waits for the writer of the account, if any; reads nothing. */
const WAIT_FOR_WRITER = 'select from tollgate.accounts where account_id = $1 for share'

/**
 * Where the period and its whole days begin and end in the account's chain. Whole days come from the roll-up as far as
 * it is; the rest before, after and behind it from the movements.
 */
const READ_SUMMARY = `
  with recursive ${ACCOUNT},
  ${searchFor(['$2', '$3', '$4', '$5'])},
  cut as materialized (
    select max(low) filter (where place = 1) as opening, max(low) filter (where place = 2) as first_day,
           max(low) filter (where place = 3) as last_day, max(low) filter (where place = 4) as closing
      from search
     where low = high
  ),
  direct (after_sequence, up_to_sequence) as materialized (
    select opening, first_day from cut where opening < first_day
     union all
    select greatest(first_day, least(through_sequence, last_day)), closing
      from cut cross join account
     where last_sequence - through_sequence <= ${MAX_MOVEMENTS_BEHIND}
  ),
  sums as (
    select id as kind, amount_micros from tollgate.usage_by_day_and
     where account_id = $1 and what = 'kind' and booked_on >= ($3::timestamptz at time zone 'UTC')::date
       and booked_on < ($4::timestamptz at time zone 'UTC')::date
     union all
    select m.kind, m.amount_micros
      from direct d
      join tollgate.movements m
        on m.account_id = $1 and m.sequence > d.after_sequence and m.sequence <= d.up_to_sequence
  ),
  summed as (
    select coalesce(sum(amount_micros) filter (where kind = 'top_up'), 0)::bigint as added_micros,
           coalesce(sum(amount_micros) filter (where kind in ('adjustment', 'refund', 'dispute')), 0)::bigint as other_micros,
           coalesce(-sum(amount_micros) filter (where kind not in ('top_up', 'adjustment', 'refund', 'dispute')), 0)::bigint
             as used_micros
      from sums
  )
  select a.currency, a.epoch, a.balance_micros, a.last_sequence, a.through_sequence,
         c.opening as after_sequence, c.closing as up_to_sequence, s.added_micros, s.used_micros, s.other_micros,
         (select balance_after_micros from tollgate.movements where account_id = $1 and sequence = c.opening)
           as opening_micros,
         (select balance_after_micros from tollgate.movements where account_id = $1 and sequence = c.closing)
           as closing_micros
    from account a cross join cut c cross join summed s`

interface Row extends AccountRow {
  after_sequence: bigint
  up_to_sequence: bigint
  added_micros: bigint
  used_micros: bigint
  other_micros: bigint
  /** Null before the first movement. */
  opening_micros: bigint | null
  closing_micros: bigint | null
}

export interface WantedPeriod {
  /** Not after now. */
  readonly fromMicros: InstantMicros
  readonly toMicros: InstantMicros
  /** The database's clock, just read. */
  readonly nowMicros: InstantMicros
}

/**
 * Reads the summary; null if there is no such account. Holds the account's lock for a moment if the period has just
 * ended.
 */
export async function readPeriodSummary(
  pool: Pool,
  accountId: string,
  { fromMicros: wantedFromMicros, toMicros, nowMicros }: WantedPeriod,
): Promise<PeriodSummary | StillRollingUp | null> {
  // Nothing was recorded before 1970, and instants far before it are not exact.
  const fromMicros = Math.max(0, wantedFromMicros)
  const endMicros = Math.max(fromMicros, Math.min(toMicros, nowMicros))
  if (nowMicros - endMicros < MAX_WRITE_MICROS) {
    await inTransaction(pool, (connection) => connection.query(WAIT_FOR_WRITER, [accountId]))
  }
  const row = await byKey(pool, (connection) => sumUp(connection, accountId, fromMicros, endMicros))
  if (row === null) return null
  const behind = stillRollingUp(row)
  if (behind !== null) return behind
  return {
    currency: row.currency,
    epoch: row.epoch,
    fromMicros,
    toMicros: endMicros,
    afterSequence: row.after_sequence,
    throughSequence: row.up_to_sequence,
    openingMicros: row.opening_micros ?? 0n,
    addedMicros: row.added_micros,
    usedMicros: row.used_micros,
    otherMicros: row.other_micros,
    closingMicros: row.closing_micros ?? 0n,
  }
}

async function sumUp(
  connection: Connection,
  accountId: string,
  fromMicros: InstantMicros,
  endMicros: InstantMicros,
): Promise<Row | null> {
  const firstDay = Math.ceil(fromMicros / MICROS_PER_DAY) * MICROS_PER_DAY
  const lastDay = Math.floor(endMicros / MICROS_PER_DAY) * MICROS_PER_DAY
  // Within one day, or across one midnight, there is no whole day: everything is read from the movements.
  const [wholeFrom, wholeTo] = firstDay < lastDay ? [firstDay, lastDay] : [fromMicros, fromMicros]
  const values = [accountId, ...[fromMicros, wholeFrom, wholeTo, endMicros].map(formatInstant)]
  const { rows } = await connection.query<Row>({ name: 'read-period-summary', text: READ_SUMMARY, values })
  return rows[0] ?? null
}
