/**
 * The sums of one account as of this moment: what is rolled up, and what its movements since then come to. One statement
 * reads both, with the account's balance, so they are of one moment whatever the roll-up does meanwhile.
 */
import type { Currency } from '../core/money.ts'
import { DELTA, DELTA_AND } from './roll-up.ts'

/** Movements that are read one by one at the most. Only an account whose roll-up has just begun has more. */
export const MAX_MOVEMENTS_BEHIND = 50_000

/** So much is behind that the sums cannot be answered yet; they can in a while. */
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

/** The account `$1` and how far its sums are. */
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

/** `delta_and`: what the account's movements that are not rolled up yet come to. */
export const BEHIND = `
  ${ACCOUNT},
  range as materialized (
    select account_id, through_sequence as after_sequence, last_sequence as up_to_sequence
      from account
     where last_sequence > through_sequence and last_sequence - through_sequence <= ${MAX_MOVEMENTS_BEHIND}
  ),
  ${DELTA}, ${DELTA_AND}`

/**
 * `sums (what, booked_on, id, movements, units, amount_micros, reversed_units, reversed_micros)` of the account: some rows of
 * a day and id may come twice, once from each side, and add up.
 */
export const SUMS = `
  ${BEHIND},
  sums as (
    select what, booked_on, id, movements, units, amount_micros, reversed_units, reversed_micros
      from tollgate.usage_by_day_and where account_id = $1
     union all
    select what, booked_on, id, movements, units, amount_micros, reversed_units, reversed_micros from delta_and
  )`

export function stillRollingUp({ last_sequence: last, through_sequence: through }: AccountRow): StillRollingUp | null {
  return last - through > BigInt(MAX_MOVEMENTS_BEHIND) ? { behind: last - through } : null
}
