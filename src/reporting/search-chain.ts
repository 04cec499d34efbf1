/**
 * Finds instants in an account's chain of movements by binary search. Instants ascend along the chain, because each is
 * read from the database's clock under the account's lock. Only if that clock was set back, the instants in between
 * occur twice, and one of them may be found at either place. It takes some twenty look-ups by key for a million
 * movements, and needs no index by time.
 */

/**
 * SQL of `search (place, at, low, high)`: for each instant, numbered from 1, the last movement before it is `low` where
 * `low = high`; 0 if there is none. Needs `account (last_sequence)`, and the account id as `$1`; goes after `with
 * recursive`.
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
