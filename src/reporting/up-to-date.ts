/**
 * The current sums of one account: what is rolled up, plus the movements since. One statement reads both and the
 * balance, so the result is consistent whatever the roll-up does meanwhile.
 */
import type { Currency } from '../core/money.ts'
import { DELTA, DELTA_AND } from './roll-up.ts'

/** The most movements that are added individually. Only an account whose roll-up has just begun has more. */
export const MAX_MOVEMENTS_BEHIND = 50_000

/** So many movements are not rolled up that the sums cannot be given yet; try again later. */
export interface StillRollingUp {
  readonly behind: bigint
}

export interface AccountRow {
  currency: Currency
  epoch: number
  balance_micros: bigint
  auto_top_up_below_micros: bigint | null
  last_sequence: bigint
  through_sequence: bigint
}

/** The account `$1`, and how far its sums go. */
export const ACCOUNT = `
  account as materialized (
    select a.account_id, a.currency, e.epoch, a.balance_micros, a.auto_top_up_below_micros, a.last_sequence,
           a.closed_at,
           coalesce(p.through_sequence, 0) as through_sequence
      from tollgate.accounts a
     cross join tollgate.ledger_epoch e
      left join tollgate.usage_by_day_progress p using (account_id)
     where a.account_id = $1
  )`

/** `delta_and`: the sums of the account's movements that are not rolled up yet. */
export const BEHIND = `
  ${ACCOUNT},
  range as materialized (
    select account_id, through_sequence as after_sequence, last_sequence as up_to_sequence
      from account
     where last_sequence > through_sequence and last_sequence - through_sequence <= ${MAX_MOVEMENTS_BEHIND}
  ),
  ${DELTA}, ${DELTA_AND}`

/**
 * `sums (what, booked_on, id, movements, units, amount_micros, reversed_units, reversed_micros)` of the account. A day
 * and id may have two rows, one from each source, which add up.
 */
export const SUMS = `
  ${BEHIND},
  sums as (
    select what, booked_on, id, movements, units, amount_micros, reversed_units, reversed_micros
      from tollgate.usage_by_day_and where account_id = $1
     union all
    select what, booked_on, id, movements, units, amount_micros, reversed_units, reversed_micros from delta_and
  )`

/** Whether too much is behind; null if the sums can be given. */
export function stillRollingUp({ last_sequence: last, through_sequence: through }: AccountRow): StillRollingUp | null {
  return last - through > BigInt(MAX_MOVEMENTS_BEHIND) ? { behind: last - through } : null
}
