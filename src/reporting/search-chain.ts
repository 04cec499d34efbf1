/**
 * Where instants lie in an account's chain of movements: found by halves, as the instants of the chain never fall. So it takes
 * some twenty look-ups by key for a million movements, and no index by time.
 */

/**
 * `search (place, at, low, high)`: of each instant, counted from 1, the last movement before it is the `low` that is `high`; 0:
 * none. Takes `account (last_sequence)`, and the account as `$1`; to stand behind `with recursive`.
 */
export function searchFor(instants: readonly string[]): string {
  return `
  search (place, at, low, high) as (
    select place, at, 0::bigint, last_sequence
      from account cross join unnest(array[${instants.join(', ')}]::timestamptz[]) with ordinality as bound (at, place)
     union all
    select place, at, case when m.recorded_at < at then m.sequence else low end,
           case when m.recorded_at < at then high else m.sequence - 1 end
      from search
     cross join lateral (
       select sequence, recorded_at from tollgate.movements
        where account_id = $1 and sequence = (low + high + 1) / 2
        limit 1
     ) as m
     where low < high
  )`
}
