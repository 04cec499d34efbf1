/** Finds the listed payments that this database does not fully know. Most payments of a list are known already. */
import { isOpen, type TopUpState } from '../../core/top-up/machine.ts'
import { entriesFor, type PaymentFacts, reportedTotals } from '../../core/top-up/payment.ts'
import type { Pool } from '../../platform/postgres.ts'

const READ_KNOWN = `
  select listed.payment_id, p.credited_micros, p.refunded_micros, p.disputed_micros, t.state
    from unnest($2::text[]) as listed (payment_id)
    left join tollgate.payments p on p.provider = $1 and p.payment_id = listed.payment_id
    left join tollgate.top_up_attempts a on a.provider = $1 and a.payment_id = listed.payment_id
    left join tollgate.top_ups t on t.top_up_id = a.top_up_id and t.payment_id = listed.payment_id`

interface KnownRow {
  payment_id: string
  credited_micros: bigint | null
  refunded_micros: bigint | null
  disputed_micros: bigint | null
  /** The state of the top-up whose current payment it is; null: there is none. */
  state: TopUpState | null
}

/**
 * Returns, in the given order, the payments for which something may have to be recorded. It reads without a lock, so a
 * payment may be known by the time it is recorded.
 */
export async function findUnrecorded(
  pool: Pool,
  provider: string,
  listed: readonly PaymentFacts[],
): Promise<PaymentFacts[]> {
  if (listed.length === 0) return []
  const { rows } = await pool.query<KnownRow>(READ_KNOWN, [provider, listed.map(({ paymentId }) => paymentId)])
  const known = new Map(rows.map((row) => [row.payment_id, row]))
  return listed.filter((facts) => {
    const row = known.get(facts.paymentId)!
    return lacksMoney(facts, row) || mayAdvance(facts, row)
  })
}

function lacksMoney(facts: PaymentFacts, row: KnownRow): boolean {
  const posted = {
    creditedMicros: row.credited_micros ?? 0n,
    refundedMicros: row.refunded_micros ?? 0n,
    disputedMicros: row.disputed_micros ?? 0n,
  }
  return entriesFor(posted, reportedTotals(facts)).entries.length > 0
}

/** Its top-up has not ended, and the payment is in another state than one that was never confirmed. */
function mayAdvance({ state }: PaymentFacts, row: KnownRow): boolean {
  if (row.state === null) return state.kind === 'processing' || state.kind === 'needs_action'
  return isOpen({ state: row.state }) && state.kind !== 'unconfirmed' && state.kind !== row.state
}
