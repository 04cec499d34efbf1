/**
 * Inserts movements of every kind by plain SQL, as a rater would have written them: chained, with their usage, and with user
 * names that are difficult in files. For numbers of movements that would take too long to rate.
 */
import type { Pool } from '../src/platform/postgres.ts'

const ROWS_PER_INSERT = 100_000
const USERS = 400

/** Unusual and malicious names. */
export const AWKWARD_NAMES = [
  'Jörg "the boss" Müller',
  '=HYPERLINK("https://evil.example","Click")',
  '+49 30 12345',
  '-1.50',
  '@SUM(A1:A9)',
  '\ttab first',
  '\rreturn first',
  'Meier, Anna; Nürnberg',
  'two\nlines',
  'two\r\nlines',
  'Zoë 😀👩‍👩‍👧 Łukasz 山田',
  "O'Brien",
  '"',
  ' spaces around ',
  ',',
] as const

/** The kind of each sequence: of 1,000, one each is top-up, adjustment, refund and dispute, two are reversals, the rest usage. */
const NUMBERED = `
  select s, $3::timestamptz + (s - $1::bigint) * ($4::timestamptz - $3::timestamptz) / $5::double precision as at, r,
         case when r = 0 then 'top_up' when r = 250 then 'adjustment' when r = 251 and s > 1000 then 'refund'
              when r = 252 and s > 1000 then 'dispute' when r in (500, 900) then 'reversal' else 'usage' end as kind,
         -(10000 + s % 777 * 10) as used, (10000 + (s - 1) % 777 * 10) as used_before,
         case when r between 1 and 7 then 'other' when r between 8 and 97 then 'message' when r between 98 and 107 then 'voice_agent'
              when r between 108 and 117 then 'conversation_intelligence' when r between 118 and 127 then 'toll_free'
              else 'call' end as type
    from (select s, s % 1000 as r from generate_series($1::bigint + 1, $2::bigint) as s) as of`

const INSERT_MOVEMENTS = `
  insert into tollgate.movements (account_id, sequence, recorded_at, occurred_at, kind, amount_micros,
    balance_before_micros, balance_after_micros, currency, event_id, actor, reason, top_up_id, reverses_sequence)
  select $6, s, at, at - interval '2 seconds', kind, amount, balance_after - amount, balance_after, 'EUR',
         case when kind in ('usage', 'reversal') then $6 || '-' || s end,
         case when kind = 'adjustment' then 'ops' end, case when kind = 'adjustment' then 'goodwill' end,
         case when kind in ('top_up', 'refund', 'dispute') then $6 || '-top-up-' || s - r end,
         case kind when 'reversal' then s - 1 when 'refund' then s - r when 'dispute' then s - r end
    from (
      select *, (select balance_micros from tollgate.accounts where account_id = $6) + sum(amount) over (order by s)
                  as balance_after
        from (
          select *, case kind when 'top_up' then 50000000 when 'adjustment' then -1500000 when 'refund' then -5000000
                              when 'dispute' then -1000000 when 'reversal' then used_before else used end::bigint as amount
            from (${NUMBERED}) as n
        ) as moved
    ) as chained`

const INSERT_USAGE = `
  insert into tollgate.rated_usage (account_id, event_id, recorded_at, occurred_at, type, interaction_id, user_id, direction,
    leg, from_number, to_number, from_country, to_country, to_type, quantity, outcome, reason, units, covered_minutes,
    amount_micros, currency, deck, prefix, destination, catalog_version, settings_version, channel, sku, corrects,
    movement_sequence)
  select $6, $6 || '-' || s, at, at - interval '2 seconds', case kind when 'reversal' then 'correction' else type end,
         case when s % 5003 = 17 then '=1+' || s else $6 || '-' || s end,
         case when kind <> 'reversal' then 'user-' || s * 7919 % ${USERS} end,
         case when type in ('call', 'message') then 'outbound' end, case when type = 'call' then 'direct' end,
         '+4930123456', case when kind <> 'reversal' and type in ('call', 'message') then '+431' || 10000 + s % 90000 end,
         'DE', 'AT', 'fixed', 58, case kind when 'reversal' then 'reversed' else 'charged' end, 'outside_package',
         case kind when 'reversal' then 0 else 60 + s % 60 end, 0, case kind when 'reversal' then -used_before else -used end,
         'EUR', 'outbound.csv', '+43',
         case when kind <> 'reversal' and type in ('call', 'message', 'toll_free')
              then case when s % 4001 = 33 then 'Côte d''Ivoire, "mobile"' else 'Country ' || s * 31 % 300 end end,
         1, 1, case when type = 'message' and kind <> 'reversal' then (array['sms', 'mms', 'whatsapp'])[1 + s % 3] end,
         case when type = 'other' then 'recording-gb' end, case kind when 'reversal' then $6 || '-' || s - 1 end, s
    from (${NUMBERED}) as n
   where kind in ('usage', 'reversal')`

const READ_CHAIN = 'select last_sequence, balance_micros from tollgate.accounts where account_id = $1'

/** Alert levels and versions stay unchanged: nothing is announced. */
const STORE_BALANCE = `
  update tollgate.accounts a
     set last_sequence = m.sequence, balance_micros = m.balance_after_micros,
         status = case when m.balance_after_micros <= 0 then 'blocked' else 'active' end
    from tollgate.movements m
   where a.account_id = $1 and m.account_id = $1 and m.sequence = $2`

const NAME_USERS = `
  insert into tollgate.display_names (account_id, user_id, name, updated_by)
  select $1, 'user-' || i - 1, name, 'test' from unnest($2::text[]) with ordinality as named (name, i)
      on conflict do nothing`

export interface MadeMovements {
  /** An existing account in EUR; the movements continue from its last one. */
  readonly accountId: string
  readonly count: number
  /** The movements are recorded evenly between these instants, which must be after the account's last movement. */
  readonly from: Date
  readonly to: Date
}

/** Inserts movements; a million takes some 30 seconds. */
export async function makeMovements(pool: Pool, { accountId, count, from, to }: MadeMovements): Promise<void> {
  await pool.query(NAME_USERS, [accountId, AWKWARD_NAMES])
  const stepMs = (to.getTime() - from.getTime()) / count
  for (let done = 0; done < count; done += ROWS_PER_INSERT) {
    const { rows } = await pool.query<{ last_sequence: bigint }>(READ_CHAIN, [accountId])
    const after = rows[0]!.last_sequence
    const rowsNow = Math.min(ROWS_PER_INSERT, count - done)
    const begins = new Date(from.getTime() + done * stepMs)
    const ends = new Date(from.getTime() + (done + rowsNow) * stepMs)
    const upTo = after + BigInt(rowsNow)
    const values = [after, upTo, begins.toISOString(), ends.toISOString(), rowsNow, accountId]
    await pool.query(INSERT_USAGE, values)
    await pool.query(INSERT_MOVEMENTS, values)
    await pool.query(STORE_BALANCE, [accountId, upTo])
  }
}

/** Creates the monthly partitions of movements and rated usage, as a rater does in advance. */
export async function makeMonths(pool: Pool, from: Date, months: number): Promise<void> {
  for (const table of ['movements', 'rated_usage']) {
    for (let month = 0; month < months; month++) {
      const [begins, ends] = [month, month + 1].map((more) =>
        new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + more)).toISOString(),
      )
      const name = `${table}_${begins!.slice(0, 7).replace('-', '_')}`
      await pool.query(
        `create table tollgate.${name} partition of tollgate.${table} for values from ('${begins}') to ('${ends}')`,
      )
    }
  }
}
