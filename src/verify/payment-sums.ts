/**
 * Verifies E within the books: the movements of a top-up, summed by kind, match what its payments were credited, refunded and
 * disputed. The sums are taken while the movements are read anyway. Online: payments are read after the movements, so every
 * difference is checked again by one statement, which sees both consistently.
 */
import { formatMoney } from '../core/money.ts'
import type { Pool } from '../platform/postgres.ts'
import type { OnFault } from './fault.ts'

/** Sums in memory at a time; the last account may add its own to that. */
const MAX_TOP_UPS = 10_000
const TOP_UPS_PER_RECHECK = 100

// Through the top-ups, which have an index by account.
const READ_PAYMENTS = `
  select p.account_id, p.top_up_id, sum(p.credited_micros)::bigint as credited_micros,
         sum(p.refunded_micros)::bigint as refunded_micros, sum(p.disputed_micros)::bigint as disputed_micros
    from tollgate.top_ups t
    join tollgate.payments p using (top_up_id)
   where t.account_id > $1 and t.account_id <= $2
   group by p.account_id, p.top_up_id`

const READ_BOTH = `
  select asked.account_id, asked.top_up_id, m.*, p.*
    from unnest($1::text[], $2::text[]) as asked (account_id, top_up_id)
   cross join lateral (
     select coalesce(sum(amount_micros) filter (where kind = 'top_up'), 0)::bigint as moved_credited_micros,
            coalesce(-sum(amount_micros) filter (where kind = 'refund'), 0)::bigint as moved_refunded_micros,
            coalesce(-sum(amount_micros) filter (where kind = 'dispute'), 0)::bigint as moved_disputed_micros
       from tollgate.movements
      where account_id = asked.account_id and top_up_id = asked.top_up_id) as m
   cross join lateral (
     select coalesce(sum(credited_micros), 0)::bigint as credited_micros,
            coalesce(sum(refunded_micros), 0)::bigint as refunded_micros,
            coalesce(sum(disputed_micros), 0)::bigint as disputed_micros
       from tollgate.payments
      where account_id = asked.account_id and top_up_id = asked.top_up_id) as p
   where (m.moved_credited_micros, m.moved_refunded_micros, m.moved_disputed_micros)
         is distinct from (p.credited_micros, p.refunded_micros, p.disputed_micros)
   order by asked.account_id, asked.top_up_id`

interface TopUpSum {
  readonly accountId: string
  readonly topUpId: string
  /** The sums of the movements minus the totals of the payments. */
  readonly differences: Record<'top_up' | 'refund' | 'dispute', bigint>
}

interface PaymentsRow {
  account_id: string
  top_up_id: string
  credited_micros: bigint
  refunded_micros: bigint
  disputed_micros: bigint
}

interface BothRow extends PaymentsRow {
  moved_credited_micros: bigint
  moved_refunded_micros: bigint
  moved_disputed_micros: bigint
}

export interface PaymentSums {
  /** Adds a movement. They must come in the order of accounts. */
  add(movement: { account_id: string; kind: string; amount_micros: bigint; top_up_id: string | null }): Promise<void>
  /** Compares the rest. Call it after the last movement of all accounts up to this one. */
  end(accountId: string): Promise<void>
}

/** Makes the sums for accounts after the given one. */
export function createPaymentSums(pool: Pool, after: string, onFault: OnFault): PaymentSums {
  const sums = new Map<string, TopUpSum>()
  let comparedTo = after
  let current = after

  function sumOf(accountId: string, topUpId: string): TopUpSum {
    const key = JSON.stringify([accountId, topUpId])
    let sum = sums.get(key)
    if (sum === undefined) {
      sum = { accountId, topUpId, differences: { top_up: 0n, refund: 0n, dispute: 0n } }
      sums.set(key, sum)
    }
    return sum
  }

  async function compare(upTo: string): Promise<void> {
    const { rows } = await pool.query<PaymentsRow>({
      name: 'verify-payment-sums',
      text: READ_PAYMENTS,
      values: [comparedTo, upTo],
    })
    for (const row of rows) {
      const { differences } = sumOf(row.account_id, row.top_up_id)
      differences.top_up -= row.credited_micros
      differences.refund += row.refunded_micros
      differences.dispute += row.disputed_micros
    }
    const suspects = [...sums.values()].filter(({ differences }) =>
      Object.values(differences).some((one) => one !== 0n),
    )
    sums.clear()
    comparedTo = upTo
    for (let at = 0; at < suspects.length; at += TOP_UPS_PER_RECHECK) {
      await recheck(pool, suspects.slice(at, at + TOP_UPS_PER_RECHECK), onFault)
    }
  }

  return {
    async add({ account_id, kind, amount_micros, top_up_id }) {
      if (top_up_id === null) return
      if (account_id !== current && sums.size >= MAX_TOP_UPS) await compare(current)
      current = account_id
      sumOf(account_id, top_up_id).differences[kind as 'top_up'] += amount_micros
    },
    end: compare,
  }
}

async function recheck(pool: Pool, suspects: readonly TopUpSum[], onFault: OnFault): Promise<void> {
  const { rows } = await pool.query<BothRow>(READ_BOTH, [
    suspects.map(({ accountId }) => accountId),
    suspects.map(({ topUpId }) => topUpId),
  ])
  for (const row of rows) {
    const { account_id: accountId, top_up_id: topUpId } = row
    const moved = shown(row.moved_credited_micros, row.moved_refunded_micros, row.moved_disputed_micros)
    const paid = shown(row.credited_micros, row.refunded_micros, row.disputed_micros)
    const detail = `top-up ${topUpId}: its movements come to ${moved}; its payments to ${paid}`
    onFault({ check: 'payment_sum', invariant: 'E', severity: 'fault', accountId, detail })
  }
}

function shown(creditedMicros: bigint, refundedMicros: bigint, disputedMicros: bigint): string {
  return `${formatMoney(creditedMicros)} credited, ${formatMoney(refundedMicros)} refunded, ${formatMoney(disputedMicros)} disputed`
}
