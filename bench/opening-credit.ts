/** Gives credit to many accounts at once; posting it one by one would take longer than the measurement. */
import type pg from 'pg'

/** Gives each account this amount as its first movement, unless it has one. */
export async function giveOpeningCredit(database: pg.Client, amountMicros: bigint): Promise<void> {
  await database.query('begin')
  await database.query(
    `insert into tollgate.movements (account_id, sequence, recorded_at, occurred_at, kind, amount_micros,
       balance_before_micros, balance_after_micros, currency, actor, reason)
     select account_id, 1, now(), now(), 'adjustment', $1::bigint, 0, $1::bigint, currency, 'bench', 'opening credit'
       from tollgate.accounts where last_sequence = 0`,
    [amountMicros],
  )
  await database.query(
    `update tollgate.accounts
        set balance_micros = $1, last_sequence = 1, balance_version = balance_version + 1, is_low = false,
            status = 'active', status_version = status_version + 1, status_since = now()
      where last_sequence = 0`,
    [amountMicros],
  )
  await database.query('commit')
}
