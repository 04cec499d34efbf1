/** Compares what the demo produced with the database. */
import { formatMoney } from '../src/core/money.ts'
import type { Pool } from '../src/platform/postgres.ts'
import type { Produced } from '../testkit/tally.ts'

const READ_TOTALS = `
  select (select count(*) from tollgate.rated_usage) as rated,
         (select count(*) from tollgate.usage_identity) as identities,
         (select count(*) from tollgate.dead_letters) as dead_letters,
         (select count(*) from tollgate.movements) as movements`

const READ_SUMS = `
  select a.currency, sum(a.balance_micros)::bigint as balances, sum(coalesce(m.moved, 0))::bigint as moved,
         count(*) filter (where a.balance_micros <> coalesce(m.moved, 0)) as differing,
         count(*) filter (where a.status = 'blocked') as blocked
    from tollgate.accounts a
    left join (select account_id, sum(amount_micros)::bigint as moved from tollgate.movements group by account_id) m
         using (account_id)
   group by a.currency
   order by a.currency`

export interface Books {
  readonly agree: boolean
  readonly lines: readonly string[]
}

export async function checkBooks(pool: Pool, produced: Readonly<Produced>, duplicates: number): Promise<Books> {
  const totals = (await pool.query<Record<'rated' | 'identities' | 'dead_letters' | 'movements', bigint>>(READ_TOTALS))
    .rows[0]!
  const sums = (
    await pool.query<{ currency: string; balances: bigint; moved: bigint; differing: bigint; blocked: bigint }>(
      READ_SUMS,
    )
  ).rows
  const [rated, deadLetters] = [Number(totals.rated), Number(totals.dead_letters)]
  const accounted = rated + duplicates + deadLetters
  const checks = [
    {
      holds: produced.items === accounted,
      line: `produced ${count(produced.items)} = rated ${count(rated)} + duplicates ${count(duplicates)} + dead letters ${count(deadLetters)}`,
    },
    {
      holds: produced.events === rated,
      line: `sound events produced ${count(produced.events)} = rated ${count(rated)}`,
    },
    {
      holds: produced.deadLetters === deadLetters,
      line: `faulty messages produced ${count(produced.deadLetters)} = dead letters ${count(deadLetters)}`,
    },
    {
      holds: totals.identities === totals.rated,
      line: `identities ${count(Number(totals.identities))} = rated ${count(rated)}`,
    },
    ...sums.map(({ currency, balances, moved, differing }) => ({
      holds: balances === moved && differing === 0n,
      line: `sum of movements ${formatMoney(moved)} ${currency} = sum of balances ${formatMoney(balances)} ${currency}`,
    })),
  ]
  const blocked = sums.reduce((sum, row) => sum + Number(row.blocked), 0)
  return {
    agree: checks.every(({ holds }) => holds),
    lines: [
      `${count(Number(totals.movements))} movements, ${blocked} accounts blocked`,
      ...checks.map(({ holds, line }) => `${holds ? 'ok  ' : 'FAIL'} ${line}`),
    ],
  }
}

function count(value: number): string {
  return value.toLocaleString('en-US')
}
